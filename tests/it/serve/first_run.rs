//! The first start makes everything and says how to go on; the second gives no secret away.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use hyper::Method;

use super::command;
use crate::support::client::{Client, Reply};
use crate::support::process::Process;
use crate::support::scratch;
use crate::support::server::Server;
use crate::support::store::TestStore;

const TO_START: Duration = Duration::from_secs(60);

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// The line of a banner that begins with `name`, without it.
fn row<'a>(banner: &'a str, name: &str) -> &'a str {
    let found = banner
        .lines()
        .find_map(|line| line.trim_start().strip_prefix(name));
    found
        .unwrap_or_else(|| panic!("no line {name:?} in\n{banner}"))
        .trim()
}

/// Sends what a `curl` line says, understanding just what the banner uses.
async fn paste(banner: &str) -> Reply {
    let line = banner
        .lines()
        .find(|line| line.starts_with("curl "))
        .expect("a curl line");
    let mut words = line.split('\'').enumerate().flat_map(|(index, part)| {
        let quoted = index % 2 == 1;
        let words: Vec<&str> = if quoted {
            vec![part]
        } else {
            part.split_whitespace().collect()
        };
        words
    });
    let (mut url, mut headers, mut body) = ("", Vec::new(), "");
    while let Some(word) = words.next() {
        match word {
            "curl" | "-s" => {}
            "-H" => headers.push(words.next().unwrap().split_once(": ").unwrap()),
            "-d" => body = words.next().unwrap(),
            other => url = other,
        }
    }
    let (base, path) = url.split_at(url.find("/v1").unwrap());
    let client = Client::anonymous(base);
    let call = headers
        .into_iter()
        .fold(client.call(Method::POST, path), |call, (name, value)| {
            call.header(name, value)
        });
    call.body(body.to_owned()).send().await
}

on_every_store! {
    /// Everything a person needs next is printed, and what is printed works.
    async fn the_first_start_says_how_to_go_on(store) {
        let mut server = Server::start(&store.database_url());
        let banner = server.log();
        let folder = server.data_dir();
        let file = folder.join("admin.key");

        assert_eq!(row(&banner, "API"), format!("{}/v1", server.url));
        assert_eq!(row(&banner, "docs"), format!("{}/docs", server.url));
        assert_eq!(row(&banner, "OpenAPI"), format!("{}/openapi.json", server.url));
        assert_eq!(row(&banner, "data folder"), folder.display().to_string());
        assert_eq!(row(&banner, "limits"), "counted in this process");
        let kind = match store { TestStore::Sqlite { .. } => "sqlite 3", TestStore::Postgres { .. } => "postgres" };
        assert!(row(&banner, "store").starts_with(kind), "{banner}");
        assert!(banner.ends_with(&format!("\nlistening on {}\n", server.url)), "{banner}");

        assert_eq!(row(&banner, "admin key"), server.admin_key);
        assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
        let left: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(!left.iter().any(|name| name.to_string_lossy().starts_with("admin.key.")), "{left:?}");

        let made = paste(&banner).await.expect(201);
        assert_eq!(made["name"], "My community");
        let admin = server.admin();
        admin.get(&format!("/v1/communities/{}", made["id"].as_str().unwrap())).await.expect(200);
        let tenant = admin.get("/v1/tenant").await.expect(200);
        assert_eq!(tenant["name"], "default");
        let first = &admin.get("/v1/events").await.expect(200)["items"][0];
        assert_eq!(first["type"], "tenant.created", "{first}");

        let key = server.admin_key.clone();
        assert!(server.terminate().success());
        server.restart();
        let again = server.log();
        assert!(!again.contains(&key), "{again}");
        assert!(!again.contains("already exists"), "that the tables are there is no news: {again}");
        assert_eq!(row(&again, "admin key"), format!("kept in {}", file.display()));
        server.admin().get("/v1/tenant").await.expect(200);
    }
}

#[tokio::test]
async fn without_any_setting_everything_is_in_one_folder() {
    let folder = scratch::folder("plain");
    // Another port than the default's, which may be in use where the tests run, is the one thing set.
    let mut process = Process::start(
        command(folder.path(), &["serve", "--listen", "127.0.0.1:0"]),
        &folder.path().join("log"),
    );
    process.wait_in_log("the server to listen", TO_START, |log| {
        log.contains("listening on ").then_some(())
    });
    let data = folder.path().join("tribune-data");
    assert_eq!(mode(&data), 0o700);
    assert!(data.join("tribune.db").exists() && data.join("admin.key").exists());
    paste(&process.log()).await.expect(201);
}

on_every_store! {
    /// A key that is kept already, of whatever database, is never overwritten, and what is said of a file is true of it.
    async fn a_key_that_is_kept_already_stays(store) {
        let folder = scratch::folder("kept");
        let data = folder.path().join("data");
        fs::create_dir(&data).unwrap();
        let others = data.join("admin.key");
        fs::write(&others, "trb_live_somebody-elses\n").unwrap();
        fs::set_permissions(&others, fs::Permissions::from_mode(0o600)).unwrap();
        // Open to others, and ours alone: it is tightened.
        fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).unwrap();

        let first = Server::start_in(&store.database_url(), &data);
        let banner = first.log();
        assert_eq!(fs::read_to_string(&others).unwrap(), "trb_live_somebody-elses\n");
        let key = row(&banner, "admin key").to_owned();
        let tenant = first.anonymous().with_key(&key).get("/v1/tenant").await.expect(200);
        let file = data.join(format!("admin-{}.key", tenant["id"].as_str().unwrap()));
        assert!(banner.contains(&format!("and kept in {}.", file.display())), "{banner}");
        assert_eq!(fs::read_to_string(&file).unwrap().trim(), key);
        assert_eq!((mode(&data), mode(&file)), (0o700, 0o600));
        drop(first);

        let again = Server::start_in(&store.database_url(), &data);
        assert_eq!(row(&again.log(), "admin key"), format!("kept in {}", file.display()));
        let keys = again.anonymous().with_key(&key).get("/v1/keys").await.expect(200);
        let revoke = format!("/v1/keys/{}", keys["items"][0]["id"].as_str().unwrap());
        again.anonymous().with_key(&key).delete(&revoke).await.expect(200);
        drop(again);

        let third = Server::start_in(&store.database_url(), &data);
        assert!(row(&third.log(), "admin key").contains("`tribune key create`"), "{}", third.log());
    }
}

#[tokio::test]
async fn of_two_replicas_that_start_together_one_makes_the_key() {
    let store = TestStore::postgres().await;
    let url = store.database_url();
    let servers: Vec<Server> = std::thread::scope(|scope| {
        let starting: Vec<_> = (0..3).map(|_| scope.spawn(|| Server::start(&url))).collect();
        starting
            .into_iter()
            .map(|server| server.join().unwrap())
            .collect()
    });
    let keys: Vec<_> = servers
        .iter()
        .filter(|server| !server.admin_key.is_empty())
        .collect();
    assert_eq!(keys.len(), 1);
    for server in &servers {
        let admin = server.anonymous().with_key(&keys[0].admin_key);
        admin.get("/v1/tenant").await.expect(200);
    }
}
