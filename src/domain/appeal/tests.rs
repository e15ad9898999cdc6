//! Appeals: who reviews them, what may happen when, and what time does.

use chrono::TimeDelta;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::id::KeyId;
use crate::domain::points::Points;
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

fn said(text: &str, now: i64) -> Statement {
    Statement {
        at: at(now),
        text: text.to_owned(),
        evidence: Vec::new(),
    }
}

fn saying() -> Saying {
    Saying {
        statement: said("It was not me", 0),
        answers: BTreeMap::new(),
    }
}

/// Of member 1 about case 7.
fn filed(draft: bool, rules: &Rules) -> Appeal {
    let ids = (
        AppealId(Uuid::from_u128(9)),
        CommunityId(Uuid::from_u128(8)),
        7,
        user(1),
    );
    Appeal::file(ids, saying(), (draft, rules), at(0)).unwrap()
}

fn appeal() -> Appeal {
    filed(false, &Rules::default())
}

/// Nobody stood behind the case.
fn bench(involved: impl IntoIterator<Item = u128>) -> Bench {
    Bench {
        member: user(1),
        involved: involved.into_iter().map(user).collect(),
        others: true,
    }
}

fn claim(appeal: &mut Appeal, by: u128, now: i64) -> Result<(), NotTaken> {
    appeal.claim(&human(by), &bench([]), &Rules::default(), at(now))
}

fn uphold(appeal: &mut Appeal, by: u128, now: i64) -> Result<(), NotTaken> {
    let (nobody, rules) = (bench([]), Rules::default());
    let verdict = (Finding::Uphold, "It stands".to_owned());
    appeal.decide(
        verdict,
        &human(by),
        (&nobody, &rules),
        Some(&Finding::Uphold),
        at(now),
    )
}

#[test]
fn whoever_has_claimed_it_decides() {
    let mut appeal = appeal();
    let illegal = NotTaken::Illegal {
        state: State::Submitted,
        step: Step::Decide,
    };
    assert_eq!(uphold(&mut appeal, 2, 1), Err(illegal));
    claim(&mut appeal, 2, 1).unwrap();
    assert_eq!(appeal.state(at(1)), State::InReview);
    let another = Err(NotTaken::ClaimedByAnother);
    assert_eq!(claim(&mut appeal, 3, 2), another);
    assert_eq!(appeal.release(&human(3).actor, at(2)), another);
    assert_eq!(uphold(&mut appeal, 3, 2), another);
    let asked = appeal.ask("?".into(), &human(3), (&bench([]), &Rules::default()), at(2));
    assert_eq!(asked, another);
    uphold(&mut appeal, 2, 3).unwrap();
    let decision = appeal.about.decision.as_ref().unwrap();
    assert_eq!((decision.outcome, decision.at), (Outcome::Uphold, at(3)));
    assert_eq!((appeal.stored, appeal.ended_at), (State::Closed, Some(at(3))));
    assert!(appeal.withdraw(at(4)).is_err() && !appeal.become_moot(at(4)));
}

#[test]
fn a_claim_is_over_when_its_time_is() {
    let mut appeal = appeal();
    claim(&mut appeal, 2, 0).unwrap();
    claim(&mut appeal, 2, 600).unwrap();
    assert_eq!(
        appeal.state(at(600 + 3_599)),
        State::InReview,
        "claiming again keeps it"
    );
    let over = 600 + 3_600;
    assert_eq!(appeal.next_at(), Some(at(over)));
    assert_eq!(appeal.state(at(over)), State::Submitted);
    assert!(matches!(
        uphold(&mut appeal, 2, over),
        Err(NotTaken::Illegal { .. })
    ));
    let mut written = appeal.clone();
    assert_eq!(written.tick(at(over - 1)), []);
    assert_eq!(written.tick(at(over)), [Happened::ClaimLapsed]);
    assert_eq!(
        (written.stored, written.tick(at(over))),
        (State::Submitted, vec![])
    );
    claim(&mut appeal, 3, over).unwrap();
    appeal.release(&human(3).actor, at(over)).unwrap();
    assert_eq!((appeal.stored, appeal.about.claimed), (State::Submitted, None));
}

#[test]
fn nobody_who_stood_behind_the_case_reviews_it() {
    let recused =
        |acting: &Acting, bench: &Bench| match appeal().claim(acting, bench, &Rules::default(), at(0)) {
            Err(NotTaken::Recused(why)) => Some(why),
            Ok(()) => None,
            other => panic!("{other:?}"),
        };
    let involved = bench([2]);
    assert_eq!(recused(&human(1), &involved), Some(Recusal::OwnCase));
    assert_eq!(recused(&human(2), &involved), Some(Recusal::Involved));
    assert_eq!(recused(&human(3), &involved), None);
    let key = Acting {
        actor: Actor::Key {
            key: KeyId(Uuid::nil()),
        },
        ..human(3)
    };
    assert_eq!(recused(&key, &involved), Some(Recusal::NoPerson));
}

