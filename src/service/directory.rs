//! Changes to the directory: what callers and the log read of each, and the one way in which the use cases make them.

use super::error::{ServiceError, applied};
use super::judge::json;
use super::records::case_tag;
use super::show::directive::Announcer;
use super::{Answer, Claim, Outcome, Service, appeals, merges, notices, show};
use crate::domain::actor::{Acting, Actor, Target};
use crate::domain::appeal::Appeal;
use crate::domain::authority;
use crate::domain::case::Case;
use crate::domain::directive::Directive;
use crate::domain::drift::Seen;
use crate::domain::id::{CommunityId, NoticeId, TenantId, UserId};
use crate::domain::notice::Notice;
use crate::domain::policy::Policy;
use crate::domain::refusal::Refusal;
use crate::domain::schedule::Schedule;
use crate::ports::answer::NewEvent;
use crate::ports::conversations::{FlowRecord, Talked};
use crate::ports::directives::Announce;
use crate::ports::directory::{
    ApiKey, Change, Changed, Order, PolicyChange, PolicyNews, PolicyRecord, Render, Rendered, Tenant,
};
use crate::ports::ledger::ActorRef;
use crate::ports::limits::LimitRecord;
use crate::ports::notices::Audience;
use crate::ports::webhooks::WebhookChange;
use chrono::{DateTime, Utc};
use serde::Serialize;
use wire::event::{EventData, types};
use wire::key::KeyCreated;
use wire::tenant::TenantCreated;

/// Writes out a change, inside its transaction.
pub(crate) struct DirectoryRender {
    /// The type of the event that the change appends.
    kind: &'static str,
    /// Whether members can reach pages of this service.
    links: bool,
}

impl DirectoryRender {
    /// For one change.
    pub(crate) const fn of(change: &Change) -> Self {
        let kind = match change {
            Change::CreateTenant { .. } => types::TENANT_CREATED,
            Change::CreateKey(_) => types::KEY_CREATED,
            Change::RevokeKey(_) => types::KEY_REVOKED,
            Change::CreateCommunity { .. } => types::COMMUNITY_CREATED,
            Change::UpdateCommunity { .. }
            | Change::KeepCommunity(_)
            | Change::AddLink { .. }
            | Change::RemoveLink { .. } => types::COMMUNITY_CHANGED,
            // What is written of a policy may tell of several versions; see `policy`.
            Change::PutPolicy { .. } | Change::WithdrawPolicy { .. } | Change::ActivatePolicy { .. } => {
                types::POLICY_ACTIVATED
            }
            Change::ArchiveCommunity { archived: true, .. } => types::COMMUNITY_ARCHIVED,
            Change::ArchiveCommunity { archived: false, .. } => types::COMMUNITY_UNARCHIVED,
            Change::DeleteCommunity(_) => types::COMMUNITY_DELETED,
            Change::UpdateTenant { .. } => types::TENANT_CHANGED,
            Change::ArchiveTenant { archived: true, .. } => types::TENANT_ARCHIVED,
            Change::ArchiveTenant { archived: false, .. } => types::TENANT_UNARCHIVED,
            Change::DeleteTenant(_) => types::TENANT_DELETED,
            Change::PutLimit { expected: None, .. } => types::LIMIT_CREATED,
            Change::PutLimit { .. } => types::LIMIT_CHANGED,
            Change::DeleteLimit { .. } => types::LIMIT_DELETED,
            Change::CreateUser { .. } => types::USER_CREATED,
            Change::UpdateUser { .. } | Change::KeepUser(_) | Change::AddIdentity { .. } => {
                types::USER_CHANGED
            }
            // What is written of these tells of sanctions and cases too; see `merges`.
            Change::MergeUsers { .. } => types::USER_MERGED,
            Change::SplitUsers { .. } => types::USER_SPLIT,
            Change::EraseUser(_) => types::USER_ERASED,
            Change::SetMember { .. } => types::MEMBER_CHANGED,
            // What is written of a receipt depends on what it comes to; see `written`.
            Change::ReceiveDirective { .. } => types::DIRECTIVE_APPLIED,
            Change::RetryDirective(_) => types::DIRECTIVE_RETRIED,
            Change::CancelDirective(_) => types::DIRECTIVE_CANCELLED,
            Change::CreateSchedule(_) => types::SCHEDULE_CREATED,
            Change::RetrySchedule { .. } => types::SCHEDULE_RETRIED,
            Change::CancelSchedule { .. } => types::SCHEDULE_CANCELLED,
            Change::Appeal(change) => show::appeal::kind(&change.what),
            Change::AppealLink(change) if change.is_revocation() => types::APPEAL_LINK_REVOKED,
            Change::AppealLink(_) => types::APPEAL_LINK_CREATED,
            Change::AcknowledgeNotice { .. } => types::NOTICE_ACKNOWLEDGED,
            Change::PutFlow(_) => types::FLOW_WRITTEN,
            // What is written of a conversation tells of several steps.
            Change::Conversation(_) => types::CONVERSATION_ADVANCED,
            Change::Webhook(change) => match **change {
                WebhookChange::Create { .. } => types::WEBHOOK_CREATED,
                WebhookChange::Delete(_) => types::WEBHOOK_DELETED,
                _ => types::WEBHOOK_CHANGED,
            },
            Change::ChangeReason { .. } => types::CASE_REASON_CHANGED,
        };
        Self { kind, links: false }
    }

