//! Who could review an appeal, and who stood behind its case.

use super::directory::all;
use super::record::{case, case_columns, case_of};
use super::rows::Id;
use super::{errors::failed, seams};
use crate::domain::actor::Acting;
use crate::domain::appeal::{Appeal, Bench, involved, person};
use crate::domain::case::Case;
use crate::domain::id::{TenantId, UserId};
use crate::domain::rank::Rank;
use crate::domain::timeline::Timeline;
use crate::ports::error::StoreError;
use crate::storage::appeals::{MOST_COUNTED, counted, ranks};
use crate::storage::batch::Home;
use crate::storage::codec::json;
use sqlx::SqliteConnection;
use std::collections::BTreeSet;

/// The offences of one user that a rung counted.
const COUNTED: &str = concat!(
    "SELECT ",
    case_columns!(),
    " FROM cases WHERE tenant_id = ?1 AND community_id = ?2 AND user_id = ?3 AND at > ?4 AND at <= ?5 AND kind IN (SELECT value FROM json_each(?6)) \
     ORDER BY at DESC, number DESC LIMIT ?7"
);
const OTHERS: &str = "SELECT EXISTS (SELECT 1 FROM members WHERE tenant_id = ?1 AND community_id = ?2 AND rank IN (SELECT value FROM json_each(?3)) AND rank <> 'member' \
    AND NOT bot AND user_id NOT IN (SELECT unhex(value) FROM json_each(?4)))";

pub(super) const STATEMENTS: &[&str] = &[COUNTED, OTHERS];

/// A case, and who could review an appeal of it.
pub(super) async fn bench(
    connection: &mut SqliteConnection,
    home: Home,
    (appeal, timeline): (&Appeal, &Timeline),
    acting: &Acting,
) -> Result<(Case, Bench), StoreError> {
    let chain = chain(&mut *connection, home, appeal.case).await?;
    let replaced = replaced(&mut *connection, home, &chain).await?;
    let mut people = involved(chain.iter().chain(&replaced));
    for pair in chain.windows(2) {
        people.extend(counting(&mut *connection, home, timeline, (&pair[0], &pair[1])).await?);
    }
    people.extend(appeal.witnesses());
    let member = now(&mut *connection, home.0, appeal.user).await?;
    let mut present = BTreeSet::new();
    for user in people {
        present.insert(now(&mut *connection, home.0, user).await?);
    }
    let case = chain.into_iter().next().ok_or(StoreError::NotFound("case"))?;
    let alone = acting.authority.rank == Rank::Owner
        && person(&acting.actor).is_some_and(|person| present.contains(&person));
    let mut bench = Bench {
        member,
        involved: present,
        others: true,
    };
    if alone {
        let judged = timeline.judged(case.policy_version, case.at);
        bench.others = others(connection, home, &bench, judged.policy.least_rank(case.kind)).await?;
    }
    Ok((case, bench))
}

/// A case, and then its causes, the last first.
async fn chain(connection: &mut SqliteConnection, home: Home, number: i64) -> Result<Vec<Case>, StoreError> {
    let mut chain = vec![case(&mut *connection, home, number).await?];
    for cause in chain[0].causes.clone().into_iter().rev() {
        chain.push(case(&mut *connection, home, cause).await?);
    }
    Ok(chain)
}

/// The cases whose place these took, and what those followed from.
async fn replaced(
    connection: &mut SqliteConnection,
    home: Home,
    chain: &[Case],
) -> Result<Vec<Case>, StoreError> {
    let mut earlier: Vec<i64> = chain.iter().filter_map(|case| case.replaces).collect();
    let mut found = Vec::new();
    while let Some(number) = earlier.pop() {
        for case in self::chain(&mut *connection, home, number).await? {
            earlier.extend(case.replaces);
            found.push(case);
        }
    }
    Ok(found)
}

/// Who issued the offences that the rung of an escalation counted.
async fn counting(
    connection: &mut SqliteConnection,
    home: Home,
    timeline: &Timeline,
    (case, trigger): (&Case, &Case),
) -> Result<BTreeSet<UserId>, StoreError> {
    let Some((kinds, after, until)) = counted(timeline, case, trigger) else {
        return Ok(BTreeSet::new());
    };
    let mut offences = Vec::new();
    for user in seams::everybody(&mut *connection, home.0, case.user).await? {
        let query = sqlx::query(COUNTED)
            .bind(home.0.0)
            .bind(home.1.0)
            .bind(user.0)
            .bind(after.seconds())
            .bind(until.seconds())
            .bind(json(&kinds)?)
            .bind(MOST_COUNTED);
        offences.extend(all(query.fetch_all(&mut *connection).await, case_of)?);
    }
    Ok(involved(
        offences.iter().filter(|offence| offence.causes.is_empty()),
    ))
}

/// Whether somebody else in the community has the rank, and did not stand behind the case.
async fn others(
    connection: &mut SqliteConnection,
    home: Home,
    bench: &Bench,
    needed: Rank,
) -> Result<bool, StoreError> {
    let out: Vec<_> = bench
        .involved
        .iter()
        .chain([&bench.member])
        .map(|user| Id(user.0))
        .collect();
    let query = sqlx::query_scalar(OTHERS)
        .bind(home.0.0)
        .bind(home.1.0)
        .bind(json(&ranks(needed))?)
        .bind(json(&out)?);
    query.fetch_one(connection).await.map_err(failed)
}

/// Who a user is now.
async fn now(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    user: UserId,
) -> Result<UserId, StoreError> {
    let present = seams::present(connection, tenant, user).await?;
    Ok(present.unwrap_or(user))
}
