//! Tests of notices: where they are, when they are told, and the order among directives.

use super::*;
use crate::domain::directive::{State as Stands, Wish};
use crate::domain::id::{DirectiveId, LeaseId};
use crate::domain::identity::{NativeId, Platform};
use crate::domain::kind::{Kind, Severity};
use uuid::Uuid;

fn notice() -> Notice {
    Notice {
        id: NoticeId(Uuid::from_u128(1)),
        community: CommunityId(Uuid::nil()),
        case: 1,
        user: UserId(Uuid::nil()),
        state: State::Queued,
        created_at: DateTime::UNIX_EPOCH,
        changed_at: DateTime::UNIX_EPOCH,
        acknowledged_at: None,
        message: Message {
            subject: Subject::Act,
            when: When::Before,
            language: Language::En,
            text: "You have been banned".into(),
            pass: None,
        },
    }
}

fn directive(number: u128, wish: Wish, member: &str) -> Directive {
    Directive {
        id: DirectiveId(Uuid::from_u128(number)),
        community: CommunityId(Uuid::nil()),
        platform: Platform::parse("discord").unwrap(),
        space: NativeId::parse("guild").unwrap(),
        member: NativeId::parse(member).unwrap(),
        user: UserId(Uuid::nil()),
        wish,
        reason: None,
        state: Stands::Open,
        attempts: 0,
        failures: 0,
        created_at: DateTime::UNIX_EPOCH,
        due_at: Some(DateTime::UNIX_EPOCH),
        lease: None,
        follows: None,
        settled_at: None,
        receipt: None,
    }
}

fn ban(case: i64) -> Wish {
    Wish {
        effect: Effect::Ban,
        wanted: Wanted::Held { until: None },
        case: Some(case),
    }
}

fn told_when(when: When) -> Wish {
    let mut notice = notice();
    notice.message.when = when;
    notice.wish()
}

#[test]
fn one_that_arrived_is_enough() {
    for (states, state) in [
        (&[Stands::Applied, Stands::Failed][..], State::Sent),
        (&[Stands::Unreachable, Stands::Open], State::Queued),
        (&[Stands::Unreachable, Stands::Failed], State::Failed),
        (&[Stands::Cancelled], State::Failed),
        (&[Stands::Unreachable, Stands::Unsupported], State::Unreachable),
        (&[], State::Unreachable),
    ] {
        assert_eq!(State::of_directives(states), state, "{states:?}");
    }
}

#[test]
fn one_that_was_read_stays_so() {
    let (mut read, now) = (notice(), DateTime::UNIX_EPOCH + TimeDelta::minutes(1));
    assert!(read.follow(&[Stands::Applied], now) && !read.follow(&[Stands::Applied], now));
    assert_eq!((read.state, read.changed_at), (State::Sent, now));
    assert!(read.acknowledge(now) && !read.acknowledge(now));
    assert!(!read.follow(&[Stands::Failed], now));
    assert_eq!(
        (read.state, read.acknowledged_at),
        (State::Acknowledged, Some(now))
    );
}

#[test]
fn what_removes_is_told_before_and_the_rest_after() {
    let usual = NoticePolicy::default();
    let of = |policy: &NoticePolicy, kind: Kind| policy.when(kind, kind.severity().unwrap());
    let each: Vec<_> = Kind::BUILT_IN.iter().map(|kind| of(&usual, *kind)).collect();
    use When::{After, Before, Off};
    assert_eq!(
        each,
        [
            Off, After, After, Off, After, Off, Before, Before, Before, Off, Off
        ]
    );
    let mut policy = NoticePolicy {
        when: Some(Off),
        ..NoticePolicy::default()
    };
    assert!(Kind::BUILT_IN.iter().all(|kind| of(&policy, *kind) == Off) && policy.of_decisions() == Off);
    policy.kinds = [(Kind::Unban, After), (Kind::Ban, Before)].into();
    assert_eq!(
        (
            of(&policy, Kind::Unban),
            of(&policy, Kind::Ban),
            of(&policy, Kind::Kick)
        ),
        (After, Before, Off)
    );
    let hug = Kind::named("hug").unwrap();
    assert_eq!(
        (usual.when(hug, Severity::Warn), usual.when(hug, Severity::Note)),
        (After, Off)
    );
}

#[test]
fn an_act_waits_for_the_notice_before_it() {
    let mut issued = vec![
        directive(1, told_when(When::Before), "a"),
        directive(2, told_when(When::Before), "b"),
        directive(3, ban(1), "a"),
        directive(4, ban(1), "c"),
        directive(5, ban(2), "b"),
    ];
    order(&mut issued);
    let follows: Vec<_> = issued.iter().map(|d| d.follows).collect();
    assert_eq!(
        follows,
        [None, None, Some(issued[0].id), None, None],
        "only its own case, and the same name"
    );
    assert_eq!(issued[2].due_at, Some(DateTime::UNIX_EPOCH + ACT_WAITS));
    assert_eq!(issued[3].due_at, Some(DateTime::UNIX_EPOCH));
}

#[test]
fn a_notice_waits_for_the_act_before_it() {
    let mut issued = vec![
        directive(1, ban(1), "a"),
        directive(2, told_when(When::After), "a"),
    ];
    order(&mut issued);
    assert_eq!((issued[0].follows, issued[1].follows), (None, Some(issued[0].id)));
    assert_eq!(issued[1].due_at, Some(DateTime::UNIX_EPOCH + NOTICE_WAITS));
    let mut alone = vec![directive(1, told_when(When::After), "a")];
    order(&mut alone);
    assert_eq!(
        (alone[0].follows, alone[0].due_at),
        (None, Some(DateTime::UNIX_EPOCH))
    );
}

#[test]
fn what_is_in_hand_is_put_off_for_nobody() {
    let mut issued = vec![
        directive(1, told_when(When::Before), "a"),
        directive(2, ban(1), "a"),
    ];
    issued[1].lease = Some(LeaseId(Uuid::nil()));
    order(&mut issued);
    assert_eq!(
        (issued[1].follows, issued[1].due_at),
        (Some(issued[0].id), Some(DateTime::UNIX_EPOCH))
    );
}
