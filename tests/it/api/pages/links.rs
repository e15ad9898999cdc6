//! Links: made, listed, revoked, by whom and for how long.

use hyper::Method;
use serde_json::{Value, json};

use super::super::ledger::{pointers, problem};
use super::{Api, Guest, path_of, text};

on_every_store! {
    /// A link is made for a case, listed without its address, and works until it is revoked.
    async fn a_link_is_made_listed_and_revoked(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let case = here.banned("spam").await;
        let made = here.post(&format!("/cases/{case}/appeal-link"), json!({})).await;
        assert_eq!(made.header("location"), Some(&*here.path(&format!("/cases/{case}/appeal-links"))));
        let made = made.expect(201);
        let token = path_of(&made);
        let listed = here.get(&format!("/cases/{case}/appeal-links")).await.expect(200);
        assert_eq!(listed["items"], json!([made["link"]]));
        assert!(!listed.to_string().contains(&token), "the address is not kept");
        let anyone = api.anonymous();
        assert_eq!(anyone.get(&token).await.status, 200);
        let link = format!("/appeal-links/{}", made["id"].as_str().unwrap());
        let revoked = api.admin.delete(&here.path(&link)).await.expect(200);
        assert!(revoked["revoked_at"].is_string(), "{revoked}");
        text(&anyone.get(&token).await, 404);
        assert_eq!(api.admin.delete(&here.path(&link)).await.expect(200), revoked, "to revoke it again changes nothing");
        let log = api.admin.get("/v1/events?limit=500").await.expect(200);
        let told: Vec<&str> = log["items"].as_array().unwrap().iter().filter_map(|event| event["type"].as_str()).filter(|kind| kind.starts_with("appeal_link")).collect();
        assert_eq!(told, ["appeal_link.created", "appeal_link.revoked"]);
        assert!(!log.to_string().contains(&token[3..]), "nothing in the log lets anybody in");
    }

    /// Under one key there is one link, and a repeat is given its address again.
    async fn a_repeat_is_the_same_link(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let case = here.banned("spam").await;
        let make = async || {
            let call = api.admin.call(Method::POST, &here.path(&format!("/cases/{case}/appeal-link"))).header("idempotency-key", "one");
            call.json(&json!({"expires_in": 3600})).send().await.expect(201)
        };
        let first = make().await;
        assert_eq!(make().await, first);
        assert!(first["url"].is_string());
        assert_eq!(here.get(&format!("/cases/{case}/appeal-links")).await.expect(200)["items"].as_array().unwrap().len(), 1);
    }

    /// How long a link is good is bounded.
    async fn a_life_has_bounds(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let case = here.banned("spam").await;
        let path = format!("/cases/{case}/appeal-link");
        for life in [json!(59), json!("P91D"), json!(0), json!("soon"), json!(-5)] {
            let refused = here.post(&path, json!({"expires_in": life})).await;
            assert_eq!(pointers(&refused), ["/expires_in"], "{life}");
        }
        for (life, days) in [(Value::Null, 14), (json!("P90D"), 90), (json!(86_400), 1)] {
            let made = here.post(&path, json!({"expires_in": life})).await.expect(201);
            let time = |field: &str| chrono::DateTime::parse_from_rfc3339(made["link"][field].as_str().unwrap()).unwrap();
            let lasts = time("expires_at") - time("created_at");
            assert!((lasts - chrono::TimeDelta::days(days)).abs() <= chrono::TimeDelta::seconds(1), "{made}");
        }
        assert_eq!(here.post("/cases/99/appeal-link", json!({})).await.status, 404);
    }

    /// It takes the scope for it, and the community.
    async fn it_takes_its_scope(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let case = here.banned("spam").await;
        let path = format!("/cases/{case}/appeal-link");
        let filer = api.key(&["appeals:file", "appeals:read", "cases:read"], json!({})).await;
        problem(here.seen_by(&filer).post(&path, json!({})).await, 403, "forbidden_scope");
        let linker = api.key(&["appeals:link"], json!({"communities": [here.id]})).await;
        here.seen_by(&linker).post(&path, json!({})).await.expect(201);
        let other = api.community().await.seen_by(&linker);
        problem(other.post("/cases/1/appeal-link", json!({})).await, 404, "not_found");
        problem(here.seen_by(&api.stranger().await).post(&path, json!({})).await, 404, "not_found");
    }

    /// Where nobody has said how browsers reach the server, there are no links: what a request calls it is not believed.
    async fn links_need_an_address(store) {
        let api = Api::start_at(store, None).await;
        let here = api.community().await;
        let case = here.banned("spam").await;
        let call = api.admin.call(Method::POST, &here.path(&format!("/cases/{case}/appeal-link"))).header("x-forwarded-host", "evil.example");
        let detail = problem(call.json(&json!({})).send().await, 409, "no_public_url");
        assert!(detail.contains("server.public_url"), "{detail}");
    }

    /// Links go with their member and with their community.
    async fn links_go_with_what_they_are_about(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let case = here.banned("spam").await;
        let guest = Guest::of(&here, case).await;
        text(&guest.open("").await, 200);
        let user = here.get(&format!("/cases/{case}")).await.expect(200)["member"]["user"].as_str().unwrap().to_owned();
        let erased = api.admin.post(&format!("/v1/users/{user}/erase"), &json!({"confirm": user})).await;
        assert!(erased.status < 300, "{}", erased.body);
        text(&guest.open("").await, 404);
        let there = api.community().await;
        let guest = Guest::of(&there, there.banned("spam").await).await;
        there.post("/archive", json!({})).await.expect(200);
        text(&guest.open("").await, 200);
        problem(there.post("/cases/1/appeal-link", json!({})).await, 409, "community_archived");
        let gone = api.admin.delete(&format!("{}?confirm=Rust%20Cologne", there.path(""))).await;
        assert!(gone.status < 300, "{}", gone.body);
        text(&guest.open("").await, 404);
    }
}
