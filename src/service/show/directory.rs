//! Tenants, keys, communities, policies, users and members as callers read them.

use super::case::actor;
use super::{instant, points};
use crate::domain::id::CommunityId;
use crate::domain::identity::Identity;
use crate::domain::points::Points;
use crate::domain::policy::{Policy, Rung};
use crate::ports::directory::{ApiKey, Community, Link, PolicyRecord, Profile, Tenant, User};
use wire::duration::Duration;
use wire::key::Scope;
use wire::time::Time;
use wire::word::DecayModel;

/// A tenant.
pub(crate) fn tenant(tenant: &Tenant) -> wire::tenant::Tenant {
    wire::tenant::Tenant {
        id: tenant.id.to_string(),
        name: tenant.name.clone(),
        created_at: Time(tenant.created_at),
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
    }
}

/// A policy version.
pub(crate) fn policy(community: CommunityId, record: &PolicyRecord) -> wire::policy::Policy {
    wire::policy::Policy {
        community: community.to_string(),
        version: record.version.version,
        activated_at: instant(record.version.activated_at),
        created_at: Time(record.created_at),
        by: actor(&record.by),
        comment: record.comment.clone(),
        rules: rules(&record.version.policy),
    }
}

/// The rules, complete: what a request may send back as they are.
pub(crate) fn rules(policy: &Policy) -> wire::policy::Rules {
    wire::policy::Rules {
        granularity: Some(points(policy.granularity)),
        weights: Some(
            policy
                .weights
                .iter()
                .map(|(kind, weight)| ((*kind).into(), points(*weight)))
                .collect(),
        ),
        decay: Some(wire::policy::Decay {
            model: DecayModel::Linear,
            per_day: points(Points::from_millis(policy.decay.rate)),
            grace: Some(Duration::Seconds(policy.decay.grace)),
        }),
        freeze_while: Some(policy.freeze_while.into()),
        ladder: Some(policy.ladder.iter().map(rung).collect()),
        escalations_carry_points: Some(policy.escalations_carry_points),
        duplicate_window: Some(Duration::Seconds(policy.duplicate_window)),
        least_rank: Some(
            policy
                .least_rank
                .iter()
                .map(|(kind, rank)| ((*kind).into(), (*rank).into()))
                .collect(),
        ),
    }
}

/// A rung.
fn rung(rung: &Rung) -> wire::policy::Rung {
    wire::policy::Rung {
        id: rung.id.clone(),
        at: points(rung.at),
        action: rung.action.into(),
        duration: rung.duration.map(|span| Duration::Seconds(span.seconds())),
        refire: Some(rung.refire.into()),
        reset_below: Some(points(rung.reset_below)),
    }
}

/// An identity.
fn identity(identity: &Identity) -> wire::user::Identity {
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
        created_at: Time(user.created_at),
        identities: user.identities.iter().map(identity).collect(),
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
