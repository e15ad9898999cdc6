//! Looking back: what has lapsed, and which direct acts there were. Each question is one seek in an index.

use super::row::{Row, all, one};
use super::seams::group;
use crate::domain::id::UserId;
use crate::domain::member::Member;
use crate::domain::past::{Answer, MAX_COUNT, Mark, Offence, Past, Question};
use crate::domain::points::Points;
use crate::domain::time::Instant;
use crate::domain::timeline::Timeline;
use crate::ports::error::StoreError;
use crate::storage::batch::MemberKey;
use sqlx::PgConnection;
use sqlx::postgres::PgRow;
use std::collections::BTreeSet;

const LAST_BY: &str = "SELECT tenant_id, community_id, number, era, clock, sum FROM cases WHERE tenant_id = $1 \
    AND community_id = $2 AND user_id = $3 AND era = $4 AND clock <= $5 ORDER BY clock DESC, sum DESC LIMIT 1";
const FIRST_WITH: &str = "SELECT tenant_id, community_id, number, era, clock, sum FROM cases WHERE tenant_id = $1 \
    AND community_id = $2 AND user_id = $3 AND era = $4 AND sum >= $5 ORDER BY sum, clock LIMIT 1";
/// Those of an era that have not lapsed, up to a sum.
const LIVE: &str = "SELECT tenant_id, community_id, number, era, clock, sum FROM cases WHERE tenant_id = $1 \
    AND community_id = $2 AND user_id = $3 AND era = $4 AND sum > $5 AND sum <= $6";
/// The last direct acts of a kind between two places of a member's history.
const OFFENCES: &str = "SELECT tenant_id, community_id, number, kind, at FROM cases WHERE tenant_id = $1 \
    AND community_id = $2 AND user_id = $3 AND at > $4 AND (at, number) < ($5, $6) AND kind = $7 \
    AND actor <> 'escalation' AND voided IS NULL ORDER BY at DESC, number DESC LIMIT $8";

pub(super) const STATEMENTS: &[&str] = &[LAST_BY, FIRST_WITH, LIVE, OFFENCES];

/// A place behind every other.
const END: (i64, i64) = (i64::MAX, i64::MAX);

/// Answers questions, in their order.
pub(super) async fn recall(
    connection: &mut PgConnection,
    member: MemberKey,
    questions: &[Question],
) -> Result<Vec<Answer>, StoreError> {
    let mut answers = Vec::with_capacity(questions.len());
    for question in questions {
        answers.push(match *question {
            Question::LastBy { era, clock } => mark(&mut *connection, LAST_BY, member, era, clock).await?,
            Question::FirstWith { era, sum } => {
                mark(&mut *connection, FIRST_WITH, member, era, sum.units()).await?
            }
            Question::Offences { kind, after } => {
                let from = after.seconds();
                let mut found = Vec::new();
                for user in group(&mut *connection, member.tenant, member.user).await? {
                    let member = MemberKey { user, ..member };
                    found.extend(offences(&mut *connection, member, from, END, kind.name()).await?);
                }
                Answer::Offences(found)
            }
        });
    }
    Ok(answers)
}

/// Everything that a replay from a place on may look back to: `before` is the state there, and `behind` are those whose acts count.
pub(super) async fn past_before(
    connection: &mut PgConnection,
    (member, behind): (MemberKey, &BTreeSet<UserId>),
    timeline: &Timeline,
    before: &Member,
    (at, number): (Instant, i64),
) -> Result<Past, StoreError> {
    if !timeline.looks_back() {
        return Ok(Past::whole(Vec::new(), Vec::new()));
    }
    let ledger = &before.ledger;
    let query = sqlx::query(LIVE)
        .bind(member.tenant.0)
        .bind(member.community.0)
        .bind(member.user.0)
        .bind(ledger.era)
        .bind(ledger.lapsed.units())
        .bind(ledger.sum.units());
    let marks = all(query.fetch_all(&mut *connection).await, mark_of)?;
    let rungs = timeline.versions().flat_map(|v| &v.policy.offence_rungs);
    let kinds: BTreeSet<_> = rungs.flat_map(|rung| &rung.count.kinds).collect();
    let mut acts = Vec::new();
    for kind in kinds {
        let place = (at.seconds(), number);
        for user in behind {
            let member = MemberKey {
                user: *user,
                ..member
            };
            acts.extend(offences(&mut *connection, member, -1, place, kind.name()).await?);
        }
    }
    acts.sort_unstable();
    Ok(Past::whole(marks, acts))
}

async fn mark(
    connection: &mut PgConnection,
    statement: &'static str,
    member: MemberKey,
    era: i32,
    bound: i64,
) -> Result<Answer, StoreError> {
    let query = sqlx::query(statement)
        .bind(member.tenant.0)
        .bind(member.community.0)
        .bind(member.user.0)
        .bind(era)
        .bind(bound);
    one(query.fetch_optional(connection).await, mark_of).map(Answer::Mark)
}

async fn offences(
    connection: &mut PgConnection,
    member: MemberKey,
    after: i64,
    before: (i64, i64),
    kind: &str,
) -> Result<Vec<Offence>, StoreError> {
    let most = i64::try_from(MAX_COUNT).unwrap_or(i64::MAX);
    let query = sqlx::query(OFFENCES)
        .bind(member.tenant.0)
        .bind(member.community.0)
        .bind(member.user.0)
        .bind(after)
        .bind(before.0)
        .bind(before.1)
        .bind(kind)
        .bind(most);
    all(query.fetch_all(connection).await, |row| {
        let row = Row::of(row, "cases", &["tenant_id", "community_id", "number"]);
        Ok(Offence {
            at: row.instant("at")?,
            kind: row.kind("kind")?,
        })
    })
}

fn mark_of(row: &PgRow) -> Result<Mark, StoreError> {
    let row = Row::of(row, "cases", &["tenant_id", "community_id", "number"]);
    Ok(Mark {
        era: row.get("era")?,
        clock: row.get("clock")?,
        sum: Points::from_units(row.get("sum")?),
    })
}
