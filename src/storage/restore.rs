//! A community made of an export, apart from any SQL: who is who here, and the rows that come of each piece.

use super::batch::{CaseRow, EndedRow, MemberKey, Writes};
use crate::domain::act::Recent;
use crate::domain::actor::Actor;
use crate::domain::case::Case;
use crate::domain::id::UserId;
use crate::domain::identity::Identity;
use crate::domain::member::Member;
use crate::domain::policy::Policy;
use crate::domain::rank::Authority;
use crate::domain::time::Instant;
use crate::ports::history::{BadLine, Piece, RestoreOrder};
use crate::ports::record::Revision;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, HashMap, HashSet};

/// How many cases are written at a time.
const CASES: usize = 2_000;

/// A version of a policy, for its row.
pub(crate) struct PolicyRow<'a> {
    pub(crate) version: i32,
    pub(crate) activated_at: Instant,
    pub(crate) policy: &'a Policy,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) by: Actor,
    pub(crate) comment: Option<&'a str>,
    pub(crate) withdrawn_at: Option<DateTime<Utc>>,
}

/// The community itself.
#[derive(Clone, Copy)]
pub(crate) struct Head<'a> {
    pub(crate) name: &'a str,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) policy_version: i32,
    pub(crate) scheduled_version: Option<i32>,
    pub(crate) last_case: i64,
}

/// A member, for their row.
pub(crate) struct MemberParts<'a> {
    pub(crate) authority: Authority,
    pub(crate) protected: bool,
    pub(crate) bot: bool,
    pub(crate) state: &'a Member,
    pub(crate) recent: Vec<Recent>,
}

/// All rows of a community.
#[derive(Default)]
pub(crate) struct Rows<'a> {
    pub(crate) head: Option<Head<'a>>,
    pub(crate) policies: Vec<PolicyRow<'a>>,
    /// People who are new here.
    pub(crate) users: Vec<(UserId, Option<&'a str>, DateTime<Utc>)>,
    /// Identities that nobody has here.
    pub(crate) identities: Vec<(&'a Identity, UserId)>,
    pub(crate) members: BTreeMap<UserId, MemberParts<'a>>,
    pub(crate) reasons: Vec<(i64, Revision)>,
    /// Cases that were edited, voided or reduced.
    pub(crate) amended: Vec<Case>,
    pub(crate) origins: Vec<(String, String, i64)>,
    /// Cases, sanctions and timers, so many at a time.
    pub(crate) writes: Vec<Writes>,
}

/// The identities and ids of the people in an order: what to look up before [`Rows::of`].
pub(crate) fn named(order: &RestoreOrder) -> (Vec<&Identity>, Vec<UserId>) {
    let (mut identities, mut ids) = (Vec::new(), Vec::new());
    for (_, piece) in &order.pieces {
        if let Piece::User {
            id, identities: own, ..
        } = piece
        {
            ids.push(*id);
            identities.extend(own);
        }
    }
    (identities, ids)
}

impl<'a> Rows<'a> {
    /// The version of the policy that is to come into force, and when.
    pub(crate) fn scheduled(&self) -> Option<(i32, Instant)> {
        let version = self.head?.scheduled_version?;
        let found = self.policies.iter().find(|policy| policy.version == version)?;
        Some((version, found.activated_at))
    }

    /// From the pieces, and from who is known here: `known` by identity, `taken` by id.
    pub(crate) fn of(
        order: &'a RestoreOrder,
        known: &HashMap<Identity, UserId>,
        taken: &HashSet<UserId>,
    ) -> Result<Self, Vec<BadLine>> {
        let mut making = Making {
            order,
            who: HashMap::new(),
            rows: Self::default(),
            bad: Vec::new(),
            line: 0,
        };
        for (line, piece) in &order.pieces {
            making.line = *line;
            making.piece(piece, known, taken);
        }
        let rows = &making.rows;
        let version = rows.head.map(|head| head.policy_version);
        if !rows.policies.iter().any(|policy| Some(policy.version) == version) {
            making.refuse("the policy in force is not there");
        } else if rows.head.is_some_and(|head| head.scheduled_version.is_some()) && rows.scheduled().is_none()
        {
            making.refuse("the policy that is to come into force is not there");
        }
        if making.bad.is_empty() {
            Ok(making.rows)
        } else {
            Err(making.bad)
        }
    }
}

struct Making<'a> {
    order: &'a RestoreOrder,
    /// Who each user of the export is here.
    who: HashMap<UserId, UserId>,
    rows: Rows<'a>,
    bad: Vec<BadLine>,
    line: u64,
}

impl<'a> Making<'a> {
    fn refuse(&mut self, detail: &str) {
        self.bad.push(BadLine {
            line: self.line,
            pointer: String::new(),
            detail: detail.to_owned(),
        });
    }

    /// Who a user of the export is here.
    fn who(&mut self, user: UserId) -> UserId {
        if let Some(here) = self.who.get(&user) {
            return *here;
        }
        self.refuse("it names a user whom no earlier line makes known");
        user
    }

