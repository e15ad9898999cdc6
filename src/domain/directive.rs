//! Directives: what a platform is to do about one member, so that what is decided here is so there.
//!
//! What lasts (a ban, a mute, a restriction) is wanted as a state: held until a moment, or lifted. A later wish takes the place of an earlier one
//! that is not settled. What happens once (a kick, messages deleted) is wanted as a deed.

mod receipt; // what a relay says of a directive

pub use receipt::{NotTaken, Outcome, Receipt};

use super::act::Entry;
use super::case::Messages;
use super::drift::Spot;
use super::id::{CommunityId, DirectiveId, LeaseId, NoticeId, UserId};
use super::identity::{NativeId, Platform};
use super::kind::{Kind, Restriction};
use super::language::Language;
use super::name::Name;
use super::notice::{Pass, When};
use super::sanction::{Sanction, capabilities, later_end, latest_end};
use super::time::Instant;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a directive is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Kept from capabilities.
    Restrict,
    /// Kept from speaking.
    Mute,
    /// Kept out.
    Ban,
    /// Removed once.
    Kick,
    /// Messages deleted once.
    DeleteMessages,
    /// Told something once.
    Notify,
}

/// How it is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// It no longer holds.
    Lifted,
    /// It holds, until a moment or until it is lifted.
    Held {
        /// Until when.
        until: Option<Instant>,
    },
    /// These capabilities are taken away, each until a moment or until it is given back, and no others.
    Without(BTreeMap<Name, Option<Instant>>),
    /// It happens.
    Done,
    /// These messages are gone.
    Gone(Messages),
    /// The member is told this.
    Told(Told),
}

/// What a member is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The notice.
    pub notice: NoticeId,
    /// Whether before what the platform does, or after it.
    pub when: When,
    /// The language of the text.
    pub language: Language,
    /// The text.
    pub text: String,
    /// The link that goes with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass: Option<Pass>,
}

/// What is wanted of all platforms, before it is known on which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// About what.
    pub effect: Effect,
    /// How it is to be.
    pub wanted: Wanted,
    /// The case for which it is wanted; none when time alone brought it about.
    pub case: Option<i64>,
}

/// Where a directive stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Still to be carried out.
    Open,
    /// Carried out.
    Applied,
    /// Tried, and given up.
    Failed,
    /// The platform cannot do it.
    Unsupported,
    /// The relay does not get at the space or the member.
    Unreachable,
    /// A later one took its place before it was carried out.
    Superseded,
    /// Somebody took it back, or its link is gone.
    Cancelled,
}

/// What one platform's space is to do about one of its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// Its identifier.
    pub id: DirectiveId,
    /// The community that wants it.
    pub community: CommunityId,
    /// On which platform.
    pub platform: Platform,
    /// In which of its spaces.
    pub space: NativeId,
    /// Who, as the platform names them.
    pub member: NativeId,
    /// Who, as we do.
    pub user: UserId,
    /// What and how.
    pub wish: Wish,
    /// The reason of its case, for the platform's own record.
    pub reason: Option<String>,
    /// Where it stands.
    pub state: State,
    /// How often it was handed out.
    pub attempts: i32,
    /// How often in a row it came to nothing.
    pub failures: i32,
    /// When it was issued.
    pub created_at: DateTime<Utc>,
    /// When it may be handed out next: at once, after a failure, when a lease is over, before the platform lets go by itself. `None` once nothing
    /// is left to do.
    pub due_at: Option<DateTime<Utc>>,
    /// Who has it in hand, until `due_at`.
    pub lease: Option<LeaseId>,
    /// The directive that it comes after: it is put off until something is reported of that one, or for a while.
    pub follows: Option<DirectiveId>,
    /// When it was settled.
    pub settled_at: Option<DateTime<Utc>>,
    /// The last receipt.
    pub receipt: Option<Receipt>,
}

/// How long before a platform lets go by itself it is asked again.
const REARM_BEFORE: TimeDelta = TimeDelta::hours(6);
/// After how many seconds to try again what failed for a reason that passes; the last one again and again.
const AFTER_TRANSIENT: &[i64] = &[5, 30, 120, 600, 1_800, 3_600];
/// The same where somebody has to do something about it.
const AFTER_MISSING: &[i64] = &[300, 1_800, 7_200, 21_600];
/// More tries than fit into that time.
const MOST_TRIES: usize = 100;
/// For how long a directive is tried, from its first failure on.
const GIVEN_UP_AFTER: TimeDelta = TimeDelta::hours(24);

impl Effect {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Restrict => "restrict",
            Self::Mute => "mute",
            Self::Ban => "ban",
            Self::Kick => "kick",
            Self::DeleteMessages => "delete_messages",
            Self::Notify => "notify",
        }
    }

    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Restrict,
        Self::Mute,
        Self::Ban,
        Self::Kick,
        Self::DeleteMessages,
        Self::Notify,
    ];

    /// The effect of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|effect| effect.name() == name)
    }

    /// Whether it is a state, of which the latest wish counts.
    #[must_use]
    pub const fn lasts(self) -> bool {
        matches!(self, Self::Restrict | Self::Mute | Self::Ban)
    }
}

