//! Conversations by flows of a tenant's own: written, begun, led on, ended by people and by time.

use hyper::Method;
use serde_json::{Value, json};

use super::world::{Api, Community, pointers, problem};
use crate::support::client::Reply;

const ANN: &str = "discord:1";

/// A flow with one question of each type, a choice, an event of another system, and a timeout.
fn flow() -> Value {
    json!({
        "title": "Feedback",
        "takes": [{"name": "event", "label": "The event", "type": "text", "max_length": 40}],
        "start": "ask",
        "lifetime": "PT1H",
        "states": [
            {"name": "ask", "prompt": {"text": "How was it?", "show": ["event"], "fields": [
                {"name": "words", "label": "In your words", "type": "text", "min_length": 2, "max_length": 20},
                {"name": "stars", "label": "Stars", "type": "integer", "min": 1, "max": 5},
                {"name": "again", "label": "Again?", "type": "boolean", "required": false},
                {"name": "day", "label": "When", "type": "date", "required": false},
                {"name": "link", "label": "A link", "type": "url", "required": false},
                {"name": "sort", "label": "Sort", "type": "choice", "required": false, "options": [{"id": "good", "label": "Good"}]}],
                "choices": [{"id": "skip", "label": "Not now"}]},
             "on": [{"event": "submit", "to": "wait"}, {"event": "skip", "to": "skipped"}],
             "timeout": {"after": 600, "to": "skipped"}},
            {"name": "wait", "prompt": {"text": "Somebody reads it.", "show": ["words"]},
             "on": [{"event": "confirm", "to": "thanks"}, {"event": "edit", "to": "ask"}]},
            {"name": "thanks", "end": {"outcome": "given", "text": "Thank you.", "show": ["stars"]}},
            {"name": "skipped", "end": {"outcome": "skipped", "text": "Another time.", "completes": false}}]
    })
}

async fn put(api: &Api, name: &str, flow: &Value, seen: Option<&str>) -> Reply {
    let call = api.admin.call(Method::PUT, &format!("/v1/flows/{name}"));
    let call = match seen {
        Some(tag) => call.header("if-match", tag),
        None => call,
    };
    call.json(flow).send().await
}

impl Community {
    async fn start(&self, flow: &str, member: &str, data: Value) -> Reply {
        let body = json!({"flow": flow, "member": member, "channel": "dm", "data": data});
        self.post("/conversations", body).await
    }

    async fn advance(&self, at: &Value, event: &str, answers: Value) -> Reply {
        let path = format!("/conversations/{}/advance", at["id"].as_str().unwrap());
        self.post(
            &path,
            json!({"step": at["step"], "event": event, "answers": answers}),
        )
        .await
    }

    async fn conversation(&self, at: &Value) -> Value {
        self.get(&format!("/conversations/{}", at["id"].as_str().unwrap()))
            .await
            .expect(200)
    }
}

/// What the log says of conversations: type, state, outcome.
async fn told(api: &Api) -> Vec<(String, String, Value)> {
    let log = api.admin.get("/v1/events?limit=500").await.expect(200);
    let items = log["items"].as_array().unwrap().iter();
    let ours = items.filter(|event| event["type"].as_str().unwrap().starts_with("conversation."));
    ours.map(|event| {
        let news = &event["data"]["conversation"];
        let state = news["state"].as_str().unwrap().to_owned();
        (
            event["type"].as_str().unwrap().to_owned(),
            state,
            news["outcome"].clone(),
        )
    })
    .collect()
}

async fn lead_on(api: &Api) -> usize {
    let due = api.store.due_conversations(100).await.unwrap();
    for due in &due {
        api.service.move_on(due).await.unwrap();
    }
    due.len()
}

