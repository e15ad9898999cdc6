//! An event on its way to a webhook: tried at once, then more and more slowly, until it has arrived or is given up.

use crate::domain::id::{CommunityId, DeliveryId, TenantId, WebhookId};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How long to wait after each try that failed. After the one that follows the last pause a delivery is given up.
pub const PAUSES: [TimeDelta; 9] = [
    TimeDelta::seconds(5),
    TimeDelta::minutes(5),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
    TimeDelta::hours(5),
    TimeDelta::hours(10),
    TimeDelta::hours(14),
    TimeDelta::hours(20),
    TimeDelta::hours(24),
];
/// A pause is longer by up to so many thousandths, so that what failed together does not come again together.
const JITTER: i32 = 200;
/// How many tries are kept, the last ones.
const TRIES_KEPT: usize = 20;
/// What a try says whose event is forgotten.
pub const EVENT_GONE: &str = "event_gone";

/// A delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Whose.
    pub tenant: TenantId,
    /// Where to.
    pub webhook: WebhookId,
    /// Its id, by which a receiver knows it again.
    pub id: DeliveryId,
    /// The event's position in the log; `None` for a test.
    pub position: Option<i64>,
    /// The event's type.
    pub kind: String,
    /// The event's community.
    pub community: Option<CommunityId>,
    /// How it stands.
    pub state: State,
    /// When it was planned.
    pub created_at: DateTime<Utc>,
    /// When it is tried next; while it is in somebody's hands, when that lease is over. `None` when nothing more is tried.
    pub due_at: Option<DateTime<Utc>>,
    /// When it arrived or was given up.
    pub settled_at: Option<DateTime<Utc>>,
    /// How many tries were begun, ever.
    pub attempts: i32,
    /// How many of them were before it was last sent anew.
    pub base: i32,
    /// The last tries.
    pub tries: Vec<Try>,
}

/// How a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is to be tried.
    Pending,
    /// The receiver took it.
    Delivered,
    /// It was given up.
    Dead,
}

impl State {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Delivered, Self::Dead];

    /// Its name in documents and in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }

    /// The state of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A try, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Try {
    /// When it began.
    pub at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub took: i64,
    /// The status of the answer.
    pub status: Option<u16>,
    /// Why there was none.
    pub error: Option<String>,
}

impl Try {
    /// Whether the receiver took it: only by an answer of 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// Whether it says anything of the receiver.
    #[must_use]
    pub fn is_about_the_receiver(&self) -> bool {
        self.error.as_deref() != Some(EVENT_GONE)
    }
}

impl Delivery {
    /// Takes in what its try of this number came to. False when that is of no account any more: it has arrived, or somebody else has it in hand.
    pub fn tried(&mut self, attempt: i32, tried: &Try, now: DateTime<Utc>) -> bool {
        // What has arrived has arrived, whoever was to try next.
        if self.state != State::Pending || (attempt != self.attempts && !tried.is_success()) {
            return false;
        }
        self.tries.push(tried.clone());
        let beyond = self.tries.len().saturating_sub(TRIES_KEPT);
        self.tries.drain(..beyond);
        let again = if tried.is_success() {
            None
        } else {
            self.again(tried)
        };
        if let Some(pause) = again {
            self.due_at = now.checked_add_signed(pause);
            return true;
        }
        self.state = if tried.is_success() {
            State::Delivered
        } else {
            State::Dead
        };
        (self.due_at, self.settled_at) = (None, Some(now));
        true
    }

    /// Sends it anew, with all its tries ahead.
    pub fn replay(&mut self, now: DateTime<Utc>) {
        if self.state != State::Pending {
            (self.state, self.settled_at) = (State::Pending, None);
            self.base = self.attempts;
        }
        self.due_at = Some(now);
    }

    /// How long to wait for the next try; `None` when there is none.
    fn again(&self, tried: &Try) -> Option<TimeDelta> {
        // A test says how things are now.
        if self.position.is_none() || !tried.is_about_the_receiver() {
            return None;
        }
        let number = usize::try_from(self.attempts - self.base - 1).ok()?;
        let pause = *PAUSES.get(number)?;
        Some(pause + pause * self.jitter(number) / 1_000)
    }

    /// Chance, out of the random bits of the id: the same for the same try, another for each delivery.
    fn jitter(&self, number: usize) -> i32 {
        let bits = (self.id.0.as_u128() >> (5 * number)) & 0xffff;
        i32::try_from(bits).unwrap_or(0) % (JITTER + 1)
    }
}