impl State {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Open,
        Self::Applied,
        Self::Failed,
        Self::Unsupported,
        Self::Unreachable,
        Self::Superseded,
        Self::Cancelled,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Applied => "applied",
            Self::Failed => "failed",
            Self::Unsupported => "unsupported",
            Self::Unreachable => "unreachable",
            Self::Superseded => "superseded",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

impl Wanted {
    /// The latest moment until which it is to hold; `None` for ever, or where nothing is to hold.
    #[must_use]
    pub fn until(&self) -> Option<Instant> {
        match self {
            Self::Held { until } => *until,
            Self::Without(each) => each.values().copied().max_by(|a, b| later_end(*a, *b)).flatten(),
            Self::Lifted | Self::Done | Self::Gone(_) | Self::Told(_) => None,
        }
    }

    /// Whether it is to hold.
    #[must_use]
    pub const fn holds(&self) -> bool {
        matches!(self, Self::Held { .. } | Self::Without(_))
    }
}

/// What is to change on the platforms when a member's sanctions become others, and for what the cases in between ask once.
#[must_use]
pub fn wishes(before: &[Sanction], entries: &[Entry], after: &[Sanction]) -> Vec<Wish> {
    let case = entries.iter().map(|entry| entry.case.number).max();
    let changed = lasting(before).into_iter().zip(lasting(after));
    let changed = changed.filter(|(was, is)| was != is);
    let once = entries.iter().filter_map(once);
    once.chain(changed.map(|(_, (effect, wanted))| Wish { effect, wanted, case }))
        .collect()
}

/// How each of a member's lasting states is wanted by what is on record, for the latest case that has it so.
#[must_use]
pub fn states(sanctions: &[Sanction]) -> [Wish; 3] {
    lasting(sanctions).map(|(effect, wanted)| Wish {
        effect,
        wanted,
        case: restricting(sanctions, effect).map(|s| s.case).max(),
    })
}

/// Whether something is to be said anew of a lasting state: the latest directive about it, if there is one, wanted something else, or was taken
/// back. One that was given up is not repeated; that is for whoever mends its cause.
#[must_use]
pub fn is_unsaid(wanted: &Wanted, latest: Option<(&Wanted, State)>) -> bool {
    match latest {
        None => *wanted != Wanted::Lifted,
        Some((_, State::Cancelled)) => *wanted != Wanted::Lifted,
        Some((said, _)) => said != wanted,
    }
}

/// How each lasting state stands by what is on record, whether or not its time is over: it ends on the platforms when its end is recorded.
fn lasting(sanctions: &[Sanction]) -> [(Effect, Wanted); 3] {
    let held = |effect| match latest_end(restricting(sanctions, effect)) {
        Some(until) => (effect, Wanted::Held { until }),
        None => (effect, Wanted::Lifted),
    };
    [
        (Effect::Restrict, without(sanctions)),
        held(Effect::Mute),
        held(Effect::Ban),
    ]
}

/// The sanctions behind a lasting state.
fn restricting(sanctions: &[Sanction], effect: Effect) -> impl Iterator<Item = &Sanction> {
    let restriction = match effect {
        Effect::Restrict => Some(Restriction::Restrict),
        Effect::Mute => Some(Restriction::Mute),
        Effect::Ban => Some(Restriction::Ban),
        Effect::Kick | Effect::DeleteMessages | Effect::Notify => None,
    };
    sanctions
        .iter()
        .filter(move |s| Some(s.restriction) == restriction && !s.over)
}

fn without(sanctions: &[Sanction]) -> Wanted {
    let restricting = || restricting(sanctions, Effect::Restrict);
    let each = capabilities(restricting()).into_iter().filter_map(|name| {
        let naming = restricting().filter(|s| s.capabilities.contains(&name));
        Some((name, latest_end(naming)?))
    });
    let each: BTreeMap<Name, Option<Instant>> = each.collect();
    if each.is_empty() {
        Wanted::Lifted
    } else {
        Wanted::Without(each)
    }
}

/// What a case asks for once.
fn once(entry: &Entry) -> Option<Wish> {
    let case = &entry.case;
    let (effect, wanted) = match case.kind {
        Kind::Kick => (Effect::Kick, Wanted::Done),
        Kind::DeleteMessages => {
            let messages = case.particulars.messages.clone()?;
            (Effect::DeleteMessages, Wanted::Gone(messages))
        }
        _ => return None,
    };
    Some(Wish {
        effect,
        wanted,
        case: Some(case.number),
    })
}

impl Directive {
    /// What it is about, as it is observed.
    #[must_use]
    pub fn spot(&self) -> Spot {
        Spot {
            platform: self.platform.clone(),
            space: self.space.clone(),
            effect: self.wish.effect,
            member: self.member.clone(),
        }
    }

