//! What cases say from now on: another state after them, that they were voided or reduced, another sanction.

use super::pool::Transaction;
use super::rows::{Id, ids};
use super::write::rows;
use crate::domain::case::{Reduced, Voided};
use crate::domain::points::Points;
use crate::domain::sanction::Sanction;
use crate::ports::error::StoreError;
use crate::storage::batch::Home;
use crate::storage::codec::json;
use crate::storage::seams::Rewritten;

const REWRITE: &str = "UPDATE cases SET state = j.value->>3, era = j.value->>4, clock = j.value->>5, sum = j.value->>6 FROM json_each(?1) j \
    WHERE cases.tenant_id = unhex(j.value->>0) AND cases.community_id = unhex(j.value->>1) \
    AND cases.number = j.value->>2";
/// Replaces one column of cases.
macro_rules! replace {
    ($column:literal) => {
        concat!(
            "UPDATE cases SET ",
            $column,
            " = j.value->>3 FROM json_each(?1) j WHERE cases.tenant_id = unhex(j.value->>0) \
             AND cases.community_id = unhex(j.value->>1) AND cases.number = j.value->>2"
        )
    };
}

const VOID: &str = replace!("voided");
const RESTART: &str = replace!("started");
const REDUCE: &str = replace!("points");
const NOTE_REDUCTION: &str = replace!("reduced");

pub(super) const STATEMENTS: &[&str] = &[REWRITE, VOID, RESTART, REDUCE, NOTE_REDUCTION];

/// Writes the states that come out differently.
pub(super) async fn rewrite(
    transaction: &mut Transaction,
    home: Home,
    rewritten: &[Rewritten<'_>],
) -> Result<(), StoreError> {
    let (tenant, community) = ids(home);
    let mut states = Vec::with_capacity(rewritten.len());
    for (number, state, mark) in rewritten {
        states.push((
            tenant,
            community,
            *number,
            json(state)?,
            mark.map(|mark| mark.era),
            mark.map(|mark| mark.clock),
            mark.map(|mark| mark.sum.units()),
        ));
    }
    rows(transaction, REWRITE, &states).await
}

/// Notes that and why a case was reduced.
pub(super) async fn note_reduction(
    transaction: &mut Transaction,
    home: Home,
    number: i64,
    reduced: &Reduced,
) -> Result<(), StoreError> {
    rows(transaction, NOTE_REDUCTION, &[text(home, number, json(reduced)?)]).await
}

/// Writes what cases say from now on: that they were voided, another sanction, fewer points.
pub(super) async fn remake(
    transaction: &mut Transaction,
    home: Home,
    voided: &[(i64, Voided)],
    started: impl Iterator<Item = &Sanction>,
    reduced: &[(i64, Points)],
) -> Result<(), StoreError> {
    let mut documents = Vec::with_capacity(voided.len());
    for (number, how) in voided {
        documents.push(text(home, *number, json(how)?));
    }
    rows(transaction, VOID, &documents).await?;
    let mut documents = Vec::new();
    for sanction in started {
        documents.push(text(home, sanction.case, json(sanction)?));
    }
    rows(transaction, RESTART, &documents).await?;
    let (tenant, community) = ids(home);
    let points = reduced.iter();
    let points: Vec<_> = points
        .map(|(number, points)| (tenant, community, *number, points.units()))
        .collect();
    rows(transaction, REDUCE, &points).await
}

/// A document for the row of a case.
fn text(home: Home, number: i64, document: String) -> (Id, Id, i64, String) {
    let (tenant, community) = ids(home);
    (tenant, community, number, document)
}
