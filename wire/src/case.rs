//! Cases: the numbered record of what was done.

use crate::act::{Automod, Messages};
use crate::kind::Kind;
use crate::number::Decimal;
use crate::sanction::SanctionBrief;
use crate::time::Time;
use crate::word::{ActorType, Rank, RungOutcome, SanctionState, Visibility};
use std::collections::BTreeMap;

wire! {
    /// The member of a case.
    pub struct MemberRef {
        /// The user; null only in the answer to a `dry_run` on somebody who is unknown so far.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::UserId>, required))]
        pub user: Option<String>,
        /// The identity by which the call named them, `platform:native_id`; null when it gave the user's id. The end of a sanction
        /// names them as its beginning did.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::IdentityText>, required))]
        pub identity: Option<String>,
    }
}

wire! {
    /// Who acted. `type` says which of the other fields are set.
    pub struct Actor {
        /// What kind of actor.
        #[serde(rename = "type")]
        pub kind: ActorType,
        /// The user, for a person; null in the answer to a `dry_run` by somebody who is unknown so far.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::UserId>, required))]
        pub user: Option<String>,
        /// The identity by which the call named the person.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::IdentityText>, required))]
        pub identity: Option<String>,
        /// The key that carried the call.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::KeyId>, required))]
        pub key: Option<String>,
        /// The standing of the person that the call asserted, and by which the act was judged; null where the one stored here
        /// counted.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub asserted: Option<Asserted>,
        /// The rule and its version, for automod.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub automod: Option<Automod>,
        /// The rung, for an escalation.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::RungId>, required))]
        pub rung: Option<String>,
        /// Where the record comes from, for an act that was imported and names nobody.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Source>, required))]
        pub source: Option<String>,
    }
}

wire! {
    /// A standing that a call asserted, with the scope `actors:assert`.
    pub struct Asserted {
        /// The rank.
        pub rank: Rank,
        /// The level within it.
        #[cfg_attr(feature = "openapi", schema(maximum = 65_535))]
        pub level: u16,
    }
}

wire! {
    /// From where a case came that was imported.
    pub struct Origin {
        /// The bot or file that it comes from.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::Source))]
        pub source: String,
        /// What the source calls it.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::ExternalId))]
        pub external_id: String,
        /// The source's own points, which say nothing here.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Points>, required))]
        pub points: Option<Decimal>,
    }
}

wire! {
    /// A rung that the act reached.
    pub struct RungMark {
        /// The rung's id.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::RungId))]
        pub id: String,
        /// What became of it.
        pub outcome: RungOutcome,
    }
}

wire! {
    /// A sanction that the case ended.
    pub struct EndedSanction {
        /// Which.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::SanctionId))]
        pub sanction: String,
        /// How.
        pub how: SanctionState,
        /// From when on it no longer held.
        pub at: Time,
    }
}

wire! {
    /// That the case no longer counts.
    pub struct Voided {
        /// Since when.
        pub at: Time,
        /// Who voided it.
        pub by: Actor,
        /// Why.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Reason>, required))]
        pub reason: Option<String>,
        /// The case whose voiding took this one with it; null when it was voided itself.
        #[cfg_attr(feature = "openapi", schema(required, minimum = 1, maximum = 9_007_199_254_740_991_i64))]
        pub cause: Option<i64>,
        /// The case of the milder act that took its place; null when none did.
        #[cfg_attr(feature = "openapi", schema(required, minimum = 1, maximum = 9_007_199_254_740_991_i64))]
        pub replaced_by: Option<i64>,
    }
}

wire! {
    /// That the case counts less than it did.
    pub struct Reduced {
        /// Since when.
        pub at: Time,
        /// Who reduced it.
        pub by: Actor,
        /// Why.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Reason>, required))]
        pub reason: Option<String>,
        /// The points that it counted at first.
        pub points: Decimal,
        /// The end that its sanction had at first; null when it had none, or no sanction.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub ends_at: Option<Time>,
    }
}

wire! {
    /// That somebody approved an act.
    pub struct Approval {
        /// Who.
        pub by: Actor,
        /// When.
        pub at: Time,
    }
}

wire! {
    /// That an act waited for others before it was carried out.
    pub struct Released {
        /// The held act.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::HeldId))]
        pub held: String,
        /// Who approved it; the last one released it.
        #[cfg_attr(feature = "openapi", schema(max_items = 5))]
        pub approvals: Vec<Approval>,
    }
}

wire! {
    /// A case. Never deleted; its reason may change, and voiding it keeps it on record.
    pub struct Case {
        /// The community.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::CommunityId))]
        pub community: String,
        /// Its number in the community: 1, 2, 3 …
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 9_007_199_254_740_991_i64))]
        pub number: i64,
        /// The member.
        pub member: MemberRef,
        /// The kind of act.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::form::KindName))]
        pub kind: Kind,
        /// Who acted.
        pub actor: Actor,
        /// When, to the second: points and sanctions count from here.
        pub at: Time,
        /// When it was written.
        pub recorded_at: Time,
        /// The points that it added; fewer by now, if it was reduced.
        pub points: Decimal,
        /// The version of the policy that judged it.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 2_147_483_647))]
        pub policy_version: i32,
        /// The numbers of the cases that led to it, the first cause first; empty for a direct act.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::CaseNumber>, max_items = 2))]
        pub causes: Vec<i64>,
        /// For how long, in seconds, as given.
        #[cfg_attr(feature = "openapi", schema(required, minimum = 1, maximum = 315_360_000))]
        pub duration: Option<i64>,
        /// What an unrestrict was to give back; empty for everything, and for other kinds.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::Capability>, max_items = 16))]
        pub capabilities: Vec<String>,
        /// The sanction that it started.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub sanction: Option<SanctionBrief>,
        /// The sanctions that it ended.
        #[cfg_attr(feature = "openapi", schema(max_items = 80))]
        pub ended: Vec<EndedSanction>,
        /// The rungs that it reached.
        #[cfg_attr(feature = "openapi", schema(max_items = 64))]
        pub rungs: Vec<RungMark>,
        /// Why.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Reason>, required))]
        pub reason: Option<String>,
        /// Links to what shows it.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::form::Url>, max_items = 10))]
        pub evidence: Vec<String>,
        /// What the bot kept with it.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Context>, required))]
        pub context: Option<BTreeMap<String, String>>,
        /// The messages that it deletes.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub messages: Option<Messages>,
        /// Who may read it, for notes.
        pub visibility: Visibility,
        /// Whether immunity was overridden on purpose.
        pub break_glass: bool,
        /// How often the reason has been changed; the case's ETag.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 2_147_483_647))]
        pub revision: i32,
        /// That it no longer counts, if so.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub voided: Option<Voided>,
        /// That it counts less than it did, if so.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub reduced: Option<Reduced>,
        /// That it waited for others, if it did. `actor` is who issued it.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub released: Option<Released>,
        /// From where it came, if it was imported.
        #[cfg_attr(feature = "openapi", schema(required))]
        pub origin: Option<Origin>,
        /// The voided case whose place it took; null when it took none.
        #[cfg_attr(feature = "openapi", schema(required, minimum = 1, maximum = 9_007_199_254_740_991_i64))]
        pub replaces: Option<i64>,
    }
}

wire! {
    /// An earlier reason of a case.
    pub struct ReasonRevision {
        /// The revision that this reason belonged to: 0 for the first.
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 2_147_483_647))]
        pub revision: i32,
        /// The reason.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::form::Reason>, required))]
        pub reason: Option<String>,
        /// Who replaced it.
        pub replaced_by: Actor,
        /// When.
        pub replaced_at: Time,
    }
}
