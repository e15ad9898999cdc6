//! What a restore makes of people who are known, merged or not, and of files that were written before there was more in them.

use hyper::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::exports::{admin, approve, community_of, export, merge, restore, undo};
use super::world::{Api, Community};
use crate::support::client::Reply;

/// Two with two points each who turn out to be one.
async fn two_who_are_one(api: &Api) -> (Community, Value) {
    let community = api.community().await;
    for (member, reason) in [
        ("discord:1", "a"),
        ("discord:1", "b"),
        ("discord:2", "c"),
        ("discord:2", "d"),
    ] {
        community.warn(member, reason).await;
    }
    let merged = merge(&api.admin, "discord:1", "discord:2").await;
    (community, merged)
}

/// Erases somebody.
async fn erased(api: &Api, user: &Value) -> String {
    let erase = json!({"confirm": user});
    let user = user.as_str().unwrap().to_owned();
    api.admin
        .post(&format!("/v1/users/{user}/erase"), &erase)
        .await
        .expect(200);
    user
}

/// What was said of the lines that could not be taken.
fn refused(reply: Reply) -> String {
    let document = reply.expect(422);
    let errors = document["errors"].as_array().unwrap().iter();
    let said: Vec<&str> = errors.map(|error| error["detail"].as_str().unwrap()).collect();
    said.join("; ")
}

