//! Many acts in one request: each its own, in order, once under a key; and tried out before.

use hyper::Method;
use serde_json::{Value, json};

use super::world::{Api, Community, pointers, problem};
use crate::support::client::Reply;

async fn bulk(home: &Community, key: &str, body: &Value) -> Reply {
    let call = home.client.call(Method::POST, &home.path("/acts/bulk"));
    call.header("idempotency-key", key).json(body).send().await
}

fn warn(member: usize, reason: &str) -> Value {
    json!({"kind": "warn", "member": format!("custom:{member}"), "reason": reason, "allow_duplicate": true})
}

/// The statuses of the items.
fn statuses(answer: &Value) -> Vec<u64> {
    let items = answer["items"].as_array().unwrap();
    for (place, item) in items.iter().enumerate() {
        assert_eq!(item["index"], place);
        assert_eq!(item["act"].is_null(), !item["problem"].is_null(), "{item}");
    }
    items
        .iter()
        .map(|item| item["status"].as_u64().unwrap())
        .collect()
}

/// An answer without what no two decisions share: the ids of sanctions and people, and when something was written.
fn comparable(mut value: Value) -> Value {
    fn blank(value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(blank),
            Value::Object(fields) => {
                for (name, value) in fields {
                    let id = value
                        .as_str()
                        .is_some_and(|text| text.starts_with("san_") || text.starts_with("usr_"));
                    if id
                        || ["user", "dry_run", "recorded_at", "status", "request_id"].contains(&name.as_str())
                    {
                        *value = Value::Null;
                    } else {
                        blank(value);
                    }
                }
            }
            _ => {}
        }
    }
    blank(&mut value);
    value
}

