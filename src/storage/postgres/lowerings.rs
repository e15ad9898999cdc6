//! Balances that a remedy lowered all at once; see [`crate::storage::lowerings`].

use super::errors::failed;
use super::record::lowered;
use super::row::{Row, all};
use crate::domain::id::UserId;
use crate::domain::replay::Lowering;
use crate::ports::error::StoreError;
use crate::storage::batch::{Home, MemberKey};
use sqlx::{PgConnection, PgExecutor};

/// For the cases that there are now. The member's later ones have higher numbers.
const NOTE: &str = "INSERT INTO lowerings AS l (tenant_id, community_id, user_id, at, number, until, units) \
    SELECT tenant_id, community_id, $3, $4, $5, case_seq, $6 FROM community_counters WHERE tenant_id = $1 AND community_id = $2 \
    ON CONFLICT (tenant_id, community_id, user_id, at, number, until) DO UPDATE SET units = l.units + excluded.units";
const LOWERED: &str = "SELECT DISTINCT tenant_id, community_id, user_id FROM lowerings WHERE tenant_id = $1 \
    AND community_id = $2 ORDER BY user_id";
const SETTLE: &str = concat!(
    "UPDATE cases c SET state = jsonb_set(c.state::jsonb, '{ledger,balance}', \
     to_jsonb((c.state->'ledger'->>'balance')::bigint - s.lowered))::json \
     FROM (SELECT tenant_id, community_id, number, ",
    lowered!("cases"),
    " FROM cases WHERE tenant_id = $1 AND community_id = $2 AND user_id = $3 AND state IS NOT NULL) s \
     WHERE c.tenant_id = s.tenant_id AND c.community_id = s.community_id AND c.number = s.number AND s.lowered > 0"
);
const FORGET: &str = "DELETE FROM lowerings WHERE tenant_id = $1 AND community_id = $2 AND user_id = $3";

pub(super) const STATEMENTS: &[&str] = &[NOTE, LOWERED, SETTLE, FORGET];

/// Notes one, of the user under whom the member's cases are recorded.
pub(super) async fn note(
    on: impl PgExecutor<'_>,
    member: MemberKey,
    lowering: &Lowering,
) -> Result<(), StoreError> {
    let (at, number) = lowering.after;
    sqlx::query(NOTE)
        .bind(member.tenant.0)
        .bind(member.community.0)
        .bind(member.user.0)
        .bind(at.seconds())
        .bind(number)
        .bind(lowering.points.units())
        .execute(on)
        .await
        .map_err(failed)?;
    Ok(())
}

/// Writes the states of these users as they are, so that nothing has to be taken off any more.
pub(super) async fn settle(
    connection: &mut PgConnection,
    home: Home,
    users: &[UserId],
) -> Result<(), StoreError> {
    let query = sqlx::query(LOWERED).bind(home.0.0).bind(home.1.0);
    let lowered = all(query.fetch_all(&mut *connection).await, |row| {
        Row::of(row, "lowerings", &["tenant_id", "community_id", "user_id"]).user()
    })?;
    for user in lowered.iter().filter(|user| users.contains(user)) {
        for statement in [SETTLE, FORGET] {
            let query = sqlx::query(statement).bind(home.0.0).bind(home.1.0).bind(user.0);
            query.execute(&mut *connection).await.map_err(failed)?;
        }
    }
    Ok(())
}