on_every_store! {
    /// Who is one person in the export and two here has to be merged here first; then the seams belong to that merge.
    async fn nobody_who_is_known_is_merged_by_a_restore(store) {
        let api = Api::start(store).await;
        let (community, _) = two_who_are_one(&api).await;
        let lines = export(&community).await;
        let stranger = api.stranger().await;
        for id in ["1", "2"] {
            let known = json!({"identities": [{"platform": "discord", "id": id}]});
            stranger.post("/v1/users", &known).await.expect(201);
        }
        let detail = refused(restore(&stranger, lines.clone()).await);
        assert!(detail.contains("merge them here first"), "{detail}");
        assert_eq!(stranger.get("/v1/communities").await.expect(200)["items"], json!([]));
        merge(&stranger, "discord:2", "discord:1").await;
        let detail = refused(restore(&stranger, lines.clone()).await);
        assert!(detail.contains("who was merged into"), "the other way round: {detail}");
        let list = stranger.get("/v1/users/discord:2/merges").await.expect(200);
        undo(&stranger, &list["items"][0]).await;
        let here = merge(&stranger, "discord:1", "discord:2").await;
        let made = restore(&stranger, lines).await.expect(201);
        let copy = community_of(&stranger, &made);
        assert_eq!(copy.standing("discord:2").await["points"], community.standing("discord:2").await["points"]);
        let explained = copy.get("/members/discord:1/explanation").await.expect(200);
        assert_eq!(explained["carried"]["merge"], here["id"]);
        undo(&stranger, &here).await;
        assert_eq!((&copy.standing("discord:1").await["points"], &copy.standing("discord:2").await["points"]), (&json!(2), &json!(2)));
    }

    /// What was one person when it was exported, and is two by now, is refused until they are merged again; likewise who has always been
    /// one user.
    async fn a_merge_that_was_undone_is_not_made_by_a_restore(store) {
        let api = Api::start(store).await;
        let (community, merged) = two_who_are_one(&api).await;
        let lines = export(&community).await;
        undo(&api.admin, &merged).await;
        let detail = refused(restore(&api.admin, lines.clone()).await);
        assert!(detail.contains("are two here"), "{detail}");
        let again = merge(&api.admin, "discord:1", "discord:2").await;
        assert_ne!(again["id"], merged["id"]);
        let made = restore(&api.admin, lines.clone()).await.expect(201);
        let copy = community_of(&api.admin, &made);
        assert_eq!(copy.standing("discord:2").await["points"], json!(4));
        let told = undo(&api.admin, &again).await;
        assert_eq!(told["communities"].as_array().unwrap().len(), 2);
        assert_eq!(copy.standing("discord:2").await["points"], json!(2));
        let stranger = api.stranger().await;
        let known = json!({"identities": [{"platform": "discord", "id": "1"}, {"platform": "discord", "id": "2"}]});
        stranger.post("/v1/users", &known).await.expect(201);
        let detail = refused(restore(&stranger, lines).await);
        assert!(detail.contains("always been one user"), "{detail}");
    }

    /// Who was erased since the export stays so, and is recognised in the restored community as well while a ban holds.
    async fn who_was_erased_since_is_not_given_back(store) {
        let api = Api::start(store).await;
        let community = api.community().await;
        community.warn("discord:1", "a").await;
        community.act(json!({"kind": "ban", "member": "discord:1"})).await.expect(201);
        let lines = export(&community).await;
        let user = erased(&api, &community.standing("discord:1").await["user"]).await;
        let made = restore(&api.admin, lines).await.expect(201);
        let copy = community_of(&api.admin, &made);
        let erased = api.admin.get(&format!("/v1/users/{user}")).await.expect(200);
        assert_eq!((&erased["identities"], &erased["name"]), (&json!([]), &Value::Null));
        let standing = copy.standing("discord:1").await;
        assert_eq!((&standing["user"], &standing["restrictions"][0]["restriction"]), (&json!(user), &json!("ban")));
        assert_eq!(standing["points"], community.standing("discord:1").await["points"]);
    }

    /// Somebody who was erased and is banned is recognised by whatever id a file from elsewhere has them, and what it names them by is
    /// kept nowhere.
    async fn who_was_erased_is_recognised_in_a_file_from_elsewhere(store) {
        let api = Api::start(store).await;
        let stranger = api.stranger().await;
        let elsewhere = Community::of(&stranger).await;
        elsewhere.warn("discord:1", "a").await;
        let lines = export(&elsewhere).await;
        let community = api.community().await;
        community.act(json!({"kind": "ban", "member": "discord:1"})).await.expect(201);
        let user = erased(&api, &community.standing("discord:1").await["user"]).await;
        let made = restore(&api.admin, lines).await.expect(201);
        let copy = community_of(&api.admin, &made);
        assert_eq!(copy.standing("discord:1").await["user"], json!(user));
        assert_eq!(copy.standing(&user).await["points"], json!(1));
        let banned = community.standing("discord:1").await;
        assert_eq!((&banned["user"], &banned["restrictions"][0]["restriction"]), (&json!(user), &json!("ban")));
        let known = api.admin.get(&format!("/v1/users/{user}")).await.expect(200);
        assert_eq!(known["identities"], json!([]));
        let found = api.admin.get("/v1/users/discord:1").await.expect(200);
        assert_eq!(found["id"], json!(user), "nobody else has it");
    }

    /// Who was forgotten and came back by one identity is somebody new: an older file gives them neither the history nor the other one.
    async fn who_came_back_by_one_identity_does_not_get_the_other(store) {
        let api = Api::start(store).await;
        let community = api.community().await;
        let both = json!({"identities": [{"platform": "discord", "id": "1"}, {"platform": "telegram", "id": "2"}]});
        api.admin.post("/v1/users", &both).await.expect(201);
        community.warn("discord:1", "a").await;
        let lines = export(&community).await;
        let user = erased(&api, &community.standing("discord:1").await["user"]).await;
        while api.store.remove_portion(100).await.unwrap() {}
        assert_eq!(api.store.forget_erased(None, 100).await.unwrap(), None);
        community.warn("discord:1", "b").await;
        let back = community.standing("discord:1").await["user"].clone();
        assert_ne!(back, json!(user));
        let made = restore(&api.admin, lines).await.expect(201);
        let copy = community_of(&api.admin, &made);
        assert_eq!(copy.standing(&user).await["points"], json!(1));
        assert_eq!(copy.standing("discord:1").await["points"], json!(0));
        for (who, identities) in [(json!(user), json!([])), (back, json!(["discord:1"]))] {
            let known = api.admin.get(&format!("/v1/users/{}", who.as_str().unwrap())).await.expect(200);
            let left: Vec<String> = known["identities"].as_array().unwrap().iter()
                .map(|identity| format!("{}:{}", identity["platform"].as_str().unwrap(), identity["id"].as_str().unwrap()))
                .collect();
            assert_eq!(json!(left), identities);
        }
        api.admin.get("/v1/users/telegram:2").await.expect(404);
    }

    /// A person who is known keeps what they have elsewhere when somebody new comes along with them, and when that is undone.
    async fn who_is_known_keeps_what_they_have_elsewhere(store) {
        let api = Api::start(store).await;
        let (community, _) = two_who_are_one(&api).await;
        let stranger = api.stranger().await;
        let elsewhere = Community::of(&stranger).await;
        elsewhere.warn("discord:1", "elsewhere").await;
        let before = elsewhere.standing("discord:1").await;
        let made = restore(&stranger, export(&community).await).await.expect(201);
        let copy = community_of(&stranger, &made);
        assert_eq!(elsewhere.standing("discord:1").await, before);
        assert_eq!(elsewhere.standing("discord:2").await, before, "they are one person here, too");
        elsewhere.warn("discord:2", "later").await;
        let list = stranger.get("/v1/users/discord:1/merges").await.expect(200);
        undo(&stranger, &list["items"][0]).await;
        for (here, points) in [(&elsewhere, 1), (&copy, 2)] {
            for member in ["discord:1", "discord:2"] {
                assert_eq!(here.standing(member).await["points"], json!(points), "{member}");
            }
        }
    }

    /// What was written before held acts and approvers were in it is restored all the same.
    async fn an_export_of_before_is_restored(store) {
        let api = Api::start(store).await;
        let community = api.community().await;
        let rules = json!({"rules": {"authority": {"approvals": {"ban": {"needed": 1}}}}});
        let put = api.admin.call(Method::PUT, &community.path("/policy"));
        put.header("if-match", "\"1\"").json(&rules).send().await.expect(200);
        let ban = json!({"kind": "ban", "member": "discord:1", "actor": admin("ann"), "reason": "x"});
        let held = community.act(ban).await.expect(202);
        approve(&community, &held, "bob").await.expect(201);
        let lines = export(&community).await;
        assert!(!lines.contains("merged_into") && !lines.contains("brought"), "{lines}");
        let all: Vec<&str> = lines.lines().collect();
        let kept = all[..all.len() - 1].iter().filter(|line| !line.starts_with("{\"held_act\"") && !line.contains("\"id\":\"bob\"}]"));
        let kept: Vec<&str> = kept.copied().collect();
        assert_eq!(kept.len(), all.len() - 3, "{lines}");
        let text = kept.join("\n") + "\n";
        let sum: String = Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
        let end = json!({"end": {"lines": kept.len(), "sha256": sum}});
        let made = restore(&api.stranger().await, format!("{text}{end}\n")).await.expect(201);
        assert_eq!(made["name"], "Rust Cologne");
    }
}
