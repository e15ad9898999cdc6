//! What belongs to another tenant, or to a community that a key is not bound to, does not exist.

use hyper::Method;
use serde_json::json;

use super::world::{Api, Community, problem};
use crate::support::client::Reply;

/// Every way to a thing of a community by its id.
async fn attempts(home: &Community, user: &str, sanction: &str) -> Vec<(String, Reply)> {
    let mut replies = Vec::new();
    for path in [
        "/cases".to_owned(),
        "/cases/1".to_owned(),
        "/cases/1/revisions".to_owned(),
        "/sanctions".to_owned(),
        format!("/sanctions/{sanction}"),
        "/members/custom:1/standing".to_owned(),
        format!("/members/{user}/standing"),
        format!("/members/{user}/explanation"),
    ] {
        replies.push((path.clone(), home.get(&path).await));
    }
    for (path, body) in [
        ("/acts".to_owned(), json!({"kind": "warn", "member": "custom:1"})),
        (
            "/acts".to_owned(),
            json!({"kind": "warn", "member": "custom:1", "dry_run": true}),
        ),
        ("/acts".to_owned(), json!({"kind": "warn", "member": user})),
        ("/cases/1/void".to_owned(), json!({})),
        (format!("/sanctions/{sanction}/lift"), json!({})),
    ] {
        replies.push((format!("{path} {body}"), home.post(&path, body).await));
    }
    let reason = home
        .client
        .call(Method::PUT, &home.path("/cases/1/reason"))
        .header("if-match", "\"0\"");
    replies.push((
        "reason".to_owned(),
        reason.json(&json!({"reason": "x"})).send().await,
    ));
    replies
}

on_every_store! {
    /// Another tenant, and a key of this tenant that is bound elsewhere, meet a 404 on every way, and change nothing.
    async fn foreign_things_do_not_exist(store) {
        let api = Api::start(store).await;
        let (home, elsewhere) = (api.community().await, api.community().await);
        let mute = home.act(json!({"kind": "mute", "member": "custom:1"})).await.expect(201);
        let user = mute["case"]["member"]["user"].as_str().unwrap();
        let sanction = mute["case"]["sanction"]["id"].as_str().unwrap();
        let scopes = ["acts:write", "cases:read", "events:read"];
        let bound = api.key(&scopes, json!({"communities": [elsewhere.id]})).await;
        for stranger in [api.stranger().await, bound] {
            for (what, reply) in attempts(&home.seen_by(&stranger), user, sanction).await {
                assert_eq!(reply.status, 404, "{what}: {}", reply.body);
                problem(reply, 404, "not_found");
            }
        }
        assert_eq!(home.cases("").await, [1]);
        assert_eq!(home.get("/cases/1").await.expect(200), mute["case"]);
    }

    /// A foreign user, case or sanction is not reached through a community of one's own either.
    async fn foreign_things_are_not_reached_from_home(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let mute = home.act(json!({"kind": "mute", "member": "custom:1"})).await.expect(201);
        let user = mute["case"]["member"]["user"].as_str().unwrap().to_owned();
        let sanction = mute["case"]["sanction"]["id"].as_str().unwrap().to_owned();
        let theirs = Community::of(&api.stranger().await).await;
        problem(theirs.get(&format!("/members/{user}/standing")).await, 404, "not_found");
        problem(theirs.act(json!({"kind": "warn", "member": user})).await, 404, "not_found");
        problem(theirs.get(&format!("/sanctions/{sanction}")).await, 404, "not_found");
        problem(theirs.post(&format!("/sanctions/{sanction}/lift"), json!({})).await, 404, "not_found");
        assert!(theirs.cases(&format!("?member={user}")).await.is_empty());
        // Within a tenant a sanction stays in its community too.
        let beside = api.community().await;
        problem(beside.get(&format!("/sanctions/{sanction}")).await, 404, "not_found");
        problem(beside.post(&format!("/sanctions/{sanction}/lift"), json!({})).await, 404, "not_found");
        let events = theirs.client.get("/v1/events?limit=500").await.expect(200);
        assert!(!events.to_string().contains(&user));
    }

    /// The same identity is another user in another tenant.
    async fn identities_are_the_tenants_own(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        home.warn("custom:1", "x").await;
        let theirs = Community::of(&api.stranger().await).await;
        assert_eq!(theirs.standing("custom:1").await["points"], 0);
        theirs.warn("custom:1", "x").await;
        let (mine, other) = (home.standing("custom:1").await, theirs.standing("custom:1").await);
        assert_ne!(mine["user"], other["user"]);
        assert_eq!((&mine["points"], &other["points"]), (&json!(1), &json!(1)));
    }
}
