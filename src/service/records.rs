//! Cases, their earlier reasons, and sanctions, read back.

use super::caller::Caller;
use super::error::ServiceError;
use super::listing::{Listed, cut, one_more};
use super::{After, PersonRef, Service, show};
use crate::domain::actor::Rule;
use crate::domain::case::Case;
use crate::domain::id::{CommunityId, KeyId, SanctionId, UserId};
use crate::domain::kind::Kind;
use crate::domain::refusal::Refusal;
use crate::domain::time::Instant;
use crate::domain::words::Words;
use crate::ports::error::StoreError;
use crate::ports::record::{CaseFilter, SanctionFilter};
use wire::key::Scope;

/// Whose acts to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moderator {
    /// A person's.
    Person(PersonRef),
    /// Those of a key that named no person.
    Key(KeyId),
    /// Those of a rule of automod, whatever its version.
    Automod(Rule),
    /// The ladder's.
    Escalation,
    /// The service's own: what time has ended.
    System,
    /// Those of nobody, imported from records that do not say who acted.
    Import,
}

/// Which cases to list. Every part that is given narrows the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseQuery {
    /// Of this member.
    pub member: Option<PersonRef>,
    /// By this actor.
    pub moderator: Option<Moderator>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// At or after.
    pub from: Option<Instant>,
    /// Before.
    pub until: Option<Instant>,
    /// With all these words in the reason.
    pub words: Option<Words>,
}

/// Which sanctions to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SanctionQuery {
    /// Of this member.
    pub member: Option<PersonRef>,
    /// Only those that hold now.
    pub active: bool,
}

/// The version of a case as people edit it: how often its reason changed, and whether it was voided.
pub(crate) fn case_tag(case: &Case) -> String {
    let voided = if case.voided.is_some() { "-voided" } else { "" };
    format!("{}{voided}", case.revision)
}

impl Service {
    /// A case, and its version.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or that the key may not read it.
    pub async fn case(
        &self,
        caller: &Caller,
        community: CommunityId,
        number: i64,
    ) -> Result<(wire::case::Case, String), ServiceError> {
        caller.require(Scope::CasesRead)?;
        caller.enter(community)?;
        let case = self.store.case(caller.tenant, community, number).await?;
        Ok((show::case::case(community, &case), case_tag(&case)))
    }

    /// Cases, newest first.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for the community, or that the key may not read it.
    pub async fn cases(
        &self,
        caller: &Caller,
        community: CommunityId,
        query: CaseQuery,
        page: After<i64>,
    ) -> Result<Listed<wire::case::Case, i64>, ServiceError> {
        caller.require(Scope::CasesRead)?;
        caller.enter(community)?;
        let user = self.filter_by(caller, query.member.as_ref()).await?;
        let actor = self.known_actor(caller, query.moderator.as_ref()).await?;
        let (Some(user), Some(actor)) = (user.filter(), actor.filter()) else {
            return self.nothing(caller, community).await;
        };
        let filter = CaseFilter {
            user,
            actor,
            kind: query.kind,
            from: query.from,
            until: query.until,
        };
        if let Some(words) = &query.words {
            return self.search(caller, community, words, filter, page).await;
        }
        let rows = self
            .store
            .cases(caller.tenant, community, &filter, one_more(page))
            .await?;
        let show = |case: &Case| show::case::case(community, case);
        Ok(cut(rows, page.limit, |case| case.number, show))
    }

    /// The earlier reasons of a case, oldest first.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or that the key may not read it.
    pub async fn revisions(
        &self,
        caller: &Caller,
        community: CommunityId,
        number: i64,
    ) -> Result<wire::page::RevisionList, ServiceError> {
        caller.require(Scope::CasesRead)?;
        caller.enter(community)?;
        let revisions = self.store.revisions(caller.tenant, community, number).await?;
        if revisions.is_empty() {
            // A case that never changed has none, and so has one that does not exist.
            self.store.case(caller.tenant, community, number).await?;
        }
        Ok(wire::page::RevisionList {
            items: revisions.iter().map(show::case::revision).collect(),
        })
    }

