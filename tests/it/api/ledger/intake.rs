//! What the intake of appeals asks besides, and the languages in which shipped flows speak.

use serde_json::{Value, json};

use super::rules::rules;
use super::shipped::{Talk, fact};
use super::world::{Api, Community, pointers};

const ANN: &str = "discord:1";
/// Longer than a label of a tenant's choice may be.
const WHY: &str =
    "What happened before that, who was there, and what had they written in the hour before it?";

/// A policy that asks these questions.
async fn asks(here: &Community, version: i64, questions: Value) {
    rules(here, version, json!({"appeals": {"questions": questions}})).await;
}

/// Somebody who has said what happened.
async fn appealing(here: &Community, who: &str, case: &Value) -> Talk {
    let mut talk = Talk::begin(here, "tribune.appeal", who, json!({"case": case})).await;
    talk.say("submit", json!({"statement": "zap-words"})).await;
    talk
}

async fn appeal(here: &Community, talk: &Talk) -> Value {
    let id = fact(&talk.at, "appeal").as_str().unwrap();
    here.get(&format!("/appeals/{id}")).await.expect(200)
}

fn labels(prompt: &Value) -> Vec<(&str, bool)> {
    let fields = prompt["fields"].as_array().unwrap().iter();
    fields
        .map(|field| {
            (
                field["label"].as_str().unwrap(),
                field["required"].as_bool().unwrap(),
            )
        })
        .collect()
}

/// What a conversation of this person is begun with, and cancelled at once.
async fn greeted(here: &Community, who: &str, case: &Value) -> Value {
    let talk = Talk::begin(here, "tribune.appeal", who, json!({"case": case})).await;
    here.post(&format!("{}/cancel", talk.path()), json!({}))
        .await
        .expect(200);
    talk.at["prompt"].clone()
}

