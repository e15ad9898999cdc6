//! Webhooks, as bots and their receivers meet them: what is sent, how it is signed, and what becomes of what does not arrive.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tribune::ports::webhooks::Handing;
use tribune::service::Service;

use super::world::{Api, Community, pointers, problem};
use crate::support::receiver::{Message, Receiver};

/// What a moderator of the dashboard wants to see.
const CASES: &str = "case.created";

impl Api {
    /// Sends what is due, as the job does, and says how many tries there were.
    async fn send(&self) -> usize {
        while self.service.plan_deliveries(100).await.unwrap().webhooks > 0 {}
        let handing = Handing {
            limit: 100,
            each: 50,
            busy: Vec::new(),
            lease: Service::delivery_lease(Duration::from_secs(5)),
        };
        let taken = self.service.take_deliveries(handing).await.unwrap();
        let mut tried = Vec::new();
        for one in &taken {
            tried.push(self.service.deliver(one).await);
        }
        self.service.settle_tries(tried).await.unwrap();
        taken.len()
    }

    /// A webhook for cases, and its secret.
    async fn webhook(&self, receiver: &Receiver) -> (String, String) {
        let request = json!({"url": receiver.url, "types": [CASES]});
        let made = self.admin.post("/v1/webhooks", &request).await.expect(201);
        let path = format!("/v1/webhooks/{}", made["webhook"]["id"].as_str().unwrap());
        (path, made["secret"].as_str().unwrap().to_owned())
    }

    /// The only delivery, as it stands now.
    async fn only_delivery(&self, webhook: &str) -> Value {
        let page = self.admin.get(&format!("{webhook}/deliveries")).await.expect(200);
        let [only] = &page["items"].as_array().unwrap()[..] else {
            panic!("there is more or less than one: {page}");
        };
        only.clone()
    }

    /// The types of what the log says of webhooks.
    async fn told_of_webhooks(&self) -> Vec<String> {
        let page = self.admin.get("/v1/events?limit=500").await.expect(200);
        let types = page["items"].as_array().unwrap().iter();
        let types = types.map(|event| event["type"].as_str().unwrap().to_owned());
        types.filter(|kind| kind.starts_with("webhook.")).collect()
    }
}

/// A warning of somebody new, so that no rung is reached.
async fn warn(community: &Community) -> Value {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let member = format!("discord:{}", NEXT.fetch_add(1, Ordering::Relaxed));
    community.warn(&member, "be kind").await["case"].clone()
}

/// How many seconds there are from one moment to another.
fn seconds(from: &Value, to: &Value) -> i64 {
    let read = |time: &Value| chrono::DateTime::parse_from_rfc3339(time.as_str().unwrap()).unwrap();
    (read(to) - read(from)).num_seconds()
}

fn ids(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(|message| message.id.as_str()).collect()
}