    /// A thing that is answered and logged as the same document.
    fn one<T: Serialize>(
        &self,
        tag: String,
        shown: &T,
        (community, user): (Option<CommunityId>, Option<UserId>),
        data: &EventData,
        at: DateTime<Utc>,
    ) -> Rendered {
        let event = NewEvent {
            kind: self.kind,
            community,
            user,
            at,
            data: json(data),
        };
        Rendered {
            answer: Answer {
                tag,
                body: json(shown),
            },
            events: vec![event],
        }
    }

    /// A tenant with its first key. The secret is not here to be kept: whoever made the key adds it to the first answer.
    fn tenant(&self, tenant: &Tenant, key: &ApiKey, now: DateTime<Utc>) -> Rendered {
        let body = TenantCreated {
            tenant: show::directory::tenant(tenant),
            key: show::directory::key(key),
            secret: None,
        };
        let data = EventData {
            tenant: Some(body.tenant.clone()),
            ..EventData::default()
        };
        let mut rendered = self.one(tenant.id.to_string(), &body, (None, None), &data, now);
        let data = EventData {
            key: Some(body.key),
            ..EventData::default()
        };
        rendered.events.push(NewEvent {
            kind: types::KEY_CREATED,
            community: None,
            user: None,
            at: now,
            data: json(&data),
        });
        rendered
    }

    /// A key, made or revoked.
    fn key(&self, key: &ApiKey, now: DateTime<Utc>) -> Rendered {
        let shown = show::directory::key(key);
        let data = EventData {
            key: Some(shown.clone()),
            ..EventData::default()
        };
        let tag = key.id.to_string();
        if self.kind == types::KEY_CREATED {
            let body = KeyCreated {
                key: shown,
                secret: None,
            };
            return self.one(tag, &body, (None, None), &data, now);
        }
        let mut rendered = self.one(tag, &shown, (None, None), &data, now);
        // Revoked before: nothing happened now, so the log has nothing to say.
        if key
            .revoked_at
            .is_some_and(|at| at.timestamp_micros() != now.timestamp_micros())
        {
            rendered.events.clear();
        }
        rendered
    }
}

/// A version of a policy as it stands now, and what happened to which versions.
fn policy(change: &PolicyChange, now: DateTime<Utc>) -> Rendered {
    let event = |(what, record): &(PolicyNews, PolicyRecord)| NewEvent {
        kind: match what {
            PolicyNews::Scheduled => types::POLICY_SCHEDULED,
            PolicyNews::Withdrawn => types::POLICY_WITHDRAWN,
            PolicyNews::Activated => types::POLICY_ACTIVATED,
        },
        community: Some(change.community),
        user: None,
        at: now,
        data: json(&EventData {
            policy: Some(show::policy::policy(change.community, record)),
            ..EventData::default()
        }),
    };
    let is_ahead = change.record.withdrawn_at.is_none() && change.record.version.version > change.in_force;
    Rendered {
        answer: Answer {
            tag: if is_ahead {
                show::policy::tag(change.in_force, Some(change.record.version.version))
            } else {
                show::policy::version_tag(&change.record)
            },
            body: json(&show::policy::policy(change.community, &change.record)),
        },
        events: change.news.iter().map(event).collect(),
    }
}

impl DirectoryRender {
    /// A schedule that was made, is tried again or was taken back.
    fn schedule(&self, schedule: &Schedule, now: DateTime<Utc>) -> Rendered {
        Rendered {
            answer: Answer {
                tag: schedule.id.to_string(),
                body: json(&show::schedule::schedule(schedule)),
            },
            events: vec![show::schedule::told(self.kind, schedule, now)],
        }
    }

