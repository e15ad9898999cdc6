//! Path parameters as typed values: an id that cannot exist is a 404 before anything is asked of the store.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _};
use utoipa::IntoParams;

use super::problem::Problem;
use crate::domain::conversation::FlowName;
use crate::domain::id::{
    AppealId, AppealLinkId, CommunityId, ConversationId, DeliveryId, DirectiveId, HeldId, JobId, KeyId,
    MergeId, NoticeId, PlanId, SanctionId, ScheduleId, TenantId, UserId, WebhookId,
};
use crate::domain::identity::Identity;
use crate::domain::name::Name;
use crate::service::{Link, PersonRef};

/// The parameters of a path as a `T`; one that does not parse is `not_found`.
#[derive(Debug, Clone, Copy)]
pub struct Segments<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Segments<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(value) = Path::<T>::from_request_parts(parts, state).await?;
        Ok(Self(value))
    }
}

/// `/communities/{community}`
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InCommunity {
    /// The community's id.
    #[serde(deserialize_with = "community")]
    #[param(value_type = wire::form::CommunityId, example = "com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub community: CommunityId,
}

/// `/communities/{community}/cases/{number}`
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InCase {
    /// The community's id.
    #[serde(deserialize_with = "community")]
    #[param(value_type = wire::form::CommunityId, example = "com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub community: CommunityId,
    /// The case's number.
    #[serde(deserialize_with = "number")]
    #[param(minimum = 1, maximum = 9_007_199_254_740_991_i64, example = 12)]
    pub number: i64,
}

/// `/communities/{community}/sanctions/{sanction}`
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InSanction {
    /// The community's id.
    #[serde(deserialize_with = "community")]
    #[param(value_type = wire::form::CommunityId, example = "com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub community: CommunityId,
    /// The sanction's id.
    #[serde(deserialize_with = "sanction")]
    #[param(value_type = wire::form::SanctionId, example = "san_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub sanction: SanctionId,
}

/// `/communities/{community}/appeals/{appeal}`
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InAppeal {
    /// The community's id.
    #[serde(deserialize_with = "community")]
    #[param(value_type = wire::form::CommunityId, example = "com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub community: CommunityId,
    /// The appeal's id.
    #[serde(deserialize_with = "appeal")]
    #[param(value_type = wire::form::AppealId, example = "apl_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub appeal: AppealId,
}

/// `/communities/{community}/appeal-links/{appeal_link}`
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InAppealLink {
    /// The community's id.
    #[serde(deserialize_with = "community")]
    #[param(value_type = wire::form::CommunityId, example = "com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub community: CommunityId,
    /// The link's id.
    #[serde(deserialize_with = "appeal_link")]
    #[param(value_type = wire::form::AppealLinkId, example = "alk_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub appeal_link: AppealLinkId,
}

/// `/communities/{community}/conversations/{conversation}`
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InConversation {
    /// The community's id.
    #[serde(deserialize_with = "community")]
    #[param(value_type = wire::form::CommunityId, example = "com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub community: CommunityId,
    /// The conversation's id.
    #[serde(deserialize_with = "conversation")]
    #[param(value_type = wire::form::ConversationId, example = "cnv_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub conversation: ConversationId,
}

/// `/flows/{flow}`, of a flow that may be a shipped one
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InFlow {
    /// The flow's name.
    #[serde(deserialize_with = "flow")]
    #[param(value_type = wire::form::FlowName, example = "tribune.appeal")]
    pub flow: FlowName,
}

/// `/flows/{flow}`, of a tenant's own
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InOwnFlow {
    /// The flow's name.
    #[param(value_type = wire::form::Word, example = "feedback")]
    pub flow: Name,
}

/// `/communities/{community}/held-acts/{held}`
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InHeld {
    /// The community's id.
    #[serde(deserialize_with = "community")]
    #[param(value_type = wire::form::CommunityId, example = "com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub community: CommunityId,
    /// The held act's id.
    #[serde(deserialize_with = "held")]
    #[param(value_type = wire::form::HeldId, example = "hld_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub held: HeldId,
}