    fn actor(&mut self, actor: &Actor) -> Actor {
        match actor {
            Actor::Human { user, identity, key } => Actor::Human {
                user: self.who(*user),
                identity: identity.clone(),
                key: *key,
            },
            other => other.clone(),
        }
    }

    fn piece(&mut self, piece: &'a Piece, known: &HashMap<Identity, UserId>, taken: &HashSet<UserId>) {
        match piece {
            Piece::Community { .. } | Piece::Policy { .. } => self.head(piece),
            Piece::User { .. } => self.user(piece, known, taken),
            Piece::Member { .. } => self.member(piece),
            Piece::Case { case, after } => {
                let case = self.case(case);
                let state = after.as_deref().cloned();
                let home = (self.order.tenant, self.order.community);
                self.writes().cases.push(CaseRow { home, case, state });
            }
            Piece::Reason { .. } => self.reason(piece),
            Piece::Sanction {
                user,
                sanction,
                ended,
            } => {
                let member = MemberKey {
                    tenant: self.order.tenant,
                    community: self.order.community,
                    user: self.who(*user),
                };
                let end = ended.map(|(how, at, by)| EndedRow { how, at, by });
                let writes = self.writes();
                writes.start(member, (**sanction).clone());
                if let Some(end) = end {
                    writes.end(member.home(), sanction.id, end);
                }
            }
        }
    }

    /// The community itself, or a version of its policy.
    fn head(&mut self, piece: &'a Piece) {
        match piece {
            Piece::Community {
                name,
                created_at,
                policy_version,
                scheduled_version,
                last_case,
            } => {
                if self.rows.head.is_some() {
                    self.refuse("there is a community already");
                }
                self.rows.head = Some(Head {
                    name,
                    created_at: *created_at,
                    policy_version: *policy_version,
                    scheduled_version: *scheduled_version,
                    last_case: *last_case,
                });
            }
            Piece::Policy {
                version,
                activated_at,
                policy,
                created_at,
                by,
                comment,
                withdrawn_at,
            } => self.rows.policies.push(PolicyRow {
                version: *version,
                activated_at: *activated_at,
                policy,
                created_at: *created_at,
                by: by.clone(),
                comment: comment.as_deref(),
                withdrawn_at: *withdrawn_at,
            }),
            _ => {}
        }
    }

    fn user(&mut self, piece: &'a Piece, known: &HashMap<Identity, UserId>, taken: &HashSet<UserId>) {
        let Piece::User {
            id,
            name,
            created_at,
            identities,
        } = piece
        else {
            return;
        };
        let here = identities.iter().find_map(|identity| known.get(identity));
        let user = here.copied().unwrap_or(*id);
        if here.is_none() && !taken.contains(id) {
            self.rows.users.push((user, name.as_deref(), *created_at));
        }
        let new = identities.iter().filter(|identity| !known.contains_key(identity));
        self.rows.identities.extend(new.map(|identity| (identity, user)));
        self.who.insert(*id, user);
    }

    fn reason(&mut self, piece: &Piece) {
        let Piece::Reason {
            case,
            revision,
            reason,
            replaced_by,
            replaced_at,
        } = piece
        else {
            return;
        };
        let revision = Revision {
            revision: *revision,
            reason: reason.clone(),
            replaced_by: self.actor(replaced_by),
            replaced_at: *replaced_at,
        };
        self.rows.reasons.push((*case, revision));
    }

    fn member(&mut self, piece: &'a Piece) {
        let Piece::Member {
            user,
            authority,
            protected,
            bot,
            state,
            recent,
        } = piece
        else {
            return;
        };
        let user = self.who(*user);
        let mut recent = recent.clone();
        for act in &mut recent {
            if let Some(actor) = UserId::parse(&act.actor) {
                act.actor = self.who(actor).to_string();
            }
        }
        let row = MemberParts {
            authority: *authority,
            protected: *protected,
            bot: *bot,
            state,
            recent,
        };
        if self.rows.members.insert(user, row).is_some() {
            self.refuse("the member is the same person here as another one");
        }
    }

    fn case(&mut self, case: &Case) -> Case {
        let mut case = case.clone();
        case.user = self.who(case.user);
        case.actor = self.actor(&case.actor);
        if let Some(voided) = &mut case.voided {
            voided.by = self.actor(&voided.by);
        }
        if let Some(reduced) = &mut case.reduced {
            reduced.by = self.actor(&reduced.by);
        }
        if case.revision > 0 || case.voided.is_some() || case.reduced.is_some() {
            self.rows.amended.push(case.clone());
        }
        if let Some(origin) = &case.origin {
            let (source, id) = (origin.source.as_str().to_owned(), origin.external_id.clone());
            self.rows.origins.push((source, id, case.number));
        }
        case
    }

    /// Where the next rows go.
    fn writes(&mut self) -> &mut Writes {
        let full = |writes: &Writes| writes.cases.len().max(writes.started.len()) >= CASES;
        if self.rows.writes.last().is_none_or(full) {
            self.rows.writes.push(Writes::default());
        }
        let last = self.rows.writes.len() - 1;
        &mut self.rows.writes[last]
    }
}
