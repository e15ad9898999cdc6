//! Cases: the numbered record of what was done. Never deleted; edits keep revisions.

use super::actor::Actor;
use super::held::Approval;
use super::id::{HeldId, SanctionId, UserId};
use super::identity::{Identity, Platform};
use super::kind::Kind;
use super::name::Name;
use super::points::Points;
use super::policy::Policy;
use super::sanction::{Ending, Sanction};
use super::time::{Instant, Span};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Who may read a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Moderators only.
    #[default]
    Moderators,
    /// The member too.
    Member,
}

/// What became of a rung that an entry reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RungOutcome {
    /// It acted.
    Fired,
    /// The act itself, or a sanction in force, was already as strong.
    Moot,
    /// A stronger rung acted.
    Outranked,
    /// The chain of causes was too long.
    Suppressed,
    /// The member is protected or a bot.
    Immune,
    /// The act was imported, and what is imported fires nothing.
    Imported,
    /// The act took the place of another one, and what does fires nothing.
    Replacement,
}

/// A rung that an entry reached, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RungMark {
    /// The rung's id.
    pub id: String,
    /// What became of it.
    pub outcome: RungOutcome,
}

/// A sanction that a case ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Which.
    pub id: SanctionId,
    /// How.
    pub how: Ending,
    /// From when on it no longer held.
    pub at: Instant,
}

/// What people wrote about an act. Opaque to the rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Particulars {
    /// Why.
    pub reason: Option<String>,
    /// Links to what shows it.
    pub evidence: Vec<String>,
    /// Whatever the bot wants to keep with the case: a flat JSON object of text, or null.
    pub context: Option<serde_json::Map<String, serde_json::Value>>,
    /// Who may read it, for notes.
    pub visibility: Visibility,
    /// That immunity was overridden on purpose.
    pub break_glass: bool,
    /// The identity by which the call named the member, if it named one.
    pub named: Option<Identity>,
    /// The messages to delete, for an act that deletes some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub messages: Option<Messages>,
}

/// Messages of a member in one channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Messages {
    /// Where, as the platform names it.
    pub channel: String,
    /// Which, as the platform names them.
    pub ids: Vec<String>,
}

/// That a case was voided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voided {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: Actor,
    /// Why.
    pub reason: Option<String>,
    /// The case whose voiding took this one with it; `None` when it was voided itself.
    pub cause: Option<i64>,
    /// The case of the milder act in its place, if one took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<i64>,
}

/// That a case counts less than it did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reduced {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: Actor,
    /// Why.
    pub reason: Option<String>,
    /// The points that it counted at first.
    pub points: Points,
    /// The end that its sanction had at first; `None` when it had none, or no sanction.
    pub end: Option<Instant>,
}

/// That an act waited for others before it was carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Released {
    /// The act as it waited.
    pub held: HeldId,
    /// Who approved it, the last one at the moment from which it counts.
    pub approvals: Vec<Approval>,
}

/// From where a case came that was imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The bot or file that it comes from; named as platforms are.
    pub source: Platform,
    /// What the source calls it.
    pub external_id: String,
    /// That its sanction no longer held when it was imported, as the source says.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub over: bool,
    /// The source's own points, which say nothing here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<Points>,
}

/// One case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Its number in the community.
    pub number: i64,
    /// The member.
    pub user: UserId,
    /// The kind of act.
    pub kind: Kind,
    /// Who acted.
    pub actor: Actor,
    /// When, in whole seconds: the moment that points and sanctions count from.
    pub at: Instant,
    /// When it was written.
    pub recorded_at: DateTime<Utc>,
    /// The points that it added.
    pub points: Points,
    /// The version of the policy that judged it.
    pub policy_version: i32,
    /// The chain of causes, the first cause first; empty for a direct act.
    pub causes: Vec<i64>,
    /// For how long, as given.
    pub duration: Option<Span>,
    /// What an unrestrict gave back, as given; what a restrict took away stands with its sanction.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub capabilities: BTreeSet<Name>,
    /// The sanction that it started, as it stands when a later void replaced it by a milder one.
    pub started: Option<Sanction>,
    /// The sanctions that it ended.
    pub ended: Vec<Ended>,
    /// The rungs that it reached.
    pub rungs: Vec<RungMark>,
    /// What people wrote.
    pub particulars: Particulars,
    /// How often its reason has been changed; the ETag of the reason.
    pub revision: i32,
    /// Whether and why it no longer counts.
    pub voided: Option<Voided>,
    /// Whether and why it counts less than it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reduced: Option<Reduced>,
    /// Whether it waited for others, and who approved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released: Option<Released>,
    /// From where it came, if it was imported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// For an escalation: that it stands although its trigger, seen with what was imported later, would not have had it made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub upheld: bool,
    /// The voided case whose place it took, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<i64>,
}

impl Case {
    /// How many causes stand before it: 0 for a direct act.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.causes.len()
    }

    /// Whether it counts for grace, for offence rungs and for the top rung: an act from warn up, or of a custom kind so marked,
    /// that is not an escalation.
    #[must_use]
    pub fn is_offence(&self, policy: &Policy) -> bool {
        policy.is_offence(self.kind) && self.causes.is_empty()
    }
}
