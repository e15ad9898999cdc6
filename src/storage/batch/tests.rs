//! Batches decided in memory, by a judge that mutes and unmutes and refuses on demand.

use super::*;
use crate::domain::act::{Act, Command, Detail, Entry, Situation};
use crate::domain::case::{Case, Ended, Particulars};
use crate::domain::directive::Directive;
use crate::domain::id::{KeyId, SanctionId};
use crate::domain::kind::{Kind, Restriction};
use crate::domain::notice::Notice;
use crate::domain::points::Points;
use crate::domain::policy::Policy;
use crate::domain::refusal::Refusal;
use crate::domain::sanction::{Ending, Sanction};
use crate::domain::time::{Instant, Span};
use crate::domain::timeline::{PolicyVersion, Timeline};
use crate::ports::answer::{Answer, Claim, NewEvent};
use crate::ports::directives::Announce;
use crate::ports::error::StoreError;
use crate::ports::ledger::{Judge, Reply, Ruling, Submission};
use std::collections::BTreeSet;
use std::sync::Arc;

const TENANT: TenantId = TenantId(Uuid::from_u128(1));
const COMMUNITY: CommunityId = CommunityId(Uuid::from_u128(2));
const MEMBER: UserId = UserId(Uuid::from_u128(3));
const START: i64 = 1_000;

fn started(number: i64, act: &Act, at: Instant) -> Sanction {
    Sanction {
        id: SanctionId(Uuid::from_u128(u128::try_from(number).unwrap())),
        kind: act.kind(),
        restriction: Restriction::Mute,
        start: at,
        end: act.detail().duration.map(|span| at.after(span)),
        version: 1,
        case: number,
        named: None,
        capabilities: BTreeSet::new(),
        while_above: None,
        over: false,
    }
}

struct Muting;

struct Silent;

impl Announce for Silent {
    fn announce(&self, _: &Directive, now: DateTime<Utc>) -> NewEvent {
        NewEvent {
            kind: "directive",
            community: None,
            user: None,
            at: now,
            data: "null".to_owned(),
        }
    }

    fn notice(&self, notice: &Notice, now: DateTime<Utc>) -> NewEvent {
        NewEvent {
            kind: "notice",
            community: None,
            user: Some(notice.user),
            at: now,
            data: "null".to_owned(),
        }
    }
}

impl Judge for Muting {
    fn announcer(&self) -> Box<dyn Announce> {
        Box::new(Silent)
    }

    fn judge(&self, situation: &Situation<'_>, submission: &Submission) -> Result<Ruling, Refusal> {
        let mut member = situation.member.clone();
        let at = Instant::new(START).unwrap();
        let number = situation.next_case;
        let (kind, started, ended) = match &submission.command {
            Command::Act(act) if act.particulars.reason.is_some() => return Err(Refusal::OneSelf),
            Command::Act(act) => {
                let started = started(number, act, at);
                member.sanctions.push(started.clone());
                (act.kind(), Some(started), vec![])
            }
            Command::Lift { sanction, .. } => {
                member.remove(&[*sanction]);
                let (id, how) = (*sanction, Ending::Lifted);
                let ended = Ended { id, how, at };
                (Kind::Unmute, None, vec![ended])
            }
            _ => return Ok(ruling(situation, vec![])),
        };
        let case = Case {
            number,
            user: situation.target.user,
            kind,
            actor: situation.acting.actor.clone(),
            at,
            recorded_at: situation.now,
            points: Points::ZERO,
            policy_version: 1,
            causes: vec![],
            duration: None,
            capabilities: BTreeSet::new(),
            started,
            ended,
            rungs: vec![],
            particulars: Particulars::default(),
            revision: 0,
            voided: None,
            reduced: None,
            released: None,
            origin: None,
            upheld: false,
            replaces: None,
        };
        let entry = Entry {
            case,
            after: Some(member.clone()),
        };
        Ok(Ruling {
            member,
            ..ruling(situation, vec![entry])
        })
    }
}

fn ruling(situation: &Situation<'_>, entries: Vec<Entry>) -> Ruling {
    Ruling {
        events: entries
            .iter()
            .map(|entry| NewEvent {
                kind: "case.created",
                community: Some(COMMUNITY),
                user: None,
                at: entry.case.recorded_at,
                data: "{}".into(),
            })
            .collect(),
        entries,
        moved: vec![],
        member: situation.member.clone(),
        recent: situation.recent.to_vec(),
        held: None,
        answer: Answer {
            body: "{}".into(),
            tag: situation.next_case.to_string(),
        },
    }
}

fn submission(command: Command, key: Option<(&str, u8)>) -> Submission {
    Submission {
        tenant: TENANT,
        community: COMMUNITY,
        member: PersonRef::User(MEMBER),
        actor: ActorRef::Key {
            key: KeyId(Uuid::nil()),
            authority: Authority::of(Rank::Admin),
        },
        command,
        claim: key.map(|(key, body)| Claim {
            key: key.into(),
            fingerprint: [body; 32],
        }),
        in_hand: None,
        run: None,
    }
}

fn mute(key: Option<(&str, u8)>) -> Submission {
    let act = Act::new(
        Kind::Mute,
        Detail::lasting(Span::new(60).ok()),
        Particulars::default(),
    )
    .unwrap();
    submission(Command::Act(act), key)
}

fn refused(key: Option<(&str, u8)>) -> Submission {
    let particulars = Particulars {
        reason: Some("no".into()),
        ..Particulars::default()
    };
    submission(
        Command::Act(Act::new(Kind::Mute, Detail::default(), particulars).unwrap()),
        key,
    )
}

