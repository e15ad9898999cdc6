//! What the executable refuses to start with: each time a sentence that says what to do, and no secret in it.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};

use super::{Run, command, finish, run};
use crate::support::postgres::TestPostgres;
use crate::support::scratch;
use crate::support::server::Server;
use crate::support::store::TestStore;

const FREE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

/// That it ended with an error which says all of this.
#[track_caller]
fn refused(run: Run, says: &[&str]) {
    assert_eq!(run.code, Some(1), "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.starts_with("error: "), "{}", run.stderr);
    for text in says {
        assert!(run.stderr.contains(text), "no {text:?} in {}", run.stderr);
    }
    assert!(!run.stdout.contains("listening"), "{}", run.stdout);
}

#[test]
fn settings_that_do_not_exist_or_cannot_be() {
    let folder = scratch::folder("refused");
    fs::write(folder.path().join("typo.toml"), "[server]\nlisten_on = \"x\"\n").unwrap();
    refused(
        run(folder.path(), &["serve", "--config", "typo.toml"]),
        &["unknown setting `server.listen_on`"],
    );
    refused(
        run(folder.path(), &["serve", "--config", "none.toml"]),
        &["cannot read the configuration file none.toml"],
    );
    refused(
        run(folder.path(), &["serve", "--listen", "here"]),
        &["setting `server.listen` (flag --listen)"],
    );
    refused(
        run(
            folder.path(),
            &["serve", "--database-url", "mysql://u:hunter2@h/d"],
        ),
        &["database.url"],
    );
    let mut loud = command(folder.path(), &FREE);
    loud.env("TRIBUNE_LOG_FILTER", "info,tribune=loud");
    refused(finish(loud), &["log.filter"]);
    assert!(
        !folder.path().join("tribune-data").exists(),
        "a refused start made the data folder"
    );
}

#[test]
fn a_port_that_is_in_use() {
    let folder = scratch::folder("refused");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    refused(
        run(folder.path(), &["serve", "--listen", &address]),
        &[&format!("cannot listen on {address}"), "--listen"],
    );
    assert!(
        !folder.path().join("tribune-data").exists(),
        "a refused start made the data folder"
    );
}

/// Nobody else could do the jobs on a file that is one process's alone.
#[test]
fn split_processes_on_one_file() {
    let folder = scratch::folder("refused");
    for arguments in [
        &["serve", "--no-jobs", "--listen", "127.0.0.1:0"],
        &["work", "--listen", "127.0.0.1:0", "--data-dir", "data"][..],
    ] {
        let says = ["is one process's alone", "without --no-jobs", "use Postgres"];
        refused(run(folder.path(), arguments), &says);
    }
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        0,
        "a refused start made something"
    );
}

#[test]
fn a_data_folder_in_which_nothing_can_be_made() {
    let folder = scratch::folder("refused");
    fs::write(folder.path().join("file"), "").unwrap();
    let arguments = [&FREE[..], &["--data-dir", "file/data"]].concat();
    refused(
        run(folder.path(), &arguments),
        &["cannot use the data folder file/data", "--data-dir"],
    );
}

/// What belongs to others, or to something else as well, is not shut: the start is refused, and says what to do.
#[test]
fn a_data_folder_that_is_open_to_others_and_not_only_ours() {
    let folder = scratch::folder("refused");
    let data = folder.path().join("shared");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("novel.txt"), "").unwrap();
    fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).unwrap();
    let arguments = [&FREE[..], &["--data-dir", "shared"]].concat();
    refused(
        run(folder.path(), &arguments),
        &["mode 755", "novel.txt", "chmod 700", "--data-dir"],
    );
    assert_eq!(fs::metadata(&data).unwrap().permissions().mode() & 0o777, 0o755);
    let doctor = run(
        folder.path(),
        &["doctor", "--listen", "127.0.0.1:0", "--data-dir", "shared"],
    );
    assert!(
        doctor.stdout.contains("FAIL  data folder") && doctor.stdout.contains("novel.txt"),
        "{}",
        doctor.stdout
    );
    assert_eq!(fs::read_dir(&data).unwrap().count(), 1);
}

