//! The shipped flows: an appeal, a severe act that is confirmed, and two accounts of one person that are linked.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tribune::domain::actor::{Acting, Actor, Target};
use tribune::domain::case::Case;
use tribune::domain::conversation::{Event, Source};
use tribune::domain::id::{AppealId, CommunityId, ConversationId, KeyId, MergeId, TenantId, UserId};
use tribune::domain::name::Name;
use tribune::domain::policy::Policy;
use tribune::domain::rank::{Authority, Rank};
use tribune::domain::refusal::Refusal;
use tribune::ports::answer::Answer;
use tribune::ports::conversations::{Advancing, ConversationChange, ConversationStep, Fresh};
use tribune::ports::directives::Announce;
use tribune::ports::directory::{Applied, Change, Changed, Order, Render, Rendered};
use tribune::ports::ledger::ActorRef;
use uuid::Uuid;

use super::world::{Api, Community, pointers, problem};
use crate::store::judge::Announcer;
use crate::support::client::Reply;

const ANN: &str = "discord:1";
const PHONE: &str = "telegram:2";

/// Somebody in a conversation, and where it stands.
pub(super) struct Talk {
    here: Community,
    who: String,
    pub(super) at: Value,
}

impl Talk {
    pub(super) async fn begin(here: &Community, flow: &str, who: &str, data: Value) -> Self {
        let body = json!({"flow": flow, "member": who, "channel": "dm", "data": data});
        let at = here.post("/conversations", body).await.expect(201);
        Self {
            here: here.clone(),
            who: who.to_owned(),
            at,
        }
    }

    pub(super) fn path(&self) -> String {
        format!("/conversations/{}", self.at["id"].as_str().unwrap())
    }

    pub(super) async fn tried(&self, event: &str, answers: Value) -> Reply {
        let body = json!({"step": self.at["step"], "event": event, "answers": answers, "by": self.who});
        self.here.post(&format!("{}/advance", self.path()), body).await
    }

    pub(super) async fn say(&mut self, event: &str, answers: Value) -> &Value {
        self.at = self.tried(event, answers).await.expect(200);
        &self.at
    }

    pub(super) async fn look(&mut self) -> &Value {
        self.at = self.here.get(&self.path()).await.expect(200);
        &self.at
    }

    pub(super) fn state(&self) -> &str {
        self.at["state"].as_str().unwrap()
    }
}

async fn told(api: &Api, prefix: &str) -> Vec<String> {
    let log = api.admin.get("/v1/events?limit=500").await.expect(200);
    let types = log["items"].as_array().unwrap().iter();
    let types = types.map(|event| event["type"].as_str().unwrap().to_owned());
    types.filter(|kind| kind.starts_with(prefix)).collect()
}

pub(super) fn fact<'v>(at: &'v Value, name: &str) -> &'v Value {
    let facts = at["prompt"]["facts"].as_array().unwrap();
    facts
        .iter()
        .find(|fact| fact["name"] == name)
        .map_or(&Value::Null, |fact| &fact["value"])
}

/// Says nothing of what was changed.
struct Silent;

impl Render for Silent {
    fn announcer(&self) -> Box<dyn Announce> {
        Box::new(Announcer)
    }

    fn render(&self, _: &Changed, _: &Actor, _: DateTime<Utc>) -> Rendered {
        let (body, tag) = ("{}".to_owned(), String::new());
        let events = Vec::new();
        Rendered {
            answer: Answer { body, tag },
            events,
        }
    }

    fn may_edit(&self, _: &Case, _: &Target, _: &Acting, _: &Policy) -> Result<(), Refusal> {
        Ok(())
    }
}

/// The step that confirms an act is committed, and whoever asked for it does nothing more.
async fn confirm_and_die(api: &Api, talk: &Talk) {
    let tenant = TenantId::parse(
        api.admin.get("/v1/tenant").await.expect(200)["id"]
            .as_str()
            .unwrap(),
    )
    .unwrap();
    let keys = api.admin.get("/v1/keys").await.expect(200);
    let key = KeyId::parse(keys["items"][0]["id"].as_str().unwrap()).unwrap();
    let fresh = Fresh {
        user: UserId(Uuid::from_u128(1)),
        appeal: AppealId(Uuid::from_u128(2)),
        merge: MergeId(Uuid::from_u128(3)),
        code: [0; 32],
        entered: None,
        key,
    };
    let advancing = Advancing {
        id: ConversationId::parse(talk.at["id"].as_str().unwrap()).unwrap(),
        step: 1,
        event: Event {
            name: Name::new("confirm").unwrap(),
            answers: BTreeMap::new(),
            source: Source::Caller,
        },
        by: None,
        fresh,
    };
    let change = ConversationChange {
        community: CommunityId::parse(&talk.here.id).unwrap(),
        what: ConversationStep::Advance(Box::new(advancing)),
    };
    let authority = Authority {
        rank: Rank::Admin,
        level: 0,
    };
    let order = Order {
        tenant,
        by: ActorRef::Key { key, authority },
        change: Change::Conversation(Box::new(change)),
        claim: None,
    };
    let applied = api.store.apply(&order, &Silent).await.unwrap();
    assert!(matches!(applied, Applied::Done(_)), "{applied:?}");
}

