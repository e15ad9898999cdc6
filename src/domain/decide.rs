//! A command in a situation becomes a decision, which carries all that will be written, or a refusal.

mod adopt; // what was done natively
mod held; // acts that wait

pub use adopt::{Adoption, adopt};

use super::act::{Act, Command, Decision, Entry, Situation};
use super::actor::Actor;
use super::authority;
use super::case::{Case, Ended, Particulars, RungMark};
use super::duplicate;
use super::enter::{Entered, Incoming, Under, enter};
use super::hold::{self, Hold};
use super::id::SanctionId;
use super::identity::Identity;
use super::kind::{Kind, Restriction};
use super::ladder::{Reached, Threshold};
use super::member::{MAX_SANCTIONS, MORE_FOR_BANS, Member};
use super::name::Name;
use super::points::Points;
use super::refusal::Refusal;
use super::sanction::{Ending, Sanction};
use super::time::{Instant, Span};
use super::timeline::PolicyVersion;
use std::collections::BTreeSet;
use uuid::Uuid;

/// How many seconds an instant may lie behind the member's last one and be raised to it.
pub const CLOCK_TOLERANCE: i64 = 60;
/// What the case of an expiry gives as its reason.
const EXPIRED: &str = "Its time was over.";

/// Decides a command. `fresh` gives identifiers for new sanctions.
///
/// # Errors
/// A refusal: nothing is to be written.
pub fn decide(
    situation: &Situation<'_>,
    command: &Command,
    fresh: &mut dyn FnMut() -> Uuid,
) -> Result<Decision, Refusal> {
    match command {
        Command::Approve { .. } => held::approve(situation, fresh),
        Command::Reject { reason, .. } => held::reject(situation, reason.as_ref()),
        Command::Act(act) => match foresee(situation, command, fresh)? {
            (_, Some(hold)) => held::wait(situation, act, hold, fresh),
            (decision, None) => Ok(decision),
        },
        Command::Lift { .. } | Command::Expire { .. } | Command::Observe(_) => {
            Ok(foresee(situation, command, fresh)?.0)
        }
    }
}

/// What a command does once nobody has to approve it, and whether somebody has to. Whatever refuses it refuses it either way.
///
/// # Errors
/// As for [`decide`].
pub fn foresee(
    situation: &Situation<'_>,
    command: &Command,
    fresh: &mut dyn FnMut() -> Uuid,
) -> Result<(Decision, Option<Hold>), Refusal> {
    let at = accepted_at(situation)?;
    let mut run = Run {
        situation,
        version: situation.timeline.in_force(at),
        at,
        member: situation.member.clone(),
        entries: Vec::new(),
        fresh,
    };
    let mut recent = situation.recent.to_vec();
    let mut hold = None;
    match command {
        Command::Act(act) => {
            run.act(act)?;
            hold = hold::hold(
                &run.version.policy,
                act.kind(),
                &situation.acting.actor,
                situation.spent,
            );
            if let Some(first) = run.entries.first() {
                let window = run.version.policy.duplicate_window;
                let actor = &situation.acting.actor;
                recent = duplicate::remember(&recent, act, actor, at, first.case.number, window);
            }
        }
        Command::Lift {
            sanction,
            particulars,
        } => run.lift_one(*sanction, particulars)?,
        Command::Expire { sanction, version } => run.expire(*sanction, *version),
        // They are no acts of their own: see `decide`, and `drift` for what is observed.
        Command::Approve { .. } | Command::Reject { .. } | Command::Observe(_) => {}
    }
    let decision = Decision {
        moved: moved(&situation.member.sanctions, &run.member.sanctions),
        entries: run.entries,
        member: run.member,
        recent,
        held: None,
    };
    Ok((decision, hold))
}

/// The sanctions of before whose end has moved.
#[must_use]
pub fn moved(before: &[Sanction], after: &[Sanction]) -> Vec<Sanction> {
    let was = |s: &Sanction| before.iter().find(|b| b.id == s.id);
    let has_moved = |s: &&Sanction| was(s).is_some_and(|b| b.version != s.version);
    after.iter().filter(has_moved).cloned().collect()
}

