//! An import, apart from any SQL: which lines are new, which case each becomes, and what every member's ledger comes to.
//!
//! An adapter loads and locks everybody whom [`Sought`] names, looks up which records are there already, and gives both to
//! [`Plan`]. That hands out the members in [`Batch`]es; for each the adapter reads what history they have, and writes the
//! [`Chunk`] that comes of it. Nothing grows with the history of the community, and no statement is made for a single line.

use super::batch::{EndedRow, Home, Loaded, MemberKey, MemberWrite, Writes};
use crate::domain::act::Entry;
use crate::domain::actor::Actor;
use crate::domain::id::{CommunityId, KeyId, TenantId, UserId};
use crate::domain::import::{self, People};
use crate::domain::member::Member;
use crate::domain::rebuild::{Fate, Rebuild, arrange};
use crate::domain::sanction::Sanction;
use crate::domain::time::Instant;
use crate::domain::timeline::Timeline;
use crate::ports::answer::{Answer, NewEvent};
use crate::ports::error::StoreError;
use crate::ports::history::{BadLine, Counts, ImportOrder, ImportedAct, Scribe};
use crate::ports::ledger::PersonRef;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// How many lines, and members, a batch has at most; a member's lines are not parted.
const LINES: usize = 2_000;
const MEMBERS: usize = 1_000;

/// The most lines that a refusal names.
pub(crate) const MOST_NAMED: usize = 100;

/// Everybody whom an import names: as members, and as those who acted.
pub(crate) struct Sought<'a> {
    pub(crate) members: BTreeSet<(TenantId, CommunityId, &'a PersonRef)>,
    pub(crate) actors: BTreeSet<(TenantId, CommunityId, &'a PersonRef)>,
}

impl<'a> Sought<'a> {
    pub(crate) fn of(order: &'a ImportOrder) -> Self {
        let named = |person: &'a PersonRef| (order.tenant, order.community, person);
        Self {
            members: order.acts.iter().map(|act| named(&act.member)).collect(),
            actors: order
                .acts
                .iter()
                .filter_map(|act| act.moderator.as_ref())
                .map(named)
                .collect(),
        }
    }
}

/// A case to be, with its number.
struct Numbered<'a> {
    number: i64,
    act: &'a ImportedAct,
}

/// An import under way.
pub(crate) struct Plan<'a> {
    order: &'a ImportOrder,
    scribe: &'a dyn Scribe,
    timeline: Arc<Timeline>,
    now: DateTime<Utc>,
    at: Instant,
    people: HashMap<&'a PersonRef, UserId>,
    /// Those who were erased: nothing that is written names them.
    erased: HashSet<&'a PersonRef>,
    members: BTreeMap<MemberKey, super::batch::MemberRow>,
    lines: BTreeMap<UserId, Vec<Numbered<'a>>>,
    bad: Vec<BadLine>,
    events: Vec<NewEvent>,
    counts: Counts,
}

/// Members whose ledgers are rebuilt together.
pub(crate) struct Batch<'a> {
    members: Vec<(UserId, Vec<Numbered<'a>>)>,
    /// Those who have a history.
    pub(crate) known: Vec<UserId>,
}

/// A case that was there and is recorded otherwise now.
pub(crate) struct Redone {
    pub(crate) entry: Entry,
}

/// What a batch writes.
#[derive(Default)]
pub(crate) struct Chunk {
    pub(crate) writes: Writes,
    /// The new cases' records: source, external id, number.
    pub(crate) origins: Vec<(String, String, i64)>,
    pub(crate) redone: Vec<Redone>,
    /// Imported sanctions that were there and end otherwise now.
    pub(crate) ends: Vec<(Sanction, EndedRow)>,
}

impl<'a> Plan<'a> {
    /// From what was loaded under lock; `there` are the lines whose record is there.
    pub(crate) fn new(
        order: &'a ImportOrder,
        scribe: &'a dyn Scribe,
        loaded: Loaded<'a>,
        there: &HashSet<u64>,
    ) -> Result<Self, StoreError> {
        let home: Home = (order.tenant, order.community);
        let missing = || StoreError::NotFound("community");
        let timeline = loaded.timelines.get(&home).map(Arc::clone).ok_or_else(missing)?;
        let last = *loaded.numbers.get(&home).ok_or_else(missing)?;
        let now = loaded.now;
        let mut plan = Self {
            order,
            scribe,
            timeline,
            now,
            at: Instant::from_utc(now).map_err(|e| StoreError::Failed(Box::new(e)))?,
            people: loaded
                .people
                .into_iter()
                .map(|((_, person), user)| (person, user))
                .collect(),
            erased: loaded.erased.into_iter().map(|(_, person)| person).collect(),
            members: loaded.members,
            lines: BTreeMap::new(),
            bad: Vec::new(),
            events: Vec::new(),
            counts: Counts {
                lines: order.acts.len() as u64,
                already_there: there.len() as u64,
                ..Counts::default()
            },
        };
        let mut new: Vec<&ImportedAct> = order
            .acts
            .iter()
            .filter(|act| !there.contains(&act.line))
            .collect();
        for act in &new {
            if let Err(error) = import::check(&plan.timeline, &act.said, now) {
                let pointer = match error {
                    import::LineError::Future => "/occurred_at",
                    import::LineError::UnknownKind(_) => "/kind",
                };
                plan.refuse(act.line, pointer, &error.to_string());
            }
        }
        new.sort_by_cached_key(|act| {
            let id = &act.said.origin.external_id;
            (
                act.said.occurred_at,
                act.said.origin.source.clone(),
                id.len(),
                id.clone(),
            )
        });
        plan.number(last, &new)?;
        Ok(plan)
    }

