//! The closed lists of words: the domain's to the wire's and back.

use crate::domain::case::{RungOutcome, Visibility};
use crate::domain::directive::{Effect, Outcome, State};
use crate::domain::drift::{Difference, Response, Verdict};
use crate::domain::kind::{Kind, Restriction, Severity};
use crate::domain::language::Language;
use crate::domain::notice;
use crate::domain::policy::{Freeze, Model, Refire};
use crate::domain::rank::Rank;
use crate::domain::sanction::Ending;
use crate::domain::schedule;
use wire::word;

/// Writes both directions of a one-to-one list, so that a word added on one side alone does not compile.
macro_rules! both_ways {
    ($domain:ty, $wire:ty: $($word:ident),+) => {
        impl From<$domain> for $wire {
            fn from(value: $domain) -> Self {
                match value { $(<$domain>::$word => Self::$word),+ }
            }
        }
        impl From<$wire> for $domain {
            fn from(value: $wire) -> Self {
                match value { $(<$wire>::$word => Self::$word),+ }
            }
        }
    };
}

both_ways!(Restriction, word::Restriction: Restrict, Mute, Ban);
both_ways!(Severity, word::Severity: Note, Warn, Mute, Kick, Tempban, Ban);
both_ways!(Rank, word::Rank: Member, Moderator, Admin, Owner);
both_ways!(Visibility, word::Visibility: Moderators, Member);
both_ways!(RungOutcome, word::RungOutcome: Fired, Moot, Outranked, Suppressed, Immune, Imported, Replacement);
both_ways!(Freeze, word::Freeze: None, Ban, Mute);
both_ways!(Effect, word::Effect: Restrict, Mute, Ban, Kick, DeleteMessages, Notify);
both_ways!(Language, word::Language: En, De, Es, Fr);
both_ways!(notice::When, word::NoticeTime: Before, After, Off);
both_ways!(notice::State, word::NoticeState: Queued, Sent, Failed, Unreachable, Acknowledged);
both_ways!(State, word::DirectiveState: Open, Applied, Failed, Unsupported, Unreachable, Superseded, Cancelled);
both_ways!(Outcome, word::ReceiptOutcome: Applied, Transient, PermissionMissing, Unreachable, Unsupported);
both_ways!(schedule::State, word::ScheduleState: Active, Done, Failed, Cancelled);
both_ways!(schedule::TaskKind, word::ScheduleKind: Act, Reminder);
both_ways!(schedule::Outcome, word::RunOutcome: Succeeded, Held, Failed);
both_ways!(Difference, word::DriftDifference: Lifted, Shortened, Altered, Imposed, Extended);
both_ways!(Response, word::DriftResponse: Report, Heal, Adopt);
both_ways!(Verdict, word::ObservationOutcome: Known, Stale, Matches, Pending, Drift, Healing, Adopted, Ignored);
both_ways!(Refire, word::Refire: Crossing, EveryOffence);

impl From<Kind> for wire::kind::Kind {
    fn from(kind: Kind) -> Self {
        kind.name().into()
    }
}

impl From<word::LastingEffect> for Effect {
    fn from(effect: word::LastingEffect) -> Self {
        match effect {
            word::LastingEffect::Restrict => Self::Restrict,
            word::LastingEffect::Mute => Self::Mute,
            word::LastingEffect::Ban => Self::Ban,
        }
    }
}

impl From<Model> for word::DecayModel {
    fn from(model: Model) -> Self {
        match model {
            Model::Linear => Self::Linear,
            Model::Expiry => Self::Expiry,
            Model::None => Self::None,
        }
    }
}

impl From<Ending> for word::SanctionState {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Expired => Self::Expired,
            Ending::Lifted => Self::Lifted,
            Ending::Superseded => Self::Superseded,
            Ending::Voided => Self::Voided,
        }
    }
}
