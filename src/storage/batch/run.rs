//! Deciding a batch in memory: each command in order, over the states as the earlier ones left them.

use super::holds::{self, SpentRow};
use super::loaded::{Loaded, MemberRow, kept_for};
use super::writes::{MemberWrite, Writes};
use super::{Home, MemberKey, acting, acting_person};
use crate::domain::act::{Command, Situation};
use crate::domain::actor::{Acting, Actor, Target};
use crate::domain::held::Held;
use crate::domain::hold::{self, Spent};
use crate::domain::id::{TenantId, UserId};
use crate::domain::kind::Kind;
use crate::domain::notice::When;
use crate::domain::past::{Answer, Question};
use crate::domain::schedule::Ran;
use crate::domain::time::Instant;
use crate::domain::timeline::Timeline;
use crate::ports::answer;
use crate::ports::error::StoreError;
use crate::ports::ledger::{Judge, PersonRef, Reply, Ruling, Submission};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The answers of a batch, in its order, and what has to be written before they may leave.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// One for each submission.
    pub(crate) replies: Vec<Result<Reply, StoreError>>,
    /// The rows.
    pub(crate) writes: Writes,
}

/// A batch that is being decided, in as many passes as it takes until nothing of the past is missing.
pub(crate) struct Deciding<'a, 'j> {
    batch: &'a [Submission],
    judge: &'j dyn Judge,
    /// What the next pass begins with.
    loaded: Option<Loaded<'a>>,
    /// Kept for another pass, where one may be needed.
    kept: Option<Loaded<'a>>,
}

/// What a pass came to.
pub(crate) enum Step {
    /// Everything is decided.
    Done(Box<Outcome>),
    /// This has to be known first; see [`Deciding::learn`].
    Ask(Vec<(MemberKey, Vec<Question>)>),
}

impl<'a, 'j> Deciding<'a, 'j> {
    pub(crate) fn new(batch: &'a [Submission], loaded: Loaded<'a>, judge: &'j dyn Judge) -> Self {
        Self {
            batch,
            judge,
            kept: loaded.looks_back().then(|| loaded.clone()),
            loaded: Some(loaded),
        }
    }

    /// Decides in order.
    pub(crate) fn step(&mut self) -> Step {
        let Some(loaded) = self.loaded.take().or_else(|| self.kept.clone()) else {
            return Step::Ask(Vec::new());
        };
        let mut run = Run {
            judge: self.judge,
            loaded,
            writes: Writes::default(),
            needed: BTreeSet::new(),
            touched: BTreeMap::new(),
            asked: Vec::new(),
        };
        let replies = self.batch.iter().map(|one| run.submit(one)).collect();
        if !run.asked.is_empty() {
            return Step::Ask(run.asked);
        }
        Step::Done(Box::new(Outcome {
            replies,
            writes: run.finish(),
        }))
    }

    /// Learns an answer, for the next pass.
    pub(crate) fn learn(&mut self, member: MemberKey, question: Question, answer: Answer) {
        let kept = self.kept.as_mut().and_then(|kept| kept.members.get_mut(&member));
        if let Some(row) = kept {
            row.past.learn(question, answer);
        }
    }
}

pub(super) struct Run<'a, 'j> {
    pub(super) judge: &'j dyn Judge,
    pub(super) loaded: Loaded<'a>,
    pub(super) writes: Writes,
    /// Users whom an accepted command names, as a member or as an actor.
    pub(super) needed: BTreeSet<(TenantId, UserId)>,
    /// Members with an accepted command, and whether their row has changed.
    pub(super) touched: BTreeMap<MemberKey, bool>,
    /// What has to be known before this pass counts.
    pub(super) asked: Vec<(MemberKey, Vec<Question>)>,
}

