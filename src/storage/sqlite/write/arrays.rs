//! Rows turned into JSON arrays: one array a table, its rows as the statements of [`write`](super::write) take them apart.

use super::Made;
use crate::domain::case::Case;
use crate::domain::id::{TenantId, UserId};
use crate::domain::member::Member;
use crate::domain::past::Mark;
use crate::ports::error::StoreError;
use crate::storage::batch::{EndedRow, Writes, mark};
use crate::storage::codec::{SanctionDetail, ending_name, json, json_opt};
use crate::storage::sqlite::row::micros;
use crate::storage::sqlite::rows::{Hex, Id, ids};
use serde::{Serialize, Serializer};

/// New users, and their identities.
pub(super) fn people(made: &Made<'_>, writes: &Writes) -> Result<(String, String), StoreError> {
    let needed = |tenant: TenantId, user: UserId| !writes.unmade_users.contains(&(tenant, user));
    let new: Vec<_> = made
        .named
        .iter()
        .filter(|((tenant, _), user)| needed(*tenant, **user))
        .collect();
    let users: Vec<_> = new
        .iter()
        .map(|((tenant, _), user)| (Id(tenant.0), Id(user.0)))
        .collect();
    let identities: Vec<_> = new
        .iter()
        .map(|((tenant, identity), user)| {
            let (platform, id) = (identity.platform.as_str(), identity.id.as_str());
            (Id(tenant.0), platform, id, Id(user.0))
        })
        .collect();
    Ok((json(&users)?, json(&identities)?))
}

/// Members whose state changed, and new ones whose state is still empty.
pub(super) fn members(made: &Made<'_>, writes: &Writes) -> Result<String, StoreError> {
    let mut members = Vec::with_capacity(writes.members.len());
    for (key, member) in &writes.members {
        members.push((key, json(&member.state)?, json(&member.recent)?));
    }
    let empty = made
        .members
        .iter()
        .filter(|key| !writes.unmade_members.contains(key) && !writes.members.contains_key(key));
    for key in empty {
        members.push((key, json(&Member::default())?, "[]".to_owned()));
    }
    let members: Vec<_> = members
        .iter()
        .map(|(key, state, recent)| {
            let home = ids(key.home());
            (home.0, home.1, Id(key.user.0), state, recent)
        })
        .collect();
    json(&members)
}

/// A case as its row has it. A struct, because the parts come from several places; it is written as an array.
struct CaseParts<'a> {
    home: (Id, Id),
    case: &'a Case,
    actor: String,
    doc: String,
    started: Option<String>,
    voided: Option<String>,
    state: Option<String>,
    mark: Option<Mark>,
}

impl Serialize for CaseParts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let case = self.case;
        (
            self.home.0,
            self.home.1,
            case.number,
            Id(case.user.0),
            case.kind.name(),
            &self.actor,
            case.at.seconds(),
            case.points.units(),
            micros(case.recorded_at),
            &self.doc,
            &case.particulars.reason,
            case.revision,
            &self.started,
            &self.voided,
            &self.state,
            self.mark.map(|mark| (mark.era, mark.clock, mark.sum.units())),
        )
            .serialize(serializer)
    }
}

/// New cases.
pub(super) fn cases(writes: &Writes) -> Result<String, StoreError> {
    let mut cases = Vec::with_capacity(writes.cases.len());
    for row in &writes.cases {
        let case = &row.case;
        cases.push(CaseParts {
            home: ids(row.home),
            case,
            actor: case.actor.to_string(),
            doc: json(case)?,
            started: json_opt(case.started.as_ref())?,
            voided: json_opt(case.voided.as_ref())?,
            state: json_opt(row.state.as_ref())?,
            mark: mark(case, row.state.as_ref()),
        });
    }
    json(&cases)
}