/// `/directives/{directive}`
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InDirective {
    /// The directive's id.
    #[serde(deserialize_with = "directive")]
    #[param(value_type = wire::form::DirectiveId, example = "dir_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub directive: DirectiveId,
}

/// `/webhooks/{webhook}`
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InWebhook {
    /// The webhook's id.
    #[serde(deserialize_with = "webhook")]
    #[param(value_type = wire::form::WebhookId, example = "whk_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub webhook: WebhookId,
}

/// `/webhooks/{webhook}/deliveries/{delivery}`
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InDelivery {
    /// The webhook's id.
    #[serde(deserialize_with = "webhook")]
    #[param(value_type = wire::form::WebhookId, example = "whk_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub webhook: WebhookId,
    /// The delivery's id.
    #[serde(deserialize_with = "delivery")]
    #[param(value_type = wire::form::DeliveryId, example = "dlv_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub delivery: DeliveryId,
}

/// `/communities/{community}/jobs/{job}`
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InJob {
    /// The community's id.
    #[serde(deserialize_with = "community")]
    #[param(value_type = wire::form::CommunityId, example = "com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub community: CommunityId,
    /// The job's id.
    #[serde(deserialize_with = "job")]
    #[param(value_type = wire::form::JobId, example = "job_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub job: JobId,
}

/// `/communities/{community}/schedules/{schedule}`
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InSchedule {
    /// The community's id.
    #[serde(deserialize_with = "community")]
    #[param(value_type = wire::form::CommunityId, example = "com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub community: CommunityId,
    /// The schedule's id.
    #[serde(deserialize_with = "schedule")]
    #[param(value_type = wire::form::ScheduleId, example = "sch_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub schedule: ScheduleId,
}

/// `/communities/{community}/undo-plans/{plan}`
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InPlan {
    /// The community's id.
    #[serde(deserialize_with = "community")]
    #[param(value_type = wire::form::CommunityId, example = "com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub community: CommunityId,
    /// The plan's id.
    #[serde(deserialize_with = "plan")]
    #[param(value_type = wire::form::PlanId, example = "pln_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub plan: PlanId,
}

/// `/communities/{community}/members/{member}`
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InMember {
    /// The community's id.
    #[serde(deserialize_with = "community")]
    #[param(value_type = wire::form::CommunityId, example = "com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub community: CommunityId,
    /// The member: a user id (`usr_…`) or `platform:native_id`.
    #[serde(deserialize_with = "person")]
    #[param(value_type = wire::form::Person, example = "discord:80351110224678912")]
    pub member: PersonRef,
}

/// `/communities/{community}/policies/{version}`
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InPolicyVersion {
    /// The community's id.
    #[serde(deserialize_with = "community")]
    #[param(value_type = wire::form::CommunityId, example = "com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub community: CommunityId,
    /// The version.
    #[serde(deserialize_with = "version")]
    #[param(minimum = 1, maximum = 2_147_483_647, example = 3)]
    pub version: i32,
}

/// `/limits/{limit}`
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InLimit {
    /// The limit's name.
    #[param(value_type = wire::form::LimitName, example = "messages")]
    pub limit: Name,
}

/// `/communities/{community}/links/{link}`
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InLink {
    /// The community's id.
    #[serde(deserialize_with = "community")]
    #[param(value_type = wire::form::CommunityId, example = "com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub community: CommunityId,
    /// The link: `platform:space`.
    #[serde(deserialize_with = "link")]
    #[param(value_type = wire::form::IdentityText, example = "discord:81384788765712384")]
    pub link: Link,
}

/// `/users/{user}`
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InUser {
    /// The user: an id (`usr_…`) or `platform:native_id`.
    #[serde(deserialize_with = "person")]
    #[param(value_type = wire::form::Person, example = "discord:80351110224678912")]
    pub user: PersonRef,
}