on_every_store! {
    /// A member is asked for their words, reads them back, and the appeal is filed with the end of the conversation.
    async fn an_appeal_is_filed_in_a_conversation(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let case = here.warn(ANN, "spam").await["case"]["number"].clone();
        let mut talk = Talk::begin(&here, "tribune.appeal", ANN, json!({"case": case})).await;
        assert_eq!(pointers(&talk.tried("submit", json!({"statement": " "})).await), ["/answers/statement"]);
        let body = json!({"step": 1, "event": "cancel"});
        assert_eq!(pointers(&here.post(&format!("{}/advance", talk.path()), body).await), ["/by"]);
        talk.say("submit", json!({"statement": "zap-words", "evidence": "https://example.com/1"})).await;
        assert_eq!((talk.state(), fact(&talk.at, "statement")), ("check", &json!("zap-words")));
        talk.say("edit", json!({})).await;
        talk.say("submit", json!({"statement": "It was not me"})).await;
        talk.say("file", json!({})).await;
        assert_eq!((talk.state(), &talk.at["outcome"]), ("filed", &json!("filed")));
        assert!(talk.at["data"].get("statement").is_none(), "it is kept with the appeal: {}", talk.at);
        let appeal = here.get(&format!("/appeals/{}", fact(&talk.at, "appeal").as_str().unwrap())).await.expect(200);
        assert_eq!((&appeal["case"], &appeal["statements"][0]["text"], &appeal["state"]), (&case, &json!("It was not me"), &json!("submitted")));
        assert_eq!(told(&api, "appeal.").await, ["appeal.filed"]);
        let log = api.admin.get("/v1/events?limit=500").await.expect(200).to_string();
        assert!(!log.contains("zap-words") && !log.contains("It was not me"), "{log}");
    }

    /// What stands in the way of an appeal is told in the prompt, and nothing is lost.
    async fn a_refused_appeal_says_why(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let case = here.warn(ANN, "spam").await["case"]["number"].clone();
        let mut talk = Talk::begin(&here, "tribune.appeal", ANN, json!({"case": case})).await;
        talk.say("submit", json!({"statement": "It was not me"})).await;
        here.post(&format!("/cases/{case}/appeals"), json!({"statement": "first"})).await.expect(201);
        talk.say("file", json!({})).await;
        assert_eq!(talk.state(), "refused");
        assert!(fact(&talk.at, "refusal").as_str().unwrap().contains("has an appeal that is open"), "{}", talk.at);
        let open = here.get(&format!("/appeals?case={case}")).await.expect(200);
        let first = open["items"][0]["id"].as_str().unwrap();
        here.post(&format!("/appeals/{first}/withdraw"), json!({})).await.expect(200);
        talk.say("again", json!({})).await;
        assert_eq!(talk.state(), "filed");
        // Nobody is asked why a case is wrong that is not there, or is somebody else's.
        for (member, number) in [("discord:9", case.clone()), ("discord:777", case.clone()), (ANN, json!(99))] {
            let start = json!({"flow": "tribune.appeal", "member": member, "channel": "dm", "data": {"case": number}});
            assert_eq!(pointers(&here.post("/conversations", start).await), ["/data/case"], "{member}");
        }
        let unscoped = here.seen_by(&api.key(&["conversations:write"], json!({})).await);
        let body = json!({"flow": "tribune.appeal", "member": ANN, "channel": "x", "data": {"case": case}});
        problem(unscoped.post("/conversations", body).await, 403, "forbidden_scope");
    }

    /// A ban is done when the moderator confirms it, by the usual judge, and once.
    async fn a_severe_act_is_confirmed(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let moderator = json!({"rank": "moderator"});
        api.admin.call(hyper::Method::PATCH, &here.path("/members/discord:50")).json(&moderator).send().await.expect(200);
        let ban = json!({"member": ANN, "kind": "tempban", "duration": 86_400, "reason": "raid"});
        let mut talk = Talk::begin(&here, "tribune.confirm_act", "discord:50", ban.clone()).await;
        assert_eq!(fact(&talk.at, "kind"), "tempban");
        let call = async || {
            let body = json!({"step": 1, "event": "confirm", "by": "discord:50"});
            let path = here.path(&format!("{}/advance", talk.path()));
            api.admin.call(hyper::Method::POST, &path).header("idempotency-key", "once").json(&body).send().await.expect(200)
        };
        let (first, again) = (call().await, call().await);
        assert_eq!((&first["state"], &first["outcome"]), (&json!("done"), &json!("done")));
        assert_eq!(first, again);
        let case = here.get(&format!("/cases/{}", fact(&first, "case"))).await.expect(200);
        assert_eq!((&case["kind"], &case["reason"], &case["actor"]["type"]), (&json!("tempban"), &json!("raid"), &json!("human")));
        assert_eq!(here.cases("?kind=tempban").await.len(), 1);
        talk = Talk::begin(&here, "tribune.confirm_act", "discord:50", json!({"member": "discord:50", "kind": "kick"})).await;
        talk.say("confirm", json!({})).await;
        assert_eq!(talk.at["outcome"], "refused", "nobody acts on themself");
        assert!(!fact(&talk.at, "refusal").is_null());
        let late = Talk::begin(&here, "tribune.confirm_act", "discord:50", json!({"member": "discord:3", "kind": "ban"})).await;
        api.clock.advance(300);
        problem(late.tried("confirm", json!({})).await, 409, "conversation_event");
        assert_eq!(here.cases("?kind=ban").await.len(), 0, "on timeout nothing");
        let bad = json!({"flow": "tribune.confirm_act", "member": "discord:50", "channel": "x", "data": {"member": ANN, "kind": "tempban"}});
        assert_eq!(pointers(&here.post("/conversations", bad).await), ["/data/duration"]);
    }

    /// Whoever confirmed dies before the act is submitted: others look after it, at the same time, and it is done once.
    async fn an_act_is_done_once_whoever_dies(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let moderator = json!({"rank": "moderator"});
        api.admin.call(hyper::Method::PATCH, &here.path("/members/discord:50")).json(&moderator).send().await.expect(200);
        let mut talk = Talk::begin(&here, "tribune.confirm_act", "discord:50", json!({"member": ANN, "kind": "kick"})).await;
        confirm_and_die(&api, &talk).await;
        assert_eq!((talk.look().await["prompt"].clone(), talk.state()), (Value::Null, "acting"));
        problem(here.post(&format!("{}/cancel", talk.path()), json!({})).await, 409, "conversation_event");
        assert!(api.store.due_conversations(10).await.unwrap().is_empty(), "whoever confirmed has half a minute");
        api.clock.advance(7_200);
        let due = api.store.due_conversations(10).await.unwrap();
        assert_eq!(due.len(), 1);
        let both = tokio::join!(api.service.move_on(&due[0]), api.service.move_on(&due[0]));
        assert!(both.0.is_ok() && both.1.is_ok(), "{both:?}");
        assert_eq!(talk.look().await["outcome"], "done");
        assert_eq!(here.cases("?kind=kick").await, [fact(&talk.at, "case").as_i64().unwrap()]);
        assert_eq!(told(&api, "conversation.").await, ["conversation.started", "conversation.ended"]);
    }

    /// An account on Discord and one on Telegram become one person with one history, when both sides have confirmed; and that can be undone.
    async fn two_platforms_become_one_person(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        here.warn(ANN, "a").await;
        here.warn(PHONE, "b").await;
        let mut first = Talk::begin(&here, "tribune.link_account", ANN, json!({})).await;
        let code = first.at["code"].as_str().unwrap().to_owned();
        assert_eq!((first.state(), code.len()), ("code", 9));
        assert!(first.look().await["code"].is_null(), "it is shown once");
        let mut second = Talk::begin(&here, "tribune.enter_code", PHONE, json!({})).await;
        second.say("submit", json!({"code": "WRNG-WRNG"})).await;
        assert_eq!(second.state(), "wrong");
        second.say("submit", json!({"code": code.to_lowercase().replace('-', "")})).await;
        assert_eq!((second.state(), fact(&second.at, "other")), ("confirm", &json!(ANN)));
        problem(first.tried("confirm", json!({})).await, 409, "conversation_event");
        problem(first.tried("agreed", json!({})).await, 409, "conversation_event");
        second.say("confirm", json!({})).await;
        assert_eq!(second.state(), "waiting");
        assert_eq!(fact(first.look().await, "other"), &json!(PHONE));
        assert_eq!(first.state(), "confirm");
        first.say("confirm", json!({})).await;
        assert_eq!((first.state(), second.look().await["outcome"].as_str()), ("linked", Some("linked")));
        assert!(first.at["data"].get("other").is_none() && second.at["data"].get("other").is_none());
        let user = api.admin.get("/v1/users/discord:1").await.expect(200);
        assert_eq!(user["identities"].as_array().unwrap().len(), 2);
        assert_eq!(api.admin.get("/v1/users/telegram:2").await.expect(200)["id"], user["id"]);
        assert_eq!(here.cases(&format!("?member={PHONE}")).await.len(), 2, "one history");
        assert_eq!(here.standing(ANN).await["points"], 2);
        assert_eq!(told(&api, "user.merged").await.len(), 1);
        let log = api.admin.get("/v1/events?limit=500").await.expect(200).to_string();
        assert!(!log.contains(&code), "the code is nowhere");
        let merges = api.admin.get("/v1/users/discord:1/merges").await.expect(200);
        let merge = merges["items"][0]["id"].as_str().unwrap();
        api.admin.post(&format!("/v1/users/discord:1/merges/{merge}/undo"), &json!({})).await.expect(200);
        assert_eq!(here.standing(PHONE).await["points"], 1);
    }

    /// A code counts once, for ten minutes, on another platform, and for few tries; and either side may say no.
    async fn a_code_is_hard_to_come_by(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let mut first = Talk::begin(&here, "tribune.link_account", ANN, json!({})).await;
        let code = first.at["code"].clone();
        let mut same = Talk::begin(&here, "tribune.enter_code", "discord:5", json!({})).await;
        same.say("submit", json!({"code": code})).await;
        assert_eq!(same.state(), "wrong", "the same platform");
        for tries in 2..=5 {
            same.say("submit", json!({"code": "AAAA-AAAA"})).await;
            assert_eq!(same.state(), if tries < 5 { "wrong" } else { "failed" });
        }
        first.look().await;
        first.say("again", json!({})).await;
        let newer = first.at["code"].clone();
        assert_ne!(newer, code);
        let mut second = Talk::begin(&here, "tribune.enter_code", PHONE, json!({})).await;
        second.say("submit", json!({"code": code})).await;
        assert_eq!(second.state(), "wrong", "the one before");
        second.say("submit", json!({"code": newer})).await;
        assert_eq!(second.state(), "confirm");
        let mut third = Talk::begin(&here, "tribune.enter_code", "slack:3", json!({})).await;
        third.say("submit", json!({"code": newer})).await;
        assert_eq!(third.state(), "wrong", "it counts once");
        second.say("confirm", json!({})).await;
        first.look().await;
        first.say("deny", json!({})).await;
        assert_eq!((first.at["outcome"].as_str(), second.look().await["outcome"].as_str()), (Some("denied"), Some("denied")));
        let late = Talk::begin(&here, "tribune.link_account", "discord:6", json!({})).await;
        api.clock.advance(600);
        let mut fourth = Talk::begin(&here, "tribune.enter_code", "telegram:7", json!({})).await;
        fourth.say("submit", json!({"code": late.at["code"]})).await;
        assert_eq!(fourth.state(), "wrong", "its time is over");
        assert!(told(&api, "user.merged").await.is_empty());
        let bound = here.seen_by(&api.key(&["conversations:write", "users:write"], json!({"communities": [here.id]})).await);
        let body = json!({"flow": "tribune.link_account", "member": ANN, "channel": "x"});
        problem(bound.post("/conversations", body).await, 403, "forbidden_scope");
    }

    /// Who confirms when the other side has gone is told so, and nobody is merged.
    async fn both_sides_have_to_be_there(store) {
        let api = Api::start(store).await;
        let here = api.community().await;
        let mut first = Talk::begin(&here, "tribune.link_account", ANN, json!({})).await;
        let mut second = Talk::begin(&here, "tribune.enter_code", PHONE, json!({})).await;
        second.say("submit", json!({"code": first.at["code"]})).await;
        second.say("confirm", json!({})).await;
        second.say("cancel", json!({})).await;
        first.look().await;
        first.say("confirm", json!({})).await;
        assert_eq!(first.at["outcome"], "failed");
        assert!(told(&api, "user.merged").await.is_empty());
    }
}
