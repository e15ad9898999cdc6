//! The README's story, taken from the README: what it tells people to paste works, and comes out as it says.

use hyper::Method;
use serde_json::Value;

use crate::support::client::Client;
use crate::support::server::Server;
use crate::support::stream::Stream;

const README: &str = include_str!("../../README.md");

/// The lines that call the API, in order.
fn calls() -> Vec<&'static str> {
    README
        .lines()
        .filter(|line| line.starts_with("call $") || line.starts_with("call \"$"))
        .collect()
}

/// Follows what the README's `curl -N` follows.
async fn follow(client: &Client) -> Stream {
    let line = README.lines().find(|line| line.starts_with("curl -N "));
    let line = line.expect("it says how to follow directives");
    let (_, address) = line.rsplit_once(" \"$API").expect("an address in quotes");
    let path = format!("/v1{}", address.trim_end_matches('"'));
    client.call(Method::GET, &path).stream().await
}

/// Sends what a line says: an address, and a body if there is one.
async fn paste(client: &Client, line: &str, community: &str) -> Value {
    let (address, body) = match line.split_once(" -d '") {
        Some((address, body)) => (
            address,
            Some(body.strip_suffix('\'').expect("a closed quote").to_owned()),
        ),
        None => (line, None),
    };
    let address = address.trim_start_matches("call ").trim_matches('"');
    let path = address
        .replace("$COMMUNITY", &format!("/v1/communities/{community}"))
        .replace("$API", "/v1");
    let call = match body {
        Some(body) => client
            .call(Method::POST, &path)
            .header("content-type", "application/json")
            .body(body),
        None => client.call(Method::GET, &path),
    };
    let reply = call.send().await;
    assert!(
        matches!(reply.status, 200 | 201),
        "{line}: {} {}",
        reply.status,
        reply.body
    );
    reply.body
}

on_every_store! {
    /// From the first warn to the events.
    async fn the_story_comes_out_as_it_is_told(store) {
        let server = Server::start(&store.database_url());
        let admin = server.admin();
        let (_, line) = README.split_once("COMMUNITY=$API/communities/$(").expect("the community is made");
        let line = line.split(" | ").next().unwrap();
        let made = paste(&admin, line, "").await;
        let community = made["id"].as_str().unwrap();

        let mut answers = Vec::new();
        let mut stream = follow(&admin).await;
        for line in calls() {
            let mut line = line.to_owned();
            if line.contains("$DIRECTIVE") {
                let directive = stream.event().await.data;
                assert_eq!((&directive["effect"], &directive["member"]), (&"mute".into(), &"80351110224678912".into()));
                line = line.replace("$DIRECTIVE", directive["id"].as_str().unwrap());
            }
            answers.push(paste(&admin, &line, community).await);
        }
        let [_, _, third, muted, explained, voided, free, cases, events, hook, _, _, receipt, drift, told, link, queue, asked, check, schedule] = &answers[..] else {
            panic!("the README makes {} calls", answers.len());
        };
        assert_eq!(third["escalations"][0]["kind"], "mute");
        assert_eq!(third["escalations"][0]["reason"], "Reached 3 points.");
        assert_eq!((&muted["points"], &muted["restrictions"][0]["restriction"]), (&3.into(), &"mute".into()));
        assert_eq!(explained["terms"].as_array().unwrap().len(), 3);
        assert_eq!(voided["also_voided"], serde_json::json!([4]));
        assert_eq!((&free["points"], &free["restrictions"]), (&2.into(), &serde_json::json!([])));
        assert_eq!(cases["items"].as_array().unwrap().len(), 4);
        assert_eq!(hook["webhook"]["state"], "active");
        assert_eq!((&receipt["state"], &drift["items"]), (&"applied".into(), &serde_json::json!([])));
        assert!(told["items"][0]["text"].as_str().unwrap().starts_with("You have been warned in Rustaceans."), "{told}");
        assert!(link["url"].as_str().unwrap().starts_with("http://127.0.0.1:"), "{link}");
        assert_eq!((&queue["items"], &asked["state"]), (&serde_json::json!([]), &"statement".into()));
        assert_eq!((&check["allowed"], &check["remaining"]), (&true.into(), &4.into()));
        assert_eq!((&schedule["state"], &schedule["time_zone"]), (&"active".into(), &"Europe/Berlin".into()));
        assert!(events["items"].as_array().unwrap().iter().any(|event| event["type"] == "case.voided"));
    }
}

#[test]
fn commands_that_it_names_exist() {
    let folder = crate::support::scratch::folder("readme");
    for line in README
        .lines()
        .filter(|line| line.starts_with("cargo run --release -- "))
    {
        let words = line
            .trim_start_matches("cargo run --release -- ")
            .split('#')
            .next()
            .unwrap();
        let arguments: Vec<&str> = words.split_whitespace().chain(["--help"]).collect();
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_tribune"))
            .args(&arguments)
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{line}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

/// The section about policies, pasted into a shell beside a running server, comes out as it says.
#[test]
fn rules_of_ones_own_are_five_minutes() {
    let (_, section) = README
        .split_once("## Your own rules")
        .expect("there is the section");
    let (section, _) = section.split_once("\n## ").expect("it is not the last");
    let blocks: Vec<&str> = section
        .split("```sh\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    assert_eq!(blocks.len(), 4);
    let folder = crate::support::scratch::folder("readme-policy");
    let data = folder.path().join("tribune-data");
    let url = format!("sqlite:{}/tribune.db", data.display());
    std::fs::create_dir(&data).unwrap();
    let server = Server::start(&url);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let request = serde_json::json!({"name": "Rustaceans"});
    runtime.block_on(async { server.admin().post("/v1/communities", &request).await.expect(201) });

    // The program as it was built for the tests, instead of the release that a reader builds.
    let word = r#"cargo run -q --release -- "$@""#;
    let script = blocks.concat();
    assert!(script.contains(word), "{script}");
    let script = script.replace(word, &format!(r#"'{}' "$@""#, env!("CARGO_BIN_EXE_tribune")));
    let pasted = std::process::Command::new("sh")
        .args(["-c", &script])
        .current_dir(folder.path())
        .env("DATABASE_URL", &url)
        .output()
        .unwrap();
    let (out, errors) = (
        String::from_utf8_lossy(&pasted.stdout),
        String::from_utf8_lossy(&pasted.stderr),
    );
    let told: Vec<&str> = section
        .split("```text\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    let [applied, tried] = told[..] else {
        panic!("it tells what comes of it in {} places", told.len());
    };
    assert!(out.contains(applied) && out.ends_with(tried), "{out}{errors}");
    assert!(
        out.starts_with("policy.yaml: can be used\n") && errors.is_empty(),
        "{out}{errors}"
    );
}