on_every_store! {
    /// What happens is sent once, in the form of the catalogue, signed with the secret that was shown once; and nothing else is.
    async fn events_arrive_signed(store) {
        let api = Api::start(store).await;
        let (receiver, community) = (Receiver::start().await, api.community().await);
        let (webhook, secret) = api.webhook(&receiver).await;
        let case = warn(&community).await;
        assert_eq!(api.send().await, 1);
        let messages = receiver.take();
        let [message] = &messages[..] else { panic!("{messages:?}") };
        assert!(message.is_signed_by(&secret) && !message.is_signed_by("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
        assert_eq!(message.signatures.len(), 1);
        let body = &message.body;
        assert_eq!((&body["type"], &body["data"]["case"], &body["version"]), (&json!(CASES), &case, &json!(1)));
        assert_eq!(body["community"], case["community"]);
        let event = api.admin.get(&format!("/v1/events?type={CASES}")).await.expect(200)["items"][0].clone();
        assert_eq!((&event["id"], &event["at"]), (&body["id"], &body["timestamp"]));
        let delivery = api.only_delivery(&webhook).await;
        assert_eq!((&delivery["state"], &delivery["attempts"], &delivery["event"]), (&json!("delivered"), &json!(1), &body["id"]));
        assert_eq!(delivery["id"], message.id.as_str());
        assert_eq!((&delivery["tries"][0]["status"], &delivery["next_try_at"]), (&json!(204), &Value::Null));
        let path = format!("{webhook}/deliveries/{}", message.id);
        assert_eq!(api.admin.get(&path).await.expect(200), delivery);
        assert_eq!(api.send().await, 0);
    }

    /// What was refused comes again a little later, under the same id.
    async fn what_fails_is_tried_again(store) {
        let api = Api::start(store).await;
        let (receiver, community) = (Receiver::start().await, api.community().await);
        let (webhook, _) = api.webhook(&receiver).await;
        warn(&community).await;
        receiver.answer(500);
        assert_eq!(api.send().await, 1);
        let delivery = api.only_delivery(&webhook).await;
        assert_eq!((&delivery["state"], &delivery["tries"][0]["status"]), (&json!("pending"), &json!(500)));
        assert!((5..=6).contains(&seconds(&delivery["created_at"], &delivery["next_try_at"])), "{delivery}");
        assert_eq!(api.send().await, 0, "it is not time yet");
        api.clock.advance(6);
        receiver.answer(301);
        assert_eq!(api.send().await, 1, "a redirect is no success, and not followed");
        api.clock.advance(361);
        receiver.answer(200);
        assert_eq!(api.send().await, 1);
        let delivery = api.only_delivery(&webhook).await;
        assert_eq!((&delivery["state"], &delivery["attempts"]), (&json!("delivered"), &json!(3)));
        let messages = receiver.take();
        assert_eq!(ids(&messages), [messages[0].id.as_str(); 3]);
        assert_eq!(messages[0].text, messages[2].text);
        assert_ne!(messages[0].timestamp, messages[2].timestamp, "each try is signed anew");
    }

    /// After ten tries a delivery is dead: it is listed, and sent anew with all tries ahead, alone or with all others.
    async fn dead_letters_are_listed_and_replayed(store) {
        let api = Api::start(store).await;
        let (receiver, community) = (Receiver::start().await, api.community().await);
        let (webhook, _) = api.webhook(&receiver).await;
        warn(&community).await;
        receiver.answer(503);
        for number in 1..=10 {
            assert_eq!(api.send().await, 1, "try {number}");
            let delivery = api.only_delivery(&webhook).await;
            let last = delivery["tries"].as_array().unwrap().last().unwrap()["at"].clone();
            if number < 10 {
                // A receiver that fails is left alone for an hour at the most.
                api.clock.advance(seconds(&last, &delivery["next_try_at"]).max(3_600) + 1);
            }
        }
        let delivery = api.only_delivery(&webhook).await;
        assert_eq!((&delivery["state"], &delivery["attempts"], &delivery["next_try_at"]), (&json!("dead"), &json!(10), &Value::Null));
        let dead = api.admin.get(&format!("{webhook}/deliveries?state=dead")).await.expect(200);
        assert_eq!(dead["items"], json!([delivery]));
        let path = format!("{webhook}/deliveries/{}/replay", delivery["id"].as_str().unwrap());
        let replayed = api.admin.post(&path, &json!({})).await.expect(200);
        assert_eq!((&replayed["state"], &replayed["id"], &replayed["settled_at"]), (&json!("pending"), &delivery["id"], &Value::Null));
        receiver.answer(200);
        api.clock.advance(3_601);
        receiver.take();
        assert_eq!(api.send().await, 1);
        assert_eq!(receiver.take()[0].id, delivery["id"].as_str().unwrap());
        assert_eq!(api.only_delivery(&webhook).await["state"], "delivered");
        assert_eq!(api.told_of_webhooks().await, ["webhook.created", "webhook.failing", "webhook.recovered"]);
        let none = api.admin.post(&format!("{webhook}/replay"), &json!({})).await.expect(200);
        assert_eq!(none, json!({"replayed": 0}));
    }

    /// A receiver that fails again and again gets one delivery a while, and the others once that one has arrived.
    async fn a_failing_receiver_is_left_alone(store) {
        let api = Api::start(store).await;
        let (receiver, community) = (Receiver::start().await, api.community().await);
        let (webhook, _) = api.webhook(&receiver).await;
        for _ in 0..7 {
            warn(&community).await;
        }
        receiver.answer(500);
        assert_eq!(api.send().await, 7);
        let failing = api.admin.get(&webhook).await.expect(200);
        assert_eq!((&failing["state"], &failing["failures"]), (&json!("failing"), &json!(7)));
        assert_eq!(seconds(&failing["failing_since"], &failing["paused_until"]), 60);
        api.clock.advance(59);
        assert_eq!(api.send().await, 0, "all are due again, and wait");
        api.clock.advance(1);
        assert_eq!(api.send().await, 1, "the probe");
        assert_eq!(api.send().await, 0);
        let failing = api.admin.get(&webhook).await.expect(200);
        assert_eq!(seconds(&failing["failing_since"], &failing["paused_until"]), 60 + 120);
        receiver.answer(200);
        api.clock.advance(120);
        assert_eq!(api.send().await, 1, "the next probe");
        assert_eq!(api.send().await, 5, "and all the others that are due");
        let well = api.admin.get(&webhook).await.expect(200);
        assert_eq!((&well["state"], &well["failures"], &well["paused_until"]), (&json!("active"), &json!(0), &Value::Null));
    }

    /// A receiver that says that it is gone is sent nothing, and goes on where it stopped when it is turned on again.
    async fn who_is_gone_is_turned_off_and_misses_nothing(store) {
        let api = Api::start(store).await;
        let (receiver, community) = (Receiver::start().await, api.community().await);
        let (webhook, _) = api.webhook(&receiver).await;
        warn(&community).await;
        receiver.answer(410);
        assert_eq!(api.send().await, 1);
        let off = api.admin.get(&webhook).await.expect(200);
        assert_eq!((&off["state"], &off["off_reason"]), (&json!("off"), &json!("gone")));
        receiver.answer(200);
        api.clock.advance(10);
        warn(&community).await;
        assert_eq!(api.send().await, 0);
        let refused = api.admin.post(&format!("{webhook}/test"), &json!({})).await.expect(409);
        assert_eq!(refused["code"], "webhook_off");
        receiver.take();
        let on = api.admin.patch(&webhook, &json!({"state": "active"})).await.expect(200);
        assert_eq!((&on["state"], &on["off_reason"]), (&json!("active"), &Value::Null));
        assert_eq!(api.send().await, 2);
        assert_eq!(receiver.take().len(), 2);
        api.admin.patch(&webhook, &json!({"state": "off"})).await.expect(200);
        assert_eq!(api.admin.get(&webhook).await.expect(200)["off_reason"], "by_hand");
        let told = ["webhook.created", "webhook.turned_off", "webhook.changed", "webhook.changed"];
        assert_eq!(api.told_of_webhooks().await, told);
    }

    /// While one secret takes the other's place, deliveries are signed with both.
    async fn both_secrets_sign_while_one_takes_the_others_place(store) {
        let api = Api::start(store).await;
        let (receiver, community) = (Receiver::start().await, api.community().await);
        let (webhook, old) = api.webhook(&receiver).await;
        let rotate = format!("{webhook}/rotate-secret");
        let rotated = api.admin.post(&rotate, &json!({"overlap": 3600})).await.expect(200);
        let new = rotated["secret"].as_str().unwrap();
        assert!(!rotated["webhook"]["old_secret_until"].is_null());
        warn(&community).await;
        api.send().await;
        let both = receiver.take().remove(0);
        assert!(both.is_signed_by(&old) && both.is_signed_by(new) && both.signatures.len() == 2);
        // Whoever lost that answer draws another, and the receiver's secret still has the time that it was given.
        let again = api.admin.post(&rotate, &json!({"overlap": 60})).await.expect(200);
        assert_eq!(again["webhook"]["old_secret_until"], rotated["webhook"]["old_secret_until"]);
        warn(&community).await;
        api.send().await;
        let three = receiver.take().remove(0);
        assert!(three.is_signed_by(&old) && three.is_signed_by(new) && three.signatures.len() == 3);
        let new = again["secret"].as_str().unwrap();
        api.clock.advance(3_600);
        warn(&community).await;
        api.send().await;
        let one = receiver.take().remove(0);
        assert!(!one.is_signed_by(&old) && one.is_signed_by(new) && one.signatures.len() == 1);
        let refused = api.admin.post(&rotate, &json!({"overlap": 604_801})).await;
        assert_eq!(refused.status, 422);
        assert_eq!(pointers(&refused), ["/overlap"]);
    }

    /// A test comes before what waits, and pauses are not for it.
    async fn a_test_is_sent_at_once(store) {
        let api = Api::start(store).await;
        let (receiver, community) = (Receiver::start().await, api.community().await);
        let (webhook, secret) = api.webhook(&receiver).await;
        receiver.answer(500);
        for _ in 0..6 {
            warn(&community).await;
        }
        api.send().await;
        api.clock.advance(30);
        receiver.take();
        let before = api.admin.get(&webhook).await.expect(200);
        let test = api.admin.post(&format!("{webhook}/test"), &json!({})).await.expect(202);
        assert_eq!((&test["type"], &test["event"], &test["state"]), (&json!("webhook.test"), &Value::Null, &json!("pending")));
        assert_eq!(api.send().await, 1);
        let message = receiver.take().remove(0);
        assert_eq!((message.kind(), &message.body["id"]), ("webhook.test", &Value::Null));
        assert!(message.is_signed_by(&secret));
        let path = format!("{webhook}/deliveries/{}", test["id"].as_str().unwrap());
        assert_eq!(api.admin.get(&path).await.expect(200)["state"], "dead", "a test is tried once");
        let after = api.admin.get(&webhook).await.expect(200);
        assert_eq!((&after["failures"], &after["paused_until"]), (&before["failures"], &before["paused_until"]));
        let anew = api.admin.post(&format!("{webhook}/replay"), &json!({})).await.expect(200);
        assert_eq!(anew["replayed"], 0, "{anew}");
        // One that arrives says that the receiver is mended: the rest follows.
        receiver.answer(204);
        api.admin.post(&format!("{webhook}/test"), &json!({})).await.expect(202);
        assert_eq!(api.send().await, 1);
        let mended = api.admin.get(&webhook).await.expect(200);
        assert_eq!((&mended["state"], &mended["paused_until"]), (&json!("active"), &Value::Null));
        assert_eq!(api.send().await, 6);
    }

    /// The secret is in the first answer alone, and the address in no event, for there can be a secret in it.
    async fn secrets_are_shown_once(store) {
        let api = Api::start(store).await;
        let receiver = Receiver::start().await;
        let request = json!({"url": receiver.url, "description": "The dashboard"});
        let make = async || {
            let call = api.admin.call(hyper::Method::POST, "/v1/webhooks").header("idempotency-key", "one");
            call.json(&request).send().await.expect(201)
        };
        let (first, again) = (make().await, make().await);
        let secret = first["secret"].as_str().unwrap();
        assert_eq!((&again["webhook"], &again["secret"]), (&first["webhook"], &Value::Null));
        let id = first["webhook"]["id"].as_str().unwrap();
        let read = api.admin.get(&format!("/v1/webhooks/{id}")).await.expect(200);
        assert_eq!((&read, &read["url"]), (&first["webhook"], &json!(receiver.url)));
        assert_eq!(api.admin.get("/v1/webhooks").await.expect(200)["items"], json!([read]));
        let log = api.admin.get("/v1/events?limit=500").await.expect(200).to_string();
        assert!(log.contains(id) && !log.contains("s3cret") && !log.contains(secret), "{log}");
    }

    /// What is never called is refused at once, and so is what is nothing; each with its pointer.
    async fn what_cannot_be_a_webhook_is_refused(store) {
        let api = Api::start(store).await;
        for url in ["http://10.0.0.1/", "https://0xa.1/", "https://169.254.169.254/latest", "https://[::1]/", "https://[::ffff:10.0.0.1]/",
            "https://0/", "ftp://example.com/", "https://me:pw@example.com/", "https://example.com/#x", "x"] {
            let refused = api.admin.post("/v1/webhooks", &json!({"url": url})).await;
            assert_eq!(refused.status, 422);
            assert_eq!(pointers(&refused), ["/url"], "{url}");
        }
        let wrong = json!({"url": "https://example.com/", "types": ["case.created", "nothing"], "communities": [], "platform": "No!",
            "after": "x", "description": " "});
        let refused = api.admin.post("/v1/webhooks", &wrong).await;
        assert_eq!(refused.status, 422);
        assert_eq!(pointers(&refused), ["/description", "/types/1", "/communities", "/platform", "/after"]);
        let absent = "com_0000000000007000800000000000dead";
        let wrong = json!({"url": "https://example.com/", "communities": [absent]});
        let refused = api.admin.post("/v1/webhooks", &wrong).await;
        assert_eq!(refused.status, 422);
        assert_eq!(pointers(&refused), ["/communities/0"]);
        let beyond = json!({"url": "https://example.com/", "after": "4711"});
        assert_eq!(api.admin.post("/v1/webhooks", &beyond).await.expect(400)["code"], "bad_cursor");
        let community = api.community().await;
        let bound = json!({"communities": [community.id]});
        let bound = api.key(&["webhooks:read", "webhooks:write"], bound).await;
        let request = json!({"url": "https://example.com/"});
        problem(bound.post("/v1/webhooks", &request).await, 403, "forbidden_scope");
        problem(bound.get("/v1/webhooks").await, 403, "forbidden_scope");
    }

    /// One can begin in the past; and one that is deleted is gone, with what was on its way to it.
    async fn one_can_begin_in_the_past_and_go(store) {
        let api = Api::start(store).await;
        let (receiver, community) = (Receiver::start().await, api.community().await);
        for _ in 0..3 {
            warn(&community).await;
        }
        let request = json!({"url": receiver.url, "types": [CASES], "after": "0", "communities": [community.id]});
        let made = api.admin.post("/v1/webhooks", &request).await.expect(201);
        let webhook = format!("/v1/webhooks/{}", made["webhook"]["id"].as_str().unwrap());
        assert_eq!(api.send().await, 3);
        receiver.answer(500);
        warn(&community).await;
        assert_eq!(api.send().await, 1);
        assert_eq!(api.admin.delete(&webhook).await.expect(200)["url"], json!(receiver.url));
        for path in [webhook.clone(), format!("{webhook}/deliveries")] {
            api.admin.get(&path).await.expect(404);
        }
        api.admin.delete(&webhook).await.expect(404);
        api.clock.advance(6);
        assert_eq!(api.send().await, 0);
        assert_eq!(api.admin.get("/v1/webhooks").await.expect(200)["items"], json!([]));
        assert_eq!(api.told_of_webhooks().await, ["webhook.created", "webhook.deleted"]);
    }

    /// A tenant has a number of them.
    async fn there_are_fifty_at_the_most(store) {
        let api = Api::start(store).await;
        let request = json!({"url": "https://hooks.example.com/"});
        for _ in 0..50 {
            api.admin.post("/v1/webhooks", &request).await.expect(201);
        }
        let refused = api.admin.post("/v1/webhooks", &request).await.expect(409);
        assert_eq!(refused["code"], "too_many_webhooks");
        let page = api.admin.get("/v1/webhooks?limit=30").await.expect(200);
        let cursor = page["next_cursor"].as_str().unwrap();
        let rest = api.admin.get(&format!("/v1/webhooks?limit=30&cursor={cursor}")).await.expect(200);
        assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next_cursor"]), (20, &Value::Null));
    }
}