#[test]
fn the_owner_reviews_what_nobody_else_can() {
    let mut owner = human(2);
    owner.authority.rank = Rank::Owner;
    let (mut alone, rules) = (bench([2]), Rules::default());
    let others = Err(NotTaken::Recused(Recusal::OthersCan));
    assert_eq!(appeal().claim(&owner, &alone, &rules, at(0)), others);
    alone.others = false;
    let mut appeal = appeal();
    appeal.claim(&owner, &alone, &rules, at(0)).unwrap();
    assert!(appeal.about.claimed.as_ref().unwrap().exception);
    let verdict = (Finding::Void, "I was wrong".to_owned());
    appeal
        .decide(verdict, &owner, (&alone, &rules), Some(&Finding::Void), at(1))
        .unwrap();
    assert!(appeal.about.decision.unwrap().exception);
    alone.member = user(2);
    let own = Err(NotTaken::Recused(Recusal::OwnCase));
    assert_eq!(super::tests::appeal().claim(&owner, &alone, &rules, at(0)), own);
}

#[test]
fn who_shows_something_is_a_witness() {
    let mut appeal = appeal();
    let mut comment = Comment {
        at: at(1),
        by: human(3).actor,
        text: "I was there".to_owned(),
        evidence: Vec::new(),
    };
    appeal.comment(comment.clone()).unwrap();
    assert!(appeal.witnesses().is_empty());
    comment.evidence = vec!["https://example.com/".to_owned()];
    appeal.comment(comment.clone()).unwrap();
    assert_eq!(appeal.witnesses(), BTreeSet::from([user(3)]));
    for _ in 2..MOST_COMMENTS {
        appeal.comment(comment.clone()).unwrap();
    }
    assert_eq!(appeal.comment(comment), Err(NotTaken::Full("comments")));
}

#[test]
fn what_a_reviewer_asks_is_answered_or_runs_out() {
    let (nobody, rules) = (bench([]), Rules::default());
    let mut appeal = appeal();
    let due = appeal.about.decide_by.unwrap();
    assert_eq!(due, at(rules.decide_within));
    claim(&mut appeal, 2, 0).unwrap();
    appeal
        .ask("Where?".into(), &human(2), (&nobody, &rules), at(100))
        .unwrap();
    assert_eq!(appeal.state(at(100)), State::NeedsInfo);
    assert!(claim(&mut appeal.clone(), 2, 200).is_err());
    assert!(!appeal.is_overdue(due), "it waits for the member");
    let mut late = appeal.clone();
    let until = at(100 + rules.answer_within);
    assert_eq!((late.next_at(), late.state(until)), (Some(until), State::Expired));
    assert!(late.add_statement(said("here", 0), until).is_err());
    assert_eq!(late.tick(until + TimeDelta::days(1)), [Happened::Expired]);
    assert_eq!((late.stored, late.ended_at), (State::Expired, Some(until)));
    appeal.add_statement(said("In #help", 400), at(400)).unwrap();
    assert_eq!(appeal.stored, State::Submitted);
    assert_eq!(appeal.about.asked[0].answered_at, Some(at(400)));
    assert_eq!(appeal.about.decide_by, Some(due + TimeDelta::seconds(300)));
}

#[test]
fn a_late_decision_is_told_once_and_ends_nothing() {
    let mut appeal = appeal();
    let due = appeal.about.decide_by.unwrap();
    assert_eq!(appeal.next_at(), Some(due));
    assert_eq!(appeal.tick(due), [Happened::Overdue]);
    assert_eq!((appeal.stored, appeal.next_at()), (State::Submitted, None));
    assert!(appeal.is_overdue(due) && appeal.tick(due).is_empty());
}

#[test]
fn a_draft_is_handed_in_or_runs_out() {
    let question = |id: &str, required| Question {
        id: id.to_owned(),
        text: format!("{id}?"),
        required,
    };
    let rules = Rules {
        questions: vec![question("why", true), question("else", false)],
        ..Rules::default()
    };
    let draft = filed(true, &rules);
    assert_eq!((draft.state(at(0)), draft.about.decide_by), (State::Draft, None));
    assert_eq!(draft.state(at(rules.draft_for)), State::Expired);
    let answers = |given: &[(&str, &str)]| -> BTreeMap<String, String> {
        let given = given
            .iter()
            .map(|(id, text)| ((*id).to_owned(), (*text).to_owned()));
        given.collect()
    };
    let refused = |missing: &[&str], unknown: &[&str]| {
        let list = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        Err(NotTaken::Answers {
            missing: list(missing),
            unknown: list(unknown),
        })
    };
    let submit = |given| {
        let mut appeal = draft.clone();
        appeal
            .submit(None, answers(given), &rules, at(5))
            .map(|()| appeal)
    };
    assert_eq!(submit(&[]).map(drop), refused(&["why"], &[]));
    assert_eq!(submit(&[("who", "x")]).map(drop), refused(&["why"], &["who"]));
    let handed = submit(&[("why", "It was a joke")]).unwrap();
    assert_eq!(handed.stored, State::Submitted);
    assert_eq!(handed.about.answers[0].question, "why?");
    assert_eq!(handed.about.submitted_at, Some(at(5)));
    let ids = (draft.id, draft.community, 7, user(1));
    let straight = Appeal::file(ids, saying(), (false, &rules), at(0));
    assert_eq!(straight.map(drop), refused(&["why"], &[]));
}

