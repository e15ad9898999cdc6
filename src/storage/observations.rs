//! Observations, apart from any SQL: what their columns hold.

use super::batch::{Home, Loaded};
use super::codec::Place;
use crate::domain::directive::{Directive, Effect};
use crate::domain::drift::{Difference, Open, Seen, Spot};
use crate::domain::id::DriftId;
use crate::ports::error::StoreError;
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// What a row says of a difference.
pub(crate) fn open(
    place: &Place<'_>,
    id: Option<Uuid>,
    difference: Option<String>,
    since: Option<DateTime<Utc>>,
) -> Result<Option<Open>, StoreError> {
    let Some(((id, name), since)) = id.zip(difference).zip(since) else {
        return Ok(None);
    };
    let difference = Difference::named(&name)
        .ok_or_else(|| place.corrupt("difference", format!("no difference is called {name:?}")))?;
    Ok(Some(Open {
        id: DriftId(id),
        difference,
        since,
    }))
}

/// An effect by the name in its column.
pub(crate) fn effect(place: &Place<'_>, name: &str) -> Result<Effect, StoreError> {
    Effect::named(name).ok_or_else(|| place.corrupt("effect", "there is no such effect"))
}

/// Puts what was seen and said where the observations of a batch find it.
pub(crate) fn found(loaded: &mut Loaded<'_>, seen: Vec<(Home, Seen)>, said: Vec<(Home, Directive)>) {
    let seen = seen
        .into_iter()
        .map(|(home, seen)| ((home, seen.spot.clone()), seen));
    loaded.seen.extend(seen);
    loaded.said.extend(keyed(said));
}

/// Directives by what they are about.
pub(crate) fn keyed(said: Vec<(Home, Directive)>) -> HashMap<(Home, Spot), Directive> {
    let keyed = said.into_iter().map(|(home, said)| ((home, said.spot()), said));
    keyed.collect()
}
