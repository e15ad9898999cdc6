//! Reading a row: each column as the domain's type, or an error that says table, column and row.

use super::errors::failed;
use crate::domain::case::Case;
use crate::domain::id::{CommunityId, KeyId, SanctionId, TenantId, UserId};
use crate::domain::kind::Kind;
use crate::domain::rank::Authority;
use crate::domain::time::{Instant, Span};
use crate::domain::timeline::PolicyVersion;
use crate::ports::error::StoreError;
use crate::storage::batch::{Home, MemberKey, MemberRow};
use crate::storage::codec::{CaseColumns, Cause, MemberColumns, Place};
use crate::storage::schedule::Held;
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use sqlx::postgres::PgRow;
use sqlx::{Postgres, Row as _, Type};
use std::fmt::{self, Display};
use uuid::Uuid;

/// A row of a table. `key` names the columns by which a person finds the row again; those that the query did not select
/// are left out of the message.
pub(super) struct Row<'r> {
    row: &'r PgRow,
    table: &'static str,
    key: &'static [&'static str],
}

impl<'r> Row<'r> {
    pub(super) fn of(row: &'r PgRow, table: &'static str, key: &'static [&'static str]) -> Self {
        Self { row, table, key }
    }

    /// A column as Postgres has it.
    pub(super) fn get<T>(&self, column: &'static str) -> Result<T, StoreError>
    where
        T: sqlx::Decode<'r, Postgres> + Type<Postgres>,
    {
        let value = self.row.try_get(column);
        value.map_err(|error| self.unreadable(column, error))
    }

    /// A column of the type `json`, whose form on the wire is its text.
    fn document(&self, column: &'static str) -> Result<Option<&'r str>, StoreError> {
        let value = self.row.try_get_unchecked(column);
        value.map_err(|error| self.unreadable(column, error))
    }

    /// The text of a column of the type `json`.
    pub(super) fn json_text(&self, column: &'static str) -> Result<String, StoreError> {
        let text = self.document(column)?;
        Ok(text
            .ok_or_else(|| self.corrupt(column, "no document"))?
            .to_owned())
    }

    pub(super) fn text(&self, column: &'static str) -> Result<String, StoreError> {
        self.get(column)
    }

    pub(super) fn tenant(&self) -> Result<TenantId, StoreError> {
        self.get("tenant_id").map(TenantId)
    }

    pub(super) fn community(&self) -> Result<CommunityId, StoreError> {
        self.get("community_id").map(CommunityId)
    }

    pub(super) fn home(&self) -> Result<Home, StoreError> {
        Ok((self.tenant()?, self.community()?))
    }

    pub(super) fn user(&self) -> Result<UserId, StoreError> {
        self.get("user_id").map(UserId)
    }

    pub(super) fn key(&self) -> Result<KeyId, StoreError> {
        self.get("key_id").map(KeyId)
    }

    pub(super) fn sanction(&self) -> Result<SanctionId, StoreError> {
        self.get("sanction_id").map(SanctionId)
    }

    pub(super) fn member_key(&self) -> Result<MemberKey, StoreError> {
        Ok(MemberKey {
            tenant: self.tenant()?,
            community: self.community()?,
            user: self.user()?,
        })
    }

    /// A column of 32 bytes.
    pub(super) fn hash(&self, column: &'static str) -> Result<[u8; 32], StoreError> {
        self.place().hash(column, self.get(column)?)
    }

    pub(super) fn time(&self, column: &'static str) -> Result<DateTime<Utc>, StoreError> {
        self.get(column)
    }

    pub(super) fn time_opt(&self, column: &'static str) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.get(column)
    }

    /// A column of seconds since 1970.
    pub(super) fn instant(&self, column: &'static str) -> Result<Instant, StoreError> {
        self.place().instant(column, self.get(column)?)
    }

    pub(super) fn instant_opt(&self, column: &'static str) -> Result<Option<Instant>, StoreError> {
        let seconds: Option<i64> = self.get(column)?;
        seconds
            .map(|seconds| self.place().instant(column, seconds))
            .transpose()
    }

    /// A column of seconds.
    pub(super) fn span_opt(&self, column: &'static str) -> Result<Option<Span>, StoreError> {
        let seconds: Option<i64> = self.get(column)?;
        seconds
            .map(|seconds| Span::new(seconds).map_err(|error| self.place().corrupt(column, error)))
            .transpose()
    }

    /// What the row of a community says of its policy.
    pub(super) fn held(&self) -> Result<Held, StoreError> {
        let (version, at) = (self.get("scheduled_version")?, self.instant_opt("scheduled_at")?);
        Ok(Held {
            active: self.get("policy_version")?,
            scheduled: Option::zip(version, at),
        })
    }

    /// A column that holds a JSON document.
    pub(super) fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        let text = self.document(column)?;
        let text = text.ok_or_else(|| self.corrupt(column, "no document"))?;
        self.place().json(column, text)
    }

    pub(super) fn json_opt<T: DeserializeOwned>(
        &self,
        column: &'static str,
    ) -> Result<Option<T>, StoreError> {
        self.place().json_opt(column, self.document(column)?)
    }

    pub(super) fn kind(&self, column: &'static str) -> Result<Kind, StoreError> {
        self.place().kind(column, self.get(column)?)
    }

    /// The columns `rank` and `level`.
    pub(super) fn authority(&self) -> Result<Authority, StoreError> {
        let level: i32 = self.get("level")?;
        self.place().authority(self.get("rank")?, level.into())
    }

    /// The columns of a member.
    pub(super) fn member(&self) -> Result<MemberRow, StoreError> {
        let level: i32 = self.get("level")?;
        let missing = |column| self.corrupt(column, "no document");
        self.place().member(&MemberColumns {
            rank: self.get("rank")?,
            level: level.into(),
            protected: self.get("protected")?,
            bot: self.get("bot")?,
            state: self.document("state")?.ok_or_else(|| missing("state"))?,
            recent: self.document("recent")?.ok_or_else(|| missing("recent"))?,
        })
    }

    /// The columns of a version of a policy.
    pub(super) fn policy_version(&self) -> Result<PolicyVersion, StoreError> {
        let doc = self.document("doc")?;
        self.place().policy_version(
            self.get("version")?,
            self.get("activated_at")?,
            doc.ok_or_else(|| self.corrupt("doc", "no document"))?,
        )
    }

    /// The columns of a case.
    pub(super) fn case(&self) -> Result<Case, StoreError> {
        let doc = self.document("doc")?;
        self.place().case(CaseColumns {
            doc: doc.ok_or_else(|| self.corrupt("doc", "no document"))?,
            points: self.get("points")?,
            reason: self.get("reason")?,
            revision: self.get("revision")?,
            started: self.document("started")?,
            voided: self.document("voided")?,
            reduced: self.document("reduced")?,
        })
    }

    /// How this row is named when it cannot be understood.
    pub(super) fn place(&self) -> Place<'_> {
        Place {
            table: self.table,
            key: self,
        }
    }

    /// A column whose content cannot be understood.
    pub(super) fn corrupt(&self, column: &'static str, source: impl Into<Cause>) -> StoreError {
        self.place().corrupt(column, source)
    }

    fn unreadable(&self, column: &'static str, error: sqlx::Error) -> StoreError {
        match error {
            sqlx::Error::ColumnDecode { source, .. } => self.corrupt(column, source),
            other => failed(other),
        }
    }
}

/// The key, column by column.
impl Display for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut between = "";
        for column in self.key {
            if let Ok(id) = self.row.try_get::<Uuid, _>(*column) {
                write!(f, "{between}{column}={}", id.simple())?;
            } else if let Ok(number) = self.row.try_get::<i64, _>(*column) {
                write!(f, "{between}{column}={number}")?;
            } else {
                continue;
            }
            between = " ";
        }
        Ok(())
    }
}

/// Reads every row that the driver gave.
pub(super) fn all<T>(
    rows: Result<Vec<PgRow>, sqlx::Error>,
    read: impl Fn(&PgRow) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    rows.map_err(failed)?.iter().map(read).collect()
}

/// Reads the row that the driver gave, if it gave one.
pub(super) fn one<T>(
    row: Result<Option<PgRow>, sqlx::Error>,
    read: impl Fn(&PgRow) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    row.map_err(failed)?.as_ref().map(read).transpose()
}