    /// The ledger of a merged person is not built once more from its beginning: it has two.
    pub(crate) fn refuse_merged(&mut self, merged: &BTreeSet<UserId>) {
        let lines = self.lines.iter().filter(|(user, _)| merged.contains(user));
        let lines: Vec<u64> = lines
            .flat_map(|(_, lines)| lines.iter().map(|numbered| numbered.act.line))
            .collect();
        for line in lines {
            let detail = "this person was merged from several users; undo the merge, import, and merge again";
            self.refuse(line, "/member", detail);
        }
    }

    /// Gives the cases their numbers, in the order of their moments, and each member theirs.
    fn number(&mut self, last: i64, new: &[&'a ImportedAct]) -> Result<(), StoreError> {
        for (number, act) in (last + 1..).zip(new) {
            let user = self.user(&act.member)?;
            let first = self.counts.numbers.map_or(number, |(first, _)| first);
            self.counts.numbers = Some((first, number));
            self.lines.entry(user).or_default().push(Numbered { number, act });
        }
        self.counts.imported = new.len() as u64;
        self.counts.members = self.lines.len() as u64;
        Ok(())
    }

    fn refuse(&mut self, line: u64, pointer: &str, detail: &str) {
        self.bad.push(BadLine {
            line,
            pointer: pointer.to_owned(),
            detail: detail.to_owned(),
        });
    }

    fn user(&self, person: &PersonRef) -> Result<UserId, StoreError> {
        self.people
            .get(person)
            .copied()
            .ok_or(StoreError::NotFound("user"))
    }

    /// The lines that cannot be taken, if there are any.
    pub(crate) fn bad(&mut self) -> Option<Vec<BadLine>> {
        self.bad.sort();
        (!self.bad.is_empty()).then(|| std::mem::take(&mut self.bad))
    }

    /// The next members; `None` when all are done, or there is no use in going on.
    pub(crate) fn next(&mut self) -> Option<Batch<'a>> {
        if self.bad.len() >= MOST_NAMED {
            return None;
        }
        let (mut members, mut lines) = (Vec::new(), 0);
        while lines < LINES && members.len() < MEMBERS {
            let Some((user, mine)) = self.lines.pop_first() else {
                break;
            };
            lines += mine.len();
            members.push((user, mine));
        }
        let has_history = |user: &UserId| {
            self.members
                .get(&self.key(*user))
                .is_some_and(|row| row.state.ledger.as_of.is_some())
        };
        let known = members
            .iter()
            .map(|(user, _)| *user)
            .filter(has_history)
            .collect();
        (!members.is_empty()).then_some(Batch { members, known })
    }

    fn key(&self, user: UserId) -> MemberKey {
        MemberKey {
            tenant: self.order.tenant,
            community: self.order.community,
            user,
        }
    }

    /// Rebuilds the ledgers of a batch; `history` is all that its known members have, each in the order of (at, number).
    pub(crate) fn rebuild(&mut self, batch: Batch<'a>, history: Vec<Entry>) -> Result<Chunk, StoreError> {
        let mut of: HashMap<UserId, Vec<Entry>> = HashMap::new();
        for entry in history {
            of.entry(entry.case.user).or_default().push(entry);
        }
        let mut chunk = Chunk::default();
        for (user, lines) in batch.members {
            self.member(user, &lines, of.remove(&user).unwrap_or_default(), &mut chunk)?;
        }
        // The highest one is written at the end.
        chunk.writes.numbers.clear();
        Ok(chunk)
    }