on_every_store! {
    /// From the start over every kind of answer to the end, and the log tells what was collected, once.
    async fn a_flow_is_gone_through(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        put(&api, "feedback", &flow(), None).await.expect(201);
        let started = here.start("feedback", ANN, json!({"event": "Meetup"})).await;
        let location = started.header("location").unwrap().to_owned();
        let first = started.expect(201);
        assert_eq!((&first["state"], &first["step"], &first["next"]), (&json!("ask"), &json!(1), &json!(["submit", "skip"])));
        assert_eq!(first["prompt"]["facts"], json!([{"name": "event", "label": "The event", "value": "Meetup"}]));
        assert_eq!(api.admin.get(&location).await.expect(200), first);
        assert_eq!(here.get("/conversations?status=running&member=discord:1").await.expect(200)["items"], json!([first]));
        let answers = json!({"words": "zap good", "stars": 5.0, "again": true, "day": "2026-02-28", "link": "https://example.com/", "sort": "good"});
        let second = here.advance(&first, "submit", answers).await.expect(200);
        assert_eq!((&second["state"], &second["step"], &second["deadline"]), (&json!("wait"), &json!(2), &Value::Null));
        let third = here.advance(&second, "confirm", json!({})).await.expect(200);
        assert_eq!((&third["status"], &third["outcome"], &third["prompt"]["text"]), (&json!("ended"), &json!("given"), &json!("Thank you.")));
        assert_eq!((&third["data"]["stars"], &third["next"]), (&json!(5), &json!([])));
        let all = told(&api).await;
        let kinds: Vec<_> = all.iter().map(|(kind, state, _)| (kind.as_str(), state.as_str())).collect();
        assert_eq!(kinds, [("conversation.started", "ask"), ("conversation.advanced", "wait"), ("conversation.ended", "thanks"),
            ("conversation.completed", "thanks")]);
        let log = api.admin.get("/v1/events?limit=500").await.expect(200);
        let with_words: Vec<_> = log["items"].as_array().unwrap().iter().filter(|event| event.to_string().contains("zap good")).collect();
        assert_eq!(with_words.len(), 1, "the words are in the log once");
        assert_eq!(with_words[0]["type"], "conversation.completed");
        assert_eq!(with_words[0]["data"]["conversation"]["data"]["day"], "2026-02-28");
    }

    /// What cannot happen is refused with what can, answers that are none with what is wrong, and neither changes anything.
    async fn what_cannot_happen_is_refused(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        put(&api, "feedback", &flow(), None).await.expect(201);
        assert_eq!(pointers(&here.start("feedback", ANN, json!({"evnt": 1})).await), ["/data/event", "/data/evnt"]);
        let first = here.start("feedback", ANN, json!({"event": "Meetup"})).await.expect(201);
        let detail = problem(here.advance(&first, "confirm", json!({})).await, 409, "conversation_event");
        assert!(detail.contains("there is submit, skip"), "{detail}");
        problem(here.advance(&first, "timeout", json!({})).await, 409, "conversation_event");
        let wrong = json!({"words": "x", "stars": 6, "again": "yes", "day": "2026-02-30", "link": "ftp://x", "sort": "bad", "other": 1});
        let mut found = pointers(&here.advance(&first, "submit", wrong).await);
        found.sort();
        assert_eq!(found, ["/answers/again", "/answers/day", "/answers/link", "/answers/other", "/answers/sort", "/answers/stars", "/answers/words"]);
        assert_eq!(pointers(&here.advance(&first, "skip", json!({"words": "aa"})).await), ["/answers/words"]);
        assert_eq!(here.conversation(&first).await, first);
        let path = format!("/conversations/{}/advance", first["id"].as_str().unwrap());
        let pressed = json!({"step": 1, "event": "skip", "by": "discord:2"});
        problem(here.post(&path, pressed).await, 403, "conversation_of_another");
        let skipped = json!({"step": 1, "event": "skip", "by": ANN});
        here.post(&path, skipped.clone()).await.expect(200);
        let detail = problem(here.post(&path, skipped).await, 409, "conversation_event");
        assert!(detail.contains("over: skipped"), "{detail}");
        assert_eq!(told(&api).await.len(), 2, "started and ended");
        problem(here.start("nothing", ANN, json!({})).await, 404, "not_found");
        problem(here.get("/conversations?status=lost").await, 400, "bad_query");
        let stranger = here.seen_by(&api.stranger().await);
        problem(stranger.get(&format!("/conversations/{}", first["id"].as_str().unwrap())).await, 404, "not_found");
    }

    /// A second press of a button is told apart from the next one, and a repeat under a key gets the first answer.
    async fn a_double_submit_is_one(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        put(&api, "feedback", &flow(), None).await.expect(201);
        let first = here.start("feedback", ANN, json!({"event": "x"})).await.expect(201);
        let answers = json!({"words": "good", "stars": 3});
        let path = here.path(&format!("/conversations/{}/advance", first["id"].as_str().unwrap()));
        let press = async || {
            let body = json!({"step": 1, "event": "submit", "answers": answers});
            api.admin.call(Method::POST, &path).header("idempotency-key", "press").json(&body).send().await
        };
        let (one, other) = (press().await.expect(200), press().await.expect(200));
        assert_eq!(one, other);
        let detail = problem(here.advance(&first, "submit", answers.clone()).await, 409, "conversation_moved");
        assert!(detail.contains("step 2") && detail.contains("wait"), "{detail}");
        let again = here.start("feedback", ANN, json!({"event": "x"})).await;
        let detail = problem(again, 409, "conversation_running");
        assert!(detail.contains(first["id"].as_str().unwrap()), "{detail}");
        let both = tokio::join!(here.start("feedback", "discord:7", json!({"event": "x"})), here.start("feedback", "discord:7", json!({"event": "x"})));
        let mut codes = [both.0.status, both.1.status];
        codes.sort_unstable();
        assert_eq!(codes, [201, 409]);
    }

    /// Time leads on by itself: readers see it at once, the job writes it down once, and what is said then is said in the state that it led to.
    async fn time_leads_on(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        put(&api, "feedback", &flow(), None).await.expect(201);
        let first = here.start("feedback", ANN, json!({"event": "x"})).await.expect(201);
        assert_eq!(lead_on(&api).await, 0);
        api.clock.advance(599);
        assert_eq!(here.conversation(&first).await["state"], "ask");
        api.clock.advance(1);
        let over = here.conversation(&first).await;
        assert_eq!((&over["state"], &over["outcome"], &over["ended_at"]), (&json!("skipped"), &json!("skipped"), &first["deadline"]));
        problem(here.advance(&first, "skip", json!({})).await, 409, "conversation_event");
        assert_eq!(told(&api).await.len(), 1, "nothing is written down yet");
        assert_eq!(lead_on(&api).await, 1);
        assert_eq!(lead_on(&api).await, 0);
        let all = told(&api).await;
        assert_eq!(all.last().unwrap(), &("conversation.ended".to_owned(), "skipped".to_owned(), json!("skipped")));
        assert_eq!(all.len(), 2);
        // The place is free, also where nobody has written down yet that it is.
        let second = here.start("feedback", ANN, json!({"event": "x"})).await.expect(201);
        api.clock.advance(600);
        let third = here.start("feedback", ANN, json!({"event": "x"})).await.expect(201);
        assert_eq!(here.get("/conversations?status=running").await.expect(200)["items"], json!([third]));
        assert_eq!(here.conversation(&second).await["outcome"], "skipped");
        // Where the state has no timeout of its own, the whole is over in the end.
        let waiting = here.advance(&third, "submit", json!({"words": "good", "stars": 3})).await.expect(200);
        api.clock.advance(3_600);
        let over = here.conversation(&waiting).await;
        assert_eq!((&over["outcome"], &over["prompt"]), (&json!("expired"), &Value::Null));
        assert_eq!(over["ended_at"], over["expires_at"]);
        lead_on(&api).await;
        assert_eq!(here.conversation(&waiting).await, over);
    }

    /// Cancelled by the flow's own way, or just so; and what ended is forgotten in time.
    async fn it_is_cancelled_and_forgotten(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        put(&api, "feedback", &flow(), None).await.expect(201);
        let first = here.start("feedback", ANN, json!({"event": "x"})).await.expect(201);
        let path = format!("/conversations/{}", first["id"].as_str().unwrap());
        let over = here.post(&format!("{path}/cancel"), json!({})).await.expect(200);
        assert_eq!((&over["outcome"], &over["state"], &over["prompt"]), (&json!("cancelled"), &json!("ask"), &Value::Null));
        problem(here.post(&format!("{path}/cancel"), json!({})).await, 409, "conversation_event");
        let day = std::time::Duration::from_secs(86_400);
        assert_eq!(api.store.forget_conversations(30 * day, 10).await.unwrap(), 0);
        api.clock.advance(31 * 86_400);
        assert_eq!(api.store.forget_conversations(30 * day, 10).await.unwrap(), 1);
        problem(here.get(&path).await, 404, "not_found");
    }

    /// Versions are written once, guarded by their tags; what runs keeps its own.
    async fn a_flow_has_versions(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let made = put(&api, "feedback", &flow(), None).await;
        assert_eq!((made.header("etag"), made.header("location")), (Some("\"1\""), Some("/v1/flows/feedback")));
        made.expect(201);
        problem(put(&api, "feedback", &flow(), None).await, 428, "precondition_required");
        let first = here.start("feedback", ANN, json!({"event": "x"})).await.expect(201);
        let mut other = flow();
        other["states"][0]["prompt"]["text"] = json!("Tell us");
        let second = put(&api, "feedback", &other, Some("\"1\"")).await.expect(200);
        assert_eq!(second["version"], 2);
        problem(put(&api, "feedback", &other, Some("\"1\"")).await, 412, "precondition_failed");
        assert_eq!(here.conversation(&first).await["prompt"]["text"], "How was it?");
        let later = here.start("feedback", "discord:2", json!({"event": "x"})).await.expect(201);
        assert_eq!((&later["version"], &later["prompt"]["text"]), (&json!(2), &json!("Tell us")));
        assert_eq!(here.advance(&first, "skip", json!({})).await.expect(200)["version"], 1);
        let versions = api.admin.get("/v1/flows/feedback/versions").await.expect(200);
        let numbers: Vec<_> = versions["items"].as_array().unwrap().iter().map(|flow| flow["version"].clone()).collect();
        assert_eq!(numbers, [2, 1]);
        assert_eq!(api.admin.get("/v1/flows/feedback?version=1").await.expect(200)["version"], 1);
        let read = api.admin.call(Method::GET, "/v1/flows/feedback").header("if-none-match", "\"2\"").send().await;
        assert_eq!(read.status, 304);
        let names = async |query: &str| {
            let page = api.admin.get(&format!("/v1/flows{query}")).await.expect(200);
            let items = page["items"].as_array().unwrap().iter().map(|flow| flow["name"].as_str().unwrap().to_owned());
            (items.collect::<Vec<_>>(), page["next_cursor"].clone())
        };
        let (all, _) = names("").await;
        assert_eq!(all, ["feedback", "tribune.appeal", "tribune.confirm_act", "tribune.enter_code", "tribune.link_account"]);
        let (two, cursor) = names("?limit=2").await;
        assert_eq!(two, all[..2]);
        assert_eq!(names(&format!("?limit=2&cursor={}", cursor.as_str().unwrap())).await.0, all[2..4]);
        assert_eq!(api.admin.get("/v1/flows/tribune.appeal").await.expect(200)["created_at"], Value::Null);
        problem(put(&api, "tribune.appeal", &flow(), None).await, 404, "not_found");
        problem(api.stranger().await.get("/v1/flows/feedback").await, 404, "not_found");
    }

    /// Everything that is wrong with a flow is said, each with its place.
    async fn what_is_wrong_with_a_flow_is_said(store) {
        let api = Api::start(store).await;
        let with = |change: &dyn Fn(&mut Value)| {
            let mut flow = flow();
            change(&mut flow);
            flow
        };
        let state = json!({"name": "lost", "prompt": {"text": "x"}, "on": [{"event": "a", "to": "lost"}]});
        for (flow, wrong) in [
            (with(&|flow| flow["start"] = json!("nowhere")), "/start"),
            (with(&|flow| flow["states"][0]["on"][0]["to"] = json!("nowhere")), "/states/0/on/0/to"),
            (with(&|flow| flow["states"][0]["timeout"]["to"] = json!("nowhere")), "/states/0/timeout/to"),
            (with(&|flow| flow["states"][0]["timeout"]["after"] = json!(9)), "/states/0/timeout/after"),
            (with(&|flow| flow["states"][1]["on"] = json!([])), "/states/1"),
            (with(&|flow| flow["states"].as_array_mut().unwrap().push(state.clone())), "/states/4"),
            (with(&|flow| flow["states"][3]["name"] = json!("thanks")), "/states/3"),
            (with(&|flow| flow["states"][3]["prompt"] = json!({"text": "x"})), "/states/3"),
            (with(&|flow| flow["states"][0]["on"][1]["event"] = json!("stop")), "/states/0/prompt/choices/0"),
            (with(&|flow| flow["states"][0]["prompt"]["fields"][1]["max_length"] = json!(4)), "/states/0/prompt/fields/1/max_length"),
            (with(&|flow| flow["states"][0]["prompt"]["show"] = json!(["nobody"])), "/states/0/prompt/show/0"),
            (with(&|flow| flow["lifetime"] = json!("P91D")), "/lifetime"),
            (with(&|flow| flow["states"][0]["prompt"]["text"] = json!(" ")), "/states/0/prompt/text"),
        ] {
            let found = pointers(&put(&api, "feedback", &flow, None).await);
            assert!(found.contains(&wrong.to_owned()), "{wrong}: {found:?}");
        }
        let bound = api.community().await;
        let bound = api.key(&["flows:write"], json!({"communities": [bound.id]})).await;
        let call = bound.call(Method::PUT, "/v1/flows/feedback").json(&flow());
        problem(call.send().await, 403, "forbidden_scope");
    }
}
