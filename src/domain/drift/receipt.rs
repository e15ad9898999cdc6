//! What a receipt says of what was observed.

use super::{Open, Seen, Sight, difference};
use crate::domain::directive::{Directive, Outcome, State};
use crate::domain::id::DriftId;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What is known of a spot once a directive about it was reported on; `None` where that tells nothing of it. What was carried out is so. Of what was
/// given up, what was seen counts, which may differ.
pub fn received(
    seen: &Seen,
    directive: &Directive,
    now: DateTime<Utc>,
    fresh: impl FnOnce() -> Uuid,
) -> Option<Seen> {
    let receipt = directive.receipt.as_ref()?;
    let mut after = seen.clone();
    if receipt.outcome == Outcome::Applied {
        if seen.sight.at > now {
            return None;
        }
        after.sight = Sight::after(directive, now);
        after.sources.clear();
        after.by = None;
        after.ours = true;
        if directive.state == State::Applied {
            after.drift = None;
        }
    } else {
        let given_up = matches!(
            directive.state,
            State::Failed | State::Unsupported | State::Unreachable
        );
        let found = difference((&directive.wish.wanted, false), &seen.sight, Some(directive), now);
        let found = found.filter(|_| given_up && seen.drift.is_none())?;
        after.drift = Some(Open {
            id: DriftId(fresh()),
            difference: found,
            since: now,
        });
    }
    Some(after)
}
