//! Links that go with notices. What is kept of one is that it was made; its address is written for whoever delivers the notice.

use crate::domain::appeal_link::AppealLink;
use crate::domain::directive::{Directive, Wanted};
use crate::domain::id::TenantId;
use crate::domain::language::Language;
use crate::domain::notice::Notice;
use crate::service::error::ServiceError;
use crate::service::visits::Keys;
use crate::service::{Service, show};
use crate::texts::{self, say};
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// What writes out the addresses of a tenant's links, where browsers can reach this service.
pub(in crate::service) struct Addresses {
    tenant: TenantId,
    signer: Option<(Arc<str>, Keys)>,
    now: DateTime<Utc>,
}

impl Addresses {
    /// Where a browser finds what a link leads to.
    pub(in crate::service) fn of(&self, link: &AppealLink) -> Option<String> {
        let (site, keys) = self.signer.as_ref()?;
        let token = keys.sign(self.tenant, link)?;
        Some(format!("{site}/a/{token}"))
    }

    /// A directive for whoever carries it out.
    pub(in crate::service) fn directive(&self, directive: &Directive) -> wire::directive::Directive {
        let mut shown = show::directive::directive(directive);
        let Wanted::Told(told) = &directive.wish.wanted else {
            return shown;
        };
        let link = told.pass.zip(directive.wish.case).map(|(pass, case)| {
            let of = (directive.community, case, directive.user);
            pass.link(told.notice, of)
        });
        if let Some(notice) = &mut shown.wanted.notice {
            notice.text = Some(self.told(&told.text, told.language, link));
        }
        shown
    }

    /// A notice with its directives, for whoever may make links.
    pub(in crate::service) fn notice(&self, found: &(Notice, Vec<Directive>)) -> wire::notice::Notice {
        let mut shown = show::notice::notice(found);
        let message = &found.0.message;
        shown.text = self.told(&message.text, message.language, found.0.link());
        shown
    }

    /// A text with the line that the link adds to it, while it is good.
    fn told(&self, text: &str, language: Language, link: Option<AppealLink>) -> String {
        let good = link.filter(|link| link.is_good(self.now));
        let Some((link, url)) = good.and_then(|link| self.of(&link).map(|url| (link, url))) else {
            return text.to_owned();
        };
        let until = texts::moment(language, link.expires_at);
        let line = say(
            language,
            "notice-page",
            &[("until", until.into()), ("url", url.into())],
        );
        format!("{text}\n{line}")
    }
}

impl Service {
    /// What writes out the addresses of a tenant's links.
    ///
    /// # Errors
    /// That the key that signs them could not be read.
    pub(in crate::service) async fn addresses(&self, tenant: TenantId) -> Result<Addresses, ServiceError> {
        let signer = match &self.site {
            Some(site) => Some((site.url.clone(), self.link_keys().await?.clone())),
            None => None,
        };
        Ok(Addresses {
            tenant,
            signer,
            now: self.clock.now(),
        })
    }
}