/// `/users/{user}/merges/{merge}`
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InMerge {
    /// Either of the two users: an id (`usr_…`) or `platform:native_id`.
    #[serde(deserialize_with = "person")]
    #[param(value_type = wire::form::Person, example = "discord:80351110224678912")]
    pub user: PersonRef,
    /// The merge's id.
    #[serde(deserialize_with = "merge")]
    #[param(value_type = wire::form::MergeId, example = "mrg_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub merge: MergeId,
}

/// `/keys/{key}`
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InKey {
    /// The key's id.
    #[serde(deserialize_with = "key")]
    #[param(value_type = wire::form::KeyId, example = "key_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub key: KeyId,
}

/// `/tenants/{tenant}`
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InTenant {
    /// The tenant's id.
    #[serde(deserialize_with = "tenant")]
    #[param(value_type = wire::form::TenantId, example = "ten_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub tenant: TenantId,
}

/// Somebody, by our id or by a platform's.
#[must_use]
pub fn parse_person(text: &str) -> Option<PersonRef> {
    if let Some(user) = UserId::parse(text) {
        return Some(PersonRef::User(user));
    }
    Identity::parse(text).ok().map(PersonRef::Identity)
}

/// A platform space, written as identities are: `platform:space`.
#[must_use]
pub fn parse_link(text: &str) -> Option<Link> {
    let Identity { platform, id } = Identity::parse(text).ok()?;
    Some(Link { platform, space: id })
}

/// A positive number in plain digits, without a sign or leading zeros: one address for one thing.
fn positive(text: &str) -> Option<i64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    if plain { text.parse().ok() } else { None }
}

/// `/communities/{community}/notices/{notice}`
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InNotice {
    /// The community's id.
    #[serde(deserialize_with = "community")]
    #[param(value_type = wire::form::CommunityId, example = "com_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub community: CommunityId,
    /// The notice's id.
    #[serde(deserialize_with = "notice")]
    #[param(value_type = wire::form::NoticeId, example = "ntc_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f")]
    pub notice: NoticeId,
}

macro_rules! read_by {
    ($($name:ident -> $type:ty, $parse:expr;)+) => {$(
        fn $name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
            let text = String::deserialize(deserializer)?;
            let parse: fn(&str) -> Option<$type> = $parse;
            parse(&text).ok_or_else(|| D::Error::custom("it names nothing"))
        }
    )+};
}

read_by! {
    community -> CommunityId, CommunityId::parse;
    sanction -> SanctionId, SanctionId::parse;
    appeal -> AppealId, AppealId::parse;
    appeal_link -> AppealLinkId, AppealLinkId::parse;
    notice -> NoticeId, NoticeId::parse;
    conversation -> ConversationId, ConversationId::parse;
    flow -> FlowName, |text| FlowName::parse(text).ok();
    held -> HeldId, HeldId::parse;
    directive -> DirectiveId, DirectiveId::parse;
    webhook -> WebhookId, WebhookId::parse;
    delivery -> DeliveryId, DeliveryId::parse;
    job -> JobId, JobId::parse;
    schedule -> ScheduleId, ScheduleId::parse;
    plan -> PlanId, PlanId::parse;
    merge -> MergeId, MergeId::parse;
    key -> KeyId, KeyId::parse;
    tenant -> TenantId, TenantId::parse;
    person -> PersonRef, parse_person;
    link -> Link, parse_link;
    number -> i64, positive;
    version -> i32, |text| positive(text).and_then(|n| i32::try_from(n).ok());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_spelling() {
        assert_eq!(positive("12"), Some(12));
        for wrong in ["", "0", "012", "+1", "-1", "1.0", "9223372036854775808"] {
            assert_eq!(positive(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn people_go_by_both_kinds_of_name() {
        assert!(matches!(
            parse_person("usr_01939c8e7a5b7c3d9e4f0a1b2c3d4e5f"),
            Some(PersonRef::User(_))
        ));
        assert!(matches!(parse_person("discord:1"), Some(PersonRef::Identity(_))));
        assert_eq!(parse_person("usr_1"), None);
    }
}
