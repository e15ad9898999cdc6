//! What cases say from now on: another state after them, that they were voided or reduced, another sanction.

use super::errors::failed;
use crate::domain::case::{Reduced, Voided};
use crate::domain::past::Mark;
use crate::domain::points::Points;
use crate::domain::sanction::Sanction;
use crate::ports::error::StoreError;
use crate::storage::batch::Home;
use crate::storage::codec::json;
use crate::storage::seams::Rewritten;
use sqlx::PgConnection;

/// Replaces one column of cases. The community comes with each number, so that each row is found by its whole key.
macro_rules! replace {
    ($column:literal, $type:literal) => {
        concat!(
            "UPDATE cases c SET ",
            $column,
            " = n.new::",
            $type,
            " FROM UNNEST($1::uuid[], $2::uuid[], $3::bigint[], $4::text[]) \
             AS n (tenant_id, community_id, number, new) \
             WHERE c.tenant_id = n.tenant_id AND c.community_id = n.community_id AND c.number = n.number"
        )
    };
}

const REWRITE: &str = "UPDATE cases c SET state = n.state::json, era = n.era, clock = n.clock, sum = n.sum \
    FROM UNNEST($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::integer[], $6::bigint[], $7::bigint[]) \
    AS n (tenant_id, community_id, number, state, era, clock, sum) \
    WHERE c.tenant_id = n.tenant_id AND c.community_id = n.community_id AND c.number = n.number";
const VOID: &str = replace!("voided", "json");
const RESTART: &str = replace!("started", "json");
const REDUCE: &str = replace!("points", "bigint");
const NOTE_REDUCTION: &str = replace!("reduced", "json");

pub(super) const STATEMENTS: &[&str] = &[REWRITE, VOID, RESTART, REDUCE, NOTE_REDUCTION];

/// Writes the states that come out differently.
pub(super) async fn rewrite(
    connection: &mut PgConnection,
    (tenant, community): Home,
    rewritten: &[Rewritten<'_>],
) -> Result<(), StoreError> {
    if rewritten.is_empty() {
        return Ok(());
    }
    let (mut numbers, mut states, mut marks) = (Vec::new(), Vec::new(), Vec::new());
    for (number, state, mark) in rewritten {
        numbers.push(*number);
        states.push(json(state)?);
        marks.push(*mark);
    }
    let column = |read: fn(Mark) -> i64| marks.iter().map(|mark| mark.map(read)).collect::<Vec<_>>();
    sqlx::query(REWRITE)
        .bind(vec![tenant.0; numbers.len()])
        .bind(vec![community.0; numbers.len()])
        .bind(numbers)
        .bind(states)
        .bind(
            marks
                .iter()
                .map(|mark| mark.map(|mark| mark.era))
                .collect::<Vec<_>>(),
        )
        .bind(column(|mark| mark.clock))
        .bind(column(|mark| mark.sum.units()))
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}

/// Notes that and why a case was reduced.
pub(super) async fn note_reduction(
    connection: &mut PgConnection,
    home: Home,
    number: i64,
    reduced: &Reduced,
) -> Result<(), StoreError> {
    replace(connection, NOTE_REDUCTION, home, vec![(number, json(reduced)?)]).await
}

/// Writes what cases say from now on: that they were voided, another sanction, fewer points.
pub(super) async fn remake(
    connection: &mut PgConnection,
    home: Home,
    voided: &[(i64, Voided)],
    started: impl Iterator<Item = &Sanction>,
    reduced: &[(i64, Points)],
) -> Result<(), StoreError> {
    let mut documents = Vec::with_capacity(voided.len());
    for (number, how) in voided {
        documents.push((*number, json(how)?));
    }
    replace(&mut *connection, VOID, home, documents).await?;
    let mut documents = Vec::new();
    for sanction in started {
        documents.push((sanction.case, json(sanction)?));
    }
    replace(&mut *connection, RESTART, home, documents).await?;
    let points = reduced.iter();
    let points = points.map(|(number, points)| (*number, points.units().to_string()));
    replace(connection, REDUCE, home, points.collect()).await
}

async fn replace(
    connection: &mut PgConnection,
    statement: &'static str,
    (tenant, community): Home,
    documents: Vec<(i64, String)>,
) -> Result<(), StoreError> {
    if documents.is_empty() {
        return Ok(());
    }
    let (numbers, documents): (Vec<i64>, Vec<String>) = documents.into_iter().unzip();
    sqlx::query(statement)
        .bind(vec![tenant.0; numbers.len()])
        .bind(vec![community.0; numbers.len()])
        .bind(numbers)
        .bind(documents)
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}
