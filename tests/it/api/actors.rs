//! A server of one's own, and the actors who call it.

use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::server::Server;
use crate::support::store::TestStore;

/// Every scope, as the API names them.
pub(crate) const SCOPES: [&str; 32] = [
    "acts:write",
    "cases:read",
    "events:read",
    "communities:read",
    "communities:write",
    "policies:write",
    "users:read",
    "users:write",
    "users:erase",
    "keys:write",
    "actors:assert",
    "history:read",
    "history:write",
    "limits:check",
    "limits:read",
    "limits:write",
    "directives:read",
    "directives:work",
    "schedules:read",
    "schedules:write",
    "appeals:read",
    "appeals:file",
    "appeals:review",
    "appeals:link",
    "notices:read",
    "notices:write",
    "conversations:read",
    "conversations:write",
    "flows:write",
    "webhooks:read",
    "webhooks:write",
    "tenants:write",
];

/// A server over one store, with nothing in it but the first tenant and its admin key.
pub(crate) struct World {
    server: Server,
    /// The first key: every scope, the owner's rank.
    pub(crate) admin: Client,
    /// Dropped after the server, which uses it.
    store: TestStore,
}

impl World {
    pub(crate) fn start(store: TestStore) -> Self {
        let server = Server::start(&store.database_url());
        Self {
            admin: server.admin(),
            server,
            store,
        }
    }

    /// Everything that the database holds, as text.
    pub(crate) async fn dump(&self) -> String {
        self.store.dump().await
    }

    /// Someone without a key.
    pub(crate) fn anonymous(&self) -> Client {
        self.server.anonymous()
    }

    /// A key of the first tenant that is bound to no community.
    pub(crate) async fn key(&self, rank: &str, scopes: &[&str]) -> Client {
        self.make(&json!({"name": "k", "scopes": scopes, "rank": rank}))
            .await
    }

    /// A key with the admin's rank that is bound to these communities.
    pub(crate) async fn bound(&self, communities: &[&str], scopes: &[&str]) -> Client {
        self.make(&json!({"name": "b", "scopes": scopes, "communities": communities}))
            .await
    }

    async fn make(&self, request: &Value) -> Client {
        let made = self.admin.post("/v1/keys", request).await.expect(201);
        self.admin.with_key(made["secret"].as_str().unwrap())
    }

    /// The admin of another tenant.
    pub(crate) async fn other_tenant(&self) -> Client {
        let request = json!({"name": "Elsewhere"});
        let made = self.admin.post("/v1/tenants", &request).await.expect(201);
        self.admin.with_key(made["secret"].as_str().unwrap())
    }

    /// A new community's id, in which nobody is told anything: for what platforms do besides.
    pub(crate) async fn quiet_community(&self, name: &str) -> String {
        let request = json!({"name": name, "rules": {"notices": {"when": "off"}}});
        let made = self.admin.post("/v1/communities", &request).await.expect(201);
        text(&made["id"])
    }

    /// A new community's id.
    pub(crate) async fn community(&self, name: &str) -> String {
        let made = self
            .admin
            .post("/v1/communities", &json!({"name": name}))
            .await
            .expect(201);
        text(&made["id"])
    }
}

/// A JSON string's text.
#[track_caller]
pub(crate) fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("not a text: {value}"))
        .to_owned()
}

/// The pointers of a problem's errors, sorted.
#[track_caller]
pub(crate) fn pointers(problem: &Value) -> Vec<String> {
    let errors = problem["errors"]
        .as_array()
        .unwrap_or_else(|| panic!("no problem: {problem}"));
    let mut pointers: Vec<_> = errors.iter().map(|error| text(&error["pointer"])).collect();
    pointers.sort();
    pointers
}

/// The values of one field over the items of a page.
#[track_caller]
pub(crate) fn each(page: &Value, field: &str) -> Vec<Value> {
    let items = page["items"]
        .as_array()
        .unwrap_or_else(|| panic!("no page: {page}"));
    items.iter().map(|item| item[field].clone()).collect()
}
