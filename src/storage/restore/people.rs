//! Who the people of an export are here, and which merges come along with them.
//!
//! Whoever is one person in the export must be one person here, or new: a restore merges nobody who is known, because that would
//! change what they have in other communities.

use crate::domain::actor::Actor;
use crate::domain::id::{MergeId, UserId};
use crate::domain::identity::Identity;
use crate::domain::language::Language;
use crate::domain::member::Member;
use crate::domain::merge::MAX_MERGED;
use crate::ports::history::{BadLine, Brought, Piece, RestoreOrder};
use crate::ports::merges::Merge;
use chrono::{DateTime, Utc};
use std::collections::{HashMap, HashSet};

/// What is known here of the people of an order.
#[derive(Default)]
pub(crate) struct Here {
    /// Who has an identity.
    pub(crate) identities: HashMap<Identity, Holder>,
    /// Erased users who are recognised by an identity that nobody has any more.
    pub(crate) recognised: HashMap<Identity, UserId>,
    /// Who is there, with the user who they were merged into.
    pub(crate) users: HashMap<UserId, Option<UserId>>,
    /// Who of them was erased.
    pub(crate) erased: HashSet<UserId>,
    /// The merges into these people, and those that the order names.
    pub(crate) merges: Vec<Merge>,
    /// How many users were merged into somebody.
    pub(crate) merged: HashMap<UserId, usize>,
}

/// Who has an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) user: UserId,
    /// Whose it was before a merge.
    pub(crate) brought_by: Option<UserId>,
}

/// The identities, users and merges that an order names: what to look up before [`People::of`].
#[derive(Default)]
pub(crate) struct Named<'a> {
    pub(crate) identities: Vec<&'a Identity>,
    pub(crate) users: Vec<UserId>,
    pub(crate) merges: Vec<MergeId>,
}

/// A user who is new here.
pub(crate) struct NewUser<'a> {
    pub(crate) id: UserId,
    pub(crate) name: Option<&'a str>,
    pub(crate) language: Option<Language>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) merged_into: Option<UserId>,
}

/// An identity that nobody has here.
pub(crate) struct NewIdentity<'a> {
    pub(crate) identity: &'a Identity,
    pub(crate) user: UserId,
    pub(crate) brought_by: Option<UserId>,
}

/// The people of an export.
#[derive(Default)]
pub(crate) struct People<'a> {
    /// Who each user is here.
    who: HashMap<UserId, UserId>,
    /// Which merge each merge that stands is here.
    merges: HashMap<MergeId, MergeId>,
    pub(crate) users: Vec<NewUser<'a>>,
    /// Who is among those.
    fresh: HashSet<UserId>,
    pub(crate) identities: Vec<NewIdentity<'a>>,
    pub(crate) new_merges: Vec<Merge>,
    bad: Vec<BadLine>,
}

/// A person as a line has them.
struct Line<'a> {
    line: u64,
    id: UserId,
    name: Option<&'a str>,
    language: Option<Language>,
    created_at: DateTime<Utc>,
    identities: &'a [Identity],
    brought: &'a [Brought],
    merged_into: Option<UserId>,
}

impl Holder {
    /// Whose it would be without any merge.
    fn own(self) -> UserId {
        self.brought_by.unwrap_or(self.user)
    }
}

impl<'a> Named<'a> {
    pub(crate) fn of(order: &'a RestoreOrder) -> Self {
        let mut named = Self::default();
        for (_, piece) in &order.pieces {
            match piece {
                Piece::User { id, identities, .. } => {
                    named.users.push(*id);
                    named.identities.extend(identities);
                }
                Piece::Merge(merge) => named.merges.push(merge.id),
                _ => {}
            }
        }
        named
    }
}

impl Here {
    /// The identities that nobody has: somebody who was erased may be recognised by them.
    pub(crate) fn unheld<'a>(&self, named: &Named<'a>) -> Vec<&'a Identity> {
        let identities = named.identities.iter().copied();
        identities
            .filter(|identity| !self.identities.contains_key(*identity))
            .collect()
    }

    /// Everybody who may be meant: those named by id, those who have an identity, and those who are recognised by one.
    pub(crate) fn meant(&self, named: &Named<'_>) -> Vec<UserId> {
        let holders = self.identities.values();
        let holders = holders.flat_map(|holder| [Some(holder.user), holder.brought_by]);
        let others = holders.flatten().chain(self.recognised.values().copied());
        let all: HashSet<UserId> = named.users.iter().copied().chain(others).collect();
        let mut all: Vec<UserId> = all.into_iter().collect();
        all.sort_unstable();
        all
    }

    /// Takes in who is there: each with the user who they were merged into, and whether they were erased.
    pub(crate) fn know(&mut self, found: Vec<(UserId, Option<UserId>, bool)>) {
        for (user, merged_into, is_erased) in found {
            self.users.insert(user, merged_into);
            if is_erased {
                self.erased.insert(user);
            }
        }
    }

    /// Who a user is now.
    fn present(&self, user: UserId) -> UserId {
        self.users.get(&user).copied().flatten().unwrap_or(user)
    }
}

