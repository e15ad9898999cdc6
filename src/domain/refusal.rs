//! Why the domain refuses a command. Each refusal becomes one problem document with a stable code.

use super::appeal::{Barrier, NotTaken, Recusal, State, Step};
use super::id::{AppealId, SanctionId};
use super::kind::Kind;
use super::name::Name;
use super::rank::{Authority, Rank};
use std::collections::BTreeSet;

/// Why a command was refused. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The actor's rank is below the least rank for the kind.
    #[error("an act of the kind {kind} needs the rank {least} or higher; the actor is {rank}", kind = kind.name(), least = least.name(), rank = rank.name())]
    RankTooLow {
        /// The kind of act.
        kind: Kind,
        /// The least rank for it.
        least: Rank,
        /// The actor's.
        rank: Rank,
    },
    /// The policy does not register the kind.
    #[error("the policy of this community registers no kind {kind}; its own kinds stand under \"kinds\" in the rules", kind = kind.name())]
    UnknownKind {
        /// The kind of act.
        kind: Kind,
    },
    /// The actor is the target.
    #[error("nobody acts on themself")]
    OneSelf,
    /// The target's rank is equal or higher.
    #[error("nobody acts on equals or on higher ranks: the member is {}, the actor {}", target.rank.name(), actor.rank.name())]
    Outranked {
        /// The actor's standing.
        actor: Authority,
        /// The target's.
        target: Authority,
    },
    /// The target is protected or a bot.
    #[error(
        "the member is {what}; to act all the same, break the glass (break_glass: true) and give a reason"
    )]
    Immune {
        /// `protected` or `a bot`.
        what: &'static str,
    },
    /// Another act of this kind on this member was accepted just before.
    #[error("case #{winner} already records this; send allow_duplicate: true to record it again")]
    Duplicate {
        /// The number of that case.
        winner: i64,
    },
    /// A lift found nothing to end.
    #[error("{}", nothing_to_lift(restriction, held))]
    NothingToLift {
        /// Its name.
        restriction: &'static str,
        /// Capabilities that active restrictions take away which the lift did not name; a restriction is lifted as a whole.
        held: BTreeSet<Name>,
    },
    /// The one sanction to lift is no longer active.
    #[error("the sanction is no longer active")]
    SanctionNotActive,
    /// The sanction whose place an act would take is none of the member's active ones.
    #[error("the member has no active sanction {sanction} whose place this could take")]
    NothingToSupersede {
        /// Which was named.
        sanction: SanctionId,
    },
    /// The member has too many sanctions whose end is to come.
    #[error("the member has {limit} active sanctions already; lift some before adding another")]
    TooManySanctions {
        /// How many are allowed.
        limit: usize,
    },
    /// The instant lies too far behind the member's last one.
    #[error("the store's clock is {behind} s behind the member's last case; wait until the clocks agree")]
    ClockSkew {
        /// Seconds behind.
        behind: i64,
    },
    /// The clock is outside the years that the ledger can hold.
    #[error("the store's clock is outside the years 1970 to 2200")]
    ClockOutOfRange,
    /// The case is a lift or an expiry.
    #[error("lifts cannot be voided; issue a new act instead")]
    NotVoidable,
    /// A reduction that lowers nothing.
    #[error("{}", not_reducible(what))]
    NotReducible {
        /// `points`, `duration` or `while_above`.
        what: &'static str,
    },
    /// The act that should take the place of another is not milder.
    #[error("{}", not_milder(what))]
    NotMilder {
        /// `kind`, `sanction`, `while_above` or `capabilities`.
        what: &'static str,
    },
    /// The act no longer waits.
    #[error("the held act is {state} already")]
    HeldSettled {
        /// What became of it.
        state: &'static str,
    },
    /// Who issued an act cannot approve it.
    #[error("nobody approves an act of their own")]
    OwnAct,
    /// The same person approves twice.
    #[error("this person has approved the act already; somebody else has to")]
    AlreadyApproved,
    /// The community is archived.
    #[error("the community is archived: it can be read, and nothing else, until it is unarchived")]
    Archived,
    /// The tenant is archived, and all its communities with it.
    #[error(
        "the tenant is archived: it can be read, and nothing else, until the operator of the service unarchives it"
    )]
    TenantArchived,
    /// Where an appeal is, this cannot happen.
    #[error("an appeal that is {} has no {}; {}", .state.name(), .step.name(), may(*.state))]
    AppealStep {
        /// Where it is.
        state: State,
        /// What was to happen.
        step: Step,
    },
    /// Somebody else has the appeal in hand.
    #[error(
        "somebody else has the appeal in hand; it is anybody's again when they release it or their time is over"
    )]
    AppealClaimed,
    /// The appeal is not this person's to review.
    #[error("{}", recused(*.0))]
    Recused(Recusal),
    /// The case has an appeal that is open.
    #[error("case #{number} has an appeal that is open, {appeal}: say more there, or withdraw it")]
    AppealOpen {
        /// Its number.
        number: i64,
        /// Which.
        appeal: AppealId,
    },
    /// The case may not be appealed, or not now.
    #[error("case #{number} may not be appealed: {barrier}")]
    NotAppealable {
        /// Its number.
        number: i64,
        /// Why.
        barrier: Barrier,
    },
    /// Questions of the policy are not answered, or what is answered is not asked.
    #[error("{}", answers(.missing, .unknown))]
    AppealAnswers {
        /// Those that need an answer and have none.
        missing: Vec<String>,
        /// Answers to what is not asked.
        unknown: Vec<String>,
    },
    /// The reviewer has said what they came to.
    #[error("this person has said what they came to; somebody else has to come to the same")]
    AppealVoted,
    /// There is as much of something as an appeal has at the most.
    #[error("the appeal has as many {what} as there may be")]
    AppealFull {
        /// Of what.
        what: &'static str,
    },
    /// Others decided meanwhile.
    #[error("somebody else had a say meanwhile")]
    AppealOvertaken,
    /// The case was voided before.
    #[error("case #{number} is already voided, and a void is final")]
    AlreadyVoided {
        /// Its number.
        number: i64,
    },
}

