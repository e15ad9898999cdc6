//! Rows turned into columns: one array a column, in the order in which the last statement names them.

use super::{DateTime, Query, Utc};
use crate::ports::error::StoreError;
use crate::storage::batch::{EndedRow, Writes, mark};
use crate::storage::codec::{SanctionDetail, ending_name, json, json_opt};
use uuid::Uuid;

/// The columns of one table: each field is an array. `bind` gives them to a statement in the order of the fields.
macro_rules! columns {
    ($(#[$meta:meta])* $name:ident $(<$life:lifetime>)? { $($field:ident: $type:ty,)+ }) => {
        $(#[$meta])*
        #[derive(Default)]
        pub(super) struct $name $(<$life>)? {
            $($field: Vec<$type>,)+
        }

        impl $(<$life>)? $name $(<$life>)? {
            pub(super) fn bind<'q>(self, query: Query<'q>) -> Query<'q>
            where
                Self: 'q,
            {
                query$(.bind(self.$field))+
            }
        }
    };
}

columns! {
    /// Tenants' positions, and events.
    Events<'a> {
        advanced: Uuid,
        count: i64,
        tenant: Uuid,
        place: i64,
        kind: &'static str,
        community: Option<Uuid>,
        user: Option<Uuid>,
        at: DateTime<Utc>,
        data: &'a str,
    }
}

columns! {
    /// Communities' case numbers.
    Counters {
        tenant: Uuid,
        community: Uuid,
        last: i64,
    }
}

columns! {
    /// Answers under idempotency keys.
    Kept<'a> {
        tenant: Uuid,
        key: &'a str,
        fingerprint: &'a [u8],
        answer: &'a str,
        tag: &'a str,
        at: DateTime<Utc>,
    }
}

columns! {
    /// Timers: set, and taken away.
    Timers {
        tenant: Uuid,
        community: Uuid,
        sanction: Uuid,
        user: Uuid,
        version: i32,
        due: i64,
        gone_tenant: Uuid,
        gone_community: Uuid,
        gone_sanction: Uuid,
        gone_version: i32,
    }
}

columns! {
    /// Ends of sanctions that were there before.
    Ends {
        tenant: Uuid,
        community: Uuid,
        sanction: Uuid,
        how: &'static str,
        at: i64,
        by: Option<i64>,
    }
}

columns! {
    /// What members are told.
    Notices {
        tenant: Uuid,
        community: Uuid,
        notice: Uuid,
        number: i64,
        user: Uuid,
        state: &'static str,
        at: DateTime<Utc>,
        message: String,
        link_expires: Option<DateTime<Utc>>,
    }
}

columns! {
    /// New sanctions.
    Sanctions<'a> {
        tenant: Uuid,
        community: Uuid,
        sanction: Uuid,
        user: Uuid,
        case: i64,
        kind: &'a str,
        start: i64,
        end: Option<i64>,
        version: i32,
        ended_how: Option<&'static str>,
        ended_at: Option<i64>,
        ended_by: Option<i64>,
        identity: Option<String>,
        detail: Option<String>,
    }
}

columns! {
    /// Members' states.
    Members {
        tenant: Uuid,
        community: Uuid,
        user: Uuid,
        state: String,
        recent: String,
    }
}

columns! {
    /// New cases.
    Cases<'a> {
        tenant: Uuid,
        community: Uuid,
        number: i64,
        user: Uuid,
        kind: &'a str,
        actor: String,
        at: i64,
        points: i64,
        recorded_at: DateTime<Utc>,
        doc: String,
        reason: Option<&'a str>,
        started: Option<String>,
        state: Option<String>,
        era: Option<i32>,
        clock: Option<i64>,
        sum: Option<i64>,
    }
}

columns! {
    /// Sanctions whose end moves.
    Moved {
        tenant: Uuid,
        community: Uuid,
        sanction: Uuid,
        end: Option<i64>,
        version: i32,
    }
}

impl<'a> Events<'a> {
    pub(super) fn of(writes: &'a Writes) -> Self {
        let mut columns = Self::default();
        for (tenant, count) in &writes.event_counts {
            columns.advanced.push(tenant.0);
            columns.count.push(*count);
        }
        for row in &writes.events {
            columns.tenant.push(row.tenant.0);
            columns.place.push(row.offset);
            columns.kind.push(row.event.kind);
            columns.community.push(row.event.community.map(|id| id.0));
            columns.user.push(row.event.user.map(|id| id.0));
            columns.at.push(row.event.at);
            columns.data.push(&row.event.data);
        }
        columns
    }
}

impl Counters {
    pub(super) fn of(writes: &Writes) -> Self {
        let mut columns = Self::default();
        for ((tenant, community), last) in &writes.numbers {
            columns.tenant.push(tenant.0);
            columns.community.push(community.0);
            columns.last.push(*last);
        }
        columns
    }
}

impl<'a> Kept<'a> {
    pub(super) fn of(writes: &'a Writes) -> Self {
        let mut columns = Self::default();
        for ((tenant, key), kept) in &writes.kept {
            columns.tenant.push(tenant.0);
            columns.key.push(key);
            columns.fingerprint.push(&kept.fingerprint);
            columns.answer.push(&kept.answer.body);
            columns.tag.push(&kept.answer.tag);
            columns.at.push(kept.at);
        }
        columns
    }
}

