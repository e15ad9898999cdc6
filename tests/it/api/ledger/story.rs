//! The whole of it, as a newcomer meets it.

use serde_json::json;

use super::world::{Api, numbers};

const TROLL: &str = "discord:80351110224678912";

on_every_store! {
    /// Three warnings escalate to a mute; voiding one of them takes the mute back.
    async fn three_warnings_and_a_void(store) {
        let api = Api::start(store).await;
        let made = api.admin.post("/v1/communities", &json!({"name": "Rust Cologne", "links": [{"platform": "discord", "space": "1"}]})).await;
        let location = made.header("location").unwrap().to_owned();
        let id = made.expect(201)["id"].as_str().unwrap().to_owned();
        assert_eq!(location, format!("/v1/communities/{id}"));
        let acts = format!("{location}/acts");

        for (number, reason) in [(1, "Spam"), (2, "Insults")] {
            let reply = api.admin.post(&acts, &json!({"kind": "warn", "member": TROLL, "reason": reason})).await;
            assert_eq!(reply.header("location"), Some(format!("{location}/cases/{number}").as_str()));
            let answer = reply.expect(201);
            assert_eq!((&answer["case"]["number"], &answer["escalations"]), (&json!(number), &json!([])));
            assert_eq!(answer["standing"]["points"], json!(number));
        }
        let third = api.admin.post(&acts, &json!({"kind": "warn", "member": TROLL, "reason": "Links"})).await.expect(201);
        let mute = &third["escalations"][0];
        assert_eq!((&mute["number"], &mute["kind"], &mute["causes"]), (&json!(4), &json!("mute"), &json!([3])));
        assert_eq!(mute["actor"], json!({"type": "escalation", "user": null, "identity": null, "key": null, "automod": null, "rung": "mute-1h", "source": null, "asserted": null}));
        assert_eq!(mute["sanction"]["ends_at"], "2026-01-01T01:00:00.000000Z");
        assert_eq!(third["standing"]["restrictions"], json!([{"restriction": "mute", "capability": null, "until": "2026-01-01T01:00:00.000000Z"}]));

        let member = format!("{location}/members/{TROLL}");
        let standing = api.admin.get(&format!("{member}/standing")).await.expect(200);
        assert_eq!(standing, third["standing"]);
        let explained = api.admin.get(&format!("{member}/explanation")).await.expect(200);
        let terms: Vec<_> = explained["terms"].as_array().unwrap().iter().map(|t| t["case"].as_i64().unwrap()).collect();
        assert_eq!((terms, &explained["complete"]), (vec![3, 2, 1], &json!(true)));

        let void = api.admin.post(&format!("{location}/cases/2/void"), &json!({"reason": "Wrong person"})).await.expect(200);
        assert_eq!(void["also_voided"], json!([4]));
        assert_eq!((&void["case"]["voided"]["reason"], &void["standing"]["points"]), (&json!("Wrong person"), &json!(2)));
        assert_eq!(void["standing"]["restrictions"], json!([]));
        let taken = api.admin.get(&format!("{location}/cases/4")).await.expect(200);
        assert_eq!((&taken["voided"]["cause"], &taken["voided"]["reason"]), (&json!(2), &json!(null)));

        let cases = api.admin.get(&format!("{location}/cases")).await.expect(200);
        assert_eq!(numbers(&cases), [4, 3, 2, 1]);
        let page = api.admin.get("/v1/events?limit=500").await.expect(200);
        let _: wire::page::EventPage = serde_json::from_value(page.clone()).expect("events are what the wire says");
        let kinds: Vec<_> = page["items"].as_array().unwrap().iter().map(|e| e["type"].as_str().unwrap().to_owned()).collect();
        assert_eq!(kinds, [
            "tenant.created", "key.created", "community.created",
            "case.created", "notice.queued", "directive.issued", "case.created", "notice.queued", "directive.issued",
            "case.created", "case.created", "sanction.started", "notice.queued", "notice.queued", "directive.issued", "directive.issued", "directive.issued",
            "case.voided", "case.voided", "sanction.ended", "directive.superseded", "directive.issued",
        ]);
    }
}
