//! Who may call what, over every operation of the OpenAPI document: no key, a key without the scope, another tenant's key.
//!
//! The matrix is made from the document, so an operation that is added is in it without anybody thinking of it.

use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};

use super::actors::{SCOPES, World, each, text};
use crate::support::client::{Client, Reply};
use crate::support::wait;

/// One operation, as the document describes it.
struct Operation {
    name: String,
    method: Method,
    path: String,
    /// The example of its body.
    body: Option<Value>,
    /// The scope that its description names.
    scope: Option<String>,
    /// The query without which it does nothing.
    needed: String,
    /// The names of its query parameters.
    query: Vec<String>,
    /// Whether it takes an `If-Match`.
    guarded: bool,
}

impl Operation {
    /// All of them.
    async fn all(client: &Client) -> Vec<Self> {
        let document = client.get("/openapi.json").await.expect(200);
        let paths = document["paths"].as_object().unwrap().clone();
        let read = |(path, item): (String, Value)| -> Vec<Self> {
            let methods = item.as_object().unwrap().clone().into_iter();
            let described = methods
                .filter(|(name, _)| ["get", "post", "put", "patch", "delete"].contains(&name.as_str()));
            described
                .map(|(method, operation)| Self::read(&path, &method, &operation))
                .collect()
        };
        let all: Vec<_> = paths
            .into_iter()
            .filter(|(path, _)| path.starts_with("/v1/"))
            .flat_map(read)
            .collect();
        assert!(all.len() > 30, "the document describes the API: {}", all.len());
        all
    }

    fn read(path: &str, method: &str, operation: &Value) -> Self {
        // A parameter without which an operation does nothing gets the first of its words, or its example.
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let needed: Vec<String> = parameters
            .filter(|parameter| parameter["required"] == true && parameter["in"] == "query")
            .map(|parameter| {
                let words = &parameter["schema"]["enum"][0];
                let value = if words.is_null() {
                    &parameter["example"]
                } else {
                    words
                };
                format!("{}={}", text(&parameter["name"]), text(value))
            })
            .collect();
        let content = &operation["requestBody"]["content"]["application/json"];
        let about = operation["description"].as_str().unwrap_or_default();
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let named = |scope: &&str| about.contains(&format!("`{scope}`"));
        Self {
            name: text(&operation["operationId"]),
            method: method.to_uppercase().parse().unwrap(),
            path: path.to_owned(),
            needed: needed.join("&"),
            body: content.get("example").cloned(),
            guarded: operation["parameters"]
                .as_array()
                .is_some_and(|parameters| parameters.iter().any(|one| one["name"] == "If-Match")),
            scope: SCOPES.iter().copied().find(named).map(str::to_owned),
            query: parameters
                .filter(|parameter| parameter["in"] == "query")
                .map(|parameter| text(&parameter["name"]))
                .collect(),
        }
    }

    /// Calls it with ids in place of the path's parameters.
    async fn call(&self, client: &Client, ids: &Ids) -> Reply {
        self.ask(client, ids, "").await
    }

    /// Calls it with a query string.
    async fn ask(&self, client: &Client, ids: &Ids, query: &str) -> Reply {
        let mut path = self.path.clone();
        for (name, id) in &ids.0 {
            path = path.replace(&format!("{{{name}}}"), id);
        }
        assert!(!path.contains('{'), "{}: what is {path}?", self.name);
        let query = match (self.needed.as_str(), query) {
            ("", query) => query.to_owned(),
            (needed, "") => format!("?{needed}"),
            (needed, query) => format!("{query}&{needed}"),
        };
        let call = client.call(self.method.clone(), &(path + &query));
        let call = if self.guarded {
            call.header("if-match", "\"1\"")
        } else {
            call
        };
        match &self.body {
            Some(body) => call.json(body).send().await,
            None => call.send().await,
        }
    }

    /// Whether its path names something that belongs to a tenant.
    fn names_something(&self) -> bool {
        self.path.contains('{')
    }
}

