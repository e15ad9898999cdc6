//! Appeals: what the policy says of them, who reviews, what time does, and what decisions come to.

use hyper::Method;
use serde_json::{Value, json};

use super::appeals::{ANN, person, told};
use super::rules::rules;
use super::world::{Api, Community, pointers, problem};
use crate::support::client::Reply;

impl Api {
    /// What the job does: looks at the appeals whose time has come until there are none.
    async fn appeals_job(&self) {
        loop {
            let due = self.store.due_appeals(10).await.unwrap();
            if due.is_empty() {
                return;
            }
            for due in due {
                self.service.tick_appeal(&due).await.unwrap();
            }
        }
    }
}

impl Community {
    async fn kind(&self, kind: &str, by: &str, more: Value) -> i64 {
        let mut act = json!({"kind": kind, "member": ANN, "actor": person(by), "reason": format!("{kind} by {by}"), "allow_duplicate": true});
        for (field, value) in more.as_object().into_iter().flatten() {
            act[field] = value.clone();
        }
        self.act(act).await.expect(201)["case"]["number"]
            .as_i64()
            .unwrap()
    }

    async fn handle(&self, path: &str, verb: &str, by: &str, more: Value) -> Reply {
        let mut body = json!({"actor": person(by)});
        for (field, value) in more.as_object().into_iter().flatten() {
            body[field] = value.clone();
        }
        self.post(&format!("{path}/{verb}"), body).await
    }

    async fn eligibility(&self, case: i64) -> Value {
        self.get(&format!("/cases/{case}/appeal-eligibility"))
            .await
            .expect(200)
    }

    /// The end of the restriction of a kind, as the standing has it.
    async fn restricted_until(&self, kind: &str) -> Option<Value> {
        let standing = self.standing(ANN).await;
        let all = standing["restrictions"].as_array().unwrap().clone();
        let one = all
            .into_iter()
            .find(|restriction| restriction["restriction"] == kind);
        one.map(|restriction| restriction["until"].clone())
    }
}

