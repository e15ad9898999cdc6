//! What no longer counts.

use hyper::Method;
use serde_json::json;

use super::world::{Api, problem};

on_every_store! {
    /// With `dry_run` each remedy answers what would come of it, and nothing has happened.
    async fn a_remedy_can_be_tried_out(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        for number in 0..3 {
            home.warn("custom:1", &format!("{number}")).await;
        }
        home.act(json!({"kind": "tempban", "member": "custom:2", "duration": "P7D"})).await.expect(201);
        let paths = ["/cases", "/sanctions", "/members/custom:1/standing", "/members/custom:2/standing"];
        let everything = async || {
            let mut all = vec![api.admin.get("/v1/events?limit=500").await.expect(200)["items"].clone()];
            for path in paths {
                all.push(home.get(path).await.expect(200));
            }
            all
        };
        let before = everything().await;
        let remedies = [
            ("/cases/1/void", json!({"reason": "a mistake"}), 200),
            ("/cases/2/reduce", json!({"points": 0.5}), 200),
            ("/cases/5/replace", json!({"kind": "mute", "duration": "P1D"}), 201),
        ];
        for (path, body, _) in &remedies {
            let mut trial = body.clone();
            trial["dry_run"] = json!(true);
            let call = api.admin.call(Method::POST, &home.path(path)).header("idempotency-key", path).json(&trial);
            let reply = call.send().await;
            assert_eq!(reply.header("location"), None);
            assert_eq!(reply.expect(200)["dry_run"], true);
            assert_eq!(everything().await, before, "{path}");
        }
        // Tried out just before, each does what it said. The key was not claimed.
        for (path, body, status) in remedies {
            let mut trial = body.clone();
            trial["dry_run"] = json!(true);
            let mut said = home.post(path, trial).await.expect(200);
            let call = api.admin.call(Method::POST, &home.path(path)).header("idempotency-key", path).json(&body);
            let mut done = call.send().await.expect(status);
            assert_eq!(done["dry_run"], false);
            for answer in [&mut said, &mut done] {
                answer["dry_run"] = json!(null);
                // A sanction that is only thought of has another id.
                if let Some(sanction) = answer["case"]["sanction"].as_object_mut() {
                    sanction.remove("id");
                }
                answer["standing"]["sanctions"] = json!(answer["standing"]["sanctions"].as_array().unwrap().len());
            }
            assert_eq!(said, done, "{path}");
        }
    }

    /// A void is final, is known as such by its entity tag, and takes no lift.
    async fn a_void_is_final(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        home.act(json!({"kind": "mute", "member": "custom:1"})).await.expect(201);
        home.act(json!({"kind": "unmute", "member": "custom:1"})).await.expect(201);
        let before = home.get("/cases/1").await;
        let voided = home.post("/cases/1/void", json!({})).await.expect(200);
        assert_eq!(voided["standing"]["points"], 0);
        let after = home.get("/cases/1").await;
        assert_ne!(before.header("etag"), after.header("etag"));
        assert_eq!(after.body, voided["case"]);
        problem(home.post("/cases/1/void", json!({})).await, 409, "already_voided");
        problem(home.post("/cases/2/void", json!({})).await, 409, "not_voidable");
        problem(home.post("/cases/3/void", json!({})).await, 404, "not_found");
    }

    /// A note is no entry of the ledger; voiding it changes the record alone.
    async fn a_note_is_voided_without_touching_points(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        home.warn("custom:1", "Spam").await;
        home.act(json!({"kind": "note", "member": "custom:1"})).await.expect(201);
        let voided = home.post("/cases/2/void", json!({"reason": "Gossip"})).await.expect(200);
        assert_eq!((&voided["standing"]["points"], &voided["also_voided"]), (&json!(1), &json!([])));
    }

    /// A void takes back and never adds: what the rest of the history would have brought only later is not made anew, and the rung
    /// stays latched.
    async fn a_void_makes_nothing_anew(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        for reason in ["a", "b", "c", "d"] {
            home.warn("custom:1", reason).await;
        }
        // The third warn, case 3, made case 4, the mute.
        assert_eq!(home.standing("custom:1").await["restrictions"][0]["restriction"], "mute");
        let voided = home.post("/cases/1/void", json!({})).await.expect(200);
        assert_eq!(voided["also_voided"], json!([4]));
        let standing = &voided["standing"];
        assert_eq!((&standing["points"], &standing["restrictions"], &standing["sanctions"]), (&json!(3), &json!([]), &json!([])));
        assert_eq!(home.cases("").await.len(), 5, "no case is made");
        // Latched: the next point does not mute either; the next rung is at five.
        let next = home.act(json!({"kind": "warn", "member": "custom:1", "reason": "e"})).await.expect(201);
        assert_eq!((&next["standing"]["points"], &next["escalations"]), (&json!(4), &json!([])));
    }

    /// The same key gives the same answer, though a second void would be refused.
    async fn a_void_is_repeated_by_its_key(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        home.warn("custom:1", "Spam").await;
        let void = async || {
            home.client.call(hyper::Method::POST, &home.path("/cases/1/void")).header("idempotency-key", "v").json(&json!({})).send().await
        };
        let first = void().await;
        let again = void().await;
        assert_eq!((first.header("idempotent-replayed"), again.header("idempotent-replayed")), (None, Some("true")));
        assert_eq!(first.expect(200), again.expect(200));
    }

    /// The record before the void stays; the past is explained with what is known now.
    async fn the_past_is_explained_with_what_is_known_now(store) {
        let api = Api::start(store).await;
        let home = api.community().await;
        home.warn("custom:1", "Spam").await;
        api.clock.advance(3_600);
        home.warn("custom:1", "Insults").await;
        api.clock.advance(3_600);
        home.post("/cases/1/void", json!({})).await.expect(200);
        let at = "/members/custom:1/explanation?at=2026-01-01T00:30:00Z";
        let past = home.get(at).await.expect(200);
        assert_eq!((&past["standing"]["points"], &past["terms"]), (&json!(0), &json!([])));
        let now = home.get("/members/custom:1/explanation").await.expect(200);
        assert_eq!(now["terms"].as_array().unwrap().len(), 1);
        assert_eq!(now["terms"][0]["case"], 2);
    }
}