/// New sanctions, and ends of those that were there before.
pub(super) fn sanctions(writes: &Writes) -> Result<(String, String), StoreError> {
    let end = |ended: Option<&EndedRow>| {
        let how = ended.map(|end| ending_name(end.how));
        let at = ended.map(|end| end.at.seconds());
        (how, at, ended.and_then(|end| end.by))
    };
    let started: Vec<_> = writes
        .started
        .iter()
        .map(|((home, id), row)| {
            let (tenant, community) = ids(*home);
            let sanction = &row.sanction;
            let (how, at, by) = end(row.ended.as_ref());
            let identity = sanction.named.as_ref().map(ToString::to_string);
            Ok((
                tenant,
                community,
                Id(id.0),
                Id(row.user.0),
                sanction.case,
                sanction.kind.name(),
                sanction.start.seconds(),
                sanction.end.map(|end| end.seconds()),
                sanction.version,
                how,
                at,
                by,
                identity,
                SanctionDetail::of(sanction)?,
            ))
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    let ended: Vec<_> = writes
        .ended
        .iter()
        .map(|((home, id), row)| {
            let (tenant, community) = ids(*home);
            let (how, at, by) = end(Some(row));
            (tenant, community, Id(id.0), how, at, by)
        })
        .collect();
    Ok((json(&started)?, json(&ended)?))
}

/// Timers to take away, and to set.
pub(super) fn timers(writes: &Writes) -> Result<(String, String), StoreError> {
    let gone: Vec<_> = writes
        .gone_timers
        .iter()
        .map(|((home, id), timer)| {
            let (tenant, community) = ids(*home);
            (tenant, community, Id(id.0), timer.up_to_version)
        })
        .collect();
    let set: Vec<_> = writes
        .timers
        .iter()
        .map(|((home, id), timer)| {
            let (tenant, community) = ids(*home);
            let (user, due) = (Id(timer.user.0), timer.due.seconds());
            (tenant, community, Id(id.0), user, timer.version, due)
        })
        .collect();
    Ok((json(&gone)?, json(&set)?))
}

/// Sanctions whose end moves.
pub(super) fn moved(writes: &Writes) -> Result<String, StoreError> {
    let moved: Vec<_> = writes
        .moved
        .iter()
        .map(|((home, id), row)| {
            let (tenant, community) = ids(*home);
            (
                tenant,
                community,
                Id(id.0),
                row.end.map(|end| end.seconds()),
                row.version,
            )
        })
        .collect();
    json(&moved)
}

/// Communities' last case numbers.
pub(super) fn numbers(writes: &Writes) -> Result<String, StoreError> {
    let numbers: Vec<_> = writes
        .numbers
        .iter()
        .map(|(home, last)| {
            let (tenant, community) = ids(*home);
            (tenant, community, last)
        })
        .collect();
    json(&numbers)
}

/// Events, and how many each tenant gets.
pub(super) fn events(writes: &Writes) -> Result<(String, String), StoreError> {
    let events: Vec<_> = writes
        .events
        .iter()
        .map(|row| {
            let event = &row.event;
            (
                Id(row.tenant.0),
                row.offset,
                event.kind,
                event.community.map(|id| Id(id.0)),
                event.user.map(|id| Id(id.0)),
                micros(event.at),
                &event.data,
            )
        })
        .collect();
    let counts: Vec<_> = writes
        .event_counts
        .iter()
        .map(|(tenant, count)| (Id(tenant.0), count))
        .collect();
    Ok((json(&events)?, json(&counts)?))
}

/// Answers under idempotency keys.
pub(super) fn kept(writes: &Writes) -> Result<String, StoreError> {
    let kept: Vec<_> = writes
        .kept
        .iter()
        .map(|((tenant, key), row)| {
            let (fingerprint, answer) = (Hex(&row.fingerprint), &row.answer);
            (
                Id(tenant.0),
                key,
                fingerprint,
                &answer.body,
                &answer.tag,
                micros(row.at),
            )
        })
        .collect();
    json(&kept)
}

/// What members are told.
pub(super) fn notices(writes: &Writes) -> Result<String, StoreError> {
    let mut notices = Vec::with_capacity(writes.notices.len());
    for row in &writes.notices {
        let ((tenant, community), notice) = (ids(row.home), &row.notice);
        notices.push((
            tenant,
            community,
            Id(notice.id.0),
            notice.case,
            Id(notice.user.0),
            notice.state.name(),
            micros(notice.created_at),
            json(&notice.message)?,
            notice.message.pass.map(|pass| micros(pass.expires_at)),
        ));
    }
    json(&notices)
}