on_every_store! {
    /// A reduction keeps the time served: the new end counts from the original start, and lies behind if that is over. Another sanction still holds.
    async fn a_reduction_keeps_the_time_served(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        here.post("/links", json!({"platform": "discord", "space": "guild"})).await.expect(201);
        let other = here.kind("mute", "51", json!({"duration": 1_800})).await;
        let case = here.kind("mute", "50", json!({"duration": 3_600})).await;
        let long = here.get(&format!("/cases/{case}")).await.expect(200)["sanction"]["ends_at"].clone();
        assert_eq!(here.restricted_until("mute").await, Some(long));
        let path = here.claimed(case).await;
        api.clock.advance(600);
        let less = json!({"outcome": "reduce", "reason": "Too long", "points": 0.5, "duration": 900});
        let decided = here.handle(&path, "decide", "60", less).await.expect(200);
        let remedy = &decided["remedy"];
        assert_eq!((&decided["appeal"]["state"], &remedy["case"]["points"]), (&json!("closed"), &json!(0.5)));
        let shorter = here.get(&format!("/cases/{other}")).await.expect(200)["sanction"]["ends_at"].clone();
        assert_eq!(here.restricted_until("mute").await, Some(shorter), "the other mute still holds");
        assert_eq!(remedy["standing"]["points"], 2.5);
        let again = here.claimed(case).await;
        let past = json!({"outcome": "reduce", "reason": "Much too long", "duration": "PT5M"});
        let decided = here.handle(&again, "decide", "60", past).await.expect(200);
        assert_eq!(decided["remedy"]["case"]["sanction"]["ends_at"], "2026-01-01T00:10:00.000000Z", "five minutes are over: it ends now");
        let more = json!({"outcome": "reduce", "reason": "More", "points": 9});
        let third = here.claimed(other).await;
        problem(here.handle(&third, "decide", "60", more).await, 409, "not_reducible");
        assert_eq!(here.get(&third).await.expect(200)["state"], "in_review", "nothing was written");
    }

    /// A milder act takes the place of the case, from the same start.
    async fn a_milder_act_takes_its_place(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let case = here.kind("ban", "50", json!({})).await;
        let path = here.claimed(case).await;
        let wrong = json!({"outcome": "replace", "reason": "x", "points": 1});
        let reply = here.handle(&path, "decide", "60", wrong).await;
        assert_eq!((reply.status, pointers(&reply)), (422, vec!["/points".to_owned(), "/act".to_owned()]));
        let milder = json!({"outcome": "replace", "reason": "A first offence", "act": {"kind": "tempban", "duration": 86_400}});
        let decided = here.handle(&path, "decide", "60", milder).await.expect(200);
        let remedy = &decided["remedy"];
        assert_eq!((&remedy["case"]["kind"], &remedy["replaced"]["number"]), (&json!("tempban"), &json!(case)));
        assert_eq!(remedy["case"]["at"], remedy["replaced"]["at"]);
        assert_eq!(remedy["standing"]["points"], 5);
        assert_eq!(decided["appeal"]["decision"]["outcome"], "replace");
    }

    /// The policy says which cases may be appealed, how often, when, and what is asked.
    async fn the_policy_says_what_may_be_appealed(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let asked = json!([{"id": "why", "text": "What happened?"}, {"id": "else", "text": "Anything else?", "required": false}]);
        let appeals = json!({"window": "P10D", "wait": 60, "most": 2, "gap": "P1D", "except_kinds": ["kick"], "questions": asked});
        rules(&here, 1, json!({"appeals": appeals})).await;
        let case = here.muted().await;
        let early = here.eligibility(case).await;
        assert_eq!((&early["eligible"], &early["barrier"], &early["left"]), (&json!(false), &json!("early"), &json!(2)));
        assert!(early["from"].is_string() && early["until"].is_string(), "{early}");
        let detail = problem(here.file(case).await, 409, "not_appealable");
        assert!(detail.contains("it may be appealed from"), "{detail}");
        api.clock.advance(60);
        let now = here.eligibility(case).await;
        assert_eq!((&now["eligible"], &now["questions"][0]["id"], &now["questions"][1]["required"]), (&json!(true), &json!("why"), &json!(false)));
        assert!(problem(here.file(case).await, 422, "appeal_answers").contains("why"));
        let appeals = format!("/cases/{case}/appeals");
        let body = json!({"statement": "It was not me", "answers": {"why": "A joke", "who": "x"}});
        assert!(problem(here.post(&appeals, body).await, 422, "appeal_answers").contains("who"));
        let body = json!({"statement": "It was not me", "answers": {"why": "A joke"}});
        let filed = here.post(&appeals, body.clone()).await.expect(201);
        assert_eq!(filed["answers"], json!([{"id": "why", "question": "What happened?", "text": "A joke"}]));
        assert_eq!(here.eligibility(case).await["open"], filed["id"]);
        let path = format!("/appeals/{}", filed["id"].as_str().unwrap());
        here.post(&format!("{path}/withdraw"), json!({})).await.expect(200);
        assert_eq!(here.eligibility(case).await["barrier"], "gap");
        api.clock.advance(86_400);
        let second = here.post(&appeals, body.clone()).await.expect(201);
        here.post(&format!("/appeals/{}/withdraw", second["id"].as_str().unwrap()), json!({})).await.expect(200);
        assert_eq!(here.eligibility(case).await["barrier"], "most");
        let kick = here.kind("kick", "50", json!({})).await;
        api.clock.advance(10 * 86_400);
        assert_eq!(here.eligibility(kick).await["barrier"], "kind");
        let unmute = here.kind("warn", "50", json!({})).await;
        api.clock.advance(10 * 86_400);
        assert_eq!(here.eligibility(unmute).await["barrier"], "late");
        let call = here.client.call(Method::PUT, &here.path("/policy")).header("if-match", "\"2\"");
        let bad = json!({"rules": {"appeals": {"window": 30, "most": 0, "votes": {"needed": 3, "of": 2}, "questions": [{"id": "A", "text": " "}], "except_kinds": ["hug"]}}});
        let reply = call.json(&bad).send().await;
        let mut wrong = pointers(&reply);
        wrong.sort();
        let all = ["except_kinds", "most", "questions/0/text", "votes/needed", "window"];
        assert_eq!(wrong, all.map(|field| format!("/rules/appeals/{field}")));
    }

    /// A draft waits for the member; a question too; what they do not do in time is over, and told.
    async fn drafts_and_questions_run_out(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let case = here.muted().await;
        let draft = here.post(&format!("/cases/{case}/appeals"), json!({"statement": "I", "draft": true})).await.expect(201);
        assert_eq!((&draft["state"], &draft["next"], &draft["decide_by"]), (&json!("draft"), &json!(["submit", "add_statement", "withdraw"]), &Value::Null));
        let path = format!("/appeals/{}", draft["id"].as_str().unwrap());
        problem(here.handle(&path, "claim", "60", json!({})).await, 409, "appeal_step");
        let submitted = here.post(&format!("{path}/submit"), json!({"statement": "was asleep"})).await.expect(200);
        assert_eq!((&submitted["state"], submitted["statements"].as_array().unwrap().len()), (&json!("submitted"), 2));
        problem(here.post(&format!("{path}/submit"), json!({})).await, 409, "appeal_step");
        here.handle(&path, "claim", "60", json!({})).await.expect(200);
        problem(here.handle(&path, "ask", "61", json!({"question": "Where?"})).await, 409, "appeal_claimed");
        let asked = here.handle(&path, "ask", "60", json!({"question": "Where?"})).await.expect(200);
        assert_eq!((&asked["state"], &asked["next"], &asked["claimed"]), (&json!("needs_info"), &json!(["add_statement", "withdraw"]), &Value::Null));
        assert_eq!(here.get("/appeals/queue").await.expect(200)["items"], json!([]));
        api.clock.advance(86_400);
        let answered = here.post(&format!("{path}/statements"), json!({"statement": "In #help", "evidence": ["https://example.com/1"]})).await.expect(200);
        assert_eq!((&answered["state"], answered["asked"][0]["answered_at"].is_string()), (&json!("submitted"), true));
        assert_eq!(here.get("/appeals/queue?claimed=false").await.expect(200)["items"][0]["id"], answered["id"]);
        here.handle(&path, "ask", "60", json!({"question": "When?"})).await.expect(200);
        api.clock.advance(14 * 86_400);
        assert_eq!(here.get(&path).await.expect(200)["state"], "expired", "before anybody writes it down");
        problem(here.post(&format!("{path}/statements"), json!({"statement": "Late"})).await, 409, "appeal_step");
        api.appeals_job().await;
        assert_eq!(told(&api).await.last().unwrap(), "appeal.expired");
        assert_eq!(here.get("/appeals?state=expired").await.expect(200)["items"][0]["state"], "expired");
        assert_eq!(here.file(case).await.status, 201, "another one may follow");
    }

    /// A claim lapses, and a late decision is told; neither ends the appeal.
    async fn what_reviewers_do_not_do_in_time_is_told(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let path = here.claimed(here.muted().await).await;
        api.clock.advance(3_600);
        api.appeals_job().await;
        assert_eq!(told(&api).await.last().unwrap(), "appeal.released");
        assert_eq!(here.get("/appeals?state=submitted").await.expect(200)["items"].as_array().unwrap().len(), 1);
        api.clock.advance(7 * 86_400);
        api.appeals_job().await;
        assert_eq!(told(&api).await.last().unwrap(), "appeal.overdue");
        let late = here.get("/appeals/queue?overdue=true").await.expect(200);
        assert_eq!((&late["items"][0]["overdue"], &late["items"][0]["state"]), (&json!(true), &json!("submitted")));
        assert_eq!(here.get("/appeals/queue?overdue=false").await.expect(200)["items"], json!([]));
        let barred = here.handle(&path, "bar", "60", json!({"reason": "Insults"})).await.expect(200);
        assert_eq!((&barred["state"], &barred["barred"]["reason"]), (&json!("barred"), &json!("Insults")));
        problem(here.handle(&path, "bar", "60", json!({"reason": "Insults"})).await, 409, "appeal_step");
    }

    /// A lift by hand leaves nothing to decide where no points are left of the case; otherwise it goes on about them.
    async fn a_lift_by_hand_leaves_the_points(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let mute = here.claimed(here.kind("mute", "50", json!({"duration": 600})).await).await;
        // The third point escalates: the mute that follows has no points of its own.
        here.kind("warn", "51", json!({})).await;
        let escalated = here.cases("").await[0];
        let of_escalated = here.claimed(escalated).await;
        here.kind("unmute", "52", json!({})).await;
        api.appeals_job().await;
        assert_eq!(here.get(&mute).await.expect(200)["state"], "in_review", "two points are left to talk about");
        assert_eq!(here.get(&of_escalated).await.expect(200)["state"], "moot");
        assert_eq!(told(&api).await.last().unwrap(), "appeal.moot");
        // Once the points are gone, a lift leaves nothing.
        api.clock.advance(40 * 86_400);
        let late = here.kind("mute", "51", json!({"duration": 7_776_000})).await;
        let path = here.claimed(late).await;
        api.clock.advance(21 * 86_400);
        here.kind("unmute", "52", json!({})).await;
        api.appeals_job().await;
        assert_eq!(here.get(&path).await.expect(200)["state"], "moot");
    }

    /// Nobody reviews what they stood behind: also who showed something, who issued an offence that the rung counted, and under whatever name.
    async fn nobody_reviews_what_they_stood_behind(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let thrice = json!([{"id": "twice", "kinds": ["warn"], "count": 2, "within": "P1D", "action": "mute", "duration": 3600}]);
        rules(&here, 1, json!({"ladder": [], "offence_rungs": thrice})).await;
        here.kind("warn", "50", json!({})).await;
        here.kind("warn", "51", json!({})).await;
        let path = format!("/appeals/{}", here.file(here.cases("").await[0]).await.expect(201)["id"].as_str().unwrap());
        for by in ["50", "51"] {
            let detail = problem(here.handle(&path, "claim", by, json!({})).await, 403, "reviewer_recused");
            assert!(detail.contains("offence that its rung counted"), "{detail}");
        }
        let shown = json!({"text": "I was there", "evidence": ["https://example.com/2"]});
        here.handle(&path, "comments", "52", shown).await.expect(200);
        here.handle(&path, "comments", "53", json!({"text": "I was not"})).await.expect(200);
        problem(here.handle(&path, "claim", "52", json!({})).await, 403, "reviewer_recused");
        problem(here.handle(&path, "comments", "1", json!({"text": "Let me go"})).await, 403, "self_action");
        // 51 and 54 turn out to be one person.
        let user = async |id: &str| api.admin.get(&format!("/v1/users/discord:{id}")).await;
        here.handle(&path, "comments", "54", json!({"text": "Hello"})).await.expect(200);
        let (into, from) = (user("54").await.expect(200), user("51").await.expect(200));
        let merge = json!({"from": from["id"]});
        api.admin.post(&format!("/v1/users/{}/merge", into["id"].as_str().unwrap()), &merge).await.expect(200);
        problem(here.handle(&path, "claim", "54", json!({})).await, 403, "reviewer_recused");
        here.handle(&path, "claim", "53", json!({})).await.expect(200);
        let review = here.get(&format!("{path}/review")).await.expect(200);
        assert_eq!((review["comments"].as_array().unwrap().len(), &review["facts"]["automated"]), (3, &json!(true)));
        assert_eq!(review["comments"][0]["evidence"], json!(["https://example.com/2"]));
        assert!(!here.get(&path).await.expect(200).to_string().contains("I was there"), "the member's side");
    }

    /// The owner reviews their own act where nobody else of the roster can, and it is recorded.
    async fn the_owner_may_where_nobody_else_can(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let owner = json!({"platform": "discord", "id": "90"});
        let rank = |rank: &str| json!({"rank": rank});
        here.client.patch(&here.path("/members/discord:90"), &rank("owner")).await.expect(200);
        here.client.patch(&here.path("/members/discord:91"), &rank("moderator")).await.expect(200);
        let case = here.act(json!({"kind": "warn", "member": ANN, "actor": owner})).await.expect(201);
        let case = case["case"]["number"].as_i64().unwrap();
        let path = format!("/appeals/{}", here.file(case).await.expect(201)["id"].as_str().unwrap());
        let claim = json!({"actor": owner});
        let detail = problem(here.post(&format!("{path}/claim"), claim.clone()).await, 403, "reviewer_recused");
        assert!(detail.contains("only where nobody else"), "{detail}");
        here.client.patch(&here.path("/members/discord:91"), &rank("member")).await.expect(200);
        let claimed = here.post(&format!("{path}/claim"), claim).await.expect(200);
        assert_eq!(claimed["claimed"]["exception"], true);
        let decision = json!({"actor": owner, "outcome": "void", "reason": "I was wrong"});
        let decided = here.post(&format!("{path}/decide"), decision).await.expect(200);
        assert_eq!((&decided["appeal"]["decision"]["exception"], decided["remedy"]["case"]["voided"].is_object()), (&json!(true), true));
    }

    /// Who acted does not review what took the place of their act either; the member is told of it like of any other act.
    async fn nobody_reviews_what_took_the_place_of_their_act(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let ban = here.kind("ban", "50", json!({})).await;
        let milder = json!({"kind": "tempban", "duration": "P2D", "reason": "Milder", "actor": person("51")});
        let replaced = here.post(&format!("/cases/{ban}/replace"), milder).await.expect(201);
        let milder = replaced["case"]["number"].as_i64().unwrap();
        let told = here.get(&format!("/notices?case={milder}")).await.expect(200);
        assert!(told["items"][0]["text"].as_str().unwrap().starts_with("You have been banned"), "{told}");
        let path = format!("/appeals/{}", here.file(milder).await.expect(201)["id"].as_str().unwrap());
        for by in ["50", "51"] {
            problem(here.handle(&path, "claim", by, json!({})).await, 403, "reviewer_recused");
        }
        here.handle(&path, "claim", "52", json!({})).await.expect(200);
    }

    /// An exception stays one among votes, and whoever voted may decide when no votes are asked for any more.
    async fn an_exception_stays_one_among_votes(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        rules(&here, 1, json!({"appeals": {"votes": {"needed": 2, "of": 3}}})).await;
        here.client.patch(&here.path("/members/discord:90"), &json!({"rank": "owner"})).await.expect(200);
        let owner = json!({"platform": "discord", "id": "90"});
        let case = here.act(json!({"kind": "warn", "member": ANN, "actor": owner})).await.expect(201);
        let path = format!("/appeals/{}", here.file(case["case"]["number"].as_i64().unwrap()).await.expect(201)["id"].as_str().unwrap());
        let by_owner = |more: Value| {
            let mut body = more;
            body["actor"] = owner.clone();
            body
        };
        here.post(&format!("{path}/claim"), by_owner(json!({}))).await.expect(200);
        let void = json!({"outcome": "void", "reason": "I was wrong"});
        let voted = here.post(&format!("{path}/decide"), by_owner(void.clone())).await.expect(200);
        assert_eq!(voted["appeal"]["votes"][0]["exception"], true);
        problem(here.post(&format!("{path}/claim"), by_owner(json!({}))).await, 409, "appeal_voted");
        rules(&here, 2, json!({})).await;
        here.post(&format!("{path}/claim"), by_owner(json!({}))).await.expect(200);
        let decided = here.post(&format!("{path}/decide"), by_owner(void)).await.expect(200);
        assert_eq!((&decided["appeal"]["state"], &decided["appeal"]["decision"]["exception"]), (&json!("closed"), &json!(true)));
    }

    /// Several have to come to the same; blind reviewers are not told who is who until it is over.
    async fn several_reviewers_and_blind_ones(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        rules(&here, 1, json!({"appeals": {"votes": {"needed": 2, "of": 3}, "blind": true}})).await;
        let case = here.muted().await;
        let path = here.claimed(case).await;
        let shown = here.get(&path).await.expect(200);
        assert_eq!(shown["member"]["user"], Value::Null);
        let review = here.get(&format!("{path}/review")).await.expect(200);
        assert_eq!((&review["case"], &review["facts"]["reason"]), (&Value::Null, &json!("spam")));
        let void = json!({"outcome": "void", "reason": "It was another account"});
        let call = api.admin.call(Method::POST, &here.path(&format!("{path}/decide"))).header("idempotency-key", "one");
        let mut first = void.clone();
        first["actor"] = person("60");
        let voted = call.json(&first).send().await.expect(200);
        assert_eq!((&voted["appeal"]["state"], &voted["remedy"]), (&json!("submitted"), &Value::Null));
        assert_eq!((&voted["appeal"]["votes"][0]["by"], &voted["appeal"]["votes"][0]["outcome"]), (&Value::Null, &Value::Null));
        assert_eq!(told(&api).await.last().unwrap(), "appeal.voted");
        problem(here.handle(&path, "claim", "60", json!({})).await, 409, "appeal_voted");
        here.handle(&path, "claim", "61", json!({})).await.expect(200);
        let decided = here.handle(&path, "decide", "61", void).await.expect(200);
        assert_eq!((&decided["appeal"]["state"], decided["remedy"]["case"]["voided"].is_object()), (&json!("closed"), true));
        assert_eq!(decided["appeal"]["votes"][0]["by"]["identity"], "discord:60");
        assert!(decided["appeal"]["member"]["user"].is_string());
        let call = api.admin.call(Method::POST, &here.path(&format!("{path}/decide"))).header("idempotency-key", "one");
        assert_eq!(call.json(&first).send().await.expect(200), voted, "a repeat of the first vote");
    }

    /// What could not be carried out is no vote; the others read what somebody came to, and where no change has enough votes the case stands, for nobody's reason.
    async fn reviewers_know_what_the_others_came_to(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        rules(&here, 1, json!({"appeals": {"votes": {"needed": 2, "of": 2}}})).await;
        let case = here.muted().await;
        let path = here.claimed(case).await;
        let refused = here.handle(&path, "decide", "60", json!({"outcome": "reduce", "points": 500, "reason": "x"})).await;
        problem(refused, 409, "not_reducible");
        let shown = here.get(&path).await.expect(200);
        assert_eq!((&shown["state"], &shown["votes"]), (&json!("in_review"), &json!([])));
        let less = json!({"outcome": "reduce", "points": 1, "reason": "Half of it"});
        here.handle(&path, "decide", "60", less).await.expect(200);
        here.handle(&path, "claim", "61", json!({})).await.expect(200);
        let vote = here.get(&format!("{path}/review")).await.expect(200)["appeal"]["votes"][0].clone();
        assert_eq!((&vote["outcome"], &vote["points"], &vote["reason"], &vote["duration"]), (&json!("reduce"), &json!(1), &json!("Half of it"), &Value::Null));
        assert_eq!(here.get(&path).await.expect(200)["votes"][0]["reason"], Value::Null, "for reviewers alone");
        let decided = here.handle(&path, "decide", "61", json!({"outcome": "void", "reason": "All of it"})).await.expect(200);
        let decision = &decided["appeal"]["decision"];
        assert_eq!((&decision["outcome"], &decision["split"]), (&json!("uphold"), &json!(true)));
        assert_eq!(decision["reason"], "No change has enough votes, so the case stands.");
        let notices = here.get(&format!("/notices?case={case}")).await.expect(200);
        let text = notices["items"][0]["text"].as_str().unwrap();
        assert!(text.ends_with("the case stands.\nThe reviewers did not agree on a change."), "{text}");
    }

    /// In an archived community nothing can be appealed, and the answer says so.
    async fn nothing_is_appealed_where_nothing_changes(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let case = here.muted().await;
        api.admin.post(&here.path("/archive"), &json!({})).await.expect(200);
        let asked = here.get(&format!("/cases/{case}/appeal-eligibility")).await.expect(200);
        assert_eq!((&asked["eligible"], &asked["barrier"]), (&json!(false), &json!("archived")));
    }

    /// How often appeals changed something, by who acted, by rule and by reason.
    async fn overturns_are_counted(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        for (outcome, kind) in [("uphold", "warn"), ("void", "warn"), ("void", "mute")] {
            let path = here.claimed(here.kind(kind, "50", json!({})).await).await;
            here.handle(&path, "decide", "60", json!({"outcome": outcome, "reason": "x"})).await.expect(200);
            api.clock.advance(60);
        }
        let counted = here.get("/overturns?by=moderator").await.expect(200);
        let line = &counted["items"][0];
        assert_eq!((&line["identity"], &line["tally"]["decided"], &line["tally"]["voided"]), (&json!("discord:50"), &json!(3), &json!(2)));
        assert_eq!((&counted["total"]["overturned_percent"], &counted["complete"]), (&json!(66), &json!(true)));
        let counted = here.get("/overturns?by=reason&limit=1").await.expect(200);
        assert_eq!((&counted["items"][0]["group"], &counted["left_out"]), (&json!("warn by 50"), &json!(1)));
        let counted = here.get("/overturns?by=rule").await.expect(200);
        assert_eq!(counted["items"][0]["group"], Value::Null);
        let late = here.get("/overturns?by=rule&from=2100-01-01T00:00:00Z").await.expect(200);
        assert_eq!(late["items"], json!([]));
        problem(here.get("/overturns?by=luck").await, 400, "bad_query");
    }
}