    fn member(
        &mut self,
        user: UserId,
        lines: &[Numbered<'a>],
        mut entries: Vec<Entry>,
        chunk: &mut Chunk,
    ) -> Result<(), StoreError> {
        let were: HashMap<i64, Entry> = entries.iter().map(|e| (e.case.number, e.clone())).collect();
        for line in lines {
            if let Some(case) = self.case(user, line)? {
                entries.push(Entry { case, after: None });
            }
        }
        entries.sort_by_key(|entry| (entry.case.at, entry.case.number));
        let fates = arrange(&mut entries, self.at);
        let mut rebuild = Rebuild::new(Arc::clone(&self.timeline));
        let changed: HashSet<i64> = match rebuild.feed(&mut entries) {
            Ok(changed) => changed.into_iter().collect(),
            Err(many) => {
                let line = lines.iter().find(|line| line.number == many.number);
                let line = line.or(lines.last()).map_or(0, |line| line.act.line);
                let detail = "more than 64 sanctions of the member would hold at once";
                self.refuse(line, "/kind", detail);
                return Ok(());
            }
        };
        let key = self.key(user);
        let row = self.members.remove(&key).unwrap_or_default();
        let rebuilt = rebuild.finish(&row.state, self.at);
        for sanction in &rebuilt.moved {
            chunk.writes.move_end(key, sanction);
            let event = self.scribe.moved(self.order, user, sanction, self.now);
            self.events.push(event);
        }
        for entry in entries {
            match were.get(&entry.case.number) {
                None => {
                    let number = entry.case.number;
                    let origin = entry.case.origin.as_ref();
                    chunk.origins.extend(
                        origin.map(|o| (o.source.as_str().to_owned(), o.external_id.clone(), number)),
                    );
                    chunk.writes.entry(key, entry);
                }
                Some(was) if changed.contains(&entry.case.number) || was.case != entry.case => {
                    chunk.redone.push(Redone { entry });
                }
                Some(_) => {}
            }
        }
        self.sanctions(key.home(), fates, &were, chunk);
        let state: Member = rebuilt.member;
        let recent = row.recent;
        chunk.writes.members.insert(key, MemberWrite { state, recent });
        Ok(())
    }

    /// Records how imported sanctions ended.
    fn sanctions(&mut self, home: Home, fates: Vec<Fate>, were: &HashMap<i64, Entry>, chunk: &mut Chunk) {
        for Fate { sanction, ended } in fates {
            let end = ended.map(|(how, at, by)| EndedRow { how, at, by });
            let was = were
                .get(&sanction.case)
                .and_then(|entry| entry.case.started.as_ref());
            match (was, end) {
                (None, Some(end)) => chunk.writes.end(home, sanction.id, end),
                (None, None) => self.counts.holding += 1,
                (Some(was), Some(end)) if *was != sanction => {
                    chunk.writes.drop_timer(home, sanction.id, i32::MAX);
                    chunk.ends.push((sanction, end));
                }
                (Some(_), _) => {}
            }
        }
    }

    fn case(
        &mut self,
        user: UserId,
        line: &Numbered<'a>,
    ) -> Result<Option<crate::domain::case::Case>, StoreError> {
        let act = line.act;
        let actor = match &act.moderator {
            None => Actor::Import {
                source: act.said.origin.source.clone(),
            },
            Some(person) => {
                let named = !self.erased.contains(person);
                human(person, named, self.user(person)?, self.order.key)
            }
        };
        let mut said = act.said.clone();
        if self.erased.contains(&act.member) {
            said.particulars.named = None;
        }
        let people = People { member: user, actor };
        let fresh = &mut || self.scribe.fresh();
        // What cannot be taken has been named by now.
        let made = import::case(said, people, line.number, &self.timeline, self.now, fresh);
        Ok(made.ok())
    }

    /// What people are called, where the source says it: user and name, each user once.
    pub(crate) fn names(&self) -> BTreeMap<UserId, &'a str> {
        let mut names = BTreeMap::new();
        for act in &self.order.acts {
            let said = [
                (Some(&act.member), &act.member_name),
                (act.moderator.as_ref(), &act.moderator_name),
            ];
            for (person, name) in said {
                let person = person.filter(|person| !self.erased.contains(*person));
                let user = person.and_then(|person| self.people.get(person));
                if let (Some(user), Some(name)) = (user, name) {
                    names.insert(*user, name.as_str());
                }
            }
        }
        names
    }

    /// What is written last, and the answer.
    pub(crate) fn finish(self) -> (Writes, Answer) {
        let mut writes = Writes::default();
        let (answer, event) = self.scribe.report(self.order, &self.counts, self.now);
        let home = (self.order.tenant, self.order.community);
        if let Some((_, last)) = self.counts.numbers {
            writes.numbers.insert(home, last);
            let mut events = self.events;
            events.push(event);
            writes.append(self.order.tenant, events);
        }
        if let Some(claim) = &self.order.claim {
            writes.keep(self.order.tenant, claim, &answer, self.now);
        }
        (writes, answer)
    }
}

/// A person who acted, as the record has them.
fn human(person: &PersonRef, named: bool, user: UserId, key: Option<KeyId>) -> Actor {
    let identity = match person {
        PersonRef::Identity(identity) if named => Some(identity.clone()),
        _ => None,
    };
    Actor::Human {
        user,
        identity,
        key,
        asserted: None,
    }
}
