//! What becomes of webhooks and deliveries, try by try.

use super::delivery::{Delivery, PAUSES, State as Stands, Try};
use super::*;
use crate::domain::id::DeliveryId;
use uuid::Uuid;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

fn answered(status: u16) -> Try {
    Try {
        at: at(0),
        took: 12,
        status: Some(status),
        error: None,
    }
}

fn webhook() -> Webhook {
    Webhook {
        tenant: TenantId(Uuid::nil()),
        id: WebhookId(Uuid::nil()),
        state: State::Active,
        position: 0,
        paused_until: None,
        created_at: at(0),
        about: About {
            target: Target::parse("https://hooks.example.com/x").unwrap(),
            description: None,
            selection: Selection::default(),
            secret: Secret::new([1; 32]),
            old_secrets: Vec::new(),
            health: Health::default(),
            off: None,
            missed: 0,
        },
    }
}

fn delivery(id: u128) -> Delivery {
    Delivery {
        tenant: TenantId(Uuid::nil()),
        webhook: WebhookId(Uuid::nil()),
        id: DeliveryId(Uuid::from_u128(id)),
        position: Some(7),
        kind: "case.created".to_owned(),
        community: None,
        state: Stands::Pending,
        created_at: at(0),
        due_at: Some(at(0)),
        settled_at: None,
        attempts: 0,
        base: 0,
        tries: Vec::new(),
    }
}

#[test]
fn a_delivery_is_tried_ten_times_and_then_given_up() {
    for id in [0, 0xffff_ffff_ffff_ffff_ffff, 0x0192_7bd1_77aa_9def_1234_5678] {
        let mut delivery = delivery(id);
        for pause in PAUSES {
            delivery.attempts += 1;
            let now = at(0);
            assert!(delivery.tried(delivery.attempts, &answered(500), now));
            let waits = delivery.due_at.unwrap() - now;
            assert!(
                waits >= pause && waits <= pause + pause / 5,
                "{waits} after {pause}"
            );
        }
        delivery.attempts += 1;
        assert!(delivery.tried(10, &answered(503), at(9)));
        assert_eq!((delivery.state, delivery.due_at), (Stands::Dead, None));
        assert_eq!((delivery.settled_at, delivery.tries.len()), (Some(at(9)), 10));
    }
}

#[test]
fn pauses_differ_from_delivery_to_delivery() {
    let waits = |id| {
        let mut delivery = delivery(id);
        delivery.attempts = 2;
        delivery.tried(2, &answered(500), at(0));
        delivery.due_at
    };
    assert_ne!(waits(0x1111_2222_3333), waits(0x4444_5555_6666));
}

#[test]
fn only_2xx_is_success() {
    for (status, stands) in [
        (200, Stands::Delivered),
        (204, Stands::Delivered),
        (299, Stands::Delivered),
        (301, Stands::Pending),
        (400, Stands::Pending),
        (199, Stands::Pending),
    ] {
        let mut delivery = delivery(1);
        delivery.attempts = 1;
        delivery.tried(1, &answered(status), at(1));
        assert_eq!(delivery.state, stands, "{status}");
    }
}

/// Somebody took it out of hands that were too slow: their failure is of no account, their success is.
#[test]
fn a_late_success_counts_and_a_late_failure_does_not() {
    let mut delivery = delivery(1);
    delivery.attempts = 2;
    assert!(!delivery.tried(1, &answered(500), at(1)));
    assert_eq!(delivery.tries, []);
    assert!(delivery.tried(1, &answered(200), at(1)));
    assert_eq!(delivery.state, Stands::Delivered);
    assert!(!delivery.tried(2, &answered(200), at(2)), "it has arrived before");
}

#[test]
fn what_is_sent_anew_has_all_tries_ahead() {
    let mut delivery = delivery(1);
    delivery.attempts = 10;
    delivery.tried(10, &answered(500), at(1));
    assert_eq!(delivery.state, Stands::Dead);
    delivery.replay(at(2));
    assert_eq!(
        (delivery.state, delivery.due_at, delivery.settled_at),
        (Stands::Pending, Some(at(2)), None)
    );
    delivery.attempts = 11;
    delivery.tried(11, &answered(500), at(3));
    assert!(delivery.due_at.unwrap() - at(3) < TimeDelta::seconds(7));
}

#[test]
fn a_test_is_tried_once() {
    let mut delivery = delivery(1);
    (delivery.position, delivery.attempts) = (None, 1);
    delivery.tried(1, &answered(500), at(1));
    assert_eq!(delivery.state, Stands::Dead);
}

