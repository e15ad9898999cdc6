//! A revision that adds up points again without the voided case, and notes how it was driven.

use std::sync::{Arc, Mutex};

use serde_json::json;
use tribune::domain::act::Entry;
use tribune::domain::case::{Case, Voided};
use tribune::domain::member::Member;
use tribune::domain::merge::{Crossed, Crossing};
use tribune::domain::points::Points;
use tribune::domain::refusal::Refusal;
use tribune::domain::replay::Lowering;
use tribune::domain::sanction::Sanction;
use tribune::domain::time::Instant;
use tribune::ports::answer::{Answer, NewEvent};
use tribune::ports::appeals::TellAppeal;
use tribune::ports::directives::Announce;
use tribune::ports::ledger::{Closing, Course, Opening, Page, Revision};

use super::judge::{Announcer, add, tell_appeal};

/// What a test wants of a void.
#[derive(Clone, Default)]
pub(crate) struct Wish {
    /// Refuse when the case is voided already.
    pub(crate) refuse: bool,
    /// Declare the replay settled once this many entries have been seen.
    pub(crate) settle_after: Option<usize>,
    /// A milder sanction in place of the one that the case started.
    pub(crate) milder: Option<Sanction>,
    /// Cases that count fewer points from now on.
    pub(crate) reduced: Vec<(i64, Points)>,
    /// The case that takes its place, with the state after it.
    pub(crate) added: Option<Entry>,
    /// Cases that go with it.
    pub(crate) with_it: Vec<i64>,
    /// What the balance is lower by behind a place.
    pub(crate) lowering: Option<Lowering>,
    /// How it was driven.
    pub(crate) seen: Arc<Mutex<Seen>>,
}

/// How a revision was driven.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) opening: Option<Opening>,
    /// The length of each page.
    pub(crate) pages: Vec<usize>,
    /// Every entry, in the order in which it came.
    pub(crate) entries: Vec<Entry>,
}

/// The revision.
pub(crate) struct Replay {
    wish: Wish,
    state: Member,
    settled: bool,
    count: usize,
}

impl Replay {
    pub(crate) fn starting(wish: &Wish) -> impl Fn() -> Box<dyn Revision> + Send + Sync + 'static + use<> {
        let wish = wish.clone();
        move || {
            Box::new(Replay {
                wish: wish.clone(),
                state: Member::default(),
                settled: false,
                count: 0,
            })
        }
    }
}

impl Course for Replay {
    fn page(&mut self, entries: &[Entry]) -> Page {
        let mut seen = self.wish.seen.lock().unwrap();
        seen.pages.push(entries.len());
        seen.entries.extend_from_slice(entries);
        let voided = seen.opening.as_ref().unwrap().case.number;
        let mut page = Page::default();
        for entry in entries {
            if self.wish.settle_after == Some(self.count) {
                self.settled = true;
                page.settled = true;
                break;
            }
            self.count += 1;
            if entry.case.number != voided && entry.case.voided.is_none() {
                add(&mut self.state, &entry.case);
            }
            page.rewritten.push((entry.case.number, self.state.clone()));
        }
        page
    }

    /// Nobody is merged here: the state goes on as it was recorded.
    fn cross(&mut self, crossing: Crossing) -> Crossed {
        let side = std::mem::replace(&mut self.state, crossing.recorded.clone());
        Crossed {
            side,
            member: crossing.recorded,
            settled: self.settled,
        }
    }
}

impl Revision for Replay {
    fn announcer(&self) -> Box<dyn Announce> {
        Box::new(Announcer)
    }

    fn tell_appeal(&self) -> TellAppeal {
        tell_appeal
    }

    fn open(&mut self, opening: Opening) -> Result<(), Refusal> {
        if self.wish.refuse || opening.case.voided.is_some() {
            return Err(Refusal::AlreadyVoided {
                number: opening.case.number,
            });
        }
        self.state = opening.before.clone();
        *self.wish.seen.lock().unwrap() = Seen {
            opening: Some(opening),
            ..Seen::default()
        };
        Ok(())
    }

    fn close(&mut self) -> Closing {
        let seen = self.wish.seen.lock().unwrap();
        let opening = seen.opening.as_ref().unwrap();
        let Case { number, started, .. } = &opening.case;
        let now = Instant::from_utc(opening.now).unwrap();
        let mut member = opening.current.clone();
        if !self.settled {
            member.ledger = self.state.ledger.clone();
        }
        let gone: Vec<_> = started.iter().map(|sanction| sanction.id).collect();
        let gone = member.remove(&gone);
        member.sanctions.extend(self.wish.milder.clone());
        let voided = |cause| Voided {
            at: opening.now,
            by: opening.acting.actor.clone(),
            reason: None,
            cause,
            replaced_by: self
                .wish
                .added
                .as_ref()
                .filter(|_| cause.is_none())
                .map(|entry| entry.case.number),
        };
        let mut all = vec![(*number, voided(None))];
        all.extend(
            self.wish
                .with_it
                .iter()
                .map(|other| (*other, voided(Some(*number)))),
        );
        Closing {
            member,
            recent: vec![],
            voided: all,
            ended: gone.iter().map(|sanction| (sanction.id, now)).collect(),
            reduced: self.wish.reduced.clone(),
            reduction: None,
            moved: vec![],
            appeal: None,
            notices: vec![],
            shortened: None,
            added: self.wish.added.clone(),
            lowering: self.wish.lowering,
            started: self.wish.milder.clone().into_iter().collect(),
            events: vec![NewEvent {
                kind: "case.voided",
                community: None,
                user: Some(opening.target.user),
                at: opening.now,
                data: "{}".into(),
            }],
            answer: Answer {
                body: json!({"voided": number}).to_string(),
                tag: number.to_string(),
            },
        }
    }
}