    /// A version of a flow.
    fn flow(&self, record: &FlowRecord, now: DateTime<Utc>) -> Rendered {
        let shown = show::conversation::record(record);
        let data = EventData {
            flow: Some(shown.clone()),
            ..EventData::default()
        };
        self.one(shown.version.to_string(), &shown, (None, None), &data, now)
    }

    /// An appeal; one that was decided without a remedy is answered as a decision.
    fn appeal(&self, appeal: &Appeal, now: DateTime<Utc>) -> Rendered {
        let shown = show::appeal::appeal(appeal, now);
        let answer = if matches!(self.kind, types::APPEAL_DECIDED | types::APPEAL_VOTED) {
            appeals::upheld(shown)
        } else {
            Answer {
                tag: shown.id.clone(),
                body: json(&shown),
            }
        };
        Rendered {
            answer,
            events: vec![show::appeal::told(self.kind, appeal, now)],
        }
    }

    /// A directive that was reported on, is tried again or was taken back.
    fn directive(&self, directive: &Directive, now: DateTime<Utc>) -> Rendered {
        let kind = match self.kind {
            types::DIRECTIVE_APPLIED => show::directive::received(directive),
            other => other,
        };
        Rendered {
            answer: Answer {
                tag: directive.id.to_string(),
                body: json(&show::directive::directive(directive)),
            },
            events: vec![show::directive::told(kind, directive, now)],
        }
    }

    /// The same, where a notice is anywhere else for it.
    fn told(&self, directive: &Directive, notice: &Notice, now: DateTime<Utc>) -> Rendered {
        let mut rendered = self.directive(directive, now);
        rendered.events.push(show::notice::told(notice, now));
        rendered
    }

    /// The same, where what was observed stands otherwise for it: before, and now.
    fn observed(
        &self,
        directive: &Directive,
        (before, after): &(Seen, Seen),
        now: DateTime<Utc>,
    ) -> Rendered {
        let about = show::drift::About {
            community: directive.community,
            user: Some(directive.user),
            desired: &directive.wish,
            said: Some(directive),
        };
        let mut rendered = self.directive(directive, now);
        let news = show::drift::news(about, Some(before), after, now);
        rendered.events.extend(news);
        rendered
    }

    /// A version of a rate limit.
    fn limit(&self, record: &LimitRecord, now: DateTime<Utc>) -> Rendered {
        let shown = show::limit::limit(record);
        let data = EventData {
            limit: Some(shown.clone()),
            ..EventData::default()
        };
        let tag = record.version.to_string();
        self.one(tag, &shown, (record.community, None), &data, now)
    }

    /// The thing as it stands now, for the caller and for the log.
    fn written(&self, changed: &Changed, now: DateTime<Utc>) -> Rendered {
        let mut data = EventData::default();
        match changed {
            Changed::Tenant(tenant, key) => self.tenant(tenant, key, now),
            Changed::OtherTenant(tenant) => {
                let shown = show::directory::tenant(tenant);
                data.tenant = Some(shown.clone());
                self.one(shown.id.clone(), &shown, (None, None), &data, now)
            }
            Changed::Key(key) => self.key(key, now),
            Changed::Community(community) => {
                let shown = show::directory::community(community);
                data.community = Some(shown.clone());
                self.one(shown.id.clone(), &shown, (Some(community.id), None), &data, now)
            }
            Changed::Policy(change) => policy(change, now),
            Changed::Limit(record) => self.limit(record, now),
            Changed::Merged(merged) => merges::merged(merged, now),
            Changed::Parted(parted) => merges::parted(parted, now),
            Changed::User(user) => {
                let shown = show::directory::user(user);
                data.user = Some(shown.clone());
                self.one(shown.id.clone(), &shown, (None, Some(user.id)), &data, now)
            }
            Changed::Member(community, profile) => {
                let shown = show::directory::member(*community, profile);
                data.member = Some(shown.clone());
                let place = (Some(*community), Some(profile.user.id));
                self.one(shown.user.id.clone(), &shown, place, &data, now)
            }
            Changed::Directive(directive) => self.directive(directive, now),
            Changed::Observed(directive, seen) => self.observed(directive, seen, now),
            Changed::Told(directive, notice) => self.told(directive, notice, now),
            Changed::Notice(read) => show::notice::read(read, now),
            Changed::Schedule(schedule) => self.schedule(schedule, now),
            Changed::Appeal(appeal) => self.appeal(appeal, now),
            Changed::AppealMoved(appeal, happened) => show::appeal::moved(appeal, happened, now),
            Changed::AppealLink(link) => show::appeal_link::changed(self.kind, link, now),
            Changed::Flow(record) => self.flow(record, now),
            Changed::Conversation(talked) => conversation(talked, now),
            Changed::Webhook(changed) => show::webhook::changed(self.kind, changed, now),
            Changed::Case(community, case) => {
                let shown = show::case::case(*community, case);
                data.case = Some(shown.clone());
                let place = (Some(*community), Some(case.user));
                self.one(case_tag(case), &shown, place, &data, now)
            }
            Changed::Same(there) => Rendered {
                events: Vec::new(),
                ..self.written(there, now)
            },
        }
    }
}

