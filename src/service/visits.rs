//! Members who come by a link: they see one case of theirs and how they stand, and appeal against it.
//!
//! A [`Visitor`] is made by [`Service::visitor`] alone, and every method here asks for one: whoever has it reaches that case and nothing else.

mod appeals; // what visitors do about their appeal
mod forms; // what a page's form carries
mod token; // what a link is signed with

pub use forms::{BadForm, Form};
pub use token::Keys;

use super::error::ServiceError;
use super::{PersonRef, Service, StoreError};
use crate::domain::actor::Actor;
use crate::domain::appeal::{Appeal, Eligibility, Question};
use crate::domain::case::{Case, Visibility};
use crate::domain::colour::Colour;
use crate::domain::id::{AppealLinkId, CommunityId, TenantId, UserId};
use crate::domain::kind::Kind;
use crate::domain::language::Language;
use crate::domain::outlook::Outlook;
use crate::domain::points::Points;
use crate::domain::sanction::Sanction;
use crate::domain::standing::Standing;
use crate::domain::time::{Instant, Span};
use chrono::{DateTime, Utc};

/// What the secret is called that links are signed with.
const SECRET: &str = "appeal_links";

/// Whoever has shown a link that is good: they reach its case, and nothing else.
#[derive(Clone, Debug)]
pub struct Visitor {
    tenant: TenantId,
    community: CommunityId,
    case: i64,
    link: AppealLinkId,
    user: UserId,
    expires_at: DateTime<Utc>,
}

/// What a visitor sees.
#[derive(Clone, Debug)]
pub struct Visit {
    /// What the community is called.
    pub community: String,
    /// The colour of its pages, if it has one.
    pub colour: Option<Colour>,
    /// Which language they are spoken to unless they ask for another one.
    pub language: Option<Language>,
    /// The case.
    pub case: Told,
    /// How they stand in the community.
    pub standing: Standing,
    /// What becomes of that.
    pub outlook: Outlook,
    /// Their latest appeal against the case.
    pub appeal: Option<Appeal>,
    /// Whether they may appeal now.
    pub eligibility: Eligibility,
    /// What the policy asks whoever appeals.
    pub questions: Vec<Question>,
    /// When this is so.
    pub now: DateTime<Utc>,
}

/// What a case says to its member: not who acted, nor what was written for moderators alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its number.
    pub number: i64,
    /// The kind of act.
    pub kind: Kind,
    /// When.
    pub at: Instant,
    /// Why.
    pub reason: Option<String>,
    /// Whether it was written for moderators alone.
    pub withheld: bool,
    /// Who or what decided it, as far as the member is told.
    pub decided: Decided,
    /// The points that it counts.
    pub points: Points,
    /// For how long, as given.
    pub duration: Option<Span>,
    /// The sanction that it started.
    pub started: Option<Sanction>,
    /// Whether that holds.
    pub holds: bool,
    /// Whether the case no longer counts.
    pub voided: bool,
    /// The milder act that took its place.
    pub replaced_by: Option<i64>,
    /// Whether it counts less than it did.
    pub reduced: bool,
}

/// Who or what decided an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided {
    /// Somebody; who is not told.
    Moderator,
    /// A rule of automod.
    Rule(String),
    /// The community's ladder, since the member had so many points.
    Ladder,
}

impl Visitor {
    /// By which link they have come.
    #[must_use]
    pub const fn link(&self) -> AppealLinkId {
        self.link
    }

    /// Until when it works.
    #[must_use]
    pub const fn expires_at(&self) -> DateTime<Utc> {
        self.expires_at
    }
}

impl Service {
    /// Who shows this token, if it is that of a link which is good. All others are the same nobody.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or that the store could not answer.
    pub async fn visitor(&self, token: &str) -> Result<Visitor, ServiceError> {
        let nobody = || ServiceError::NotFound("link");
        let now = self.clock.now();
        let named = self.link_keys().await?.read(token, now).ok_or_else(nobody)?;
        let (tenant, community) = (named.tenant, named.community);
        let link = match self.store.appeal_link(tenant, community, named.link).await {
            Err(StoreError::NotFound(_)) => return Err(nobody()),
            found => found?,
        };
        if !link.is_good(now) || link.case != named.case {
            return Err(nobody());
        }
        Ok(Visitor {
            tenant,
            community,
            case: link.case,
            link: link.id,
            user: link.user,
            expires_at: link.expires_at,
        })
    }

    /// What a visitor sees.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] where the case or the community is gone, or that the store could not answer.
    pub async fn visit(&self, visitor: &Visitor) -> Result<Visit, ServiceError> {
        let Visitor {
            tenant,
            community,
            case,
            user,
            ..
        } = *visitor;
        let shown = self.store.community(tenant, community).await?;
        let person = self.store.user(tenant, &PersonRef::User(user)).await?;
        let case = self.store.case(tenant, community, case).await?;
        let (standing, outlook) = self.outlook(tenant, community, &PersonRef::User(user)).await?;
        let mut appeals = self.appeals_of(visitor).await?;
        let rules = self.appeal_rules(visitor).await?;
        let now = self.clock.now();
        let mut eligibility = Eligibility::of(&rules, &case, &appeals, now);
        if shown.archived_at.is_some() {
            eligibility = eligibility.in_archived();
        }
        Ok(Visit {
            community: shown.name,
            colour: shown.looks.colour,
            language: person.language.or(shown.looks.language),
            eligibility,
            questions: rules.questions,
            case: told(case, &standing),
            standing,
            outlook,
            appeal: (!appeals.is_empty()).then(|| appeals.swap_remove(0)),
            now,
        })
    }

    /// What links are signed with: made once for the whole installation, and kept.
    pub(super) async fn link_keys(&self) -> Result<&Keys, ServiceError> {
        self.link_keys
            .get_or_try_init(async || {
                let fresh = self.ids.random();
                let fresh = fresh.map_err(|e| ServiceError::Store(StoreError::Failed(Box::new(e))))?;
                let secret = self.store.installation_secret(SECRET, fresh).await?;
                Ok(Keys::of(&secret))
            })
            .await
    }
}

/// What the member of a case is told of it.
fn told(case: Case, standing: &Standing) -> Told {
    let holds = standing
        .sanctions
        .iter()
        .any(|sanction| sanction.case == case.number);
    let duration = lasts(&case);
    let hidden = case.kind == Kind::Note && case.particulars.visibility == Visibility::Moderators;
    Told {
        number: case.number,
        kind: case.kind,
        at: case.at,
        reason: case.particulars.reason.filter(|_| !hidden),
        withheld: hidden,
        decided: match case.actor {
            Actor::Automod { rule, .. } => Decided::Rule(rule.as_str().to_owned()),
            Actor::Escalation { .. } => Decided::Ladder,
            _ => Decided::Moderator,
        },
        points: case.points,
        duration,
        started: case.started,
        holds,
        replaced_by: case.voided.as_ref().and_then(|voided| voided.replaced_by),
        voided: case.voided.is_some(),
        reduced: case.reduced.is_some(),
    }
}

/// How long the act lasts: from its start to its end, where that was reduced.
fn lasts(case: &Case) -> Option<Span> {
    let sanction = case.started.as_ref().filter(|_| case.reduced.is_some());
    let reduced = sanction.and_then(|sanction| {
        let end = sanction.end?;
        Span::new(end.seconds() - sanction.start.seconds()).ok()
    });
    reduced.or(case.duration)
}
