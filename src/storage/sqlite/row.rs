//! Reading a row: each column as the domain's type, or an error that says table, column and row.

use super::errors::failed;
use crate::domain::id::{CommunityId, KeyId, SanctionId, TenantId, UserId};
use crate::domain::rank::Authority;
use crate::domain::time::{Instant, Span};
use crate::ports::error::StoreError;
use crate::storage::codec::Place;
use crate::storage::schedule::Held;
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, Sqlite, Type};
use std::fmt;
use uuid::Uuid;

/// A row of a table.
pub(super) struct Row<'r> {
    row: &'r SqliteRow,
    table: &'static str,
    key: Key<'r>,
}

/// By which a person finds the row again. Columns that the query did not select are left out.
struct Key<'r> {
    row: &'r SqliteRow,
    columns: &'static [&'static str],
}

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut gap = "";
        for column in self.columns {
            if let Ok(id) = self.row.try_get::<Uuid, _>(*column) {
                write!(f, "{gap}{column}={}", id.simple())?;
            } else if let Ok(number) = self.row.try_get::<i64, _>(*column) {
                write!(f, "{gap}{column}={number}")?;
            }
            gap = " ";
        }
        Ok(())
    }
}

impl<'r> Row<'r> {
    pub(super) fn of(row: &'r SqliteRow, table: &'static str, columns: &'static [&'static str]) -> Self {
        let key = Key { row, columns };
        Self { row, table, key }
    }

    /// The row's name, for what reads several columns at once.
    pub(super) fn place(&self) -> Place<'_> {
        Place {
            table: self.table,
            key: &self.key,
        }
    }

    /// A column as SQLite has it.
    pub(super) fn get<T>(&self, column: &'static str) -> Result<T, StoreError>
    where
        T: sqlx::Decode<'r, Sqlite> + Type<Sqlite>,
    {
        self.row.try_get(column).map_err(|error| match error {
            sqlx::Error::ColumnDecode { source, .. } => self.place().corrupt(column, source),
            other => failed(other),
        })
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

    pub(super) fn user(&self) -> Result<UserId, StoreError> {
        self.get("user_id").map(UserId)
    }

    pub(super) fn key(&self) -> Result<KeyId, StoreError> {
        self.get("key_id").map(KeyId)
    }

    pub(super) fn sanction(&self) -> Result<SanctionId, StoreError> {
        self.get("sanction_id").map(SanctionId)
    }

    /// A column of 32 bytes.
    pub(super) fn hash(&self, column: &'static str) -> Result<[u8; 32], StoreError> {
        self.place().hash(column, self.get(column)?)
    }

    /// A column of microseconds since 1970.
    pub(super) fn time(&self, column: &'static str) -> Result<DateTime<Utc>, StoreError> {
        self.time_from(column, self.get(column)?)
    }

    pub(super) fn time_opt(&self, column: &'static str) -> Result<Option<DateTime<Utc>>, StoreError> {
        let micros: Option<i64> = self.get(column)?;
        micros.map(|micros| self.time_from(column, micros)).transpose()
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
        self.place().json(column, self.get(column)?)
    }

    pub(super) fn json_opt<T: DeserializeOwned>(
        &self,
        column: &'static str,
    ) -> Result<Option<T>, StoreError> {
        self.place().json_opt(column, self.get(column)?)
    }

    /// The columns `rank` and `level`.
    pub(super) fn authority(&self) -> Result<Authority, StoreError> {
        self.place().authority(self.get("rank")?, self.get("level")?)
    }

    fn time_from(&self, column: &'static str, micros: i64) -> Result<DateTime<Utc>, StoreError> {
        DateTime::from_timestamp_micros(micros)
            .ok_or_else(|| self.place().corrupt(column, format!("{micros} µs is no time")))
    }
}

/// A time as a column has it: microseconds since 1970.
pub(super) fn micros(time: DateTime<Utc>) -> i64 {
    time.timestamp_micros()
}
