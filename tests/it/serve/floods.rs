//! The server keeps itself from too much: what each key may do by its plan, and what an address may without one.

use hyper::Method;
use serde_json::json;

use crate::support::client::{Client, Reply};
use crate::support::scratch;
use crate::support::server::Server;
use crate::support::store::TestStore;

/// What an answer says of limits.
fn told(reply: &Reply) -> (Option<&str>, Option<&str>) {
    (reply.header("ratelimit-policy"), reply.header("ratelimit"))
}

/// That the `RateLimit` header names so many left of a limit, and these seconds or, where the machine was slow, a little less.
#[track_caller]
fn left(reply: &Reply, name: &str, remaining: u32, seconds: u64) {
    let header = reply.header("ratelimit").unwrap();
    let said = header.strip_prefix(&format!("\"{name}\";r={remaining};t="));
    let said: u64 = said.unwrap_or_else(|| panic!("{header}")).parse().unwrap();
    assert!(
        (seconds.saturating_sub(SLOW)..=seconds).contains(&said),
        "{header}"
    );
}

/// What a test may take, in seconds, from its first request on.
const SLOW: u64 = 100;

#[tokio::test]
async fn a_key_makes_as_many_requests_as_its_plan_permits() {
    let store = TestStore::sqlite().await;
    let environment = [
        ("TRIBUNE_PLANS_STANDARD", "4/1h"),
        ("TRIBUNE_PLANS_LARGE", "1000/1h"),
    ];
    let server = Server::start_with_environment(&store.database_url(), &environment);
    let admin = server.admin();
    let tenant = admin.get("/v1/tenant").await;
    assert_eq!(told(&tenant).0, Some(r#""standard";q=4;w=3600"#));
    left(&tenant, "standard", 3, 900);
    let id = tenant.expect(200)["id"].as_str().unwrap().to_owned();
    let key = json!({"name": "bot", "scopes": ["limits:check"]});
    let made = admin.post("/v1/keys", &key).await.expect(201);
    let bot = admin.with_key(made["secret"].as_str().unwrap());

    // A refusal is a request as well, and tells as much.
    let unknown = admin
        .get("/v1/communities/com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")
        .await;
    assert_eq!(unknown.status, 404);
    left(&unknown, "standard", 1, 2_700);
    assert_eq!(admin.get("/v1/tenant").await.status, 200);
    for _ in 0..2 {
        let refused = admin.get("/v1/tenant").await;
        left(&refused, "standard", 0, 900);
        let after: u64 = refused.header("retry-after").unwrap().parse().unwrap();
        assert!((900 - SLOW..=900).contains(&after), "{after}");
        let problem = refused.expect(429);
        assert_eq!(problem["code"], "rate_limited");
        assert!(
            problem["detail"].as_str().unwrap().contains("come back in"),
            "{problem}"
        );
        assert!(problem["request_id"].as_str().unwrap().starts_with("req_"));
    }

    checks_tell_of_their_own_limits(&bot).await;

    // The operator's other key gives the tenant a larger plan, which counts at once.
    let other = offline_key(&store.database_url());
    let path = format!("/v1/tenants/{id}");
    admin
        .with_key(&other)
        .patch(&path, &json!({"plan": "large"}))
        .await
        .expect(200);
    left(&admin.get("/v1/tenant").await, "large", 999, 4);
    bot.get("/v1/tenant").await.expect(200);
}

/// Another key has its own, and what a check says of its limits stands where the key's own would.
async fn checks_tell_of_their_own_limits(bot: &Client) {
    let check = json!({"rate": {"algorithm": "gcra", "capacity": 7, "period": 60}, "key": "k"});
    let checked = bot.post("/v1/checks", &check).await;
    assert_eq!(
        told(&checked),
        (Some(r#""rate";q=7;w=60"#), Some(r#""rate";r=6;t=9"#))
    );
    for _ in 0..3 {
        bot.post("/v1/checks", &check).await.expect(200);
    }
    let refused = bot.post("/v1/checks", &check).await;
    assert_eq!(told(&refused).0, Some(r#""standard";q=4;w=3600"#));
    assert_eq!(refused.expect(429)["code"], "rate_limited");
}

/// A key of the operator's, made at the server's console.
fn offline_key(url: &str) -> String {
    let folder = scratch::folder("floods");
    let arguments = [
        "key",
        "create",
        "--database-url",
        url,
        "--name",
        "second",
        "--scope",
        "tenants:write",
    ];
    let made = super::run(folder.path(), &arguments);
    assert_eq!(made.code, Some(0), "{}{}", made.stdout, made.stderr);
    made.stdout.trim().to_owned()
}

#[tokio::test]
async fn whoever_has_no_key_is_counted_by_address() {
    let store = TestStore::sqlite().await;
    let environment = [
        ("TRIBUNE_SERVER_ANONYMOUS_RATE", "5/1h"),
        ("TRIBUNE_SERVER_TRUSTED_PROXIES", "127.0.0.0/8, ::1"),
    ];
    let server = Server::start_with_environment(&store.database_url(), &environment);
    let (admin, nobody) = (server.admin(), server.anonymous());
    let from = async |client: &Client, address: &str, path: &str| {
        let call = client.call(Method::GET, path).header("x-forwarded-for", address);
        call.send().await
    };
    // The first use of a key is a look at the store, and counted; then it is known.
    assert_eq!(from(&admin, "192.0.2.1", "/v1/tenant").await.status, 200);
    let wrong = admin.with_key("trb_live_000000000000000000000000000000000000");
    for (n, client) in [&nobody, &wrong, &nobody, &wrong].into_iter().enumerate() {
        assert_eq!(from(client, "192.0.2.1", "/v1/tenant").await.status, 401, "{n}");
    }
    for (path, client) in [
        ("/v1/tenant", &nobody),
        ("/v1/tenant", &wrong),
        ("/docs", &nobody),
        ("/nowhere", &nobody),
    ] {
        let refused = from(client, "203.0.113.7, 192.0.2.1", path).await;
        assert_eq!(told(&refused).0, Some(r#""anonymous";q=5;w=3600"#), "{path}");
        left(&refused, "anonymous", 0, 720);
        let problem = refused.expect(429);
        assert_eq!(problem["code"], "rate_limited");
        assert!(
            problem["detail"]
                .as_str()
                .unwrap()
                .contains("without a known API key"),
            "{problem}"
        );
    }
    for (client, address, path, status) in [
        (&admin, "192.0.2.1", "/v1/tenant", 200),  // a known key goes through
        (&nobody, "192.0.2.1", "/livez", 200),     // and so do probes
        (&nobody, "192.0.2.2", "/v1/tenant", 401), // another address has its own
        (&nobody, "192.0.2.1, 192.0.2.3", "/v1/tenant", 401), // the nearest counts
    ] {
        assert_eq!(
            from(client, address, path).await.status,
            status,
            "{address} {path}"
        );
    }
}

/// Without configured proxies nobody chooses an address.
#[tokio::test]
async fn what_strangers_say_of_themselves_is_not_believed() {
    let store = TestStore::sqlite().await;
    let environment = [("TRIBUNE_SERVER_ANONYMOUS_RATE", "3/1h")];
    let server = Server::start_with_environment(&store.database_url(), &environment);
    let nobody = server.anonymous();
    let mut statuses = Vec::new();
    for n in 0..5 {
        let call = nobody.call(Method::GET, "/v1/tenant");
        let call = call.header("x-forwarded-for", &format!("192.0.2.{n}"));
        statuses.push(call.send().await.status);
    }
    // One of the three may have gone to the first look of the test's own client.
    assert_eq!(statuses, [401, 401, 401, 429, 429]);
}
