//! Appeals: who reviews them, and what may happen when.

use chrono::TimeDelta;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::id::KeyId;
use crate::domain::rank::{Authority, Rank};

fn user(n: u128) -> UserId {
    UserId(Uuid::from_u128(n))
}

fn human(n: u128) -> Acting {
    Acting {
        actor: Actor::Human {
            user: user(n),
            identity: None,
            key: None,
            asserted: None,
        },
        authority: Authority {
            rank: Rank::Moderator,
            level: 0,
        },
    }
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

/// Of member 1 about case 7.
fn appeal() -> Appeal {
    Appeal {
        id: AppealId(Uuid::from_u128(9)),
        community: CommunityId(Uuid::from_u128(8)),
        case: 7,
        user: user(1),
        stored: State::Submitted,
        created_at: at(0),
        ended_at: None,
        about: About::default(),
    }
}

fn upheld() -> (Outcome, String) {
    (Outcome::Uphold, "It stands".to_owned())
}

#[test]
fn whoever_has_claimed_it_decides() {
    let (mut appeal, nobody) = (appeal(), BTreeSet::new());
    let illegal = NotTaken::Illegal {
        state: State::Submitted,
        step: Step::Decide,
    };
    assert_eq!(
        appeal.decide(upheld(), &human(2).actor, &nobody, at(1)),
        Err(illegal)
    );
    appeal.claim(&human(2), &nobody, at(1)).unwrap();
    assert_eq!(appeal.state(at(1)), State::InReview);
    let another = Err(NotTaken::ClaimedByAnother);
    assert_eq!(appeal.claim(&human(3), &nobody, at(2)), another);
    assert_eq!(appeal.release(&human(3).actor, at(2)), another);
    assert_eq!(appeal.decide(upheld(), &human(3).actor, &nobody, at(2)), another);
    appeal.decide(upheld(), &human(2).actor, &nobody, at(3)).unwrap();
    let decision = appeal.about.decision.as_ref().unwrap();
    assert_eq!((decision.outcome, decision.at), (Outcome::Uphold, at(3)));
    assert_eq!((appeal.stored, appeal.ended_at), (State::Closed, Some(at(3))));
    assert!(appeal.withdraw(at(4)).is_err() && !appeal.become_moot(at(4)));
}

#[test]
fn a_claim_is_over_when_its_time_is() {
    let (mut appeal, nobody) = (appeal(), BTreeSet::new());
    appeal.claim(&human(2), &nobody, at(0)).unwrap();
    appeal.claim(&human(2), &nobody, at(600)).unwrap();
    assert_eq!(
        appeal.state(at(600 + 3_599)),
        State::InReview,
        "claiming again keeps it"
    );
    let over = at(600 + 3_600);
    assert_eq!(appeal.state(over), State::Submitted);
    assert!(matches!(
        appeal.decide(upheld(), &human(2).actor, &nobody, over),
        Err(NotTaken::Illegal { .. })
    ));
    appeal.claim(&human(3), &nobody, over).unwrap();
    appeal.release(&human(3).actor, over).unwrap();
    assert_eq!((appeal.stored, appeal.about.claimed), (State::Submitted, None));
}

#[test]
fn nobody_who_stood_behind_the_case_reviews_it() {
    let involved = BTreeSet::from([user(2)]);
    let recused = |acting: &Acting| match appeal().claim(acting, &involved, at(0)) {
        Err(NotTaken::Recused(why)) => Some(why),
        Ok(()) => None,
        other => panic!("{other:?}"),
    };
    assert_eq!(recused(&human(1)), Some(Recusal::OwnCase));
    assert_eq!(recused(&human(2)), Some(Recusal::Involved));
    assert_eq!(recused(&human(3)), None);
    let key = Acting {
        actor: Actor::Key {
            key: KeyId(Uuid::nil()),
        },
        ..human(3)
    };
    assert_eq!(recused(&key), Some(Recusal::NoPerson));
}

#[test]
fn names_are_read_back() {
    for state in State::ALL {
        assert_eq!(State::named(state.name()), Some(state));
    }
    assert_eq!(State::named("lost"), None);
    assert_eq!(
        State::Submitted.steps().collect::<Vec<_>>(),
        [Step::Claim, Step::Withdraw]
    );
    assert_eq!(State::Closed.steps().count(), 0);
}

proptest! {
    /// From wherever chance leads, an end can be reached; and an end stays one.
    #[test]
    fn an_end_is_always_possible(steps in proptest::collection::vec(0..Step::ALL.len(), 0..40)) {
        let mut state = State::Submitted;
        for step in steps {
            let next = state.after(Step::ALL[step]);
            prop_assert!(state.is_open() || next.is_none());
            state = next.unwrap_or(state);
            prop_assert!(!state.is_open() || state.after(Step::Withdraw).is_some_and(|end| !end.is_open()));
        }
    }
}
