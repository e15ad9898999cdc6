//! The events of a remedy.

use super::super::judge::{changed_event, json};
use super::super::show;
use crate::domain::case::Case;
use crate::domain::id::{CommunityId, SanctionId, UserId};
use crate::domain::replay::Voiding;
use crate::domain::sanction::{Ending, Sanction};
use crate::domain::time::Instant;
use crate::ports::answer::NewEvent;
use chrono::{DateTime, Utc};
use wire::event::{EventData, types};

/// Writes the events of a remedy.
pub(super) struct Log {
    pub(super) community: CommunityId,
    pub(super) user: UserId,
    pub(super) now: DateTime<Utc>,
    pub(super) at: Instant,
}

impl Log {
    /// The case that counts less, those that fell and the one in the place of another, then the sanctions that ended with them, those in their place, and those
    /// that end earlier.
    pub(super) fn events(
        &self,
        reduced: Option<&Case>,
        fallen: &[Case],
        held: &[Sanction],
        voiding: &Voiding,
    ) -> Vec<NewEvent> {
        let cases = reduced.into_iter().map(|case| (types::CASE_REDUCED, case));
        let cases = cases.chain(fallen.iter().map(|case| (types::CASE_VOIDED, case)));
        let added = voiding.added.as_ref().map(|added| &added.case);
        let cases = cases.chain(added.map(|case| (types::CASE_CREATED, case)));
        let cases = cases.map(|(kind, case)| {
            let data = EventData {
                case: Some(show::case::case(self.community, case)),
                ..EventData::default()
            };
            self.event(kind, &data)
        });
        let find = |id: SanctionId| held.iter().find(|sanction| sanction.id == id);
        let ended = voiding.ended.iter().filter_map(|(id, at)| {
            let ended = Some((Ending::Voided, *at, None));
            Some(self.event(types::SANCTION_ENDED, &self.sanction(find(*id)?, ended)))
        });
        // What was over before it came never holds, so nobody has to carry it out: its case tells of it.
        let begun = added.and_then(|case| case.started.as_ref()).filter(|s| !s.over);
        let started = voiding.started.iter().chain(begun);
        let started =
            started.map(|sanction| self.event(types::SANCTION_STARTED, &self.sanction(sanction, None)));
        let moved = voiding
            .moved
            .iter()
            .map(|sanction| changed_event(self.community, self.user, sanction, self.now));
        cases.chain(ended).chain(started).chain(moved).collect()
    }

    fn event(&self, kind: &'static str, data: &EventData) -> NewEvent {
        NewEvent {
            kind,
            community: Some(self.community),
            user: Some(self.user),
            at: self.now,
            data: json(data),
        }
    }

    fn sanction(&self, sanction: &Sanction, ended: Option<(Ending, Instant, Option<i64>)>) -> EventData {
        EventData {
            sanction: Some(show::case::sanction(
                self.community,
                self.user,
                sanction,
                ended,
                self.at,
            )),
            ..EventData::default()
        }
    }
}