on_every_store! {
    /// Each item is an act of its own, in the order of the request; what one is refused for is no matter to the others.
    async fn each_item_is_its_own(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let single = home.act(json!({"kind": "unmute", "member": "custom:9"})).await;
        let mut items: Vec<_> = (0..120).map(|n| warn(n % 40, &format!("{n}"))).collect();
        items[7] = json!({"kind": "unmute", "member": "custom:9"});
        items[60] = json!({"kind": "warn", "member": "usr_0000000000007000800000000000dead"});
        let answer = home.post("/acts/bulk", json!({"items": items})).await.expect(200);
        let mut expected = vec![201; 120];
        (expected[7], expected[60]) = (409, 404);
        assert_eq!(statuses(&answer), expected);
        assert_eq!((&answer["succeeded"], &answer["refused"], &answer["dry_run"]), (&json!(118), &json!(2), &json!(false)));
        assert_eq!(comparable(answer["items"][7]["problem"].clone()), comparable(single.body));
        // In order: the reasons ascend with the numbers, and the third warn of a member escalates.
        let direct: Vec<_> = answer["items"].as_array().unwrap().iter().filter(|item| item["status"] == 201).collect();
        let numbers: Vec<_> = direct.iter().map(|item| item["act"]["case"]["number"].as_i64().unwrap()).collect();
        assert!(numbers.is_sorted());
        assert_eq!(answer["items"][101]["act"]["escalations"][0]["kind"], "mute");
        let read = home.get(&format!("/cases/{}", numbers[0])).await.expect(200);
        assert_eq!(read, answer["items"][0]["act"]["case"]);
    }

    /// The actor is named once for all, or by an item for itself.
    async fn the_actor_may_be_named_once(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let named = |id: &str| json!({"platform": "custom", "id": id, "rank": "admin"});
        let mut own = warn(2, "x");
        own["actor"] = named("bob");
        let mut oneself = warn(3, "x");
        oneself["member"] = json!("custom:ann");
        let request = json!({"actor": named("ann"), "items": [warn(1, "x"), own, oneself]});
        let answer = home.post("/acts/bulk", request.clone()).await.expect(200);
        assert_eq!(statuses(&answer), [201, 201, 403]);
        let actor = |n: usize| answer["items"][n]["act"]["case"]["actor"]["identity"].clone();
        assert_eq!((actor(0), actor(1)), (json!("custom:ann"), json!("custom:bob")));
        assert_eq!(answer["items"][2]["problem"]["code"], "self_action");
        // Whoever may not assert a rank may not in any item; nothing is written then.
        let plain = home.seen_by(&api.key(&["acts:write"], json!({})).await);
        problem(plain.post("/acts/bulk", request).await, 403, "forbidden_scope");
        assert_eq!(home.cases("").await, [2, 1]);
    }

    /// What is wrong with the request refuses all of it, and says where.
    async fn wrong_items_are_named(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let refused = async |body: Value| pointers(&home.post("/acts/bulk", body).await);
        assert_eq!(refused(json!({"items": []})).await, ["/items"]);
        assert_eq!(refused(json!({})).await, ["/items"]);
        assert_eq!(refused(json!({"items": [warn(1, "x"), {"kind": "Hug", "member": "custom:1"}]})).await, ["/items/1/kind"]);
        assert_eq!(refused(json!({"items": [warn(1, "x"), {"kind": "warn"}]})).await, ["/items/1/member"]);
        assert_eq!(refused(json!({"items": [{"kind": "warn", "member": "custom:1", "colour": 1}]})).await, ["/items/0/colour"]);
        let many = json!({
            "actor": {"platform": "custom", "id": "no good"},
            "items": [
                warn(1, "x"),
                {"kind": "tempban", "member": "nobody"},
                {"kind": "warn", "member": "custom:1", "evidence": ["https://a.example", "ftp://x"]},
                {"kind": "warn", "member": "custom:1", "dry_run": true},
            ],
        });
        let expected = ["/actor/id", "/items/1/member", "/items/1/duration", "/items/2/evidence/1", "/items/3/dry_run"];
        assert_eq!(refused(many).await, expected);
        assert!(home.cases("").await.is_empty());
    }

    /// A repeat gives the first answers and does what is missing; another body is refused as a whole.
    async fn a_repeat_completes_what_is_missing(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let request = json!({"items": [warn(1, "a"), {"kind": "unmute", "member": "custom:2"}, warn(3, "c")]});
        let first = bulk(&home, "k", &request).await;
        assert_eq!(first.header("idempotent-replayed"), None);
        let first = first.expect(200);
        assert_eq!(statuses(&first), [201, 409, 201]);
        // The item that was refused can be done by now.
        home.act(json!({"kind": "mute", "member": "custom:2", "duration": 600})).await.expect(201);
        let second = bulk(&home, "k", &request).await.expect(200);
        assert_eq!(statuses(&second), [201, 201, 201]);
        for place in [0, 2] {
            assert_eq!(second["items"][place], first["items"][place]);
        }
        let third = bulk(&home, "k", &request).await;
        assert_eq!(third.header("idempotent-replayed"), Some("true"));
        assert_eq!(third.expect(200), second);
        assert_eq!(home.cases("").await.len(), 4);

        for other in [json!({"items": [warn(1, "a")]}), json!({"items": [warn(8, "z"), warn(9, "z")]})] {
            problem(bulk(&home, "k", &other).await, 422, "idempotency_key_reused");
        }
        let single = home.client.call(Method::POST, &home.path("/acts")).header("idempotency-key", "k");
        problem(single.json(&warn(1, "a")).send().await, 422, "idempotency_key_reused");
        let single = home.client.call(Method::POST, &home.path("/acts")).header("idempotency-key", "s");
        single.json(&warn(1, "s")).send().await.expect(201);
        problem(bulk(&home, "s", &request).await, 422, "idempotency_key_reused");
        assert_eq!(home.cases("").await.len(), 5);
        // Another tenant's keys are its own.
        let theirs = Community::of(&api.stranger().await).await;
        assert_eq!(statuses(&bulk(&theirs, "k", &request).await.expect(200)), [201, 409, 201]);
    }

    /// Many repeats at once are one.
    async fn repeats_in_flight_are_one(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let request = json!({"items": (0..130).map(|n| warn(n, "raid")).collect::<Vec<_>>()});
        let sent = (0..4).map(|_| {
            let call = home.client.call(Method::POST, &home.path("/acts/bulk"));
            call.header("idempotency-key", "k").json(&request).send_until_answered()
        });
        let replies = futures_util::future::join_all(sent).await;
        let answers: Vec<_> = replies.into_iter().map(|reply| reply.expect(200)).collect();
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "all get the same answers");
        assert_eq!(home.cases("?limit=500").await.len(), 130);
    }

    /// What is tried out is what happens then: members who are named twice, unknown ones, actors, escalations, refusals.
    async fn a_rehearsal_says_what_happens(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        home.warn("custom:1", "before").await;
        let user = home.standing("custom:1").await["user"].clone();
        let by = |id: &str, rank: &str| json!({"platform": "custom", "id": id, "rank": rank});
        let mut items: Vec<_> = (0..70).map(|n| warn(1 + n % 9, &format!("{n}"))).collect();
        items.push(json!({"kind": "warn", "member": user, "reason": "by id"}));
        items.push(json!({"kind": "unmute", "member": "custom:5"}));
        items.push(json!({"kind": "unmute", "member": "custom:55"}));
        items.push(json!({"kind": "warn", "member": "custom:7", "reason": "twice"}));
        items.push(json!({"kind": "warn", "member": "custom:7", "reason": "twice"}));
        items.push(json!({"kind": "ban", "member": "custom:new", "actor": by("new", "owner")}));
        items.push(json!({"kind": "ban", "member": "custom:other", "actor": by("new", "owner")}));
        items.push(json!({"kind": "ban", "member": "custom:other2", "actor": {"platform": "custom", "id": "nobody"}}));
        items.push(json!({"kind": "warn", "member": "usr_0000000000007000800000000000dead"}));
        let events = api.admin.get("/v1/events?limit=500").await.expect(200);
        let mut request = json!({"items": items, "dry_run": true});
        let tried = bulk(&home, "k", &request).await.expect(200);
        assert_eq!(api.admin.get("/v1/events?limit=500").await.expect(200), events, "nothing was written");
        assert_eq!(tried["dry_run"], true);
        assert_eq!(tried["items"][75]["problem"]["code"], "self_action");
        assert_eq!(tried["items"][76]["act"]["case"]["actor"]["user"], Value::Null);
        assert_eq!(tried["items"][3]["status"], 200);
        request["dry_run"] = json!(false);
        let done = bulk(&home, "k", &request).await.expect(200);
        let (tried, done) = (comparable(tried), comparable(done));
        for (before, after) in tried["items"].as_array().unwrap().iter().zip(done["items"].as_array().unwrap()) {
            assert_eq!(before, after);
        }
        assert_eq!(tried, done);
    }

    /// Another tenant's community, and one that the key is not bound to, is not there for any item.
    async fn foreign_communities_do_not_exist(store) {
        let api = Api::start(store).await;
        let (home, elsewhere) = (api.community().await, api.community().await);
        let mute = home.act(json!({"kind": "mute", "member": "custom:1"})).await.expect(201);
        let user = mute["case"]["member"]["user"].clone();
        let bound = api.key(&["acts:write"], json!({"communities": [elsewhere.id]})).await;
        for stranger in [api.stranger().await, bound] {
            let theirs = home.seen_by(&stranger);
            for dry_run in [true, false] {
                let request = json!({"items": [warn(1, "x")], "dry_run": dry_run});
                problem(theirs.post("/acts/bulk", request).await, 404, "not_found");
            }
        }
        // A foreign user is not there in a community of one's own.
        let theirs = Community::of(&api.stranger().await).await;
        for dry_run in [true, false] {
            let request = json!({"items": [{"kind": "warn", "member": user}], "dry_run": dry_run});
            assert_eq!(statuses(&theirs.post("/acts/bulk", request).await.expect(200)), [404]);
        }
        assert_eq!(home.cases("").await, [1]);
    }

    /// Here a body may be larger than elsewhere, and has an end all the same.
    async fn a_body_may_be_large(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        let reason = "x".repeat(1_900);
        let items: Vec<_> = (0..700).map(|n| warn(n, &reason)).collect();
        let answer = home.post("/acts/bulk", json!({"items": items, "dry_run": true})).await.expect(200);
        assert_eq!(answer["succeeded"], 700);
        problem(home.act(json!({"kind": "warn", "member": "custom:1", "reason": "x".repeat(1 << 20)})).await, 413, "payload_too_large");
        problem(home.post("/acts/bulk", json!({"items": ["x".repeat(16 << 20)]})).await, 413, "payload_too_large");
    }
}
