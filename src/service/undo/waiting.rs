//! Acts that were held for others: those that were carried out since are undone like any other; those that wait are named.

use super::{Home, PAGE, READS};
use crate::domain::held::{Held, HeldState};
use crate::domain::id::{HeldId, UserId};
use crate::domain::time::Instant;
use crate::service::error::ServiceError;
use crate::service::records::Moderator;
use crate::service::{After, Service};
use futures_util::future::try_join_all;

impl Service {
    /// What came of acts that were answered: the numbers of their cases, and which of them wait.
    pub(super) async fn come_of(
        &self,
        (tenant, community): Home,
        tags: &[String],
    ) -> Result<(Vec<i64>, Vec<HeldId>), ServiceError> {
        let mut numbers: Vec<i64> = tags.iter().filter_map(|tag| tag.parse().ok()).collect();
        let held: Vec<HeldId> = tags.iter().filter_map(|tag| HeldId::parse(tag)).collect();
        if numbers.len() + held.len() != tags.len() {
            return Err(ServiceError::Lost);
        }
        let (mut waiting, now) = (Vec::new(), self.now()?);
        for some in held.chunks(READS) {
            let reads = some.iter().map(|id| self.store.held(tenant, community, *id));
            for held in try_join_all(reads).await? {
                match held.state(now) {
                    HeldState::Held => waiting.push(held.id),
                    _ => numbers.extend(held.settled.and_then(|settled| settled.case)),
                }
            }
        }
        Ok((numbers, waiting))
    }

    /// The acts that a moderator asked for within a time and that wait, the newest first.
    pub(super) async fn waiting_by(
        &self,
        (tenant, community): Home,
        moderator: &Moderator,
        (from, until): (Instant, Instant),
    ) -> Result<Vec<HeldId>, ServiceError> {
        let mut waiting = Vec::new();
        let Some(word) = self.present_word_of(tenant, moderator).await? else {
            return Ok(waiting);
        };
        let mut after = None;
        loop {
            let page = After { after, limit: PAGE };
            let state = Some(HeldState::Held);
            let acts = self.store.held_acts(tenant, community, state, page).await?;
            let people: Vec<UserId> = acts.iter().filter_map(|held| held.actor.user()).collect();
            let present = self.present(tenant, &people).await?;
            let is_theirs = |held: &&Held| {
                let by = match held.actor.user() {
                    Some(user) => present(user).to_string(),
                    None => held.actor.to_string(),
                };
                by == word && from.to_utc() <= held.created_at && held.created_at < until.to_utc()
            };
            waiting.extend(acts.iter().filter(is_theirs).map(|held| held.id));
            match acts.last() {
                Some(last) if u32::try_from(acts.len()).is_ok_and(|count| count >= PAGE) => {
                    after = Some(last.id);
                }
                _ => return Ok(waiting),
            }
        }
    }
}