#[test]
fn what_is_forgotten_is_given_up_and_is_not_the_receiver_s_fault() {
    let gone = Try {
        error: Some(delivery::EVENT_GONE.to_owned()),
        status: None,
        ..answered(0)
    };
    let (mut delivery, mut webhook) = (delivery(1), webhook());
    delivery.attempts = 1;
    delivery.tried(1, &gone, at(1));
    assert_eq!(delivery.state, Stands::Dead);
    assert_eq!(webhook.heard(&gone, at(1)), None);
    assert_eq!(webhook.about.health, Health::default());
}

#[test]
fn who_fails_is_left_alone_and_then_asked_once() {
    let mut webhook = webhook();
    for _ in 1..MOST_FAILURES {
        assert_eq!(webhook.heard(&answered(500), at(0)), None);
        assert_eq!(webhook.paused_until, None);
    }
    assert_eq!(webhook.heard(&answered(500), at(0)), Some(Turn::Failing));
    assert_eq!(webhook.paused_until, Some(at(60)));
    // What was under way already changes nothing.
    assert_eq!(webhook.heard(&answered(500), at(10)), None);
    assert_eq!(webhook.paused_until, Some(at(60)));
    let mut now = 60;
    for pause in [120, 240, 480, 960, 1_920, 3_600, 3_600] {
        webhook.probe(at(now + 60));
        assert_eq!(webhook.heard(&answered(500), at(now + 1)), None);
        assert_eq!(webhook.paused_until, Some(at(now + 1 + pause)));
        now += 1 + pause;
    }
    webhook.probe(at(now + 60));
    assert_eq!(webhook.heard(&answered(200), at(now)), Some(Turn::Recovered));
    assert_eq!(
        (webhook.paused_until, &webhook.about.health),
        (None, &Health::default())
    );
}

#[test]
fn a_success_in_between_begins_the_count_anew() {
    let mut webhook = webhook();
    for _ in 0..3 {
        for _ in 1..MOST_FAILURES {
            assert_eq!(webhook.heard(&answered(500), at(0)), None);
        }
        assert_eq!(webhook.heard(&answered(200), at(0)), None);
    }
}

#[test]
fn who_is_gone_or_fails_for_days_is_turned_off() {
    let mut gone = webhook();
    assert_eq!(gone.heard(&answered(410), at(5)), Some(Turn::TurnedOff));
    assert_eq!(
        (gone.state, gone.about.off),
        (State::Off, Some((Reason::Gone, at(5))))
    );
    assert_eq!(gone.heard(&answered(410), at(6)), None, "it is off already");

    let mut failing = webhook();
    failing.heard(&answered(500), at(0));
    assert_eq!(failing.heard(&answered(500), at(5 * 86_400 - 1)), None);
    assert_eq!(
        failing.heard(&answered(500), at(5 * 86_400)),
        Some(Turn::TurnedOff)
    );
    assert_eq!(failing.about.off, Some((Reason::Failing, at(5 * 86_400))));
    let on = Edit {
        active: Some(true),
        ..Edit::default()
    };
    assert!(failing.edit(&on, at(5 * 86_400 + 1)));
    assert_eq!(
        (failing.state, failing.about.off, failing.about.health.since),
        (State::Active, None, None)
    );
    assert!(!failing.edit(&on, at(5 * 86_400 + 2)), "it is on already");
}

#[test]
fn both_secrets_sign_while_one_takes_the_other_s_place() {
    let mut webhook = webhook();
    webhook.rotate(Secret::new([2; 32]), at(100), at(0));
    let bytes = |webhook: &Webhook, now| -> Vec<u8> {
        webhook
            .secrets(now)
            .iter()
            .map(|secret| secret.bytes()[0])
            .collect()
    };
    assert_eq!(bytes(&webhook, at(99)), [2, 1]);
    assert_eq!(bytes(&webhook, at(100)), [2]);
    // Whoever lost an answer draws another: who was promised the first secret's time still has it.
    webhook.rotate(Secret::new([3; 32]), at(60), at(50));
    assert_eq!(bytes(&webhook, at(59)), [3, 2, 1]);
    assert_eq!(bytes(&webhook, at(60)), [3, 1]);
    for more in 4..40 {
        webhook.rotate(Secret::new([more; 32]), at(1_000), at(70));
    }
    assert_eq!(bytes(&webhook, at(70)).len(), 1 + MOST_OLD_SECRETS);
    webhook.rotate(Secret::new([50; 32]), at(2_000), at(2_000));
    assert_eq!(webhook.about.old_secrets, []);
}

#[test]
fn a_secret_is_shown_by_nothing_but_reveal() {
    let secret = Secret::new([7; 32]);
    let text = secret.reveal();
    assert!(text.starts_with("whsec_") && text.len() == 50, "{text}");
    assert_eq!(Secret::try_from(text.clone()), Ok(secret.clone()));
    assert!(Secret::try_from("whsec_AAAA".to_owned()).is_err());
    assert!(!format!("{:?}", webhook()).contains("BwcH"), "{secret:?}");
}