impl From<NotTaken> for Refusal {
    fn from(not_taken: NotTaken) -> Self {
        match not_taken {
            NotTaken::Illegal { state, step } => Self::AppealStep { state, step },
            NotTaken::ClaimedByAnother => Self::AppealClaimed,
            NotTaken::Recused(why) => Self::Recused(why),
            NotTaken::Voted => Self::AppealVoted,
            NotTaken::Answers { missing, unknown } => Self::AppealAnswers { missing, unknown },
            NotTaken::Full(what) => Self::AppealFull { what },
            NotTaken::Overtaken => Self::AppealOvertaken,
        }
    }
}

fn answers(missing: &[String], unknown: &[String]) -> String {
    let list = |ids: &[String]| ids.join(", ");
    match (missing.is_empty(), unknown.is_empty()) {
        (false, true) => format!("answers are missing to {}", list(missing)),
        (true, _) => format!("nothing called {} is asked", list(unknown)),
        (false, false) => {
            let (missing, unknown) = (list(missing), list(unknown));
            format!("answers are missing to {missing}, and nothing called {unknown} is asked")
        }
    }
}

fn may(state: State) -> String {
    let steps: Vec<_> = state.steps().map(Step::name).collect();
    if steps.is_empty() {
        return "nothing can be done about it any more".to_owned();
    }
    format!("there is {}", steps.join(", "))
}

const fn recused(why: Recusal) -> &'static str {
    match why {
        Recusal::NoPerson => "a review is a person's: name who reviews by `platform` and `id`",
        Recusal::OwnCase => "nobody reviews an appeal of their own",
        Recusal::Involved => {
            "who acted, approved the act or showed something for it does not review it, nor who acted in what it followed from or in an \
             offence that its rung counted"
        }
        Recusal::OthersCan => {
            "the owner reviews what they stood behind only where nobody else in the community can, and somebody can"
        }
    }
}

fn not_milder(what: &str) -> &'static str {
    match what {
        "sanction" => "the case started no sanction, and nothing that starts one can take its place",
        "while_above" => {
            "the case's sanction holds as long as the points are high, and nothing that starts one can take its place; void it, put a kind \
             without a sanction in its place, or lift it"
        }
        "capabilities" => {
            "the act would take away capabilities that the case does not; what takes its place takes away nothing more"
        }
        _ => {
            "the act is not milder: it needs a lower severity, or the same kind with fewer capabilities or an earlier end"
        }
    }
}

fn nothing_to_lift(restriction: &str, held: &BTreeSet<Name>) -> String {
    if held.is_empty() {
        return format!("the member has no active {restriction} to lift");
    }
    let held: Vec<_> = held.iter().map(ToString::to_string).collect();
    format!(
        "no active {restriction} is about the named capabilities alone, and each is lifted as a whole; name {} as well, lift them all, \
         or replace the case by one with fewer capabilities",
        held.join(", ")
    )
}

fn not_reducible(what: &str) -> &'static str {
    match what {
        "while_above" => {
            "the case's sanction holds as long as the points are high, so it has no duration to shorten; reduce the points, or lift it"
        }
        "duration" => {
            "the case has no sanction in force that this duration would end earlier; a reduction only lowers"
        }
        _ => "the case does not count more points than that; a reduction only lowers",
    }
}
