//! What no plan to undo brings back, named before it is carried out.

use super::{Home, PAGE};
use crate::domain::actor::Actor;
use crate::domain::case::{Case, Voided};
use crate::domain::id::{TenantId, UserId};
use crate::domain::kind::Kind;
use crate::domain::sanction::Ending;
use crate::domain::time::Instant;
use crate::ports::undo::Remedied;
use crate::service::error::ServiceError;
use crate::service::records::Moderator;
use crate::service::{After, Service};
use chrono::{DateTime, Utc};
use wire::undo::{Irreversible, IrreversibleKind};

/// The cases that a moderator made count less within a time, the newest first.
#[derive(Debug, Default)]
pub(super) struct Remedies {
    voided: Vec<i64>,
    reduced: Vec<i64>,
    replaced: Vec<i64>,
}

impl Remedies {
    /// Notes what of a case is a moderator's doing.
    fn note(&mut self, case: &Remedied, is_theirs: impl Fn(&Actor, DateTime<Utc>) -> bool) {
        let voided = case.voided.as_ref().filter(|voided| voided.cause.is_none());
        match voided.filter(|voided| is_theirs(&voided.by, voided.at)) {
            Some(Voided {
                replaced_by: None, ..
            }) => self.voided.push(case.number),
            Some(_) => self.replaced.push(case.number),
            None => {}
        }
        if case
            .reduced
            .as_ref()
            .is_some_and(|reduced| is_theirs(&reduced.by, reduced.at))
        {
            self.reduced.push(case.number);
        }
    }

    /// As a plan names them.
    pub(super) fn irreversible(self) -> Vec<Irreversible> {
        said(vec![
            (
                IrreversibleKind::Voided,
                self.voided,
                "Cases were voided. A void is final; act anew where they should count.",
            ),
            (
                IrreversibleKind::Reduced,
                self.reduced,
                "Cases were reduced. A reduction only lowers; act anew where they should count in full.",
            ),
            (
                IrreversibleKind::Replaced,
                self.replaced,
                "Cases were replaced by milder acts. Their voids are final; act anew where they should count in full.",
            ),
        ])
    }
}

impl Service {
    /// What a moderator voided, reduced and replaced within a time.
    pub(super) async fn remedies_by(
        &self,
        (tenant, community): Home,
        moderator: &Moderator,
        (from, until): (Instant, Instant),
    ) -> Result<Remedies, ServiceError> {
        let mut remedies = Remedies::default();
        let Some(word) = self.present_word_of(tenant, moderator).await? else {
            return Ok(remedies);
        };
        let mut after = None;
        loop {
            let page = After { after, limit: PAGE };
            let cases = self.store.remedied(tenant, community, page).await?;
            let by = |case: &Remedied| {
                let voided = case.voided.as_ref().and_then(|voided| voided.by.user());
                voided
                    .into_iter()
                    .chain(case.reduced.as_ref().and_then(|reduced| reduced.by.user()))
            };
            let people: Vec<UserId> = cases.iter().flat_map(by).collect();
            let present = self.present(tenant, &people).await?;
            let is_theirs = |actor: &Actor, at: DateTime<Utc>| {
                let is_word = match actor.user() {
                    Some(user) => present(user).to_string() == word,
                    None => actor.to_string() == word,
                };
                is_word && from.to_utc() <= at && at < until.to_utc()
            };
            for case in &cases {
                remedies.note(case, is_theirs);
            }
            match cases.last() {
                Some(last) if u32::try_from(cases.len()).is_ok_and(|count| count >= PAGE) => {
                    after = Some(last.number);
                }
                _ => return Ok(remedies),
            }
        }
    }

    /// A moderator in one word, as whoever they are now.
    pub(super) async fn present_word_of(
        &self,
        tenant: TenantId,
        moderator: &Moderator,
    ) -> Result<Option<String>, ServiceError> {
        let word = self.word_of(tenant, moderator).await?;
        Ok(match word.as_deref().and_then(UserId::parse) {
            Some(user) => Some(self.present(tenant, &[user]).await?(user).to_string()),
            None => word,
        })
    }

    /// Who users are now.
    pub(super) async fn present(
        &self,
        tenant: TenantId,
        users: &[UserId],
    ) -> Result<impl Fn(UserId) -> UserId, ServiceError> {
        let merged = self.store.merged_among(tenant, users).await?;
        Ok(move |user| merged.get(&user).copied().unwrap_or(user))
    }
}

/// What stays as it is, whatever is voided.
pub(super) fn irreversible(cases: &[Case]) -> Vec<Irreversible> {
    let those = |is: fn(&Case) -> bool| {
        cases
            .iter()
            .filter(|case| is(case))
            .map(|case| case.number)
            .collect()
    };
    let all = vec![
        (
            IrreversibleKind::Kicked,
            those(|case| case.kind == Kind::Kick),
            "Members were removed. They may come back; nobody fetches them.",
        ),
        (
            IrreversibleKind::MessagesDeleted,
            those(|case| case.kind == Kind::DeleteMessages),
            "Messages were deleted. They do not come back.",
        ),
        (
            IrreversibleKind::Restricted,
            those(|case| case.started.is_some()),
            "Members were muted, banned or kept from something. The time until now is not given back.",
        ),
        (
            IrreversibleKind::Superseded,
            those(|case| case.ended.iter().any(|ended| ended.how == Ending::Superseded)),
            "Sanctions gave way to others. They do not come back when those are voided; act anew where they should hold.",
        ),
        (
            IrreversibleKind::Told,
            those(|_| true),
            "Members, moderators and bots were told. Notices and events that went out are not called back.",
        ),
    ];
    said(all)
}

/// The parts of which there is anything.
fn said(parts: Vec<(IrreversibleKind, Vec<i64>, &str)>) -> Vec<Irreversible> {
    parts
        .into_iter()
        .filter(|(_, cases, _)| !cases.is_empty())
        .map(|(what, cases, detail)| Irreversible {
            what,
            detail: detail.to_owned(),
            cases,
        })
        .collect()
}