impl<'a> Line<'a> {
    fn of((line, piece): &'a (u64, Piece)) -> Option<Self> {
        let Piece::User {
            id,
            name,
            language,
            created_at,
            identities,
            brought,
            merged_into,
        } = piece
        else {
            return None;
        };
        Some(Self {
            line: *line,
            id: *id,
            name: name.as_deref(),
            language: *language,
            created_at: *created_at,
            identities,
            brought,
            merged_into: *merged_into,
        })
    }

    fn brought_by(&self, identity: &Identity) -> Option<UserId> {
        let brought = self.brought.iter().find(|brought| brought.identity == *identity);
        brought.map(|brought| brought.by)
    }
}

impl<'a> People<'a> {
    /// Finds out who is who; or says what cannot be taken.
    pub(crate) fn of(order: &'a RestoreOrder, here: &Here) -> Result<Self, Vec<BadLine>> {
        let lines: Vec<Line<'a>> = order.pieces.iter().filter_map(Line::of).collect();
        let mut people = Self::default();
        people.find(&lines, here);
        people.gather(&lines, here);
        for (line, piece) in &order.pieces {
            if let Piece::Merge(merge) = piece {
                people.merge(*line, merge, here);
            }
        }
        if people.bad.is_empty() {
            Ok(people)
        } else {
            Err(people.bad)
        }
    }

    /// Who a user of the export is here; `None` for one of whom no line tells.
    pub(crate) fn who(&self, user: UserId) -> Option<UserId> {
        self.who.get(&user).copied()
    }

    /// Which merge a merge of the export is here; `None` for one that is not there, or was undone.
    pub(crate) fn merge_here(&self, merge: MergeId) -> Option<MergeId> {
        self.merges.get(&merge).copied()
    }

    /// A state, with the merge that it was carried over at as that is named here.
    pub(crate) fn state(&self, state: &Member) -> Member {
        let mut state = state.clone();
        if let Some(opening) = &mut state.ledger.opening {
            opening.merge = opening.merge.map(|merge| self.merge_here(merge).unwrap_or(merge));
        }
        state
    }

    fn refuse(&mut self, line: u64, detail: String) {
        self.bad.push(BadLine {
            line,
            pointer: String::new(),
            detail,
        });
    }

