//! Notices: what a member is told of a case or of a decision about it, and what became of telling them.
//!
//! A notice is kept as it was rendered. It goes out as directives, one for each name of the member on a platform; where it stands follows from where these
//! stand, until the member says that they have read it.

mod policy; // what a community tells, and when

pub use policy::{MOST_CHARACTERS, NoticePolicy, When};

use super::appeal::Outcome;
use super::appeal_link::AppealLink;
use super::directive::{self, Directive, Effect, Told, Wanted};
use super::id::{AppealId, AppealLinkId, CommunityId, NoticeId, UserId};
use super::language::Language;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// For how long a native act waits for the notice that goes before it. Then it is carried out whatever has become of the notice.
pub const ACT_WAITS: TimeDelta = TimeDelta::seconds(10);
/// For how long a notice waits for the native act that goes before it.
pub const NOTICE_WAITS: TimeDelta = TimeDelta::seconds(60);

/// Where a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It is to be delivered still, or once more.
    Queued,
    /// It was delivered somewhere.
    Sent,
    /// It was tried, and given up or taken back.
    Failed,
    /// There is no way to the member: no name on a linked platform, or their messages are closed.
    Unreachable,
    /// The member has read it.
    Acknowledged,
}

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// That the act of the case was done.
    Act,
    /// Something about an appeal of the case: that it was decided or refused, or that its reviewer asks something.
    Appeal {
        /// Which.
        id: AppealId,
        /// What it came to, where it was decided.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outcome: Option<Outcome>,
    },
}

/// That a link goes with a notice, which lets the member see the case and appeal. Its id is the notice's; its address is written when the notice is handed
/// out, and kept nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    /// When the link was made.
    pub made_at: DateTime<Utc>,
    /// When it stops working, in whole seconds.
    pub expires_at: DateTime<Utc>,
}

/// What the store keeps of a notice as one document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// What it is about.
    pub subject: Subject,
    /// Whether it goes before what platforms do, or after it.
    pub when: When,
    /// The language of the text.
    pub language: Language,
    /// What the member is told.
    pub text: String,
    /// The link that goes with it, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass: Option<Pass>,
}

/// A notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its id.
    pub id: NoticeId,
    /// The community.
    pub community: CommunityId,
    /// The number of the case.
    pub case: i64,
    /// The member, as the case names them.
    pub user: UserId,
    /// Where it is.
    pub state: State,
    /// When it was rendered.
    pub created_at: DateTime<Utc>,
    /// When it came to be where it is.
    pub changed_at: DateTime<Utc>,
    /// When the member said that they have read it.
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// What it says.
    pub message: Message,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Queued,
        Self::Sent,
        Self::Failed,
        Self::Unreachable,
        Self::Acknowledged,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Unreachable => "unreachable",
            Self::Acknowledged => "acknowledged",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Where a notice is by where its directives stand: one that arrived is enough, and as long as one may arrive nothing is given up.
    #[must_use]
    pub fn of_directives(states: &[directive::State]) -> Self {
        let any = |state| states.contains(&state);
        if any(directive::State::Applied) {
            Self::Sent
        } else if any(directive::State::Open) {
            Self::Queued
        } else if any(directive::State::Failed) || any(directive::State::Cancelled) {
            Self::Failed
        } else {
            Self::Unreachable
        }
    }
}

impl Pass {
    /// The link that goes with a notice of somebody's case.
    #[must_use]
    pub const fn link(
        self,
        notice: NoticeId,
        (community, case, user): (CommunityId, i64, UserId),
    ) -> AppealLink {
        AppealLink {
            id: AppealLinkId(notice.0),
            community,
            case,
            user,
            created_at: self.made_at,
            expires_at: self.expires_at,
            revoked_at: None,
        }
    }
}

impl Notice {
    /// The link that goes with it.
    #[must_use]
    pub fn link(&self) -> Option<AppealLink> {
        let of = (self.community, self.case, self.user);
        self.message.pass.map(|pass| pass.link(self.id, of))
    }

    /// What platforms are to tell.
    #[must_use]
    pub fn wish(&self) -> directive::Wish {
        directive::Wish {
            effect: Effect::Notify,
            wanted: Wanted::Told(Told {
                notice: self.id,
                when: self.message.when,
                language: self.message.language,
                text: self.message.text.clone(),
                pass: self.message.pass,
            }),
            case: Some(self.case),
        }
    }

    /// Takes over where its directives stand. Whether it is anywhere else now: one that was read stays so.
    pub fn follow(&mut self, directives: &[directive::State], now: DateTime<Utc>) -> bool {
        let state = State::of_directives(directives);
        if self.state == State::Acknowledged || self.state == state {
            return false;
        }
        self.state = state;
        self.changed_at = now;
        true
    }

    /// Takes down that the member has read it. Whether that is new.
    pub fn acknowledge(&mut self, now: DateTime<Utc>) -> bool {
        if self.state == State::Acknowledged {
            return false;
        }
        self.state = State::Acknowledged;
        self.changed_at = now;
        self.acknowledged_at = Some(now);
        true
    }
}

/// Puts directives, in the order in which they were issued, into the order that notices ask for: what a platform does to a name for a case waits for the notice
/// that goes before it, and a notice for what goes before it. Those about one member stand together.
pub fn order(issued: &mut [Directive]) {
    for place in 0..issued.len() {
        let Some(when) = told(&issued[place]).map(|told| told.when) else {
            continue;
        };
        let notice = issued[place].clone();
        let is_theirs = |other: &Directive| (other.community, other.user) == (notice.community, notice.user);
        let is_its_act = |other: &Directive| {
            told(other).is_none()
                && other.wish.case == notice.wish.case
                && (&other.platform, &other.member) == (&notice.platform, &notice.member)
        };
        match when {
            When::Before => {
                let behind = issued[place..].iter_mut().take_while(|other| is_theirs(other));
                behind
                    .filter(|other| is_its_act(other))
                    .for_each(|act| wait(act, &notice, ACT_WAITS));
            }
            When::After => {
                let mut ahead = issued[..place].iter().rev().take_while(|other| is_theirs(other));
                if let Some(act) = ahead.find(|other| is_its_act(other)).cloned() {
                    wait(&mut issued[place], &act, NOTICE_WAITS);
                }
            }
            When::Off => {}
        }
    }
}

/// Puts a directive off until another one is reported on, or for so long.
fn wait(later: &mut Directive, first: &Directive, most: TimeDelta) {
    later.follows = Some(first.id);
    if later.lease.is_none() {
        later.due_at = later.due_at.map(|due| due.max(later.created_at + most));
    }
}

/// What a directive has the member told, if it has.
#[must_use]
pub const fn told(directive: &Directive) -> Option<&Told> {
    match &directive.wish.wanted {
        Wanted::Told(told) => Some(told),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
