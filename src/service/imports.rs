//! Acts of another bot's records, taken in as if they had been recorded at their time.

pub use crate::domain::import::Line;
pub use crate::ports::history::{BadLine, ImportedAct};

use super::caller::Caller;
use super::console::Place;
use super::error::ServiceError;
use super::intake::Intake;
use super::judge::{changed_event, json};
use super::{Answer, Claim, Outcome, Service};
use crate::domain::id::{CommunityId, UserId};
use crate::domain::sanction::Sanction;
use crate::ports::answer::NewEvent;
use crate::ports::history::{Counts, ImportOrder, Imported, Scribe};
use crate::ports::ids::Ids;
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;
use wire::event::{EventData, types};
use wire::import::ImportReport;
use wire::key::Scope;

impl Service {
    /// That a caller may import into a community: asked before a large body is read.
    ///
    /// # Errors
    /// That the key may not, [`ServiceError::NotFound`], or [`ServiceError::TakingIn`].
    pub async fn may_import(&self, caller: &Caller, community: CommunityId) -> Result<Intake, ServiceError> {
        caller.require(Scope::HistoryWrite)?;
        caller.enter(community)?;
        self.store.community(caller.tenant, community).await?;
        self.intake()
    }

    /// Imports acts: all that are not there yet, or none.
    ///
    /// # Errors
    /// [`ServiceError::BadLines`] with every line that cannot be taken; nothing was written then.
    pub async fn import(
        &self,
        caller: &Caller,
        intake: Intake,
        community: CommunityId,
        acts: Vec<ImportedAct>,
        dry_run: bool,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::HistoryWrite)?;
        caller.enter(community)?;
        let order = ImportOrder {
            tenant: caller.tenant,
            community,
            acts,
            key: Some(caller.key),
            dry_run,
            claim,
        };
        self.carry_out_import(order, Some(intake)).await
    }

    /// The same for whoever can reach the database itself.
    ///
    /// # Errors
    /// As for [`Service::import`].
    pub async fn import_offline(
        &self,
        place: Place,
        acts: Vec<ImportedAct>,
        dry_run: bool,
    ) -> Result<ImportReport, ServiceError> {
        let order = ImportOrder {
            tenant: place.tenant,
            community: place.community,
            acts,
            key: None,
            dry_run,
            claim: None,
        };
        let outcome = self.carry_out_import(order, None).await?;
        serde_json::from_str(&outcome.answer.body).map_err(|_| ServiceError::Lost)
    }

    async fn carry_out_import(
        &self,
        order: ImportOrder,
        intake: Option<Intake>,
    ) -> Result<Outcome, ServiceError> {
        let doubles = doubles(&order.acts);
        if !doubles.is_empty() {
            return Err(ServiceError::BadLines(doubles));
        }
        let (store, ids) = (self.store.clone(), self.ids.clone());
        self.detached(async move {
            // Whoever stops waiting leaves the file in memory all the same.
            let _room = intake;
            let done = |answer, replayed| Ok(Outcome { answer, replayed });
            match store.import(&order, &Clerk { ids }).await? {
                Imported::Done(answer) => done(answer, false),
                Imported::Replayed(answer) => done(answer, true),
                Imported::KeyReused => Err(ServiceError::KeyReused),
                Imported::Closed(refusal) => Err(refusal.into()),
                Imported::Refused(bad) => Err(ServiceError::BadLines(bad)),
            }
        })
        .await
    }
}

/// Lines that name a record that an earlier line names. Which of them is right nobody can tell.
fn doubles(acts: &[ImportedAct]) -> Vec<BadLine> {
    let mut first: HashMap<(&str, &str), u64> = HashMap::with_capacity(acts.len());
    let mut doubles = Vec::new();
    for act in acts {
        let origin = &act.said.origin;
        match first.get(&(origin.source.as_str(), origin.external_id.as_str())) {
            Some(line) => doubles.push(BadLine {
                line: act.line,
                pointer: "/external_id".to_owned(),
                detail: format!("line {line} has this source and external_id already"),
            }),
            None => {
                first.insert((origin.source.as_str(), &origin.external_id), act.line);
            }
        }
    }
    doubles
}

/// Writes the report, and the events.
struct Clerk {
    ids: Arc<dyn Ids>,
}

impl Scribe for Clerk {
    fn fresh(&self) -> Uuid {
        self.ids.fresh()
    }

    fn moved(&self, order: &ImportOrder, user: UserId, sanction: &Sanction, now: DateTime<Utc>) -> NewEvent {
        changed_event(order.community, user, sanction, now)
    }

    fn report(&self, order: &ImportOrder, counts: &Counts, now: DateTime<Utc>) -> (Answer, NewEvent) {
        let report = ImportReport {
            dry_run: order.dry_run,
            lines: counts.lines,
            imported: counts.imported,
            already_there: counts.already_there,
            members: counts.members,
            sanctions_holding: counts.holding,
            first_case: counts.numbers.map(|(first, _)| first),
            last_case: counts.numbers.map(|(_, last)| last),
        };
        let answer = Answer {
            body: json(&report),
            tag: String::new(),
        };
        let data = EventData {
            import: Some(report),
            ..EventData::default()
        };
        let event = NewEvent {
            kind: types::HISTORY_IMPORTED,
            community: Some(order.community),
            user: None,
            at: now,
            data: json(&data),
        };
        (answer, event)
    }
}
