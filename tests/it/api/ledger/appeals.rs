//! Appeals, as bots, members and reviewers meet them.

use serde_json::{Value, json};

use super::world::{Api, Community, pointers, problem};
use crate::support::client::Reply;

pub(super) const ANN: &str = "discord:1";

pub(super) fn person(id: &str) -> Value {
    json!({"platform": "discord", "id": id, "rank": "moderator"})
}

impl Community {
    /// A mute of Ann by moderator 50; the number of its case.
    pub(super) async fn muted(&self) -> i64 {
        let mute =
            json!({"kind": "mute", "member": ANN, "duration": 3600, "actor": person("50"), "reason": "spam"});
        self.act(mute).await.expect(201)["case"]["number"]
            .as_i64()
            .unwrap()
    }

    pub(super) async fn file(&self, case: i64) -> Reply {
        self.post(
            &format!("/cases/{case}/appeals"),
            json!({"statement": "It was not me"}),
        )
        .await
    }

    /// An appeal that moderator 60 has in hand.
    pub(super) async fn claimed(&self, case: i64) -> String {
        let filed = self.file(case).await.expect(201);
        let path = format!("/appeals/{}", filed["id"].as_str().unwrap());
        self.post(&format!("{path}/claim"), json!({"actor": person("60")}))
            .await
            .expect(200);
        path
    }
}

/// What the log says of appeals and cases from a position on.
pub(super) async fn told(api: &Api) -> Vec<String> {
    let log = api.admin.get("/v1/events?limit=500").await.expect(200);
    let types = log["items"].as_array().unwrap().iter();
    let types = types.map(|event| event["type"].as_str().unwrap().to_owned());
    types
        .filter(|kind| kind.starts_with("appeal.") || kind == "case.voided" || kind == "sanction.ended")
        .collect()
}

