//! Whether a case may be appealed.

use uuid::Uuid;

use super::super::{Saying, Statement};
use super::*;
use crate::domain::id::{CommunityId, UserId};
use crate::domain::scene::Scene;

const DAY: i64 = 86_400;

/// A warn that was recorded at the beginning.
fn case() -> Case {
    let mut scene = Scene::plain();
    scene.act(Kind::Warn, None);
    let mut case = scene.history[0].case.clone();
    case.recorded_at = at(0);
    case
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

/// One of the case, filed at a time, and taken back a day later.
fn withdrawn(seconds: i64) -> Appeal {
    let ids = (
        AppealId(Uuid::from_u128(1)),
        CommunityId(Uuid::nil()),
        1,
        UserId(Uuid::nil()),
    );
    let statement = Statement {
        at: at(seconds),
        text: "no".to_owned(),
        evidence: Vec::new(),
    };
    let saying = Saying {
        statement,
        answers: std::collections::BTreeMap::new(),
    };
    let mut appeal = Appeal::file(ids, saying, (false, &Rules::default()), at(seconds)).unwrap();
    appeal.withdraw(at(seconds + DAY)).unwrap();
    appeal
}

#[test]
fn it_may_be_within_the_window_after_the_wait() {
    let rules = Rules {
        window: Some(10 * DAY),
        wait: DAY,
        ..Rules::default()
    };
    let barrier = |now: i64| Eligibility::of(&rules, &case(), &[], at(now)).barrier;
    assert_eq!(barrier(DAY - 1), Some(Barrier::Early { from: at(DAY) }));
    assert_eq!(barrier(DAY), None);
    assert_eq!(barrier(10 * DAY - 1), None);
    let late = Barrier::Late {
        since: at(10 * DAY),
        ahead: false,
    };
    assert_eq!(barrier(10 * DAY), Some(late));
    assert_eq!(barrier(DAY - 1).unwrap().from(), Some(at(DAY)));
    let open = Eligibility::of(&Rules::default(), &case(), &[], at(DAY * 20_000));
    assert_eq!((open.barrier, open.until, open.left), (None, None, 3));
}

#[test]
fn it_may_be_so_often_and_with_a_gap() {
    let rules = Rules {
        most: 2,
        gap: 7 * DAY,
        ..Rules::default()
    };
    let barrier = |earlier: &[Appeal], now: i64| Eligibility::of(&rules, &case(), earlier, at(now)).barrier;
    let one = [withdrawn(0)];
    assert_eq!(barrier(&one, 2 * DAY), Some(Barrier::Gap { from: at(8 * DAY) }));
    assert_eq!(barrier(&one, 8 * DAY), None);
    let two = [withdrawn(0), withdrawn(9 * DAY)];
    assert_eq!(barrier(&two, 40 * DAY), Some(Barrier::Most(2)));
    let mut open = withdrawn(0);
    (open.stored, open.ended_at) = (super::super::State::Submitted, None);
    assert_eq!(barrier(&[open.clone()], 40 * DAY), Some(Barrier::Open(open.id)));
    // What would be possible only when the time is over is possible no more.
    let short = Rules {
        window: Some(5 * DAY),
        ..rules
    };
    let late = Some(Barrier::Late {
        since: at(5 * DAY),
        ahead: true,
    });
    assert_eq!(Eligibility::of(&short, &case(), &one, at(2 * DAY)).barrier, late);
}

#[test]
fn some_cases_never_may_be() {
    let mut lift = case();
    lift.kind = Kind::Unmute;
    let rules = Rules {
        except_kinds: [Kind::Warn].into(),
        ..Rules::default()
    };
    let barrier = |case: &Case| Eligibility::of(&rules, case, &[], at(0)).barrier;
    assert_eq!(barrier(&case()), Some(Barrier::Kind(Kind::Warn)));
    assert_eq!(barrier(&lift), Some(Barrier::Lift));
    let said = barrier(&case()).unwrap();
    assert_eq!(
        (said.name(), said.from(), said.to_string().as_str()),
        (
            "kind",
            None,
            "the policy of the community has no appeals of a warn"
        )
    );
}
