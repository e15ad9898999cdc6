//! Webhooks: where a tenant's events are sent, how its tries go, and when it is left alone or turned off.
//!
//! What one delivery goes through is in `delivery.rs`. Here is what holds for all deliveries of a webhook together: a receiver that fails again and
//! again is left alone for a while, and then asked by one delivery, a probe, before it gets the others.

pub mod delivery; // an event on its way
pub mod secret; // what signatures are made with

use super::id::{CommunityId, TenantId, WebhookId};
use super::identity::Platform;
use super::target::Target;
use chrono::{DateTime, TimeDelta, Utc};
use delivery::Try;
use secret::Secret;
use serde::{Deserialize, Serialize};

/// How many webhooks a tenant may have.
pub const MOST_WEBHOOKS: i64 = 50;
/// How many deliveries of a webhook may be under way. Beyond that events wait in the log.
pub const MOST_PENDING: i64 = 10_000;
/// A webhook with so many deliveries that are due is planned no others meanwhile.
pub const MOST_DUE: i64 = 1_000;
/// How many secrets sign beside the newest: a request stays small, however often somebody draws another.
pub const MOST_OLD_SECRETS: usize = 9;
/// After how many failures in a row a receiver is left alone.
pub const MOST_FAILURES: i32 = 5;
/// For how long at first; twice as long after each probe that fails.
pub const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(60);
/// The longest that a receiver is left alone before the next probe.
pub const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);
/// A webhook that has failed for so long, without a success in between, is turned off.
pub const LONGEST_FAILING: TimeDelta = TimeDelta::days(5);
/// The status by which a receiver says that it is gone for good.
const GONE: u16 = 410;

/// A webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Whose.
    pub tenant: TenantId,
    /// Its id.
    pub id: WebhookId,
    /// Whether anything is sent.
    pub state: State,
    /// Up to which position of the log deliveries are planned.
    pub position: i64,
    /// Until when it is left alone.
    pub paused_until: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// All else.
    pub about: About,
}

/// What the store need not know of a webhook to find it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Where to.
    pub target: Target,
    /// What people call it.
    pub description: Option<String>,
    /// Which events.
    pub selection: Selection,
    /// What signatures are made with.
    pub secret: Secret,
    /// The secrets before, and until when signatures are made with each of them too; the newest first.
    pub old_secrets: Vec<(Secret, DateTime<Utc>)>,
    /// How its tries have gone.
    pub health: Health,
    /// Why and when it was turned off.
    pub off: Option<(Reason, DateTime<Utc>)>,
    /// The last position of events that were forgotten before deliveries of them were planned; 0 if there were none.
    pub missed: i64,
}

/// Whether anything is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Events are sent.
    Active,
    /// Nothing is sent, and what is not sent waits.
    Off,
    /// It was deleted; what it leaves goes in time.
    Deleted,
}

impl State {
    /// Its name in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Off => "off",
            Self::Deleted => "deleted",
        }
    }

    /// The state of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Active, Self::Off, Self::Deleted]
            .into_iter()
            .find(|state| state.name() == name)
    }
}

/// Why a webhook is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Somebody turned it off.
    ByHand,
    /// It answered that it is gone.
    Gone,
    /// It failed for days.
    Failing,
}

/// Which events are sent. What is `None` selects all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// Of these types.
    pub kinds: Option<Vec<String>>,
    /// Of these communities.
    pub communities: Option<Vec<CommunityId>>,
    /// Of communities that are linked to a space of this platform.
    pub platform: Option<Platform>,
}

/// How tries have gone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// Failures in a row.
    pub failures: i32,
    /// Since when there was no success.
    pub since: Option<DateTime<Utc>>,
    /// How many times in a row it was left alone.
    pub pauses: i32,
    /// Whether a probe is under way; `paused_until` then says until when it is waited for.
    pub probing: bool,
}

/// What somebody changes about a webhook; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edit {
    /// Another address.
    pub target: Option<Target>,
    /// Another description, or none.
    pub description: Option<Option<String>>,
    /// Other types, or all.
    pub kinds: Option<Option<Vec<String>>>,
    /// Other communities, or all.
    pub communities: Option<Option<Vec<CommunityId>>>,
    /// Another platform, or all.
    pub platform: Option<Option<Platform>>,
    /// On or off.
    pub active: Option<bool>,
}

