//! A community made of an export, apart from any SQL: who is who here, and the rows that come of each piece.

use super::batch::holds::SpentRow;
use super::batch::{CaseRow, EndedRow, MemberKey, Writes};
use super::seams::{Seam, SeamDetail};
use crate::domain::act::Recent;
use crate::domain::actor::Actor;
use crate::domain::case::Case;
use crate::domain::held::Held;
use crate::domain::id::UserId;
use crate::domain::member::Member;
use crate::domain::policy::Policy;
use crate::domain::rank::Authority;
use crate::domain::time::Instant;
use crate::ports::directory::Looks;
use crate::ports::history::{BadLine, Piece, RestoreOrder, SeamPiece};
use crate::ports::merges::Merge;
use crate::ports::record::Revision;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

mod people; // who is who here

pub(crate) use people::{Here, Holder, Named, NewIdentity, NewUser};

use people::People;

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
    pub(crate) looks: Looks,
}

/// A member, for their row.
pub(crate) struct MemberParts {
    pub(crate) authority: Authority,
    pub(crate) protected: bool,
    pub(crate) bot: bool,
    pub(crate) state: Member,
    pub(crate) recent: Vec<Recent>,
}

/// All rows of a community.
#[derive(Default)]
pub(crate) struct Rows<'a> {
    pub(crate) head: Option<Head<'a>>,
    pub(crate) policies: Vec<PolicyRow<'a>>,
    /// People who are new here.
    pub(crate) users: Vec<NewUser<'a>>,
    /// Identities that nobody has here.
    pub(crate) identities: Vec<NewIdentity<'a>>,
    /// Merges that are not known here.
    pub(crate) merges: Vec<Merge>,
    pub(crate) members: BTreeMap<UserId, MemberParts>,
    pub(crate) seams: Vec<Seam>,
    /// Members who were ever part of a merge.
    pub(crate) regrouped: BTreeSet<UserId>,
    pub(crate) reasons: Vec<(i64, Revision)>,
    /// Cases that were edited, voided or reduced.
    pub(crate) amended: Vec<Case>,
    pub(crate) origins: Vec<(String, String, i64)>,
    /// Cases, sanctions and timers, acts that wait and what is spent, so many at a time.
    pub(crate) writes: Vec<Writes>,
}

impl<'a> Rows<'a> {
    /// The version of the policy that is to come into force, and when.
    pub(crate) fn scheduled(&self) -> Option<(i32, Instant)> {
        let version = self.head?.scheduled_version?;
        let found = self.policies.iter().find(|policy| policy.version == version)?;
        Some((version, found.activated_at))
    }

    /// From the pieces, and from who is known here.
    pub(crate) fn of(order: &'a RestoreOrder, here: &Here) -> Result<Self, Vec<BadLine>> {
        let mut making = Making {
            order,
            people: People::of(order, here)?,
            rows: Self::default(),
            bad: Vec::new(),
            line: 0,
        };
        for (line, piece) in &order.pieces {
            making.line = *line;
            making.piece(piece);
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
            let mut rows = making.rows;
            rows.users = making.people.users;
            rows.identities = making.people.identities;
            rows.merges = making.people.new_merges;
            Ok(rows)
        } else {
            Err(making.bad)
        }
    }
}