fn lift(number: u128) -> Submission {
    let command = Command::Lift {
        sanction: SanctionId(Uuid::from_u128(number)),
        particulars: Particulars::default(),
    };
    submission(command, None)
}

fn loaded(batch: &[Submission]) -> Loaded<'_> {
    let mut loaded = Loaded::at(DateTime::from_timestamp(START, 0).unwrap());
    let version = PolicyVersion {
        version: 1,
        activated_at: Instant::new(0).unwrap(),
        policy: Arc::new(Policy::default()),
    };
    let timeline = Arc::new(Timeline::new(vec![version]).unwrap());
    loaded.timelines.insert((TENANT, COMMUNITY), timeline);
    loaded.numbers.insert((TENANT, COMMUNITY), 10);
    let key = MemberKey {
        tenant: TENANT,
        community: COMMUNITY,
        user: MEMBER,
    };
    loaded.members.insert(key, MemberRow::default());
    for submission in batch {
        loaded.people.insert((TENANT, &submission.member), MEMBER);
    }
    loaded
}

fn decided<'a>(batch: &'a [Submission], loaded: Loaded<'a>) -> Outcome {
    match Deciding::new(batch, loaded, &Muting).step() {
        Step::Done(outcome) => *outcome,
        Step::Ask(asked) => panic!("nothing looks back: {asked:?}"),
    }
}

fn decide(batch: &[Submission]) -> (Vec<String>, Writes) {
    let Outcome { replies, writes } = decided(batch, loaded(batch));
    let words = replies.into_iter().map(|reply| match reply {
        Ok(Reply::Done(answer)) => format!("done {}", answer.tag),
        Ok(Reply::Replayed(answer)) => format!("replayed {}", answer.tag),
        other => format!("{other:?}"),
    });
    (words.collect(), writes)
}

#[test]
fn equal_keys_are_told_apart() {
    let batch = [
        mute(Some(("a", 1))),
        mute(Some(("a", 1))),
        mute(Some(("a", 2))),
        refused(Some(("b", 1))),
        mute(Some(("b", 2))),
        mute(Some(("b", 2))),
        refused(Some(("c", 1))),
    ];
    let (replies, writes) = decide(&batch);
    let expected = [
        "done 11",
        "replayed 11",
        "Ok(KeyReused)",
        "Ok(Refused(OneSelf))",
        "done 12",
        "replayed 12",
        "Ok(Refused(OneSelf))",
    ];
    assert_eq!(replies, expected);
    let kept = |key: &str| writes.kept[&(TENANT, key.to_owned())].fingerprint[0];
    assert_eq!((kept("a"), kept("b")), (1, 2), "of the call that was done");
    assert_eq!(writes.kept.len(), 2, "nothing is kept of a refusal");
    assert_eq!(writes.numbers[&(TENANT, COMMUNITY)], 12);
    assert_eq!(claims(&batch).len(), 3);
}

#[test]
fn what_begins_and_ends_in_a_batch_is_one_row() {
    let (replies, writes) = decide(&[mute(None), mute(None), lift(11), lift(5)]);
    assert_eq!(replies, ["done 11", "done 12", "done 13", "done 14"]);
    let ended: Vec<_> = writes
        .started
        .values()
        .map(|row| row.ended.and_then(|e| e.by))
        .collect();
    assert_eq!(ended, [Some(13), None]);
    let open: Vec<_> = writes.timers.keys().map(|(_, id)| id.0.as_u128()).collect();
    assert_eq!(open, [12], "a timer that was set and taken away is not written");
    assert_eq!(
        (writes.ended.len(), writes.gone_timers.len()),
        (1, 1),
        "the older one"
    );
    let member = writes.members.values().next().unwrap();
    assert_eq!(member.state.sanctions.len(), 1);
    let offsets: Vec<_> = writes.events.iter().map(|row| row.offset).collect();
    assert_eq!(offsets, [1, 2, 3, 4]);
}

#[test]
fn an_expiry_that_has_moved_on_takes_its_own_timer_alone() {
    let expire = Command::Expire {
        sanction: SanctionId(Uuid::from_u128(5)),
        version: 3,
    };
    let (_, writes) = decide(&[submission(expire, None)]);
    let gone: Vec<_> = writes
        .gone_timers
        .values()
        .map(|gone| gone.up_to_version)
        .collect();
    assert_eq!(gone, [3]);
    assert!(!writes.is_empty() && writes.members.is_empty() && writes.numbers.is_empty());
}

#[test]
fn nothing_is_made_for_the_refused() {
    let batch = [refused(Some(("a", 1)))];
    let mut loaded = loaded(&batch);
    let key = *loaded.members.keys().next().unwrap();
    loaded.made_members.insert(key);
    loaded.made_users.insert((TENANT, MEMBER));
    let Outcome { writes, .. } = decided(&batch, loaded);
    assert!(writes.is_empty());
    assert_eq!((writes.unmade_users.len(), writes.unmade_members.len()), (1, 1));
}

#[test]
fn what_was_not_loaded_is_not_found() {
    let batch = [mute(None)];
    let mut nobody = loaded(&batch);
    nobody.people.clear();
    let mut nowhere = loaded(&batch);
    nowhere.timelines.clear();
    for (loaded, what) in [(nobody, "user"), (nowhere, "community")] {
        let Outcome { replies, writes } = decided(&batch, loaded);
        assert!(
            matches!(replies[..], [Err(StoreError::NotFound(named))] if named == what),
            "{replies:?}"
        );
        assert!(writes.is_empty());
    }
}