/// What is news about a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It is left alone from now on.
    Failing,
    /// It takes deliveries again.
    Recovered,
    /// It was turned off.
    TurnedOff,
    /// Events were forgotten before they could be sent.
    Missed,
}

impl Webhook {
    /// Whether it is left alone until a probe succeeds.
    #[must_use]
    pub const fn is_failing(&self) -> bool {
        self.about.health.failures >= MOST_FAILURES
    }

    /// A probe is under way, and nothing else until it is over.
    pub fn probe(&mut self, until: DateTime<Utc>) {
        self.about.health.probing = true;
        self.paused_until = Some(until);
    }

    /// Takes in what a try came to, and says what is news of it.
    pub fn heard(&mut self, tried: &Try, now: DateTime<Utc>) -> Option<Turn> {
        if tried.is_success() {
            let was_failing = self.is_failing();
            self.about.health = Health::default();
            self.paused_until = None;
            return was_failing.then_some(Turn::Recovered);
        }
        if self.state != State::Active || !tried.is_about_the_receiver() {
            return None;
        }
        let health = &mut self.about.health;
        health.failures = health.failures.saturating_add(1);
        let since = *health.since.get_or_insert(now);
        let gone = tried.status == Some(GONE);
        if gone || now - since >= LONGEST_FAILING {
            let reason = if gone { Reason::Gone } else { Reason::Failing };
            self.turn_off(reason, now);
            return Some(Turn::TurnedOff);
        }
        let probed = std::mem::take(&mut health.probing);
        // What was under way when it was left alone fails too, and says nothing new.
        let alone = !probed && self.paused_until.is_some_and(|until| until > now);
        if health.failures < MOST_FAILURES || alone {
            return None;
        }
        health.pauses = health.pauses.saturating_add(1);
        let doubled = 1 << (health.pauses - 1).clamp(0, 16);
        let first = health.pauses == 1;
        self.paused_until = now.checked_add_signed((FIRST_PAUSE * doubled).min(LONGEST_PAUSE));
        first.then_some(Turn::Failing)
    }

    /// Changes what somebody wants changed. Says whether anything is another than before.
    pub fn edit(&mut self, edit: &Edit, now: DateTime<Utc>) -> bool {
        let before = self.clone();
        let (about, edit) = (&mut self.about, edit.clone());
        if let Some(target) = edit.target {
            about.target = target;
        }
        if let Some(description) = edit.description {
            about.description = description;
        }
        if let Some(kinds) = edit.kinds {
            about.selection.kinds = kinds;
        }
        if let Some(communities) = edit.communities {
            about.selection.communities = communities;
        }
        if let Some(platform) = edit.platform {
            about.selection.platform = platform;
        }
        if about.target != before.about.target {
            // How another receiver did says nothing of this one.
            self.forgive();
        }
        match edit.active {
            Some(true) if self.state == State::Off => {
                self.state = State::Active;
                self.about.off = None;
                self.forgive();
            }
            Some(false) if self.state == State::Active => self.turn_off(Reason::ByHand, now),
            _ => {}
        }
        *self != before
    }

    /// Signs with another secret from now on, and with the one before too until a moment. Those before that keep the time that they had.
    pub fn rotate(&mut self, secret: Secret, old_until: DateTime<Utc>, now: DateTime<Utc>) {
        let old = std::mem::replace(&mut self.about.secret, secret);
        let older = &mut self.about.old_secrets;
        older.insert(0, (old, old_until));
        older.retain(|(_, until)| now < *until);
        older.truncate(MOST_OLD_SECRETS);
    }

    /// The secrets that signatures are made with at a moment, the newest first.
    #[must_use]
    pub fn secrets(&self, now: DateTime<Utc>) -> Vec<&Secret> {
        let old = self.about.old_secrets.iter().filter(|(_, until)| now < *until);
        std::iter::once(&self.about.secret)
            .chain(old.map(|(secret, _)| secret))
            .collect()
    }

    /// Takes deliveries again as if it had never failed.
    pub fn forgive(&mut self) {
        self.about.health = Health::default();
        self.paused_until = None;
    }

    fn turn_off(&mut self, reason: Reason, now: DateTime<Utc>) {
        self.state = State::Off;
        self.about.off = Some((reason, now));
        self.about.health.probing = false;
        self.paused_until = None;
    }
}

#[cfg(test)]
mod tests;