struct Making<'a> {
    order: &'a RestoreOrder,
    /// Who is who here.
    people: People<'a>,
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
        self.people.who(user).unwrap_or_else(|| {
            self.refuse("it names a user of whom no line tells");
            user
        })
    }

    fn actor(&mut self, actor: &Actor) -> Actor {
        self.people.acted(actor).unwrap_or_else(|| {
            self.refuse("it names a user of whom no line tells");
            actor.clone()
        })
    }

    /// The last acts upon somebody.
    fn recent(&mut self, recent: &[Recent]) -> Vec<Recent> {
        let mut recent = recent.to_vec();
        for act in &mut recent {
            if let Some(actor) = UserId::parse(&act.actor) {
                act.actor = self.who(actor).to_string();
            }
        }
        recent
    }

    fn piece(&mut self, piece: &'a Piece) {
        match piece {
            Piece::Community { .. } | Piece::Policy { .. } => self.head(piece),
            // Who they are was found out before.
            Piece::User { .. } | Piece::Merge(_) => {}
            Piece::Member { .. } => self.member(piece),
            Piece::Case { case, after } => {
                let case = self.case(case);
                let state = after.as_deref().map(|after| self.people.state(after));
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
            Piece::Seam(seam) => self.seam(seam),
            Piece::HeldAct(held) => self.held(held),
            Piece::Spent {
                bucket,
                at,
                number,
                kind,
            } => {
                let row = SpentRow {
                    home: (self.order.tenant, self.order.community),
                    bucket: self.bucket(bucket),
                    at: *at,
                    number: *number,
                    kind: *kind,
                };
                self.writes().spent.push(row);
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
                language,
                colour,
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
                    looks: Looks {
                        language: *language,
                        colour: *colour,
                    },
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
        let row = MemberParts {
            authority: *authority,
            protected: *protected,
            bot: *bot,
            state: self.people.state(state),
            recent: self.recent(recent),
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
        for approval in case
            .released
            .iter_mut()
            .flat_map(|released| &mut released.approvals)
        {
            // Exports of before told of those who approved only if they were named elsewhere.
            approval.by = self
                .people
                .acted(&approval.by)
                .unwrap_or_else(|| approval.by.clone());
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

    /// Where two histories became one: a place of the merge of these two here.
    fn seam(&mut self, seam: &SeamPiece) {
        let Some(merge) = self.people.merge_here(seam.merge) else {
            self.refuse("it belongs to a merge of which no line tells, or which was undone");
            return;
        };
        let (into, from) = (self.who(seam.into), self.who(seam.from));
        self.rows.regrouped.extend([into, from]);
        let seam = Seam {
            merge,
            into,
            from,
            at: seam.at,
            after: seam.after,
            turn: seam.turn,
            policy_version: seam.policy_version,
            into_state: self.people.state(&seam.into_state),
            from_state: self.people.state(&seam.from_state),
            state: self.people.state(&seam.state),
            detail: SeamDetail {
                into_recent: self.recent(&seam.into_recent),
                from_recent: self.recent(&seam.from_recent),
                into_role: seam.into_role,
                role: seam.role,
            },
        };
        self.rows.seams.push(seam);
    }

    /// An act that waits or has waited.
    fn held(&mut self, held: &Held) {
        let mut held = held.clone();
        held.user = self.who(held.user);
        held.actor = self.actor(&held.actor);
        for approval in &mut held.approvals {
            approval.by = self.actor(&approval.by);
        }
        if let Some(settled) = &mut held.settled {
            settled.by = self.actor(&settled.by);
        }
        let home = (self.order.tenant, self.order.community);
        self.writes().held.insert((home, held.id), held);
    }

    /// Under whom an act counts: a person under the id that they have here.
    fn bucket(&mut self, bucket: &str) -> String {
        let person = bucket
            .split_once('/')
            .and_then(|(per, actor)| Some((per, UserId::parse(actor)?)));
        match person {
            Some((per, user)) => format!("{per}/{}", self.who(user)),
            None => bucket.to_owned(),
        }
    }

    /// Where the next rows go.
    fn writes(&mut self) -> &mut Writes {
        let full = |writes: &Writes| {
            let rows = [
                writes.cases.len(),
                writes.started.len(),
                writes.held.len(),
                writes.spent.len(),
            ];
            rows.into_iter().any(|rows| rows >= CASES)
        };
        if self.rows.writes.last().is_none_or(full) {
            self.rows.writes.push(Writes::default());
        }
        let last = self.rows.writes.len() - 1;
        &mut self.rows.writes[last]
    }
}