#[test]
fn several_have_to_come_to_the_same() {
    let rules = Rules {
        votes: Some(Votes { needed: 2, of: 3 }),
        ..Rules::default()
    };
    let reduce = |millis| Finding::Reduce {
        points: Some(Points::from_millis(millis)),
        duration: None,
    };
    let nobody = bench([]);
    let says = |appeal: &mut Appeal, by: u128, finding: Finding| {
        appeal.claim(&human(by), &nobody, &rules, at(1)).unwrap();
        let expected = agreed(rules.votes, &appeal.about.votes, &finding);
        let verdict = (finding, format!("{by}"));
        appeal
            .decide(verdict, &human(by), (&nobody, &rules), expected.as_ref(), at(1))
            .unwrap();
        expected
    };
    let mut one = appeal();
    assert_eq!(says(&mut one, 2, reduce(1_000)), None);
    assert_eq!((one.stored, one.about.claimed.as_ref()), (State::Submitted, None));
    let again = one.clone().claim(&human(2), &nobody, &rules, at(2));
    assert_eq!(again, Err(NotTaken::Voted));
    let mut another = one.clone();
    assert_eq!(says(&mut one, 3, reduce(1_000)), Some(reduce(1_000)));
    assert_eq!(one.stored, State::Closed);
    // Two who differ leave one who can still agree with either; three who differ leave the case as it is.
    assert_eq!(says(&mut another, 3, Finding::Uphold), None);
    assert_eq!(says(&mut another, 4, Finding::Void), Some(Finding::Uphold));
    let decision = another.about.decision.unwrap();
    assert_eq!(
        (decision.outcome, decision.reason.as_str()),
        (Outcome::Uphold, "3")
    );
    let mut late = appeal();
    late.claim(&human(2), &nobody, &rules, at(1)).unwrap();
    let verdict = (Finding::Void, "x".to_owned());
    let alone = late.decide(verdict, &human(2), (&nobody, &rules), Some(&Finding::Void), at(1));
    assert_eq!(alone, Err(NotTaken::Overtaken));
}

#[test]
fn a_lift_leaves_something_to_decide_where_points_are_left() {
    let mut lifted = appeal();
    lifted.lifted_at = Some(at(5));
    assert_eq!(lifted.next_at(), Some(at(5)));
    let mut goes_on = lifted.clone();
    assert_eq!(goes_on.settle_lift(true, at(6)), []);
    assert_eq!((goes_on.stored, goes_on.lifted_at), (State::Submitted, None));
    assert_eq!(
        goes_on.settle_lift(false, at(6)),
        [],
        "nobody lifted anything since"
    );
    assert_eq!(lifted.settle_lift(false, at(6)), [Happened::Moot]);
    assert_eq!((lifted.stored, lifted.ended_at), (State::Moot, Some(at(6))));
}

#[test]
fn names_are_read_back() {
    for state in State::ALL {
        assert_eq!(State::named(state.name()), Some(state));
    }
    for outcome in Outcome::ALL {
        assert_eq!(Outcome::named(outcome.name()), Some(outcome));
    }
    assert_eq!((State::named("lost"), Outcome::named("lost")), (None, None));
    assert_eq!(
        State::Submitted.steps().collect::<Vec<_>>(),
        [
            Step::AddStatement,
            Step::Claim,
            Step::Ask,
            Step::Bar,
            Step::Withdraw
        ]
    );
    assert_eq!(State::Closed.steps().count(), 0);
}

proptest! {
    /// From wherever chance leads, an end can be reached; and an end stays one.
    #[test]
    fn an_end_is_always_possible(
        draft in any::<bool>(),
        steps in proptest::collection::vec(0..Step::ALL.len(), 0..40),
    ) {
        let mut state = if draft { State::Draft } else { State::Submitted };
        for step in steps {
            let next = state.after(Step::ALL[step]);
            prop_assert!(state.is_open() || next.is_none());
            state = next.unwrap_or(state);
            prop_assert!(!state.is_open() || state.after(Step::Withdraw).is_some_and(|end| !end.is_open()));
        }
    }
}