on_every_store! {
    /// What the policy asks is asked after the statement. Where an answer is needed there is no way round it; it is shown, and filed with the appeal.
    async fn the_intake_asks_what_the_policy_asks(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        asks(&here, 1, json!([{"id": "why", "text": WHY}, {"id": "else", "text": "Anything else?", "required": false}])).await;
        let case = here.warn(ANN, "spam").await["case"]["number"].clone();
        let mut talk = appealing(&here, ANN, &case).await;
        assert_eq!((talk.state(), &talk.at["next"]), ("questions", &json!(["submit", "cancel"])));
        assert_eq!(labels(&talk.at["prompt"]), [(WHY, true), ("Anything else?", false)]);
        assert_eq!(talk.at["prompt"]["fields"][0]["max_length"], 4_000);
        for (answers, wrong) in [
            (json!({}), "/answers/question_1"),
            (json!({"question_2": "x"}), "/answers/question_1"),
            (json!({"question_1": " "}), "/answers/question_1"),
            (json!({"question_1": "x".repeat(4_001)}), "/answers/question_1"),
            (json!({"question_1": "x", "why": "x"}), "/answers/why"),
        ] {
            let refused = talk.tried("submit", answers).await;
            assert_eq!(pointers(&refused), [wrong], "{}", refused.body);
        }
        talk.say("submit", json!({"question_1": "zap-answer"})).await;
        assert_eq!((talk.state(), fact(&talk.at, "question_1")), ("check", &json!("zap-answer")));
        assert!(talk.at["prompt"]["facts"].to_string().contains(WHY) && fact(&talk.at, "question_2").is_null());
        talk.say("file", json!({})).await;
        assert_eq!((talk.state(), &talk.at["data"]), ("filed", &json!({"case": case, "appeal": fact(&talk.at, "appeal")})));
        assert_eq!(appeal(&here, &talk).await["answers"], json!([{"id": "why", "question": WHY, "text": "zap-answer"}]));
        let other = here.warn("discord:2", "spam").await["case"]["number"].clone();
        let mut both = appealing(&here, "discord:2", &other).await;
        both.say("submit", json!({"question_1": "one", "question_2": "two"})).await;
        both.say("edit", json!({})).await;
        both.say("submit", json!({"statement": "anew"})).await;
        both.say("submit", json!({"question_1": "three", "question_2": "four"})).await;
        both.say("file", json!({})).await;
        let filed = appeal(&here, &both).await;
        assert_eq!((&filed["answers"][0]["text"], &filed["answers"][1]["text"]), (&json!("three"), &json!("four")));
        let log = api.admin.get("/v1/events?limit=500").await.expect(200).to_string();
        assert!(!log.contains("zap-answer"), "{log}");
    }

    /// A conversation keeps the questions with which it began. What the policy wants by the time of filing stands in the way, and is told.
    async fn an_intake_keeps_the_questions_with_which_it_began(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let case = here.warn(ANN, "spam").await["case"]["number"].clone();
        let mut plain = appealing(&here, ANN, &case).await;
        assert_eq!(plain.state(), "check", "nothing is asked");
        asks(&here, 1, json!([{"id": "why", "text": WHY}])).await;
        plain.say("file", json!({})).await;
        assert_eq!(plain.state(), "refused");
        assert!(fact(&plain.at, "refusal").as_str().unwrap().contains("why"), "{}", plain.at);
        plain.say("cancel", json!({})).await;
        let mut asked = appealing(&here, ANN, &case).await;
        asks(&here, 2, json!([{"id": "who", "text": "Who?", "required": false}])).await;
        assert_eq!(labels(&asked.look().await["prompt"]), [(WHY, true)]);
        asked.say("submit", json!({"question_1": "zap-answer"})).await;
        asked.say("file", json!({})).await;
        assert_eq!(asked.state(), "refused", "it answers what is no longer asked");
        asks(&here, 3, json!([{"id": "why", "text": "Why?"}])).await;
        asked.say("again", json!({})).await;
        assert_eq!(appeal(&here, &asked).await["answers"], json!([{"id": "why", "question": "Why?", "text": "zap-answer"}]));
        let many = (0..10).map(|n| json!({"id": format!("q{n}"), "text": format!("{n}{}", "x".repeat(499))}));
        asks(&here, 4, many.collect()).await;
        let other = here.warn("discord:2", "spam").await["case"]["number"].clone();
        let mut all = appealing(&here, "discord:2", &other).await;
        assert_eq!(labels(&all.at["prompt"]).len(), 10);
        let answers: Value = (1..=10).map(|n| (format!("question_{n}"), json!(n.to_string()))).collect();
        all.say("submit", answers).await;
        assert_eq!(all.at["prompt"]["facts"].as_array().unwrap().len(), 12);
        all.say("cancel", json!({})).await;
        assert_eq!(all.at["data"], json!({"case": other}), "what was said is forgotten");
    }

    /// Shipped flows speak the person's language, else the community's, else English, from the start of a conversation to its end. What tenants
    /// wrote stays as it is.
    async fn shipped_flows_speak_the_language_of_the_person(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        asks(&here, 1, json!([{"id": "why", "text": "talk-cancel"}])).await;
        let case = here.warn(ANN, "spam").await["case"]["number"].clone();
        let english = greeted(&here, ANN, &case).await;
        assert_eq!((&english["fields"][0]["label"], &english["choices"][0]["label"]), (&json!("What happened"), &json!("Cancel")));
        api.admin.patch(&here.path(""), &json!({"language": "fr"})).await.expect(200);
        let theirs = here.warn("discord:5", "spam").await["case"]["number"].clone();
        let french = greeted(&here, "discord:5", &theirs).await;
        assert_eq!((&french["facts"][0]["label"], &french["choices"][0]["label"]), (&json!("Le numéro du cas"), &json!("Annuler")));
        api.admin.patch("/v1/users/discord:1", &json!({"language": "de"})).await.expect(200);
        let mut talk = Talk::begin(&here, "tribune.appeal", ANN, json!({"case": case})).await;
        let german = talk.look().await["prompt"].clone();
        assert!(german["text"].as_str().unwrap().starts_with("Schreib mit deinen eigenen Worten"), "{german}");
        assert_eq!((&german["fields"][0]["label"], &german["choices"][0]["label"], &german["facts"][0]["label"]), (&json!("Was passiert ist"), &json!("Abbrechen"), &json!("Nummer des Falls")));
        talk.say("submit", json!({"statement": "Das war ich nicht."})).await;
        assert_eq!(labels(&talk.at["prompt"]), [("talk-cancel", true)], "in the words of the policy");
        api.admin.patch("/v1/users/discord:1", &json!({"language": "es"})).await.expect(200);
        talk.say("submit", json!({"question_1": "x"})).await;
        talk.say("file", json!({})).await;
        assert!(talk.at["prompt"]["text"].as_str().unwrap().starts_with("Dein Einspruch ist eingelegt."), "{}", talk.at);
        let list = here.get("/conversations?limit=1").await.expect(200);
        assert_eq!(list["items"][0]["prompt"], talk.at["prompt"]);
        let mut again = Talk::begin(&here, "tribune.appeal", ANN, json!({"case": case})).await;
        again.say("submit", json!({"statement": "Otra vez"})).await;
        again.say("submit", json!({"question_1": "x"})).await;
        again.say("file", json!({})).await;
        assert_eq!(again.at["prompt"]["text"], "No se ha podido presentar la apelación.");
        let flow = api.admin.get("/v1/flows/tribune.appeal").await.expect(200);
        assert_eq!((&flow["title"], &flow["states"][0]["prompt"]["fields"][0]["label"]), (&json!("File an appeal"), &json!("What happened")));
        let own = json!({"title": "x", "start": "ask", "states": [
            {"name": "ask", "prompt": {"text": "talk-appeal-ask", "choices": [{"id": "go", "label": "talk-cancel"}]}, "on": [{"event": "go", "to": "end"}]},
            {"name": "end", "end": {"outcome": "done", "text": "x"}}]});
        api.admin.call(hyper::Method::PUT, "/v1/flows/own").json(&own).send().await.expect(201);
        let own = Talk::begin(&here, "own", ANN, json!({})).await;
        assert_eq!((&own.at["prompt"]["text"], &own.at["prompt"]["choices"][0]["label"]), (&json!("talk-appeal-ask"), &json!("talk-cancel")));
    }
}