/// A conversation that moved, and what it brought about.
fn conversation(talked: &Talked, now: DateTime<Utc>) -> Rendered {
    let (answer, mut events) = show::conversation::moved(talked);
    let brought = talked.brought.iter().flat_map(|changed| brought(changed, now));
    events.extend(brought);
    Rendered { answer, events }
}

/// What the log says of what a conversation brought about.
fn brought(changed: &Changed, now: DateTime<Utc>) -> Vec<NewEvent> {
    let kind = match changed {
        Changed::Appeal(_) => types::APPEAL_FILED,
        _ => types::USER_MERGED,
    };
    let links = false;
    DirectoryRender { kind, links }.written(changed, now).events
}

impl Render for DirectoryRender {
    fn render(&self, changed: &Changed, _by: &Actor, now: DateTime<Utc>) -> Rendered {
        self.written(changed, now)
    }

    fn notice(
        &self,
        id: NoticeId,
        audience: &Audience,
        policy: &Policy,
        appeal: &Appeal,
        now: DateTime<Utc>,
    ) -> Option<Notice> {
        notices::of_appeal((id, self.links), audience, policy, (appeal, None), now)
    }

    fn announcer(&self) -> Box<dyn Announce> {
        Box::new(Announcer)
    }

    fn may_edit(
        &self,
        case: &Case,
        target: &Target,
        acting: &Acting,
        policy: &Policy,
    ) -> Result<(), Refusal> {
        // Immunity guards a member against acts; correcting the record of one that happened harms nobody.
        authority::check(policy, case.kind, acting, target, true)
    }
}

impl Service {
    /// Carries out a change, to its end whoever stops waiting for it.
    pub(crate) async fn change(
        &self,
        tenant: TenantId,
        by: ActorRef,
        change: Change,
        claim: Option<Claim>,
    ) -> Result<Outcome, ServiceError> {
        let store = self.store.clone();
        let links = self.has_public_pages();
        self.detached(async move {
            let render = DirectoryRender {
                links,
                ..DirectoryRender::of(&change)
            };
            let order = Order {
                tenant,
                by,
                change,
                claim,
            };
            applied(store.apply(&order, &render).await?)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::KeyId;
    use crate::domain::rank::Rank;
    use uuid::Uuid;

    fn key(revoked_at: Option<DateTime<Utc>>) -> ApiKey {
        ApiKey {
            id: KeyId(Uuid::nil()),
            tenant: TenantId(Uuid::nil()),
            name: "bot".into(),
            hint: "trb_live_abcd".into(),
            hash: [0; 32],
            scopes: vec!["acts:write".into()],
            communities: None,
            rank: Rank::Admin,
            created_at: DateTime::UNIX_EPOCH,
            expires_at: None,
            revoked_at,
            last_used_at: None,
        }
    }

    fn render(change: &Change, key: ApiKey, now: DateTime<Utc>) -> Rendered {
        let by = Actor::System;
        DirectoryRender::of(change).render(&Changed::Key(Box::new(key)), &by, now)
    }

    #[test]
    fn what_is_kept_of_a_new_key_has_no_secret() {
        let change = Change::CreateKey(Box::new(key(None)));
        let made = render(&change, key(None), DateTime::UNIX_EPOCH);
        assert!(
            made.answer.body.ends_with("\"secret\":null}"),
            "{}",
            made.answer.body
        );
        assert_eq!(made.events[0].kind, types::KEY_CREATED);
        assert!(!made.events[0].data.contains("hash"));
    }

    #[test]
    fn revoking_again_is_no_event() {
        let (change, now) = (Change::RevokeKey(KeyId(Uuid::nil())), DateTime::UNIX_EPOCH);
        assert_eq!(render(&change, key(Some(now)), now).events.len(), 1);
        let later = now + chrono::TimeDelta::minutes(1);
        assert!(render(&change, key(Some(now)), later).events.is_empty());
    }
}