    /// Why a receipt is not taken: that it failed, of what is settled or in nobody's or somebody else's hands, says nothing about how it stands now. That
    /// it was applied always does.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub fn takes(&self, lease: Option<LeaseId>, outcome: Outcome) -> Result<(), NotTaken> {
        if outcome == Outcome::Applied {
            Ok(())
        } else if self.state != State::Open {
            Err(NotTaken::Settled(self.state))
        } else if self.lease.is_none() || (lease.is_some() && lease != self.lease) {
            Err(NotTaken::LeaseLost)
        } else {
            Ok(())
        }
    }

    /// Whether a receipt says what is known already: that it was applied, of what is applied, and nothing about until when. Of what another has
    /// followed only the same receipt once more is known: under another lease it was carried out anew, and may have undone what followed.
    #[must_use]
    pub fn knows(&self, receipt: &Receipt) -> bool {
        if receipt.outcome != Outcome::Applied {
            return false;
        }
        let said = self
            .receipt
            .as_ref()
            .filter(|said| said.outcome == Outcome::Applied);
        match self.state {
            State::Applied => receipt.holds_until.is_none(),
            State::Superseded | State::Cancelled => {
                receipt.lease.is_some() && said.is_some_and(|said| said.lease == receipt.lease)
            }
            _ => false,
        }
    }

    /// Has it carried out once more, from a moment on.
    ///
    /// # Errors
    /// [`NotTaken::Settled`] for one that another took the place of.
    pub fn retry(&mut self, now: DateTime<Utc>) -> Result<(), NotTaken> {
        if self.state == State::Superseded {
            return Err(NotTaken::Settled(self.state));
        }
        self.state = State::Open;
        self.failures = 0;
        self.due_at = Some(now);
        self.lease = None;
        self.settled_at = None;
        self.receipt = None;
        Ok(())
    }

    /// Takes it back.
    ///
    /// # Errors
    /// [`NotTaken::Settled`] when nothing is left to do.
    pub fn cancel(&mut self, now: DateTime<Utc>) -> Result<(), NotTaken> {
        if self.due_at.is_none() {
            return Err(NotTaken::Settled(self.state));
        }
        self.state = State::Cancelled;
        self.due_at = None;
        self.lease = None;
        self.settled_at = Some(now);
        Ok(())
    }

    /// What becomes of it when a relay says how it went. One that has been taken back or has been followed by another keeps its state.
    pub fn receive(&mut self, receipt: Receipt) {
        let now = receipt.at;
        if !matches!(self.state, State::Superseded | State::Cancelled) {
            let (state, due) = self.next(&receipt);
            self.failures = match receipt.outcome {
                Outcome::Applied => 0,
                _ => self.failures.saturating_add(1),
            };
            self.state = state;
            self.due_at = due;
            self.settled_at = (state != State::Open).then_some(now);
        }
        self.lease = None;
        self.receipt = Some(receipt);
    }

    fn next(&self, receipt: &Receipt) -> (State, Option<DateTime<Utc>>) {
        match receipt.outcome {
            Outcome::Applied => (State::Applied, self.rearmed(receipt)),
            Outcome::Unsupported => (State::Unsupported, None),
            Outcome::Transient => self.again(receipt, AFTER_TRANSIENT, State::Failed),
            Outcome::PermissionMissing => self.again(receipt, AFTER_MISSING, State::Failed),
            // Who cannot be written to is not told days later.
            Outcome::Unreachable if self.wish.effect == Effect::Notify => (State::Unreachable, None),
            Outcome::Unreachable => self.again(receipt, AFTER_MISSING, State::Unreachable),
        }
    }

    /// When to ask again, where the platform lets go sooner than is wanted.
    fn rearmed(&self, receipt: &Receipt) -> Option<DateTime<Utc>> {
        let holds_until = receipt.holds_until.filter(|_| self.wish.wanted.holds())?;
        let wanted = self.wish.wanted.until().map(Instant::to_utc);
        let sooner = wanted.is_none_or(|wanted| holds_until < wanted);
        // Of what holds for a short time only, half of that.
        let half = (holds_until - receipt.at) / 2;
        sooner.then(|| (holds_until - REARM_BEFORE.min(half)).max(receipt.at))
    }

    /// Another try after a while, or the end of trying. How often in a row it came to nothing says how long the while is.
    fn again(&self, receipt: &Receipt, pauses: &[i64], end: State) -> (State, Option<DateTime<Utc>>) {
        let failed = usize::try_from(self.failures).unwrap_or(0);
        let pause = |n: usize| pauses.get(n).or(pauses.last()).copied().unwrap_or(0);
        let spent = (0..failed.min(MOST_TRIES)).map(pause).sum();
        if TimeDelta::seconds(spent) >= GIVEN_UP_AFTER {
            return (end, None);
        }
        let due = receipt.at + TimeDelta::seconds(pause(failed));
        let asked = receipt
            .retry_after
            .map(|after| receipt.at + TimeDelta::seconds(after));
        (State::Open, Some(asked.map_or(due, |asked| asked.max(due))))
    }
}

#[cfg(test)]
#[path = "directive/tests.rs"]
mod tests;
