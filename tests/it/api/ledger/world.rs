//! A server in this process, its callers, and short words for what they do.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::runtime::Handle;
use tribune::http::api::{ApiState, router};
use tribune::http::edge::EdgeLimits;
use tribune::ports::store::Store;
use tribune::service::pipeline::Lanes;
use tribune::service::{Service, Site, Tuning};

use crate::support::client::{Client, Reply};
use crate::support::clock::TestClock;
use crate::support::ids::TestIds;
use crate::support::limits;
use crate::support::store::TestStore;
use crate::support::tuning;

/// A server over a database of its own, with a tenant, its admin, and a clock that the test moves.
pub(crate) struct Api {
    pub(crate) admin: Client,
    pub(crate) clock: Arc<TestClock>,
    /// What is behind the routes, for what no request can hold on to.
    pub(crate) service: Service,
    /// Where it is kept, for what jobs would do to it.
    pub(crate) store: Arc<dyn Store>,
    /// Where it listens.
    pub(crate) url: String,
    task: tokio::task::JoinHandle<()>,
    /// Kept, because the database goes with it.
    _database: TestStore,
}

impl Api {
    /// Starts it.
    pub(crate) async fn start(database: TestStore) -> Self {
        let site = Site {
            url: "https://tribune.example.com".into(),
            is_public: false,
        };
        Self::start_at(database, Some(site)).await
    }

    /// Starts it as one that browsers reach there, or nobody knows where.
    pub(crate) async fn start_at(database: TestStore, site: Option<Site>) -> Self {
        let clock = TestClock::new();
        let lanes = Lanes {
            lanes: 2,
            batch: 16,
            queue: 64,
        };
        let store = database.open(clock.clone()).await;
        let service = Service::new(
            store.clone(),
            clock.clone(),
            Arc::new(TestIds),
            limits::memory(&clock),
            Handle::current(),
            Tuning {
                site,
                ..tuning::with(lanes)
            },
        );
        let first = service
            .bootstrap("default")
            .await
            .expect("the first tenant is made");
        let (_, secret) = first.expect("the database was empty");
        let limits = EdgeLimits {
            body: 1 << 20,
            body_time: Duration::from_secs(20),
            time: Duration::from_secs(30),
        };
        let state = ApiState::new(service.clone());
        let routes = router(state, limits);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self {
            admin: Client::new(&url, secret.reveal()),
            clock,
            service,
            store,
            url,
            task,
            _database: database,
        }
    }

    /// Someone without a key.
    pub(crate) fn anonymous(&self) -> Client {
        self.admin.without_key()
    }

    /// Someone with a new key; `with` says more about it than its name and its scopes.
    pub(crate) async fn key(&self, scopes: &[&str], with: Value) -> Client {
        let mut request = json!({"name": "a key", "scopes": scopes});
        for (field, value) in with.as_object().into_iter().flatten() {
            request[field] = value.clone();
        }
        let made = self.admin.post("/v1/keys", &request).await.expect(201);
        self.admin.with_key(made["secret"].as_str().unwrap())
    }

    /// Who may read everything and change nothing.
    pub(crate) async fn reader(&self) -> Client {
        let scopes = ["cases:read", "events:read", "communities:read", "users:read"];
        self.key(&scopes, json!({"rank": "member"})).await
    }

    /// The admin of another tenant.
    pub(crate) async fn stranger(&self) -> Client {
        let made = self
            .admin
            .post("/v1/tenants", &json!({"name": "another"}))
            .await
            .expect(201);
        self.admin.with_key(made["secret"].as_str().unwrap())
    }

    /// A new community of the tenant.
    pub(crate) async fn community(&self) -> Community {
        Community::of(&self.admin).await
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A community, as one caller sees it.
#[derive(Clone)]
pub(crate) struct Community {
    pub(crate) id: String,
    pub(crate) client: Client,
}

impl Community {
    /// A new one of the caller's tenant.
    pub(crate) async fn of(client: &Client) -> Self {
        let made = client
            .post("/v1/communities", &json!({"name": "Rust Cologne"}))
            .await
            .expect(201);
        Self {
            id: made["id"].as_str().unwrap().to_owned(),
            client: client.clone(),
        }
    }

    /// The same community, seen by somebody else.
    pub(crate) fn seen_by(&self, client: &Client) -> Self {
        Self {
            id: self.id.clone(),
            client: client.clone(),
        }
    }

    /// Where something in it is.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/v1/communities/{}{rest}", self.id)
    }

    pub(crate) async fn get(&self, rest: &str) -> Reply {
        self.client.get(&self.path(rest)).await
    }

    pub(crate) async fn post(&self, rest: &str, body: Value) -> Reply {
        self.client.post(&self.path(rest), &body).await
    }

    /// An act as it is asked for.
    pub(crate) async fn act(&self, body: Value) -> Reply {
        self.post("/acts", body).await
    }

    /// A warning for a reason; each reason makes another act.
    pub(crate) async fn warn(&self, member: &str, reason: &str) -> Value {
        self.act(json!({"kind": "warn", "member": member, "reason": reason}))
            .await
            .expect(201)
    }

    pub(crate) async fn standing(&self, member: &str) -> Value {
        self.get(&format!("/members/{member}/standing")).await.expect(200)
    }

    /// The numbers of a list of cases.
    pub(crate) async fn cases(&self, query: &str) -> Vec<i64> {
        let page = self.get(&format!("/cases{query}")).await.expect(200);
        numbers(&page)
    }
}

/// The case numbers of a page.
pub(crate) fn numbers(page: &Value) -> Vec<i64> {
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|case| case["number"].as_i64().unwrap())
        .collect()
}

/// That an answer is this problem, in whole; gives its `detail`.
#[track_caller]
pub(crate) fn problem(reply: Reply, status: u16, code: &str) -> String {
    assert_eq!(reply.header("content-type"), Some("application/problem+json"));
    let id = reply.header("x-request-id").unwrap().to_owned();
    let document = reply.expect(status);
    assert_eq!(document["code"], code, "{document}");
    assert_eq!(document["status"], status);
    assert_eq!(document["type"], format!("/docs/problems/{code}"));
    assert_eq!(document["request_id"], id);
    document["detail"].as_str().unwrap().to_owned()
}

/// The pointers of an `invalid_request`.
#[track_caller]
pub(crate) fn pointers(reply: &Reply) -> Vec<String> {
    assert_eq!(
        (reply.status, &reply.body["code"]),
        (422, &json!("invalid_request")),
        "{}",
        reply.body
    );
    let errors = reply.body["errors"].as_array().unwrap();
    errors
        .iter()
        .map(|error| error["pointer"].as_str().unwrap().to_owned())
        .collect()
}