impl Timers {
    pub(super) fn of(writes: &Writes) -> Self {
        let mut columns = Self::default();
        for (((tenant, community), sanction), timer) in &writes.timers {
            columns.tenant.push(tenant.0);
            columns.community.push(community.0);
            columns.sanction.push(sanction.0);
            columns.user.push(timer.user.0);
            columns.version.push(timer.version);
            columns.due.push(timer.due.seconds());
        }
        for (((tenant, community), sanction), gone) in &writes.gone_timers {
            columns.gone_tenant.push(tenant.0);
            columns.gone_community.push(community.0);
            columns.gone_sanction.push(sanction.0);
            columns.gone_version.push(gone.up_to_version);
        }
        columns
    }
}

impl Ends {
    pub(super) fn of(writes: &Writes) -> Self {
        let mut columns = Self::default();
        for (((tenant, community), sanction), ended) in &writes.ended {
            columns.tenant.push(tenant.0);
            columns.community.push(community.0);
            columns.sanction.push(sanction.0);
            columns.how.push(ending_name(ended.how));
            columns.at.push(ended.at.seconds());
            columns.by.push(ended.by);
        }
        columns
    }
}

impl<'a> Sanctions<'a> {
    pub(super) fn of(writes: &'a Writes) -> Result<Self, StoreError> {
        let mut columns = Self::default();
        for (((tenant, community), sanction), row) in &writes.started {
            columns.tenant.push(tenant.0);
            columns.community.push(community.0);
            columns.sanction.push(sanction.0);
            columns.user.push(row.user.0);
            columns.case.push(row.sanction.case);
            columns.kind.push(row.sanction.kind.name());
            columns.start.push(row.sanction.start.seconds());
            columns.end.push(row.sanction.end.map(|end| end.seconds()));
            columns.version.push(row.sanction.version);
            let ended: Option<&EndedRow> = row.ended.as_ref();
            columns.ended_how.push(ended.map(|ended| ending_name(ended.how)));
            columns.ended_at.push(ended.map(|ended| ended.at.seconds()));
            columns.ended_by.push(ended.and_then(|ended| ended.by));
            columns
                .identity
                .push(row.sanction.named.as_ref().map(ToString::to_string));
            columns.detail.push(SanctionDetail::of(&row.sanction)?);
        }
        Ok(columns)
    }
}

impl Members {
    pub(super) fn of(writes: &Writes) -> Result<Self, StoreError> {
        let mut columns = Self::default();
        for (key, member) in &writes.members {
            columns.tenant.push(key.tenant.0);
            columns.community.push(key.community.0);
            columns.user.push(key.user.0);
            columns.state.push(json(&member.state)?);
            columns.recent.push(json(&member.recent)?);
        }
        Ok(columns)
    }
}

impl<'a> Cases<'a> {
    pub(super) fn of(writes: &'a Writes) -> Result<Self, StoreError> {
        let mut columns = Self::default();
        for row in &writes.cases {
            let case = &row.case;
            columns.tenant.push(row.home.0.0);
            columns.community.push(row.home.1.0);
            columns.number.push(case.number);
            columns.user.push(case.user.0);
            columns.kind.push(case.kind.name());
            columns.actor.push(case.actor.to_string());
            columns.at.push(case.at.seconds());
            columns.points.push(case.points.units());
            columns.recorded_at.push(case.recorded_at);
            columns.doc.push(json(case)?);
            columns.reason.push(case.particulars.reason.as_deref());
            columns.started.push(json_opt(case.started.as_ref())?);
            columns.state.push(json_opt(row.state.as_ref())?);
            let mark = mark(case, row.state.as_ref());
            columns.era.push(mark.map(|mark| mark.era));
            columns.clock.push(mark.map(|mark| mark.clock));
            columns.sum.push(mark.map(|mark| mark.sum.units()));
        }
        Ok(columns)
    }
}

impl Moved {
    pub(super) fn of(writes: &Writes) -> Self {
        let mut columns = Self::default();
        for (((tenant, community), sanction), row) in &writes.moved {
            columns.tenant.push(tenant.0);
            columns.community.push(community.0);
            columns.sanction.push(sanction.0);
            columns.end.push(row.end.map(|end| end.seconds()));
            columns.version.push(row.version);
        }
        columns
    }
}

impl Notices {
    pub(super) fn of(writes: &Writes) -> Result<Self, StoreError> {
        let mut columns = Self::default();
        for row in &writes.notices {
            columns.tenant.push(row.home.0.0);
            columns.community.push(row.home.1.0);
            columns.notice.push(row.notice.id.0);
            columns.number.push(row.notice.case);
            columns.user.push(row.notice.user.0);
            columns.state.push(row.notice.state.name());
            columns.at.push(row.notice.created_at);
            columns.message.push(json(&row.notice.message)?);
            columns
                .link_expires
                .push(row.notice.message.pass.map(|pass| pass.expires_at));
        }
        Ok(columns)
    }
}