    /// Who everybody is: somebody whose histories were joined is known by the identities that were theirs before, and anybody else by
    /// one that they have. Who was erased is nobody else, though an identity that was theirs may be somebody new's by now; and whoever
    /// has no other identity left is recognised as them, by whatever id the file has them.
    fn find(&mut self, lines: &[Line<'a>], here: &Here) {
        let mut before: HashMap<UserId, Vec<&Identity>> = HashMap::new();
        for line in lines {
            for identity in line.identities {
                let own = line.brought_by(identity).unwrap_or(line.id);
                before.entry(own).or_default().push(identity);
            }
        }
        let together = together(lines);
        for line in lines {
            let own = before.get(&line.id).map(Vec::as_slice).unwrap_or_default();
            let itself = match together.contains(&line.id) {
                true => line.id,
                false => here.present(line.id),
            };
            let holder = own.iter().find_map(|identity| here.identities.get(*identity));
            let recognised = own.iter().find_map(|identity| here.recognised.get(*identity));
            let user = match (holder, recognised) {
                _ if here.erased.contains(&line.id) => itself,
                (Some(holder), _) if together.contains(&line.id) => holder.own(),
                (Some(holder), _) => holder.user,
                (None, Some(erased)) => *erased,
                (None, None) => itself,
            };
            self.who.insert(line.id, user);
        }
    }

    /// Those who are new, with the identities that nobody has; and whether those who are one person are so here.
    fn gather(&mut self, lines: &[Line<'a>], here: &Here) {
        let mut more: HashMap<UserId, usize> = HashMap::new();
        for line in lines {
            let (Some(user), Some(root)) = (self.who(line.id), self.who(line.merged_into.unwrap_or(line.id)))
            else {
                self.refuse(line.line, "it names a user of whom no line tells".to_owned());
                continue;
            };
            let merged_into = line.merged_into.map(|_| root);
            if here.users.contains_key(&user) {
                self.check(line, (user, root), here);
            } else if user == line.id {
                self.fresh.insert(user);
                self.users.push(NewUser {
                    id: user,
                    name: line.name,
                    language: line.language,
                    created_at: line.created_at,
                    merged_into,
                });
                *more.entry(root).or_default() += usize::from(merged_into.is_some());
                let known = here.merged.get(&root).copied().unwrap_or_default();
                if merged_into.is_some() && known + more[&root] >= MAX_MERGED {
                    self.refuse(line.line, format!("more than {MAX_MERGED} users would be {root}"));
                }
            }
            for identity in line.identities {
                // Nobody gets back what was erased, and nobody else gets it.
                let is_gone = here.erased.contains(&user) || here.recognised.contains_key(identity);
                if here.identities.contains_key(identity) || is_gone {
                    continue;
                }
                let brought_by = line.brought_by(identity).and_then(|by| self.who(by));
                self.identities.push(NewIdentity {
                    identity,
                    user,
                    brought_by: brought_by.filter(|by| *by != user),
                });
            }
        }
    }

    /// That somebody who is known here is one person with whom they are in the export.
    fn check(&mut self, line: &Line<'_>, (user, root): (UserId, UserId), here: &Here) {
        let present = here.present(user);
        let Some(merged_into) = line.merged_into else {
            if present != user {
                self.refuse(
                    line.line,
                    format!("others are one person with {} in this export; here that is {user}, who was merged into {present}", line.id),
                );
            }
            return;
        };
        let (from, into) = (line.id, merged_into);
        if user == root {
            self.refuse(
                line.line,
                format!("{from} was merged into {into} in this export; here both have always been one user, {user}"),
            );
        } else if present != root {
            self.refuse(
                line.line,
                format!(
                    "{from} and {into} are one person in this export, and {user} and {root} are two here: merge them here first"
                ),
            );
        }
    }

    /// A merge: that of the same two here; or a new one, of somebody who is new.
    fn merge(&mut self, line: u64, merge: &Merge, here: &Here) {
        let (Some(into), Some(from)) = (self.who(merge.into), self.who(merge.from)) else {
            self.refuse(line, "it names a user of whom no line tells".to_owned());
            return;
        };
        let stands = |kept: &&Merge| kept.undone.is_none() && kept.into == into && kept.from == from;
        let same = here.merges.iter().find(|kept| kept.id == merge.id);
        if merge.undone.is_none() {
            let other = || here.merges.iter().find(stands);
            if let Some(kept) = same.filter(stands).or_else(other) {
                self.merges.insert(merge.id, kept.id);
                return;
            }
            if same.is_some() || !self.fresh.contains(&from) {
                // Where two were one and are two, that was said already.
                if self.bad.is_empty() {
                    self.refuse(
                        line,
                        format!(
                            "{from} was merged into {into}, which was undone here, or done in another order"
                        ),
                    );
                }
                return;
            }
            self.merges.insert(merge.id, merge.id);
        } else if same.is_some() || into == from {
            return;
        }
        let mut merge = Merge {
            into,
            from,
            ..merge.clone()
        };
        merge.by = self.actor(line, &merge.by);
        if let Some(undone) = &mut merge.undone {
            undone.by = self.actor(line, &undone.by);
        }
        self.new_merges.push(merge);
    }

    /// Who acted.
    fn actor(&mut self, line: u64, actor: &Actor) -> Actor {
        self.acted(actor).unwrap_or_else(|| {
            self.refuse(line, "it names a user of whom no line tells".to_owned());
            actor.clone()
        })
    }

    /// An actor as they are named here; `None` for a person of whom no line tells.
    pub(crate) fn acted(&self, actor: &Actor) -> Option<Actor> {
        match actor {
            Actor::Human {
                user,
                identity,
                key,
                asserted,
            } => Some(Actor::Human {
                user: self.who(*user)?,
                identity: identity.clone(),
                key: *key,
                asserted: *asserted,
            }),
            Actor::External {
                platform,
                user: Some(user),
                key,
            } => Some(Actor::External {
                platform: platform.clone(),
                user: Some(self.who(*user)?),
                key: *key,
            }),
            other => Some(other.clone()),
        }
    }
}

/// Everybody who is one person with somebody else.
fn together(lines: &[Line<'_>]) -> HashSet<UserId> {
    let merged = lines.iter().filter_map(|line| Some([line.id, line.merged_into?]));
    merged.flatten().collect()
}