    /// A sanction.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or that the key may not read it.
    pub async fn sanction(
        &self,
        caller: &Caller,
        community: CommunityId,
        id: SanctionId,
    ) -> Result<wire::sanction::Sanction, ServiceError> {
        caller.require(Scope::CasesRead)?;
        caller.enter(community)?;
        let record = self.store.sanction(caller.tenant, community, id).await?;
        Ok(show::case::sanction_record(community, &record, self.now()?))
    }

    /// Sanctions, newest first.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for the community, or that the key may not read it.
    pub async fn sanctions(
        &self,
        caller: &Caller,
        community: CommunityId,
        query: SanctionQuery,
        page: After<SanctionId>,
    ) -> Result<Listed<wire::sanction::Sanction, SanctionId>, ServiceError> {
        caller.require(Scope::CasesRead)?;
        caller.enter(community)?;
        let now = self.now()?;
        let Some(user) = self.filter_by(caller, query.member.as_ref()).await?.filter() else {
            return self.nothing(caller, community).await;
        };
        let filter = SanctionFilter {
            user,
            holding_at: query.active.then_some(now),
        };
        let rows = self
            .store
            .sanctions(caller.tenant, community, &filter, one_more(page))
            .await?;
        if rows.is_empty() {
            return self.nothing(caller, community).await;
        }
        let show = |record: &_| show::case::sanction_record(community, record, now);
        Ok(cut(rows, page.limit, |record| record.sanction.id, show))
    }

    /// The present second.
    pub(super) fn now(&self) -> Result<Instant, ServiceError> {
        Ok(Instant::from_utc(self.clock.now()).map_err(|_| Refusal::ClockOutOfRange)?)
    }

    /// An empty page of a community, if there is such a community.
    async fn nothing<T, K>(
        &self,
        caller: &Caller,
        community: CommunityId,
    ) -> Result<Listed<T, K>, ServiceError> {
        self.store.community(caller.tenant, community).await?;
        Ok(Listed {
            items: Vec::new(),
            next: None,
        })
    }

    /// The actor by whom a list is filtered, in one word.
    pub(super) async fn known_actor(
        &self,
        caller: &Caller,
        moderator: Option<&Moderator>,
    ) -> Result<Known<String>, ServiceError> {
        Ok(match moderator {
            None => Known::Any,
            Some(Moderator::Person(person)) => self
                .filter_by(caller, Some(person))
                .await?
                .map(|user| user.to_string()),
            Some(Moderator::Key(key)) => Known::One(key.to_string()),
            Some(Moderator::Automod(rule)) => Known::One(rule.actor()),
            Some(Moderator::Escalation) => Known::One("escalation".to_owned()),
            Some(Moderator::Import) => Known::One("import".to_owned()),
            Some(Moderator::System) => Known::One("system".to_owned()),
        })
    }

    /// The user by whom a list is filtered. Somebody whom nobody has seen has done and suffered nothing.
    async fn filter_by(
        &self,
        caller: &Caller,
        person: Option<&PersonRef>,
    ) -> Result<Known<UserId>, ServiceError> {
        Ok(match person {
            None => Known::Any,
            Some(PersonRef::User(user)) => Known::One(*user),
            Some(person) => match self.store.user(caller.tenant, person).await {
                Ok(user) => Known::One(user.id),
                Err(StoreError::NotFound(_)) => Known::Nobody,
                Err(error) => return Err(error.into()),
            },
        })
    }
}

/// What a filter comes to.
pub(super) enum Known<T> {
    /// There is no filter.
    Any,
    /// This one.
    One(T),
    /// Somebody who is not there.
    Nobody,
}

impl<T> Known<T> {
    fn map<U>(self, turn: impl FnOnce(T) -> U) -> Known<U> {
        match self {
            Self::Any => Known::Any,
            Self::One(one) => Known::One(turn(one)),
            Self::Nobody => Known::Nobody,
        }
    }

    /// The store's filter; `None` when nothing can match.
    pub(super) fn filter(self) -> Option<Option<T>> {
        match self {
            Self::Any => Some(None),
            Self::One(one) => Some(Some(one)),
            Self::Nobody => None,
        }
    }
}