impl Run<'_, '_> {
    fn submit(&mut self, submission: &Submission) -> Result<Reply, StoreError> {
        if let Some(reply) = self.answered(submission) {
            return Ok(reply);
        }
        let home = (submission.tenant, submission.community);
        self.is_to_run(submission)?;
        let timeline = self.timeline(home)?;
        // Time goes on all the same.
        if !matches!(submission.command, Command::Expire { .. })
            && let Some(refusal) = self.loaded.closed(home)
        {
            return Ok(Reply::Refused(refusal));
        }
        if let Command::Observe(observation) = &submission.command {
            return self.observe(submission, observation);
        }
        let member = MemberKey {
            tenant: submission.tenant,
            community: submission.community,
            user: self.user(submission, &submission.member)?,
        };
        let acting = self.acting(submission)?;
        let missing = || StoreError::Failed(format!("{member:?} was not loaded").into());
        let last = *self.loaded.numbers.get(&home).ok_or_else(missing)?;
        let row = self.loaded.members.get(&member).ok_or_else(missing)?;
        let held = self.held(submission, member)?;
        if let (Command::Approve { .. }, Some(held)) = (&submission.command, held)
            && let Some(refusal) = holds::approved_as_another(&self.loaded, home.0, held, &acting)
        {
            return Ok(Reply::Refused(refusal));
        }
        let nothing = Spent::default();
        let situation = Situation {
            now: self.loaded.now,
            timeline: &timeline,
            member: &row.state,
            recent: &row.recent,
            target: target(member.user, row),
            acting: &acting,
            next_case: last + 1,
            past: &row.past,
            spent: self.loaded.spent.get(&home).unwrap_or(&nothing),
            held,
        };
        let nameless = self
            .is_erased(submission, &submission.member)
            .then(|| nameless(submission));
        let judged = self
            .judge
            .judge(&situation, nameless.as_ref().unwrap_or(submission));
        let asked = row.past.take_asked();
        if !asked.is_empty() {
            self.asked.push((member, asked));
        }
        match judged {
            Ok(ruling) => Ok(Reply::Done(self.accept(submission, member, &acting, ruling))),
            Err(refusal) => Ok(Reply::Refused(refusal)),
        }
    }

    /// That the run which a command is has not been carried out, and nobody has taken its schedule back.
    fn is_to_run(&self, submission: &Submission) -> Result<(), StoreError> {
        let Some(run) = submission.run else {
            return Ok(());
        };
        let home = (submission.tenant, submission.community);
        let stands = self.loaded.schedules.get(&(home, run.schedule));
        stands
            .filter(|schedule| schedule.version == run.version)
            .map(|_| ())
            .ok_or(StoreError::NotFound("run of a schedule"))
    }

    /// Moves a schedule on whose run has just been accepted.
    fn move_on(&mut self, submission: &Submission, ran: Ran) {
        let Some(run) = submission.run else {
            return;
        };
        let key = ((submission.tenant, submission.community), run.schedule);
        let Some(schedule) = self.loaded.schedules.get_mut(&key) else {
            return;
        };
        schedule.settle(ran, self.loaded.now);
        let last = schedule.last_run.as_ref();
        let events = last.map(|last| self.judge.ran(schedule, last));
        self.writes.append(submission.tenant, events.unwrap_or_default());
        self.writes.schedules.insert(key, (run.version, schedule.clone()));
    }

    /// The waiting act that a command is about, if it is about one.
    fn held(&self, submission: &Submission, member: MemberKey) -> Result<Option<&Held>, StoreError> {
        let Some(id) = submission.command.held() else {
            return Ok(None);
        };
        let found = self.loaded.held.get(&(member.home(), id));
        let found = found.filter(|held| {
            // Who was merged since is named as they were then.
            held.user == member.user || submission.member == PersonRef::User(held.user)
        });
        found.map(Some).ok_or(StoreError::NotFound("held act"))
    }

    /// Counts an accepted act in the budgets of its community, if it has some.
    fn spend(&mut self, home: Home, acting: &Acting, kind: Kind, number: i64) {
        let Some(policy) = holds::policy(&self.loaded, home) else {
            return;
        };
        let Ok(at) = Instant::from_utc(self.loaded.now) else {
            return;
        };
        if policy.holds.budgets.is_empty() || !hold::may_wait(kind) {
            return;
        }
        let mut spent = self.loaded.spent.get(&home).cloned().unwrap_or_default();
        spent.add(policy, &acting.actor, kind);
        self.loaded.spent.insert(home, spent);
        let rows = hold::buckets(&acting.actor).into_iter().map(|bucket| SpentRow {
            home,
            bucket,
            at,
            number,
            kind,
        });
        self.writes.spent.extend(rows);
    }

    /// The first answer to the key of a submission: of an earlier transaction, or of an earlier command of this batch.
    fn answered(&self, submission: &Submission) -> Option<Reply> {
        let claim = submission.claim.as_ref()?;
        if let Some(done) = self.writes.kept.get(&(submission.tenant, claim.key.clone())) {
            return Some(if done.fingerprint == claim.fingerprint {
                Reply::Replayed(done.answer.clone())
            } else {
                Reply::KeyReused
            });
        }
        kept_for(&self.loaded.kept, submission)
    }

    pub(super) fn timeline(&self, home: Home) -> Result<Arc<Timeline>, StoreError> {
        let found = self.loaded.timelines.get(&home).map(Arc::clone);
        found.ok_or(StoreError::NotFound("community"))
    }

    pub(super) fn user(&self, submission: &Submission, person: &PersonRef) -> Result<UserId, StoreError> {
        let found = self.loaded.people.get(&(submission.tenant, person)).copied();
        found.ok_or(StoreError::NotFound("user"))
    }

