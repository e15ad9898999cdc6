//! A Postgres database for one test: a copy of a template that was migrated once, dropped when the test is over.
//!
//! All tests of the process share one cluster. One thread of its own makes and drops their databases, so that this works from
//! a `Drop`, where nothing can be awaited, and no two copies of the template are made at a time.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use sqlx::PgConnection;
use tokio::sync::{mpsc, oneshot};

use super::pg_cluster::{Cluster, Fsync, connect, run};
use super::store::migrate;

const TEMPLATE: &str = "tribune_template";

/// A database that one test has for itself.
pub(crate) struct TestPostgres {
    name: String,
    home: Home,
}

enum Home {
    Shared(&'static Shared),
    Own(Cluster),
}

impl TestPostgres {
    /// A migrated, empty database on the shared cluster.
    pub(crate) async fn migrated() -> Self {
        Self::from_template(TEMPLATE).await
    }

    /// A database on the shared cluster without any table, as a new installation finds it.
    pub(crate) async fn empty() -> Self {
        Self::from_template("template0").await
    }

    /// A migrated database on a cluster of its own with `fsync` on, which the test may crash.
    pub(crate) async fn durable() -> Self {
        let cluster = Cluster::start(Fsync::On);
        let name = "tribune".to_owned();
        run(
            &mut connect(&cluster.url("postgres")).await,
            format!("CREATE DATABASE {name}"),
        )
        .await;
        migrate(&cluster.url(&name)).await;
        Self {
            name,
            home: Home::Own(cluster),
        }
    }

    /// Where the database is: for sqlx, and for `--database-url`.
    pub(crate) fn url(&self) -> String {
        match &self.home {
            Home::Shared(shared) => shared.cluster.url(&self.name),
            Home::Own(cluster) => cluster.url(&self.name),
        }
    }

    /// The server of a [durable](Self::durable) database, to be crashed, stopped and started.
    pub(crate) fn cluster(&mut self) -> &mut Cluster {
        match &mut self.home {
            Home::Own(cluster) => cluster,
            Home::Shared(_) => {
                panic!("the shared cluster serves other tests too: use TestPostgres::durable()")
            }
        }
    }

    async fn from_template(template: &'static str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let shared = shared();
        let (done, made) = oneshot::channel();
        shared.send(Order::Create {
            name: name.clone(),
            template,
            done,
        });
        made.await
            .expect("the thread that makes databases failed; its message is above");
        Self {
            name,
            home: Home::Shared(shared),
        }
    }
}

impl Drop for TestPostgres {
    fn drop(&mut self) {
        if let Home::Shared(shared) = &self.home {
            shared.send(Order::Drop {
                name: std::mem::take(&mut self.name),
            });
        }
    }
}

struct Shared {
    cluster: Cluster,
    orders: mpsc::UnboundedSender<Order>,
}

enum Order {
    Create {
        name: String,
        template: &'static str,
        done: oneshot::Sender<()>,
    },
    Drop {
        name: String,
    },
}

impl Shared {
    fn send(&self, order: Order) {
        // Fails only when the thread has panicked; whoever waits for a database then learns it from the dropped sender.
        let _ = self.orders.send(order);
    }
}

fn shared() -> &'static Shared {
    static SHARED: OnceLock<Shared> = OnceLock::new();
    SHARED.get_or_init(|| {
        let cluster = Cluster::start(Fsync::Off);
        let (orders, inbox) = mpsc::unbounded_channel();
        let (server, template) = (cluster.url("postgres"), cluster.url(TEMPLATE));
        // Only as of 15 is there another way to copy a database, and only as of then a name for this one.
        let strategy = if cluster.major_version() >= 15 {
            "STRATEGY FILE_COPY"
        } else {
            ""
        };
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime can be made").block_on(async {
                let mut connection = connect(&server).await;
                run(&mut connection, format!("CREATE DATABASE {TEMPLATE}")).await;
                migrate(&template).await;
                serve(&mut connection, strategy, inbox).await;
            });
        });
        Shared { cluster, orders }
    })
}

async fn serve(connection: &mut PgConnection, strategy: &str, mut inbox: mpsc::UnboundedReceiver<Order>) {
    while let Some(order) = inbox.recv().await {
        match order {
            Order::Create { name, template, done } => {
                run(
                    connection,
                    format!("CREATE DATABASE {name} TEMPLATE {template} {strategy}"),
                )
                .await;
                let _ = done.send(());
            }
            // By force: a server that the test killed may not have noticed yet that its connection is gone.
            Order::Drop { name } => run(connection, format!("DROP DATABASE {name} WITH (FORCE)")).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::path::Path;
    use std::process::{Command, Stdio};
    use std::time::Duration;

    use super::super::wait;
    use super::*;

    const LIMIT: Duration = Duration::from_secs(30);

    async fn databases(connection: &mut PgConnection) -> Vec<String> {
        sqlx::query_scalar("SELECT datname FROM pg_database")
            .fetch_all(connection)
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn each_test_has_a_database_that_goes_with_it() {
        let (one, other) = (TestPostgres::migrated().await, TestPostgres::empty().await);
        let mut connection = connect(&one.url()).await;
        let name: String = sqlx::query_scalar("SELECT current_database()::text")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(name, one.name);
        assert_ne!(one.name, other.name);

        let mut observer = connect(&other.url()).await;
        assert!(databases(&mut observer).await.contains(&name));
        drop(one);
        while databases(&mut observer).await.contains(&name) {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn text_does_not_sort_by_bytes() {
        let database = TestPostgres::empty().await;
        let mut connection = connect(&database.url()).await;
        let before: bool = sqlx::query_scalar("SELECT 'a' < 'B'")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert!(
            before,
            "in bytes 'B' comes before 'a'; a real server's collation says otherwise"
        );
    }

    /// Starts this test again in a process of its own, kills that with its Postgres running, and looks for remains.
    #[test]
    fn kill_minus_nine_leaves_neither_a_postgres_nor_a_folder() {
        const INNER: &str = "TRIBUNE_TESTS_WAIT_TO_BE_KILLED";
        if std::env::var_os(INNER).is_some() {
            let cluster = Cluster::start(Fsync::Off);
            // Standard output directly: the test runner would keep what `println!` says until the end of the test.
            let line = format!(
                "\ncluster {} {}\n",
                cluster.id(),
                super::super::scratch::path().display()
            );
            std::io::stdout().write_all(line.as_bytes()).unwrap();
            std::io::stdin().lines().next();
            return;
        }
        let mut tests = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "support::postgres::tests::kill_minus_nine_leaves_neither_a_postgres_nor_a_folder",
            ])
            .arg("--nocapture")
            .env(INNER, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(tests.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let line = lines
            .into_iter()
            .find(|line| line.starts_with("cluster "))
            .expect("it says where it is");
        let mut words = line.split(' ').skip(1);
        let (postgres, folder) = (words.next().unwrap().to_owned(), words.next().unwrap().to_owned());
        // A zombie, which nobody has buried yet, has a status but runs no more.
        let status = Path::new("/proc").join(&postgres).join("status");
        let runs = || std::fs::read_to_string(&status).is_ok_and(|status| !status.contains("\nState:\tZ"));
        assert!(runs() && Path::new(&folder).exists());

        tests.kill().unwrap();
        tests.wait().unwrap();

        wait::until("Postgres and its folder to be gone", LIMIT, || {
            (!runs() && !Path::new(&folder).exists()).then_some(())
        });
    }
}
