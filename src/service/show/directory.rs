//! Tenants, keys, communities, policies, users and members as callers read them.

use crate::domain::id::CommunityId;
use crate::domain::identity::Identity;
use crate::domain::plan::Plan;
use crate::domain::time::Span;
use crate::ports::directory::{ApiKey, Community, Link, Profile, Tenant, User};
use wire::key::Scope;
use wire::time::Time;

/// A tenant.
pub(crate) fn tenant(tenant: &Tenant) -> wire::tenant::Tenant {
    wire::tenant::Tenant {
        id: tenant.id.to_string(),
        name: tenant.name.clone(),
        plan: plan(tenant.plan),
        created_at: Time(tenant.created_at),
        archived_at: tenant.archived_at.map(Time),
    }
}

/// A plan.
const fn plan(plan: Plan) -> wire::tenant::Plan {
    match plan {
        Plan::Small => wire::tenant::Plan::Small,
        Plan::Standard => wire::tenant::Plan::Standard,
        Plan::Large => wire::tenant::Plan::Large,
    }
}

/// A key.
pub(crate) fn key(key: &ApiKey) -> wire::key::ApiKey {
    wire::key::ApiKey {
        id: key.id.to_string(),
        name: key.name.clone(),
        hint: key.hint.clone(),
        scopes: key.scopes.iter().filter_map(|name| Scope::named(name)).collect(),
        communities: key
            .communities
            .as_ref()
            .map(|all| all.iter().map(ToString::to_string).collect()),
        rank: key.rank.into(),
        created_at: Time(key.created_at),
        expires_at: key.expires_at.map(Time),
        revoked_at: key.revoked_at.map(Time),
        last_used_at: key.last_used_at.map(Time),
    }
}

/// A link.
fn link(link: &Link) -> wire::community::Link {
    wire::community::Link {
        platform: link.platform.as_str().to_owned(),
        space: link.space.as_str().to_owned(),
    }
}

/// A community.
pub(crate) fn community(community: &Community) -> wire::community::Community {
    wire::community::Community {
        id: community.id.to_string(),
        name: community.name.clone(),
        created_at: Time(community.created_at),
        policy_version: community.policy_version,
        links: community.links.iter().map(link).collect(),
        archived_at: community.archived_at.map(Time),
        event_retention: community.event_retention.map(Span::seconds),
        language: community.looks.language.map(Into::into),
        colour: community.looks.colour.map(String::from),
    }
}

/// An identity.
pub(super) fn identity(identity: &Identity) -> wire::user::Identity {
    wire::user::Identity {
        platform: identity.platform.as_str().to_owned(),
        id: identity.id.as_str().to_owned(),
    }
}

/// A user.
pub(crate) fn user(user: &User) -> wire::user::User {
    wire::user::User {
        id: user.id.to_string(),
        name: user.name.clone(),
        language: user.language.map(Into::into),
        created_at: Time(user.created_at),
        identities: user.identities.iter().map(identity).collect(),
        merged_into: user.merged_into.map(|id| id.to_string()),
        erased_at: user.erased_at.map(Time),
        erasure_done_at: user.erasure_done_at.map(Time),
    }
}

/// A member.
pub(crate) fn member(community: CommunityId, profile: &Profile) -> wire::user::Member {
    wire::user::Member {
        community: community.to_string(),
        user: user(&profile.user),
        rank: profile.authority.rank.into(),
        level: profile.authority.level,
        protected: profile.protected,
        bot: profile.bot,
    }
}
