//! Policies in files, at the machine itself.

use std::fs;

use hyper::Method;
use serde_json::json;

use super::run;
use crate::support::scratch;
use crate::support::server::Server;

#[test]
fn a_file_is_checked_to_the_line() {
    let folder = scratch::folder("policy");
    let check = |text: &str| {
        fs::write(folder.path().join("p.yaml"), text).unwrap();
        run(folder.path(), &["policy", "check", "p.yaml"])
    };
    let fine = check("ladder:\n  - {id: a, at: 3, action: ban}\n");
    assert_eq!(
        (fine.code, fine.stdout.as_str()),
        (Some(0), "p.yaml: can be used\n"),
        "{}",
        fine.stderr
    );
    let json = check(r#"{"ladder": [{"id": "a", "at": 3, "action": "ban"}]}"#);
    assert_eq!(json.code, Some(0), "{}", json.stderr);

    let odd = check("ladder:\n  - {id: a, at: 3, action: ban}\n  - {id: b, at: 4, action: ban}\n");
    assert_eq!(odd.code, Some(3));
    assert!(
        odd.stderr
            .starts_with("p.yaml:3: warning: /ladder/1: b lies above a"),
        "{}",
        odd.stderr
    );

    let wrong = check("weights: {warn: 0.05}\nladder:\n  - {id: a, at: 3, action: tempban}\n");
    assert_eq!((wrong.code, wrong.stdout.as_str()), (Some(1), ""));
    let lines: Vec<_> = wrong.stderr.lines().collect();
    assert!(
        lines[0].starts_with("p.yaml:1: error: /weights/warn: "),
        "{lines:#?}"
    );
    assert_eq!(
        lines[1],
        "p.yaml:3: error: /ladder/0/duration: a tempban needs a duration"
    );
    assert_eq!(lines.len(), 2);

    let twice = check("weights: {warn: 1}\nladder: []\nweights: {}\n");
    assert_eq!(
        (twice.code, twice.stderr.as_str()),
        (Some(1), "p.yaml:3: error: weights stands here a second time\n")
    );
    let absent = run(folder.path(), &["policy", "check", "none.yaml"]);
    assert!(
        absent.code == Some(1) && absent.stderr.contains("cannot read none.yaml"),
        "{}",
        absent.stderr
    );
    check(&"#".repeat(300_000));
    assert!(
        run(folder.path(), &["policy", "check", "p.yaml"])
            .stderr
            .contains("which is no policy")
    );
}

#[test]
fn presets_are_printed_and_can_be_used() {
    let folder = scratch::folder("policy");
    for name in ["gentle", "standard", "strict"] {
        let printed = run(folder.path(), &["policy", "preset", name]);
        assert_eq!(printed.code, Some(0), "{}", printed.stderr);
        fs::write(folder.path().join("p.yaml"), printed.stdout).unwrap();
        let checked = run(folder.path(), &["policy", "check", "p.yaml"]);
        assert_eq!(checked.code, Some(0), "{name}: {}", checked.stderr);
    }
    let unknown = run(folder.path(), &["policy", "preset", "cruel"]);
    assert_eq!((unknown.code, unknown.stdout.as_str()), (Some(1), ""));
    assert!(
        unknown.stderr.contains("known are gentle, standard, strict"),
        "{}",
        unknown.stderr
    );
}

on_every_store! {
    /// A file becomes the policy of a running server's community, and is compared with it.
    async fn files_are_applied_on_a_live_database(store) {
        let url = store.database_url();
        let server = Server::start(&url);
        let admin = server.admin();
        let links = json!([{"platform": "discord", "space": "77"}]);
        let made = admin.post("/v1/communities", &json!({"name": "Rust", "links": links})).await.expect(201);
        let path = format!("/v1/communities/{}/policy", made["id"].as_str().unwrap());
        let folder = scratch::folder("policy");
        let policy = |words: &[&str]| run(folder.path(), &[&["policy"], words, &["--database-url", &url]].concat());

        let shown = policy(&["show", "--community", "Rust"]);
        assert_eq!(shown.code, Some(0), "{}", shown.stderr);
        assert!(shown.stdout.starts_with("# Version 1, written "), "{}", shown.stdout);
        fs::write(folder.path().join("p.yaml"), &shown.stdout).unwrap();
        let same = policy(&["diff", "p.yaml", "--community", "discord:77"]);
        assert_eq!((same.code, same.stdout.as_str()), (Some(0), "the same as version 1\n"), "{}", same.stderr);
        let nothing = policy(&["apply", "p.yaml", "--community", "Rust"]);
        assert_eq!((nothing.code, nothing.stdout.as_str()), (Some(0), "the same as version 1\nnothing to write\n"));

        let milder = shown.stdout.replace("duration: PT1H}", "duration: PT2H}");
        fs::write(folder.path().join("p.yaml"), milder).unwrap();
        let line = "ladder/mute-1h/duration: 1 h → 2 h\n";
        let differs = policy(&["diff", "p.yaml", "--community", made["id"].as_str().unwrap()]);
        assert_eq!((differs.code, differs.stdout.as_str()), (Some(3), line));
        let dry = policy(&["apply", "p.yaml", "--community", "Rust", "--dry-run"]);
        assert_eq!((dry.code, dry.stdout), (Some(0), format!("{line}nothing was written (--dry-run)\n")));
        assert_eq!(admin.get(&path).await.expect(200)["version"], 1);

        let applied = policy(&["apply", "p.yaml", "--community", "Rust", "--comment", "longer"]);
        assert_eq!((applied.code, applied.stdout), (Some(0), format!("{line}version 2 is in force\n")), "{}", applied.stderr);
        let now = admin.get(&path).await.expect(200);
        assert_eq!((&now["version"], &now["comment"], &now["by"]["type"]), (&json!(2), &json!("longer"), &json!("system")));

        fs::write(folder.path().join("p.yaml"), "{}").unwrap();
        let past = policy(&["apply", "p.yaml", "--community", "Rust", "--activate-at", "2020-01-01T00:00:00Z"]);
        assert!(past.code == Some(1) && past.stderr.contains("comes into force after now"), "{}", past.stderr);
        let made_at: chrono::DateTime<chrono::Utc> = made["created_at"].as_str().unwrap().parse().unwrap();
        let tomorrow = (made_at + chrono::TimeDelta::days(1)).to_rfc3339();
        let later = policy(&["apply", "p.yaml", "--community", "Rust", "--activate-at", &tomorrow]);
        assert!(later.code == Some(0) && later.stdout.contains("version 3 comes into force at ") && later.stdout.ends_with("Z\n"), "{}{}", later.stdout, later.stderr);
        assert_eq!(admin.get(&path).await.header("etag"), Some("\"2+3\""));
        let again = policy(&["apply", "p.yaml", "--community", "Rust", "--activate-at", &tomorrow]);
        assert_eq!(again.stdout, "the same as version 3\nnothing to write\n");
        // The same rules now, and not tomorrow.
        let sooner = policy(&["apply", "p.yaml", "--community", "Rust"]);
        assert!(sooner.stdout.contains("takes the place of version 3, which was to come into force at "), "{}", sooner.stdout);
        assert!(sooner.stdout.ends_with("version 4 is in force\n"), "{}{}", sooner.stdout, sooner.stderr);
        assert_eq!(admin.get(&path).await.header("etag"), Some("\"4\""));
        assert!(policy(&["apply", "p.yaml", "--community", "Rust"]).stdout.ends_with("nothing to write\n"));
        let first = policy(&["show", "--community", "Rust", "--version", "1"]);
        assert!(first.stdout.starts_with("# Version 1, "), "{}", first.stdout);

        for (words, says) in [
            (&["show", "--community", "Go"][..], "no such community"),
            (&["show", "--community", "discord:78"], "no such link"),
            (&["show", "--community", "Rust", "--tenant", "nobody"], "no such tenant"),
            (&["show", "--community", "Rust", "--version", "9"], "no such policy"),
            (&["apply", "p.yaml", "--community", "Rust", "--activate-at", "soon"], "is no moment"),
        ] {
            let refused = policy(words);
            assert!(refused.code == Some(1) && refused.stderr.contains(says), "{words:?}: {}", refused.stderr);
        }
        admin.post("/v1/communities", &json!({"name": "Rust"})).await.expect(201);
        let ambiguous = policy(&["show", "--community", "Rust"]);
        assert!(ambiguous.stderr.contains("are both called Rust; give the id"), "{}", ambiguous.stderr);
    }

    /// The versions are listed with what became of them, and an earlier one is brought back, beside a running server.
    async fn versions_are_listed_and_brought_back(store) {
        let url = store.database_url();
        let server = Server::start(&url);
        let admin = server.admin();
        let made = admin.post("/v1/communities", &json!({"name": "Rust"})).await.expect(201);
        let path = format!("/v1/communities/{}/policy", made["id"].as_str().unwrap());
        let folder = scratch::folder("policy");
        let policy = |words: &[&str]| run(folder.path(), &[&["policy"], words, &["--community", "Rust", "--database-url", &url]].concat());
        let history = || {
            let told = policy(&["history"]);
            assert_eq!(told.code, Some(0), "{}", told.stderr);
            let lines: Vec<String> = told.stdout.lines().map(str::to_owned).collect();
            assert_eq!(lines[0].split_whitespace().collect::<Vec<_>>(), ["VERSION", "STATE", "FROM", "WRITTEN", "BY", "COMMENT"]);
            lines[1..].to_vec()
        };
        let states = |lines: &[String]| -> Vec<String> {
            lines.iter().map(|line| line.split("  ").filter(|cell| !cell.is_empty()).take(2).map(str::trim).collect::<Vec<_>>().join(" ")).collect()
        };
        assert_eq!(states(&history()), ["1 in force"]);

        let milder = json!({"rules": {"weights": {"warn": 0.5}}, "comment": "milder\nfor a while"});
        admin.call(Method::PUT, &path).header("if-match", "\"1\"").json(&milder).send().await.expect(200);
        let lines = history();
        assert_eq!(states(&lines), ["2 in force", "1 past"]);
        assert!(lines[0].ends_with("  milder for a while") && lines[0].contains("  key_"), "{}", lines[0]);

        let dry = policy(&["restore", "1", "--dry-run"]);
        assert_eq!((dry.code, dry.stdout.as_str()), (Some(0), "weights/warn: 0.5 → 1\nnothing was written (--dry-run)\n"), "{}", dry.stderr);
        let made_at: chrono::DateTime<chrono::Utc> = made["created_at"].as_str().unwrap().parse().unwrap();
        let tomorrow = (made_at + chrono::TimeDelta::days(1)).to_rfc3339();
        let later = policy(&["restore", "1", "--activate-at", &tomorrow, "--comment", "from tomorrow"]);
        assert!(later.code == Some(0) && later.stdout.contains("version 3 comes into force at "), "{}{}", later.stdout, later.stderr);
        let lines = history();
        assert_eq!(states(&lines), ["3 scheduled", "2 in force", "1 past"]);
        assert!(lines[0].contains("  system ") && lines[0].ends_with("  from tomorrow"), "{}", lines[0]);

        let sooner = policy(&["restore", "1"]);
        assert!(sooner.stdout.starts_with("the same as version 3\ntakes the place of version 3, "), "{}{}", sooner.stdout, sooner.stderr);
        assert!(sooner.stdout.ends_with("version 4 is in force\n"), "{}", sooner.stdout);
        let lines = history();
        assert_eq!(states(&lines), ["4 in force", "3 withdrawn", "2 past", "1 past"]);
        assert!(lines[0].ends_with("Restores version 1"), "{}", lines[0]);
        let now = admin.get(&path).await.expect(200);
        assert_eq!((&now["version"], &now["rules"]["weights"]["warn"]), (&json!(4), &json!(1)));

        // What was withdrawn can be brought back as well, and what is there already is not written again.
        let same = policy(&["restore", "3"]);
        assert_eq!((same.code, same.stdout.as_str()), (Some(0), "the same as version 4\nnothing to write\n"), "{}", same.stderr);
        for (words, says) in [
            (&["restore", "9"][..], "no such policy"),
            (&["restore", "1", "--activate-at", "soon"], "is no moment"),
            (&["restore", "1", "--comment", "\u{1b}[2J"], "no control characters"),
        ] {
            let refused = policy(words);
            assert!(refused.code == Some(1) && refused.stderr.contains(says), "{words:?}: {}", refused.stderr);
        }
        assert_eq!(policy(&["restore", "0"]).code, Some(2));
    }

    /// Sanctions that would lose their end by a file are told before it is written.
    async fn ends_that_would_be_lost_are_told(store) {
        let url = store.database_url();
        let server = Server::start(&url);
        let admin = server.admin();
        let made = admin.post("/v1/communities", &json!({"name": "Rust"})).await.expect(201);
        let folder = scratch::folder("policy");
        let policy = |words: &[&str]| run(folder.path(), &[&["policy"], words, &["--community", "Rust", "--database-url", &url]].concat());
        let holding = "ladder:\n  - {id: quiet, at: 2, action: mute, mode: while_above, reset_below: 1}\n";
        fs::write(folder.path().join("p.yaml"), holding).unwrap();
        assert_eq!(policy(&["apply", "p.yaml"]).code, Some(0));
        let acts = format!("/v1/communities/{}/acts", made["id"].as_str().unwrap());
        for reason in ["a", "b"] {
            admin.post(&acts, &json!({"kind": "warn", "member": "discord:7", "reason": reason})).await.expect(201);
        }
        fs::write(folder.path().join("p.yaml"), "{ladder: [], decay: {model: none}}").unwrap();
        let warned = policy(&["apply", "p.yaml", "--dry-run"]);
        assert_eq!(warned.code, Some(0));
        assert!(warned.stderr.starts_with("warning: /decay/model: points would never fall"), "{}", warned.stderr);
    }
}
