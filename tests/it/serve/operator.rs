//! What an operator does at the machine itself: ask the doctor, make a key, write the document.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::run;
use crate::support::scratch;
use crate::support::server::Server;
use crate::support::store::TestStore;
use serde_json::json;

on_every_store! {
    /// A key made beside the running server works at once; what cannot be is refused in a sentence.
    async fn keys_are_made_on_a_live_database(store) {
        let url = store.database_url();
        let server = Server::start(&url);
        let folder = scratch::folder("operator");
        let create = |more: &[&str]| run(folder.path(), &[&["key", "create", "--database-url", &url, "--name", "rescue"], more].concat());

        let made = create(&[]);
        assert_eq!(made.code, Some(0), "{}", made.stderr);
        let key = made.stdout.trim();
        assert!(key.starts_with("trb_live_") && !made.stderr.contains(key), "{}", made.stderr);
        let rescued = server.anonymous().with_key(key);
        rescued.get("/v1/tenant").await.expect(200);

        let narrow = create(&["--tenant", "default", "--scope", "users:read", "--rank", "moderator"]);
        let narrow = server.anonymous().with_key(narrow.stdout.trim());
        narrow.get("/v1/users").await.expect(200);
        narrow.get("/v1/keys").await.expect(403);
        let keys = rescued.get("/v1/keys").await.expect(200);
        let ranks: Vec<_> = keys["items"].as_array().unwrap().iter().map(|key| key["rank"].as_str().unwrap()).collect();
        assert_eq!(ranks, ["owner", "admin", "moderator"]);

        for (more, says) in [
            (&["--tenant", "nobody"][..], "no such tenant"),
            (&["--scope", "everything"], "there is no scope everything; known are acts:write"),
            (&["--rank", "king"], "there is no rank king"),
        ] {
            let refused = create(more);
            assert_eq!(refused.code, Some(1));
            assert!(refused.stderr.contains(says) && refused.stdout.is_empty(), "{}", refused.stderr);
        }
        let first = rescued.get("/v1/tenant").await.expect(200);
        let other = rescued.post("/v1/tenants", &json!({"name": "other"})).await.expect(201);
        let ambiguous = create(&[]).stderr;
        assert!(ambiguous.contains("several tenants") && !ambiguous.contains("and more"), "{ambiguous}");
        for tenant in [&first, &other["tenant"]] {
            let line = format!("{}  {}", tenant["id"].as_str().unwrap(), tenant["name"].as_str().unwrap());
            assert!(ambiguous.contains(&line), "no {line:?} in {ambiguous}");
        }
        for n in 0..19 {
            rescued.post("/v1/tenants", &json!({"name": format!("tenant {n}")})).await.expect(201);
        }
        let ambiguous = create(&[]).stderr;
        assert_eq!(ambiguous.matches("ten_").count(), 20, "{ambiguous}");
        assert!(ambiguous.trim_end().ends_with("and more"), "{ambiguous}");
        // What is the operator's is given to no other tenant unless it is asked for.
        let scopes = async |more: &[&str]| {
            let made = create(more);
            assert_eq!(made.code, Some(0), "{}", made.stderr);
            let client = server.anonymous().with_key(made.stdout.trim());
            let keys = client.get("/v1/keys").await.expect(200);
            let newest = keys["items"].as_array().unwrap().last().unwrap()["scopes"].clone();
            newest.as_array().unwrap().clone()
        };
        let operators = json!("tenants:write");
        let theirs = scopes(&["--tenant", "other"]).await;
        assert!(!theirs.contains(&operators) && theirs.contains(&json!("acts:write")), "{theirs:?}");
        assert!(scopes(&["--tenant", "default"]).await.contains(&operators));
        let asked = scopes(&["--tenant", "other", "--scope", "keys:write", "--scope", "tenants:write"]).await;
        assert_eq!(asked, [json!("keys:write"), operators]);
    }

    /// A file of another database's key is told from one of this database's.
    async fn the_doctor_knows_whose_key_is_kept(store) {
        let url = store.database_url();
        let server = Server::start(&url);
        let elsewhere = TestStore::sqlite().await;
        let other = Server::start(&elsewhere.database_url());
        let folder = scratch::folder("operator");
        let doctor = |data: &std::path::Path| {
            run(folder.path(), &["doctor", "--database-url", &url, "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()])
        };
        let ours = doctor(&server.data_dir()).stdout;
        assert!(ours.contains("admin.key, a key of this database"), "{ours}");
        let theirs = doctor(&other.data_dir());
        assert_eq!(theirs.code, Some(0), "it is a warning");
        assert!(theirs.stdout.contains("warn  admin key") && theirs.stdout.contains("`tribune key create`"), "{}", theirs.stdout);
    }

    /// Another bot's file is taken into a community beside the running server; what cannot be taken is said line by line.
    async fn history_is_imported_on_a_live_database(store) {
        let url = store.database_url();
        let server = Server::start(&url);
        let community = server.admin().post("/v1/communities", &json!({"name": "here"})).await.expect(201);
        let community = community["id"].as_str().unwrap();
        let folder = scratch::folder("operator");
        let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/adapters/samples/");
        let import = |more: &[&str]| run(folder.path(), &[&["import", "--database-url", &url, "--community", community], more].concat());

        let zeppelin = format!("{sample}zeppelin.json");
        let trial = import(&["--from", "zeppelin", "--dry-run", &zeppelin]);
        assert_eq!(trial.code, Some(3), "{}", trial.stderr);
        assert!(trial.stdout.contains(" would be imported (#1 to #"), "{}", trial.stdout);
        let cases = format!("/v1/communities/{community}/cases?limit=500");
        assert_eq!(server.admin().get(&cases).await.expect(200)["items"], json!([]));

        let done = import(&["--from", "zeppelin", &zeppelin]);
        assert_eq!(done.code, Some(3), "{}", done.stderr);
        let made = server.admin().get(&cases).await.expect(200)["items"].as_array().unwrap().len();
        assert!(made > 5 && done.stdout.contains(&format!("{made} imported (#1 to #{made}), 0 there already")), "{}", done.stdout);
        assert!(done.stderr.contains(" lines read"), "{}", done.stderr);
        let link = json!({"platform": "discord", "space": "81384788765712384"});
        server.admin().post(&format!("/v1/communities/{community}/links"), &link).await.expect(201);
        let by_link = ["import", "--database-url", &url, "--community", "discord:81384788765712384", &format!("{sample}zeppelin.ndjson")];
        let again = run(folder.path(), &by_link);
        assert_eq!((again.code, again.stdout.contains("0 imported, ")), (Some(0), true), "{}{}", again.stdout, again.stderr);

        fs::write(folder.path().join("bad.ndjson"), "{}\n\nnonsense\n").unwrap();
        let bad = import(&["bad.ndjson"]);
        assert_eq!((bad.code, bad.stdout.as_str()), (Some(1), ""));
        assert!(bad.stderr.contains("line 1") && bad.stderr.contains("line 3: ") && bad.stderr.contains("nothing was written"), "{}", bad.stderr);
        let nowhere = run(folder.path(), &["import", "--database-url", &url, "--community", "com_0000000000007000800000000000dead", &format!("{sample}zeppelin.ndjson")]);
        assert!(nowhere.code == Some(1) && nowhere.stderr.contains("no such community"), "{}", nowhere.stderr);
    }

    /// A community goes into a file beside the running server, and becomes another one in another tenant.
    async fn communities_are_copied_on_a_live_database(store) {
        let url = store.database_url();
        let server = Server::start(&url);
        let community = server.admin().post("/v1/communities", &json!({"name": "here"})).await.expect(201);
        let id = community["id"].as_str().unwrap();
        let act = json!({"kind": "mute", "member": "discord:1", "duration": 3600});
        server.admin().post(&format!("/v1/communities/{id}/acts"), &act).await.expect(201);
        let other = server.admin().post("/v1/tenants", &json!({"name": "other"})).await.expect(201);
        let folder = scratch::folder("operator");
        let on = |arguments: &[&str]| run(folder.path(), &[arguments, &["--database-url", &url]].concat());

        let piped = on(&["export", "--tenant", "default", "--community", id]);
        assert_eq!(piped.code, Some(0), "{}", piped.stderr);
        assert!(piped.stdout.starts_with("{\"export\"") && piped.stdout.trim_end().lines().last().unwrap().starts_with("{\"end\""));
        let kept = on(&["export", "--tenant", "default", "--community", "here", "--output", "it.ndjson"]);
        assert_eq!((kept.code, kept.stdout.as_str()), (Some(0), ""), "{}", kept.stderr);
        let made = on(&["restore", "--tenant", "other", "it.ndjson"]);
        assert_eq!(made.code, Some(0), "{}", made.stderr);
        let there = server.anonymous().with_key(other["secret"].as_str().unwrap());
        let case = there.get(&format!("/v1/communities/{}/cases/1", made.stdout.trim())).await.expect(200);
        assert_eq!(case["kind"], "mute");

        fs::write(folder.path().join("cut.ndjson"), &piped.stdout[..piped.stdout.len() / 2]).unwrap();
        let cut = on(&["restore", "--tenant", "other", "cut.ndjson"]);
        assert!(cut.code == Some(1) && cut.stderr.contains("nothing was written"), "{}", cut.stderr);
        let nowhere = on(&["export", "--tenant", "other", "--community", id]);
        assert!(nowhere.code == Some(1) && nowhere.stderr.contains("no such community"), "{}", nowhere.stderr);
    }

    /// The doctor is content with a server that runs, and says what to do when something is wrong.
    async fn the_doctor_looks_at_everything(store) {
        let url = store.database_url();
        let server = Server::start(&url);
        let folder = scratch::folder("operator");
        let data = server.data_dir();
        let listen = server.url.trim_start_matches("http://");
        let doctor = |listen: &str| {
            run(folder.path(), &["doctor", "--database-url", &url, "--listen", listen, "--data-dir", data.to_str().unwrap()])
        };
        let healthy = doctor(listen);
        assert_eq!(healthy.code, Some(0), "{}{}", healthy.stdout, healthy.stderr);
        let lines: Vec<_> = healthy.stdout.lines().collect();
        for subject in ["settings", "data folder", "admin key", "database", "clock", "schema", "port"] {
            let line = format!("{:<6}{subject}", "ok");
            assert!(lines.iter().any(|found| found.starts_with(&line)), "no {line:?} in {lines:#?}");
        }
        let file = url.strip_prefix("sqlite:").map(std::path::Path::new);
        assert_eq!(file.is_some(), lines.iter().any(|found| found.starts_with("ok    data file")), "{lines:#?}");

        if let Some(file) = file {
            fs::set_permissions(file, fs::Permissions::from_mode(0o640)).unwrap();
            let open = doctor(listen);
            assert_eq!(open.code, Some(0), "it is a warning");
            let says = format!("warn  data file    {}: other users may read it (mode 640): chmod 600", file.display());
            assert!(open.stdout.contains(&says), "no {says:?} in {}", open.stdout);
        }
        fs::set_permissions(data.join("admin.key"), fs::Permissions::from_mode(0o644)).unwrap();
        fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).unwrap();
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let ill = doctor(&taken.local_addr().unwrap().to_string());
        assert_eq!(ill.code, Some(1));
        for says in ["FAIL  admin key", "chmod 600", "warn  data folder", "chmod 700", "FAIL  port", "--listen"] {
            assert!(ill.stdout.contains(says), "no {says:?} in {}", ill.stdout);
        }
        assert!(ill.stderr.contains("2 of the above"), "{}", ill.stderr);
    }
}

#[test]
fn a_key_for_no_database_makes_none() {
    let folder = scratch::folder("operator");
    let refused = run(folder.path(), &["key", "create", "--name", "rescue"]);
    assert_eq!(refused.code, Some(1));
    for says in [
        "there is no database ./tribune-data/tribune.db",
        "tribune serve",
        "--data-dir",
        "--database-url",
    ] {
        assert!(refused.stderr.contains(says), "no {says:?} in {}", refused.stderr);
    }
    fs::write(folder.path().join("empty.db"), "").unwrap();
    let empty = run(
        folder.path(),
        &[
            "key",
            "create",
            "--name",
            "rescue",
            "--database-url",
            "sqlite:empty.db",
        ],
    );
    assert!(empty.stderr.contains("run `tribune migrate`"), "{}", empty.stderr);
    assert_eq!(fs::metadata(folder.path().join("empty.db")).unwrap().len(), 0);
    assert!(!folder.path().join("tribune-data").exists());
}

#[test]
fn the_doctor_changes_nothing() {
    let folder = scratch::folder("operator");
    let report = run(folder.path(), &["doctor", "--listen", "127.0.0.1:0"]);
    assert_eq!(report.code, Some(0), "{}", report.stdout);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    let ill = run(folder.path(), &["doctor", "--config", "none.toml"]);
    assert_eq!(ill.code, Some(1));
    assert!(ill.stdout.starts_with("FAIL  settings"), "{}", ill.stdout);
}

/// A file of authorities that cannot be used keeps the server down, since it would be missed only when calls fail.
#[test]
fn a_file_of_authorities_is_read_at_the_start() {
    let folder = scratch::folder("operator");
    fs::write(folder.path().join("ca.pem"), "nonsense").unwrap();
    fs::write(folder.path().join("t.toml"), "[outbound]\nca_file = \"ca.pem\"\n").unwrap();
    let says = "ca.pem holds no certificate in PEM";
    let doctor = run(
        folder.path(),
        &["doctor", "--config", "t.toml", "--listen", "127.0.0.1:0"],
    );
    assert_eq!(doctor.code, Some(1));
    let line = format!("FAIL  authorities  {says}");
    assert!(doctor.stdout.contains(&line), "{}", doctor.stdout);
    let serve = run(
        folder.path(),
        &["serve", "--config", "t.toml", "--listen", "127.0.0.1:0"],
    );
    assert_eq!(serve.code, Some(1));
    let told = format!("outbound.ca_file cannot be used: {says}");
    assert!(serve.stderr.contains(&told), "{}", serve.stderr);
    assert!(!folder.path().join("tribune-data").exists(), "nothing was made");
}

#[test]
fn the_document_is_printed_and_written_alike() {
    let folder = scratch::folder("operator");
    let printed = run(folder.path(), &["openapi"]);
    assert!(
        printed.stdout.contains("\"openapi\": \"3.1"),
        "{}",
        &printed.stdout[..200]
    );
    assert_eq!(run(folder.path(), &["openapi", "--write"]).code, Some(0));
    let written = fs::read_to_string(folder.path().join("openapi/openapi.json")).unwrap();
    assert_eq!(written, printed.stdout);
}