    pub(super) fn acting(&self, submission: &Submission) -> Result<Acting, StoreError> {
        let Some(person) = acting_person(&submission.actor) else {
            return Ok(acting(&submission.actor, None, None));
        };
        let user = self.user(submission, person)?;
        let key = MemberKey {
            tenant: submission.tenant,
            community: submission.community,
            user,
        };
        let stored = self.loaded.authorities.get(&key).copied();
        let mut acting = acting(&submission.actor, Some(user), stored);
        if let Actor::Human { identity, .. } = &mut acting.actor
            && self.is_erased(submission, person)
        {
            *identity = None;
        }
        Ok(acting)
    }

    pub(super) fn is_erased(&self, submission: &Submission, person: &PersonRef) -> bool {
        self.loaded.erased.contains(&(submission.tenant, person))
    }

    /// Takes over what a ruling says: into the states that later commands see, and into the rows to write.
    pub(super) fn accept(
        &mut self,
        submission: &Submission,
        member: MemberKey,
        acting: &Acting,
        ruling: Ruling,
    ) -> answer::Answer {
        let tenant = submission.tenant;
        self.needed.insert((tenant, member.user));
        self.needed.extend(acting.actor.user().map(|user| (tenant, user)));
        if let (Command::Act(_), Some(first)) = (&submission.command, ruling.entries.first()) {
            self.spend(member.home(), acting, first.case.kind, first.case.number);
        }
        let ran = match &ruling.held {
            Some(held) if ruling.entries.is_empty() => Ran::Held(held.id),
            _ => Ran::Done(ruling.entries.first().map(|first| first.case.number)),
        };
        if let Some(held) = ruling.held {
            let key = (member.home(), held.id);
            self.loaded.held.insert(key, held.clone());
            self.writes.held.insert(key, held);
        }
        let notices = self.told(member, &ruling.entries);
        let linked = self.loaded.linked.contains(&member.home());
        if linked {
            let before = self.loaded.members.get(&member);
            let before = before.map_or(&[][..], |row| &row.state.sanctions);
            let (entries, after) = (&ruling.entries, &ruling.member.sanctions);
            let in_hand = submission.in_hand.as_ref();
            self.writes.tell(member, &notices, When::Before, in_hand);
            self.writes.wish(member, before, entries, after, in_hand);
            self.writes.tell(member, &notices, When::After, in_hand);
        }
        self.writes.notice(member.home(), notices, linked);
        for entry in ruling.entries {
            self.writes.entry(member, entry);
        }
        if let (Some(last), Some(number)) = (
            self.writes.numbers.get(&member.home()),
            self.loaded.numbers.get_mut(&member.home()),
        ) {
            *number = *last;
        }
        for sanction in &ruling.moved {
            self.writes.move_end(member, sanction);
        }
        if let Command::Expire { sanction, version } = &submission.command {
            self.writes.drop_timer(member.home(), *sanction, *version);
        }
        let row = self.loaded.members.entry(member).or_default();
        let changed = row.state != ruling.member || row.recent != ruling.recent;
        if changed {
            row.state = ruling.member;
            row.recent = ruling.recent;
        }
        *self.touched.entry(member).or_insert(false) |= changed;
        self.writes.append(tenant, ruling.events);
        self.move_on(submission, ran);
        if let Some(claim) = &submission.claim {
            self.writes.keep(tenant, claim, &ruling.answer, self.loaded.now);
        }
        ruling.answer
    }

    /// What is left when every command is decided: the states that changed, and people made for nothing.
    fn finish(self) -> Writes {
        let Self {
            mut loaded,
            mut writes,
            needed,
            touched,
            ..
        } = self;
        let changed = touched.iter().filter(|(_, changed)| **changed);
        for (member, _) in changed {
            if let Some(MemberRow { state, recent, .. }) = loaded.members.remove(member) {
                writes.members.insert(*member, MemberWrite { state, recent });
            }
        }
        writes.unmade_users = loaded.made_users;
        writes.unmade_users.retain(|user| !needed.contains(user));
        writes.unmade_members = loaded.made_members;
        writes
            .unmade_members
            .retain(|member| !touched.contains_key(member));
        writes
    }
}

/// A submission that does not name the member's identity.
pub(super) fn nameless(submission: &Submission) -> Submission {
    let mut nameless = submission.clone();
    match &mut nameless.command {
        Command::Act(act) => act.particulars.named = None,
        Command::Lift { particulars, .. } => particulars.named = None,
        Command::Observe(observation) => observation.by = None,
        Command::Expire { .. } | Command::Approve { .. } | Command::Reject { .. } => {}
    }
    nameless
}

pub(super) fn target(user: UserId, row: &MemberRow) -> Target {
    Target {
        user,
        authority: row.authority,
        protected: row.protected,
        bot: row.bot,
    }
}