/// What a platform is to do about somebody who has a name there.
async fn directive(admin: &Client, acts: &str) -> String {
    let mute = json!({"kind": "mute", "member": "custom:79", "duration": 3600});
    admin.post(acts, &mute).await.expect(201);
    let directives = admin.get("/v1/directives").await.expect(200);
    text(&directives["items"][0]["id"])
}

/// What stands in for the parameters of a path.
struct Ids(Vec<(&'static str, String)>);

impl Ids {
    /// Things that are there: a community with a link, a member with a case and a sanction, a key.
    async fn real(world: &World) -> Self {
        let theirs = json!({"name": "theirs"});
        let tenant = world.admin.post("/v1/tenants", &theirs).await.expect(201);
        Self::things(&world.admin, text(&tenant["tenant"]["id"])).await
    }

    /// The same in the tenant of a key.
    async fn things(admin: &Client, tenant: String) -> Self {
        let request = json!({"name": "ours", "links": [{"platform": "custom", "space": "here"}]});
        let community = text(&admin.post("/v1/communities", &request).await.expect(201)["id"]);
        let act = json!({"kind": "mute", "member": "discord:77", "duration": 3600});
        let acts = format!("/v1/communities/{community}/acts");
        let act = admin.post(&acts, &act).await.expect(201);
        let job = job(admin, &community).await;
        let reminder = json!({"reminder": {"text": "x", "member": "discord:77"}, "cron": "0 0 1 1 *"});
        let path = format!("/v1/communities/{community}/schedules");
        let schedule = admin.post(&path, &reminder).await.expect(201);
        let rules = json!({"rules": {"authority": {"approvals": {"kick": {"needed": 1}}}}});
        let path = format!("/v1/communities/{community}/policy");
        let policy = admin.call(Method::PUT, &path).header("if-match", "\"1\"");
        policy.json(&rules).send().await.expect(200);
        let kick = json!({"kind": "kick", "member": "discord:77"});
        let held = admin.post(&acts, &kick).await.expect(202);
        let undo = json!({"job": job});
        let path = format!("/v1/communities/{community}/undo-plans");
        let plan = admin.post(&path, &undo).await.expect(201);
        let merge = merge(admin, &text(&act["case"]["member"]["user"])).await;
        let key = admin
            .post("/v1/keys", &json!({"name": "x", "scopes": ["users:read"]}))
            .await
            .expect(201);
        let limit = json!({"algorithm": "gcra", "capacity": 5, "period": 10});
        let limit = admin.call(Method::PUT, "/v1/limits/commands").json(&limit);
        limit.send().await.expect(201);
        let user = text(&act["case"]["member"]["user"]);
        let (webhook, delivery) = webhook(admin).await;
        let (appeal, appeal_link) = appeal(admin, &community, &act["case"]["number"]).await;
        let talk = talk(admin, &community, &act["case"]["number"]).await;
        Self(vec![
            ("conversation", talk),
            ("flow", "feedback".to_owned()),
            ("appeal", appeal),
            ("appeal_link", appeal_link),
            ("notice", notice(admin, &community).await),
            ("webhook", webhook),
            ("delivery", delivery),
            ("directive", directive(admin, &acts).await),
            ("community", community),
            ("link", "custom:here".to_owned()),
            ("limit", "commands".to_owned()),
            ("member", user.clone()),
            ("user", user),
            ("number", act["case"]["number"].to_string()),
            ("sanction", text(&act["case"]["sanction"]["id"])),
            ("held", text(&held["id"])),
            ("job", job),
            ("schedule", text(&schedule["id"])),
            ("plan", text(&plan["id"])),
            ("merge", text(&merge["merge"]["id"])),
            ("version", "1".to_owned()),
            ("tenant", tenant),
            ("key", text(&key["key"]["id"])),
        ])
    }

    /// Well-formed names of nothing.
    fn absent() -> Self {
        let id = |prefix: &str| format!("{prefix}_0000000000007000800000000000dead");
        Self(vec![
            ("conversation", id("cnv")),
            ("flow", "nothing".to_owned()),
            ("appeal", id("apl")),
            ("appeal_link", id("alk")),
            ("notice", id("ntc")),
            ("webhook", id("whk")),
            ("delivery", id("dlv")),
            ("directive", id("dir")),
            ("community", id("com")),
            ("link", "custom:nowhere".to_owned()),
            ("limit", "nothing".to_owned()),
            ("member", id("usr")),
            ("user", id("usr")),
            ("number", "4711".to_owned()),
            ("sanction", id("san")),
            ("held", id("hld")),
            ("job", id("job")),
            ("schedule", id("sch")),
            ("plan", id("pln")),
            ("merge", id("mrg")),
            ("version", "4711".to_owned()),
            ("tenant", id("ten")),
            ("key", id("key")),
        ])
    }
}

/// What a member is told.
async fn notice(admin: &Client, community: &str) -> String {
    let page = admin
        .get(&format!("/v1/communities/{community}/notices"))
        .await
        .expect(200);
    text(&page["items"][0]["id"])
}

/// An appeal, and a link to its case.
async fn appeal(admin: &Client, community: &str, case: &Value) -> (String, String) {
    let path = format!("/v1/communities/{community}/cases/{case}/appeals");
    let appeal = admin.post(&path, &json!({"statement": "x"})).await.expect(201);
    let path = path.replace("/appeals", "/appeal-link");
    let link = admin.post(&path, &json!({})).await.expect(201);
    (text(&appeal["id"]), text(&link["id"]))
}

/// A flow, and a conversation of another one.
async fn talk(admin: &Client, community: &str, case: &Value) -> String {
    let end = json!({"name": "end", "end": {"outcome": "done", "text": "x"}});
    let flow = json!({"title": "x", "start": "end", "states": [end]});
    let flow = admin.call(Method::PUT, "/v1/flows/feedback").json(&flow);
    flow.send().await.expect(201);
    let talk =
        json!({"flow": "tribune.appeal", "member": "discord:77", "channel": "x", "data": {"case": case}});
    let path = format!("/v1/communities/{community}/conversations");
    text(&admin.post(&path, &talk).await.expect(201)["id"])
}

/// A job that is done.
async fn job(admin: &Client, community: &str) -> String {
    let bulk = admin.call(Method::POST, &format!("/v1/communities/{community}/acts/bulk"));
    let items = json!({"items": [{"kind": "note", "member": "discord:78"}]});
    let job = bulk
        .header("prefer", "respond-async")
        .json(&items)
        .send()
        .await
        .expect(202);
    let job = text(&job["id"]);
    // What it writes is there before anybody looks whether something was written.
    let path = format!("/v1/communities/{community}/jobs/{job}");
    wait::until_async("the job to be done", Duration::from_secs(30), async || {
        (admin.get(&path).await.expect(200)["state"] == "done").then_some(())
    })
    .await;
    job
}

/// A webhook, and what is sent to it.
async fn webhook(admin: &Client) -> (String, String) {
    // Of what hardly happens: nobody is there to take it.
    let webhook = json!({"url": "https://hooks.example.com/tribune", "types": ["tenant.deleted"]});
    let webhook = text(&admin.post("/v1/webhooks", &webhook).await.expect(201)["webhook"]["id"]);
    let test = admin
        .post(&format!("/v1/webhooks/{webhook}/test"), &json!({}))
        .await;
    (webhook, text(&test.expect(202)["id"]))
}

/// Somebody turns out to be another one.
async fn merge(admin: &Client, into: &str) -> Value {
    let merging = json!({"from": "discord:78", "reason": "one person"});
    let path = format!("/v1/users/{into}/merge");
    admin.post(&path, &merging).await.expect(200)
}

/// A problem without what differs from request to request.
fn said(reply: Reply) -> Value {
    let status = reply.status;
    let mut problem = reply.body;
    assert_eq!(problem["status"], status, "{problem}");
    problem["request_id"] = Value::Null;
    problem
}

on_every_store! {
    /// Without a key every operation says 401, and what is wrong with a key is no secret.
    async fn nobody_gets_in_without_a_key(store) {
        let world = World::start(store);
        let ids = Ids::real(&world).await;
        let callers = [
            world.anonymous(),
            world.admin.with_key("trb_live_3f6Kq9ZxW1uYbT0aVnRcM7sLhE2jPd000000"),
            world.admin.with_key("x"),
        ];
        for operation in Operation::all(&world.admin).await {
            for caller in &callers {
                let reply = operation.call(caller, &ids).await;
                assert!(reply.header("www-authenticate").unwrap().starts_with("Bearer"), "{}", operation.name);
                assert_eq!(reply.expect(401)["code"], "unauthenticated", "{}", operation.name);
            }
        }
    }

    /// A parameter that the operation does not have is refused, and nothing is done; without a key it is still a 401.
    async fn no_operation_takes_unknown_parameters(store) {
        let world = World::start(store);
        let ids = Ids::real(&world).await;
        let last = async || text(&world.admin.get("/v1/events?limit=500").await.expect(200)["next_cursor"]);
        let before = last().await;
        for operation in Operation::all(&world.admin).await {
            for query in ["?dry_runs=true", "?dry%5Fruns", "?&&dry_runs=1"] {
                let problem = operation.ask(&world.admin, &ids, query).await.expect(400);
                assert_eq!(problem["code"], "bad_query", "{}", operation.name);
                let detail = problem["detail"].as_str().unwrap();
                assert!(detail.starts_with("There is no parameter dry_runs; "), "{}: {problem}", operation.name);
                for name in &operation.query {
                    assert!(detail.contains(name.as_str()), "{}: {problem}", operation.name);
                }
            }
            operation.ask(&world.anonymous(), &ids, "?dry_runs=true").await.expect(401);
        }
        assert_eq!(last().await, before, "something was done");
    }

    /// Every operation names its scope, refuses a key that has all others, and takes one that has it alone.
    async fn every_operation_needs_its_scope(store) {
        let world = World::start(store);
        let (ids, absent) = (Ids::real(&world).await, Ids::absent());
        for operation in Operation::all(&world.admin).await {
            let Some(scope) = &operation.scope else {
                assert_eq!(operation.name, "read_tenant", "its description names no scope");
                continue;
            };
            let others: Vec<_> = SCOPES.into_iter().filter(|other| other != scope).collect();
            let without = world.key("owner", &others).await;
            let problem = operation.call(&without, &ids).await.expect(403);
            assert_eq!(problem["code"], "forbidden_scope", "{}", operation.name);
            assert!(problem["detail"].as_str().unwrap().contains(scope.as_str()), "{}: {problem}", operation.name);
            let with = world.key("owner", &[scope]).await;
            let reply = operation.call(&with, &absent).await;
            assert!(![401, 403].contains(&reply.status) || operation.name == "create_key",
                "{}: {}", operation.name, reply.body);
        }
    }

    /// What another tenant has is, to the letter, what nobody has.
    async fn what_is_foreign_does_not_exist(store) {
        let world = World::start(store);
        let (ids, absent) = (Ids::real(&world).await, Ids::absent());
        let other = world.other_tenant().await;
        let before = world.admin.get("/v1/events?limit=500").await.expect(200);
        for operation in Operation::all(&world.admin).await.into_iter().filter(Operation::names_something) {
            // All tenants are the operator's.
            if operation.scope.as_deref() == Some("tenants:write") {
                continue;
            }
            let foreign = operation.call(&other, &ids).await;
            assert_eq!(foreign.status, 404, "{}: {}", operation.name, foreign.body);
            assert_eq!(said(foreign), said(operation.call(&other, &absent).await), "{}", operation.name);
            assert_eq!(said(operation.call(&world.admin, &absent).await)["status"], 404, "{}", operation.name);
        }
        assert_eq!(world.admin.get("/v1/events?limit=500").await.expect(200), before, "nothing was changed");
    }

    /// In an archived tenant all is read as before, and what would change something is refused; but whoever was there can be erased,
    /// and a key or a link that got lost be revoked.
    async fn an_archived_tenant_changes_nothing(store) {
        let world = World::start(store);
        let made = world.admin.post("/v1/tenants", &json!({"name": "theirs"})).await.expect(201);
        let (other, tenant) = (world.admin.with_key(&text(&made["secret"])), text(&made["tenant"]["id"]));
        let ids = Ids::things(&other, tenant.clone()).await;
        world.admin.post(&format!("/v1/tenants/{tenant}/archive"), &json!({})).await.expect(200);
        let log = async || other.get("/v1/events?limit=500").await.expect(200);
        let before = log().await;
        let mut refused = 0;
        // What is deleted cannot be read afterwards.
        let operations = Operation::all(&world.admin).await.into_iter();
        for operation in operations.filter(|operation| operation.name != "delete_webhook") {
            let reply = operation.call(&other, &ids).await;
            if operation.scope.as_deref() == Some("tenants:write") {
                assert_eq!(reply.expect(403)["code"], "forbidden_scope", "{}", operation.name);
            } else if operation.method == Method::GET || operation.name == "simulate_policy" {
                assert!([200, 422].contains(&reply.status), "{}: {} {}", operation.name, reply.status, reply.body);
            } else if operation.name == "check_limits" {
                assert_eq!(reply.expect(200)["items"][0]["status"], 422, "the community is none of theirs");
            } else if operation.name == "create_acts" {
                assert_eq!(reply.expect(200)["items"][0]["problem"]["code"], "tenant_archived");
            } else if reply.body["code"] == "tenant_archived" {
                refused += 1;
            } else if !["revoke_key", "revoke_appeal_link", "cancel_conversation", "cancel_schedule"].contains(&&*operation.name) && operation.scope.as_deref() != Some("directives:work") {
                // What stands in its way is found before. What platforms are still to do is done, and what is taken back is not.
                assert!(reply.status >= 400, "{}: {}", operation.name, reply.body);
            }
        }
        assert!(refused >= 25, "{refused}");
        let id = |name| ids.0.iter().find(|(called, _)| *called == name).unwrap().1.clone();
        let community = format!("/v1/communities/{}", id("community"));
        let lines = |path: String, lines: &'static str| {
            let call = other.call(Method::POST, &path).header("content-type", "application/x-ndjson");
            async move { call.body(lines).send().await }
        };
        let line = r#"{"source": "x", "external_id": "1", "occurred_at": "2020-01-01T00:00:00Z", "member": "discord:5", "kind": "warn"}"#;
        for reply in [
            other.post(&format!("{community}/undo-plans"), &json!({"job": id("job")})).await,
            other.post(&format!("/v1/users/{}/merge", id("user")), &json!({"from": "discord:78"})).await,
            lines(format!("{community}/imports"), line).await,
        ] {
            assert_eq!(reply.expect(409)["code"], "tenant_archived");
        }
        let after = log().await;
        // What platforms are still to do goes on, what is taken back is, and both are told.
        let types = |log: &Value| {
            let mut types = each(log, "type");
            let goes_on = |kind: &str| {
                kind.starts_with("directive.") || kind.starts_with("notice.") || ["schedule.cancelled", "appeal_link.revoked", "conversation.ended"].contains(&kind)
            };
            types.retain(|kind| !goes_on(&text(kind)));
            types
        };
        assert_eq!(types(&after), [types(&before), vec![json!("key.revoked")]].concat());
        other.delete(&format!("/v1/webhooks/{}", id("webhook"))).await.expect(200);
        let erase = json!({"confirm": id("user")});
        other.post(&format!("/v1/users/{}/erase", id("user")), &erase).await.expect(200);
    }
}