/// The instant of a command, fixed once: the clock's second, raised to the member's last instant when it lies a little
/// behind.
fn accepted_at(situation: &Situation<'_>) -> Result<Instant, Refusal> {
    let at = Instant::from_utc(situation.now).map_err(|_| Refusal::ClockOutOfRange)?;
    let Some(as_of) = situation.member.ledger.as_of else {
        return Ok(at);
    };
    let behind = as_of.seconds() - at.seconds();
    if behind > CLOCK_TOLERANCE {
        Err(Refusal::ClockSkew { behind })
    } else {
        Ok(at.max(as_of))
    }
}

/// One decision in the making.
struct Run<'a> {
    situation: &'a Situation<'a>,
    version: &'a PolicyVersion,
    at: Instant,
    member: Member,
    entries: Vec<Entry>,
    fresh: &'a mut dyn FnMut() -> Uuid,
}

/// What a case is made of, before it has a number.
struct Draft {
    kind: Kind,
    actor: Actor,
    points: Points,
    causes: Vec<i64>,
    duration: Option<Span>,
    capabilities: BTreeSet<Name>,
    while_above: Option<Points>,
    particulars: Particulars,
}

impl Run<'_> {
    /// A direct act: authority, duplicates, then its effect.
    fn act(&mut self, act: &Act) -> Result<(), Refusal> {
        let Situation {
            acting,
            target,
            recent,
            ..
        } = self.situation;
        let policy = &self.version.policy;
        if !policy.knows(act.kind()) {
            return Err(Refusal::UnknownKind { kind: act.kind() });
        }
        authority::check(policy, act.kind(), acting, target, act.particulars.break_glass)?;
        if let Some(winner) = duplicate::winner(recent, act, &acting.actor, self.at, policy.duplicate_window)
        {
            return Err(Refusal::Duplicate { winner });
        }
        let detail = act.detail();
        let draft = Draft {
            kind: act.kind(),
            actor: acting.actor.clone(),
            points: policy.weight(act.kind()),
            causes: Vec::new(),
            duration: detail.duration,
            capabilities: detail.capabilities.clone(),
            while_above: None,
            particulars: act.particulars.clone(),
        };
        // A remark without points is none of the ledger's business.
        if matches!(act.kind(), Kind::Note | Kind::DeleteMessages) && draft.points == Points::ZERO {
            let case = self.case(draft, None, Vec::new(), Vec::new());
            self.entries.push(Entry { case, after: None });
            return Ok(());
        }
        self.settle();
        if act.kind().lifts().is_some() {
            return self.lift_all(draft);
        }
        let ended = match detail.supersedes {
            Some(id) => self.supersede(id, act)?,
            None => Vec::new(),
        };
        self.enter(draft, ended)
    }

    /// Lets time pass up to the command.
    fn settle(&mut self) {
        let Situation { timeline, past, .. } = self.situation;
        self.member
            .settle_for(&self.version.policy, timeline, past, self.at);
    }

    /// Ends all active sanctions of the restriction that the kind lifts; of restrictions, those within the named capabilities.
    fn lift_all(&mut self, draft: Draft) -> Result<(), Refusal> {
        let Some(restriction) = draft.kind.lifts() else {
            return Ok(());
        };
        let named = &draft.capabilities;
        let within = |s: &Sanction| named.is_empty() || s.capabilities.is_subset(named);
        let holds = |s: &&Sanction| s.restriction == restriction && s.holds(self.at) && within(s);
        let ids: Vec<_> = self.member.sanctions.iter().filter(holds).map(|s| s.id).collect();
        if ids.is_empty() {
            let others = self.member.sanctions.iter();
            let others = others.filter(|s| s.restriction == restriction && s.holds(self.at));
            let about = others.filter(|s| !s.capabilities.is_disjoint(named));
            return Err(Refusal::NothingToLift {
                restriction: restriction.name(),
                held: about
                    .flat_map(|s| s.capabilities.difference(named))
                    .copied()
                    .collect(),
            });
        }
        self.end(draft, &ids, Ending::Lifted, self.at);
        Ok(())
    }

    /// Takes away the sanction whose place the act's own takes, which needs the rank to lift it too.
    fn supersede(&mut self, id: SanctionId, act: &Act) -> Result<Vec<Ended>, Refusal> {
        let found = self
            .member
            .sanctions
            .iter()
            .find(|s| s.id == id && s.holds(self.at));
        let kind = found
            .ok_or(Refusal::NothingToSupersede { sanction: id })?
            .restriction
            .lifted_by();
        let Situation { acting, target, .. } = self.situation;
        let glass = act.particulars.break_glass;
        authority::check(&self.version.policy, kind, acting, target, glass)?;
        self.member.remove(&[id]);
        let (how, at) = (Ending::Superseded, self.at);
        Ok(vec![Ended { id, how, at }])
    }

    /// Lifts one sanction.
    fn lift_one(&mut self, id: SanctionId, particulars: &Particulars) -> Result<(), Refusal> {
        self.settle();
        let found = self
            .member
            .sanctions
            .iter()
            .find(|s| s.id == id && s.holds(self.at));
        let kind = found.ok_or(Refusal::SanctionNotActive)?.restriction.lifted_by();
        let Situation { acting, target, .. } = self.situation;
        authority::check(
            &self.version.policy,
            kind,
            acting,
            target,
            particulars.break_glass,
        )?;
        let draft = Draft::without_points(kind, acting.actor.clone(), particulars.clone());
        self.end(draft, &[id], Ending::Lifted, self.at);
        Ok(())
    }

    /// Records that a sanction's time is over, if it is still the sanction that the timer was set for. One that holds while
    /// the points are high may have moved with them: then its new end is all that comes of this.
    fn expire(&mut self, id: SanctionId, version: i32) {
        let before = self.member.clone();
        let is_meant = |s: &&Sanction| s.id == id && s.version == version;
        if !self.member.sanctions.iter().any(|s| is_meant(&s)) {
            return;
        }
        self.settle();
        let found = self.member.sanctions.iter().find(is_meant);
        let over = found.and_then(|s| Some((s.restriction.lifted_by(), s.end?)));
        let Some((kind, end)) = over.filter(|(_, end)| *end <= self.at) else {
            if moved(&before.sanctions, &self.member.sanctions).is_empty() {
                self.member = before;
            }
            // Its timer goes with this version, so another one has to come.
            let held = self.member.sanctions.iter_mut();
            for sanction in held.filter(|s| s.id == id && s.version == version && s.while_above.is_some()) {
                sanction.version += 1;
            }
            return;
        };
        let particulars = Particulars {
            reason: Some(EXPIRED.to_owned()),
            ..Particulars::default()
        };
        self.end(
            Draft::without_points(kind, Actor::System, particulars),
            &[id],
            Ending::Expired,
            end,
        );
    }

    /// Ends sanctions in one case that lists them. A case that does not name the member names them as the sanction's did.
    fn end(&mut self, mut draft: Draft, ids: &[SanctionId], how: Ending, at: Instant) {
        let gone = self.member.remove(ids);
        if draft.particulars.named.is_none() {
            draft.particulars.named = gone.iter().find_map(|sanction| sanction.named.clone());
        }
        let ended = gone.into_iter().map(|s| Ended { id: s.id, how, at }).collect();
        self.member.hold(&self.version.policy, self.situation.past);
        let case = self.case(draft, None, ended, Vec::new());
        self.entries.push(Entry {
            case,
            after: Some(self.member.clone()),
        });
    }

    /// An entry in the ledger: points, grace, the sanction that it starts, and the rungs that it reaches, each of which may
    /// make another entry.
    fn enter(&mut self, draft: Draft, ended: Vec<Ended>) -> Result<(), Refusal> {
        let incoming = Incoming {
            kind: draft.kind,
            points: draft.points,
            depth: draft.causes.len(),
            at: self.at,
            started: self.start(&draft)?,
        };
        let under = Under {
            version: self.version,
            timeline: self.situation.timeline,
            past: self.situation.past,
            immune: authority::immunity(&self.situation.target).is_some(),
        };
        let Entered {
            started,
            fired,
            marks,
        } = enter(&mut self.member, under, incoming);
        let (mut causes, named) = (draft.causes.clone(), draft.particulars.named.clone());
        let case = self.case(draft, started, ended, marks);
        causes.push(case.number);
        self.entries.push(Entry {
            case,
            after: Some(self.member.clone()),
        });
        match fired {
            Some(rung) => self.enter(self.escalated(rung, causes, named), Vec::new()),
            None => Ok(()),
        }
    }

    /// What a rung does. Its case names the member as the act did, for whoever carries it out on a platform.
    fn escalated(&self, rung: Reached<'_>, causes: Vec<i64>, named: Option<Identity>) -> Draft {
        let (policy, remedy) = (&self.version.policy, rung.remedy);
        let reason = match rung.by {
            Threshold::Points(at) => format!("Reached {}.", at.told()),
            Threshold::Offences(count) => format!("{count}."),
        };
        Draft {
            kind: remedy.action,
            actor: Actor::Escalation {
                rung: rung.id.to_owned(),
            },
            points: policy.escalated_points(remedy.action),
            causes,
            duration: remedy.duration,
            capabilities: remedy.capabilities.clone(),
            while_above: remedy.while_above,
            particulars: Particulars {
                reason: Some(reason),
                named,
                ..Particulars::default()
            },
        }
    }

    /// The sanction that a case of this kind starts. Where points hold it, its end is found when they are added.
    fn start(&mut self, draft: &Draft) -> Result<Option<Sanction>, Refusal> {
        let Some(restriction) = draft.kind.restricts() else {
            return Ok(None);
        };
        // An escalation fires only when it outlasts what is in force, so it never needs a bound of its own.
        let limit = match restriction {
            Restriction::Ban => MAX_SANCTIONS + MORE_FOR_BANS,
            Restriction::Mute | Restriction::Restrict => MAX_SANCTIONS,
        };
        if draft.causes.is_empty() && self.member.sanctions.len() >= limit {
            return Err(Refusal::TooManySanctions { limit });
        }
        Ok(Some(Sanction {
            id: SanctionId((self.fresh)()),
            kind: draft.kind,
            restriction,
            start: self.at,
            end: draft.duration.map(|span| self.at.after(span)),
            version: 1,
            case: self.next_number(),
            named: draft.particulars.named.clone(),
            capabilities: draft.capabilities.clone(),
            while_above: draft.while_above,
            over: false,
        }))
    }

    /// The number of the next case.
    fn next_number(&self) -> i64 {
        self.entries
            .last()
            .map_or(self.situation.next_case, |entry| entry.case.number + 1)
    }

    /// Makes a case of a draft and of what it did.
    fn case(&self, draft: Draft, started: Option<Sanction>, ended: Vec<Ended>, rungs: Vec<RungMark>) -> Case {
        Case {
            number: self.next_number(),
            user: self.situation.target.user,
            kind: draft.kind,
            actor: draft.actor,
            at: self.at,
            recorded_at: self.situation.now,
            points: draft.points,
            policy_version: self.version.version,
            causes: draft.causes,
            duration: draft.duration,
            capabilities: draft.capabilities,
            started,
            ended,
            rungs,
            particulars: draft.particulars,
            revision: 0,
            voided: None,
            reduced: None,
            released: None,
            origin: None,
            upheld: false,
            replaces: None,
        }
    }
}

impl Draft {
    /// A case that only ends sanctions.
    const fn without_points(kind: Kind, actor: Actor, particulars: Particulars) -> Self {
        Self {
            kind,
            actor,
            points: Points::ZERO,
            causes: Vec::new(),
            duration: None,
            capabilities: BTreeSet::new(),
            while_above: None,
            particulars,
        }
    }
}

#[cfg(test)]
mod tests;