on_every_store! {
    /// From the statement to the decision: who has it in hand decides, and the case stands.
    async fn a_case_is_looked_at_again(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let case = here.muted().await;
        let filed = here.file(case).await;
        let location = filed.header("location").unwrap().to_owned();
        let filed = filed.expect(201);
        assert_eq!((&filed["state"], &filed["next"], &filed["case"]), (&json!("submitted"), &json!(["add_statement", "claim", "ask", "bar", "withdraw"]), &json!(case)));
        assert_eq!(api.admin.get(&location).await.expect(200), filed);
        assert_eq!(here.get(&format!("/appeals?state=submitted&case={case}")).await.expect(200)["items"], json!([filed]));
        let path = format!("/appeals/{}", filed["id"].as_str().unwrap());
        let claimed = here.post(&format!("{path}/claim"), json!({"actor": person("60")})).await.expect(200);
        assert_eq!((&claimed["state"], &claimed["claimed"]["by"]["identity"]), (&json!("in_review"), &json!("discord:60")));
        let upheld = json!({"actor": person("60"), "outcome": "uphold", "reason": "The log shows it"});
        let decided = here.post(&format!("{path}/decide"), upheld).await.expect(200);
        assert_eq!((&decided["appeal"]["state"], &decided["remedy"]), (&json!("closed"), &Value::Null));
        assert_eq!(decided["appeal"]["decision"]["reason"], "The log shows it");
        assert_eq!(here.get(&path).await.expect(200), decided["appeal"]);
        assert_eq!(here.get(&format!("/cases/{case}")).await.expect(200)["voided"], Value::Null);
        assert_eq!(told(&api).await, ["appeal.filed", "appeal.claimed", "appeal.decided"]);
        let log = api.admin.get("/v1/events?limit=500").await.expect(200).to_string();
        assert!(!log.contains("It was not me") && !log.contains("The log shows it"), "nothing of what was written: {log}");
    }

    /// A decision to void and what comes of it are one: points, sanction, directive, log.
    async fn a_decision_carries_its_remedy_out(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        here.post("/links", json!({"platform": "discord", "space": "guild"})).await.expect(201);
        let path = here.claimed(here.muted().await).await;
        assert_eq!(here.standing(ANN).await["points"], 2);
        let decision = json!({"actor": person("60"), "outcome": "void", "reason": "It was another account"});
        let call = api.admin.call(hyper::Method::POST, &here.path(&format!("{path}/decide"))).header("idempotency-key", "once");
        let decided = call.json(&decision).send().await.expect(200);
        assert_eq!((&decided["appeal"]["state"], &decided["remedy"]["case"]["voided"]["reason"]), (&json!("closed"), &json!("It was another account")));
        let call = api.admin.call(hyper::Method::POST, &here.path(&format!("{path}/decide"))).header("idempotency-key", "once");
        assert_eq!(call.json(&decision).send().await.expect(200), decided, "a repeat");
        let standing = here.standing(ANN).await;
        assert_eq!((&standing["points"], &standing["restrictions"]), (&json!(0), &json!([])));
        let open = api.admin.get("/v1/directives?state=open").await.expect(200);
        let mut open = open["items"].as_array().unwrap().iter().filter(|directive| directive["effect"] == "mute");
        assert_eq!(open.next().unwrap()["wanted"]["holds"], json!(false));
        let all = told(&api).await;
        assert_eq!(all.iter().filter(|kind| *kind == "appeal.decided").count(), 1, "{all:?}");
        assert!(all.contains(&"case.voided".to_owned()) && all.contains(&"sanction.ended".to_owned()), "{all:?}");
        assert!(!all.contains(&"appeal.moot".to_owned()), "{all:?}");
    }

    /// Where the case is voided by other means, nothing is left to decide.
    async fn a_void_makes_it_moot(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let case = here.muted().await;
        let path = here.claimed(case).await;
        here.post(&format!("/cases/{case}/void"), json!({})).await.expect(200);
        let moot = here.get(&path).await.expect(200);
        assert_eq!((&moot["state"], &moot["next"], &moot["claimed"]), (&json!("moot"), &json!([]), &Value::Null));
        assert_eq!(told(&api).await.last().unwrap(), "appeal.moot");
        problem(here.file(case).await, 409, "already_voided");
        let late = json!({"actor": person("60"), "outcome": "void", "reason": "late"});
        let detail = problem(here.post(&format!("{path}/decide"), late).await, 409, "appeal_step");
        assert!(detail.contains("nothing can be done"), "{detail}");
    }

    /// Filed and voided at a time: either there is no appeal, or it is moot.
    async fn no_voided_case_has_an_open_appeal(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        for round in 0..12 {
            let note = json!({"kind": "warn", "member": ANN, "reason": round.to_string()});
            let case = here.act(note).await.expect(201)["case"]["number"].as_i64().unwrap();
            let void = format!("/cases/{case}/void");
            let (filed, voided) = tokio::join!(here.file(case), here.post(&void, json!({})));
            voided.expect(200);
            let appeals = here.get(&format!("/appeals?case={case}")).await.expect(200);
            let states: Vec<_> = appeals["items"].as_array().unwrap().iter().map(|appeal| appeal["state"].clone()).collect();
            assert_eq!(states, if filed.status == 201 { vec![json!("moot")] } else { vec![] });
        }
    }

    /// Who may do what, and what is wrong with the rest.
    async fn what_is_wrong_is_said(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let case = here.muted().await;
        let path = here.claimed(case).await;
        let decide = |by: &str, outcome: &str| json!({"actor": person(by), "outcome": outcome, "reason": "x"});
        problem(here.file(case).await, 409, "appeal_open");
        problem(here.post(&format!("{path}/decide"), decide("61", "uphold")).await, 409, "appeal_claimed");
        problem(here.post(&format!("{path}/decide"), decide("61", "void")).await, 409, "appeal_claimed");
        problem(here.post(&format!("{path}/decide"), decide("50", "void")).await, 403, "reviewer_recused");
        let low = json!({"actor": {"platform": "discord", "id": "70", "rank": "member"}});
        problem(here.post(&format!("{path}/claim"), low).await, 403, "rank_too_low");
        let released = here.post(&format!("{path}/release"), json!({"actor": person("60")})).await.expect(200);
        assert_eq!(released["state"], "submitted");
        let detail = problem(here.post(&format!("{path}/decide"), decide("60", "void")).await, 409, "appeal_step");
        assert!(detail.contains("there is add_statement, claim, ask, bar, withdraw"), "{detail}");
        assert_eq!(here.post(&format!("{path}/withdraw"), json!({})).await.expect(200)["state"], "withdrawn");
        let long = "x".repeat(4_001);
        for (body, pointer) in [(json!({"statement": " "}), "/statement"), (json!({"statement": long}), "/statement"),
            (json!({"statement": "x", "evidence": ["javascript:x"]}), "/evidence/0")] {
            let reply = here.post(&format!("/cases/{case}/appeals"), body).await;
            assert_eq!(reply.status, 422);
            assert_eq!(pointers(&reply), [pointer]);
        }
        for query in ["state=lost", "case=0", "case=x"] {
            problem(here.get(&format!("/appeals?{query}")).await, 400, "bad_query");
        }
        problem(here.file(99).await, 404, "not_found");
        let reviewer = here.seen_by(&api.key(&["appeals:review"], json!({})).await);
        problem(reviewer.file(case).await, 403, "forbidden_scope");
        problem(reviewer.get("/appeals").await, 403, "forbidden_scope");
        let stranger = here.seen_by(&api.stranger().await);
        problem(stranger.get(&path).await, 404, "not_found");
        let deciding = stranger.post(&format!("{path}/decide"), decide("60", "void")).await;
        problem(deciding, 404, "not_found");
    }
}