#[tokio::test]
async fn a_database_that_another_process_serves() {
    let store = TestStore::sqlite().await;
    let url = store.database_url();
    let _server = Server::start(&url);
    let folder = scratch::folder("refused");
    let arguments = [&FREE[..], &["--database-url", &url]].concat();
    refused(
        run(folder.path(), &arguments),
        &["in use by another tribune process"],
    );
    refused(
        run(folder.path(), &["migrate", "--database-url", &url]),
        &["in use by another tribune process"],
    );
}

#[test]
fn a_database_that_cannot_be_reached() {
    let folder = scratch::folder("refused");
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut serve = command(folder.path(), &FREE);
    serve.env(
        "DATABASE_URL",
        format!("postgres://someone:hunter2@{nobody}/ledger"),
    );
    let run = finish(serve);
    assert!(!format!("{}{}", run.stdout, run.stderr).contains("hunter2"));
    let said = run.stderr.clone();
    refused(
        run,
        &[
            &format!("cannot use postgres://someone:***@{nobody}/ledger"),
            "refused",
        ],
    );
    assert_eq!(
        said.matches("refused").count(),
        1,
        "its cause is said once: {said}"
    );
}

on_every_store! {
    /// A database that a newer build has changed is left alone.
    async fn a_newer_schema(store) {
        let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
            VALUES (999, 'from the future', true, 'x', 0)";
        let url = store.database_url();
        match &store {
            TestStore::Sqlite { .. } => {
                let options: SqliteConnectOptions = url.parse().unwrap();
                let mut connection = options.connect().await.unwrap();
                sqlx::query(newer).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
            TestStore::Postgres { .. } => {
                let mut connection = PgConnection::connect(&url).await.unwrap();
                sqlx::query(newer).execute(&mut connection).await.unwrap();
            }
        }
        let folder = scratch::folder("refused");
        let arguments = [&FREE[..], &["--database-url", &url]].concat();
        refused(run(folder.path(), &arguments), &["999", "newer version"]);
        let doctor = run(folder.path(), &["doctor", "--database-url", &url, "--listen", "127.0.0.1:0"]);
        assert_eq!(doctor.code, Some(1));
        assert!(doctor.stdout.contains("FAIL  schema"), "{}", doctor.stdout);
    }
}

#[tokio::test]
async fn an_older_schema_when_starting_may_not_migrate() {
    let database = TestPostgres::empty().await;
    may_not_migrate(&database.url());
    let folder = scratch::folder("refused");
    let file = folder.path().join("older.db");
    may_not_migrate(&format!("sqlite:{}", file.display()));
}

/// That a start is refused that would have to make tables and may not, on a database that has none.
fn may_not_migrate(url: &str) {
    let folder = scratch::folder("refused");
    let careful = |arguments: &[&str]| {
        let mut command = command(folder.path(), arguments);
        command
            .env("DATABASE_URL", url)
            .env("TRIBUNE_DATABASE_MIGRATE", "false");
        finish(command)
    };
    refused(
        careful(&FREE),
        &[
            "the database has schema 0, this build needs",
            "run `tribune migrate`",
        ],
    );
    if let Some(file) = url.strip_prefix("sqlite:") {
        assert!(
            !std::path::Path::new(file).exists(),
            "a refused start made the database"
        );
        let doctor = careful(&["doctor", "--listen", "127.0.0.1:0"]);
        assert!(
            doctor.stdout.contains("FAIL  database") && doctor.stdout.contains("run `tribune migrate`"),
            "{}",
            doctor.stdout
        );
        // One that is there, and has no tables.
        fs::write(file, "").unwrap();
        refused(
            careful(&FREE),
            &[
                "the database has schema 0, this build needs",
                "run `tribune migrate`",
            ],
        );
    }
    let doctor = careful(&["doctor", "--listen", "127.0.0.1:0"]);
    assert_eq!(doctor.code, Some(1));
    assert!(
        doctor.stdout.contains("FAIL  schema") && doctor.stdout.contains("tribune migrate"),
        "{}",
        doctor.stdout
    );
    let migrated = careful(&["migrate"]);
    assert_eq!(migrated.code, Some(0), "{}", migrated.stderr);
    assert!(
        !Server::start_with_environment(url, &[("TRIBUNE_DATABASE_MIGRATE", "false")])
            .admin_key
            .is_empty()
    );
}
