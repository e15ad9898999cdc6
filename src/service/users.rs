//! Users: people known to the tenant, and who they are on platforms.

use super::caller::Caller;
use super::communities::no_doubles;
use super::error::ServiceError;
use super::listing::{Listed, cut, one_more};
use super::{After, Claim, Outcome, PersonRef, Service, show};
use crate::domain::id::UserId;
use crate::domain::identity::Identity;
use crate::domain::language::Language;
use crate::domain::policy_check::Finding;
use crate::ports::directory::Change;
use wire::key::Scope;

impl Service {
    /// Makes a user.
    ///
    /// # Errors
    /// [`ServiceError::IdentityTaken`] when another user has one of the identities, [`ServiceError::Invalid`] when one is
    /// named twice; nothing was made then.
    pub async fn create_user(
        &self,
        caller: &Caller,
        (name, language): (Option<String>, Option<Language>),
        identities: Vec<Identity>,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::UsersWrite)?;
        caller.unbound()?;
        no_doubles("identities", &identities)?;
        let change = Change::CreateUser {
            id: UserId(self.ids.fresh()),
            name,
            language,
            identities,
        };
        self.change(caller.tenant, caller.as_actor(), change, claim).await
    }

    /// Gives a user another name or language, or none, if anything is said of it.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for a user whom the tenant does not have.
    pub async fn update_user(
        &self,
        caller: &Caller,
        person: &PersonRef,
        (name, language): (Option<Option<String>>, Option<Option<Language>>),
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::UsersWrite)?;
        caller.unbound()?;
        let id = self.user_id(caller, person).await?;
        let change = match (&name, language) {
            (None, None) => Change::KeepUser(id),
            _ => Change::UpdateUser { id, name, language },
        };
        self.change(caller.tenant, caller.as_actor(), change, claim).await
    }

    /// Adds an identity to a user; one that they have already changes nothing.
    ///
    /// # Errors
    /// [`ServiceError::IdentityTaken`] when another user has it.
    pub async fn add_identity(
        &self,
        caller: &Caller,
        person: &PersonRef,
        identity: Identity,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::UsersWrite)?;
        caller.unbound()?;
        let user = self.user_id(caller, person).await?;
        let change = Change::AddIdentity { user, identity };
        self.change(caller.tenant, caller.as_actor(), change, claim).await
    }

    /// Erases a user: name and identities at once, and what was written about them a portion at a time. To erase them again takes
    /// out what was written since.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for a user whom the tenant does not have, [`ServiceError::Invalid`] when the confirmation names
    /// somebody else.
    pub async fn erase_user(
        &self,
        caller: &Caller,
        person: &PersonRef,
        confirm: &str,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        caller.require(Scope::UsersErase)?;
        caller.unbound()?;
        let id = self.store.user(caller.tenant, person).await?.id;
        if confirm != id.to_string() {
            return Err(ServiceError::Invalid(vec![Finding {
                pointer: "/confirm".to_owned(),
                detail: "this is not the id of the user in the path; it is asked for because nothing takes an erasure back"
                    .to_owned(),
            }]));
        }
        let change = Change::EraseUser(id);
        self.change(caller.tenant, caller.as_actor(), change, claim).await
    }

    /// A user, by our id or by a platform's.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for somebody whom the tenant has never seen.
    pub async fn user(&self, caller: &Caller, person: &PersonRef) -> Result<wire::user::User, ServiceError> {
        caller.require(Scope::UsersRead)?;
        let user = self.store.user(caller.tenant, person).await?;
        Ok(show::directory::user(&user))
    }

    /// The tenant's users, oldest first.
    ///
    /// # Errors
    /// That the key may not, or that the store could not answer.
    pub async fn users(
        &self,
        caller: &Caller,
        page: After<UserId>,
    ) -> Result<Listed<wire::user::User, UserId>, ServiceError> {
        caller.require(Scope::UsersRead)?;
        let rows = self.store.users(caller.tenant, one_more(page)).await?;
        Ok(cut(rows, page.limit, |user| user.id, show::directory::user))
    }

    /// The id of a user, who must exist.
    pub(super) async fn user_id(&self, caller: &Caller, person: &PersonRef) -> Result<UserId, ServiceError> {
        match person {
            PersonRef::User(id) => Ok(*id),
            PersonRef::Identity(_) => Ok(self.store.user(caller.tenant, person).await?.id),
        }
    }
}
