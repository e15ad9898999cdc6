//! What members are told of what a batch decides.

use super::issue::WishRow;
use super::run::Run;
use super::writes::Writes;
use super::{Home, MemberKey};
use crate::domain::act::Entry;
use crate::domain::directive::Directive;
use crate::domain::id::NoticeId;
use crate::domain::notice::{Notice, State, When, told};
use crate::ports::directives::Announce;
use crate::ports::ledger::InHand;
use crate::ports::notices::Audience;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// A new notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoticeRow {
    pub(crate) home: Home,
    pub(crate) notice: Notice,
    /// Whether platforms are to tell it, where there are some.
    pub(crate) wished: bool,
}

impl Run<'_, '_> {
    /// What the member is told of new cases.
    pub(super) fn told(&self, member: MemberKey, entries: &[Entry]) -> Vec<Notice> {
        let home = member.home();
        let (Some(first), Some((name, spoken)), Some(timeline)) = (
            entries.first(),
            self.loaded.names.get(&home),
            self.loaded.timelines.get(&home),
        ) else {
            return Vec::new();
        };
        let audience = Audience {
            community: member.community,
            name: name.clone(),
            spoken: *spoken,
            language: self.loaded.languages.get(&(member.tenant, member.user)).copied(),
        };
        let policy = &timeline.in_force(first.case.at).policy;
        self.judge.notices(&audience, policy, entries, self.loaded.now)
    }
}

impl Writes {
    /// Has platforms tell a member those notices that go before what they do, or after it.
    pub(crate) fn tell(
        &mut self,
        member: MemberKey,
        notices: &[Notice],
        when: When,
        in_hand: Option<&InHand>,
    ) {
        for notice in notices.iter().filter(|notice| notice.message.when == when) {
            self.wishes.add(WishRow {
                member,
                wish: notice.wish(),
                reason: None,
                in_hand: in_hand.cloned(),
                only: None,
                spared: None,
            });
        }
    }

    /// Adds notices.
    pub(crate) fn notice(&mut self, home: Home, notices: Vec<Notice>, wished: bool) {
        let rows = notices
            .into_iter()
            .map(|notice| NoticeRow { home, notice, wished });
        self.notices.extend(rows);
    }

    /// Takes over which notices got a directive, and says so in the log. One that got none cannot be delivered.
    pub(crate) fn queue(
        &mut self,
        issued: &[(Home, Directive)],
        announce: &dyn Announce,
        now: DateTime<Utc>,
    ) {
        let queued = issued.iter().filter_map(|(_, directive)| told(directive));
        let queued: BTreeSet<NoticeId> = queued.map(|told| told.notice).collect();
        let mut events = Vec::new();
        for row in self.notices.iter_mut().filter(|row| row.wished) {
            if queued.contains(&row.notice.id) {
                row.notice.state = State::Queued;
            }
            events.push((row.home.0, announce.notice(&row.notice, now)));
        }
        for (tenant, event) in events {
            self.append(tenant, vec![event]);
        }
    }
}

/// Each notice with its own directives, in their order.
pub(crate) fn with_directives(
    notices: Vec<Notice>,
    directives: Vec<Directive>,
) -> Vec<(Notice, Vec<Directive>)> {
    let mut each: BTreeMap<NoticeId, Vec<Directive>> = BTreeMap::new();
    for directive in directives {
        if let Some(id) = told(&directive).map(|told| told.notice) {
            each.entry(id).or_default().push(directive);
        }
    }
    let with = |notice: Notice| {
        let directives = each.remove(&notice.id).unwrap_or_default();
        (notice, directives)
    };
    notices.into_iter().map(with).collect()
}
