//! What waits for somebody outside.

use super::Sqlite;
use super::directory::all;
use super::errors::failed;
use super::row::Row;
use crate::ports::error::StoreError;
use crate::ports::waiting::{OpenDirectives, Waiting, Waits};
use async_trait::async_trait;

const DIRECTIVES: &str = "SELECT platform, count(*) AS open, min(due_at) AS due FROM \
    (SELECT platform, due_at FROM directives WHERE due_at IS NOT NULL LIMIT ?1) GROUP BY platform";
const PENDING: &str =
    "SELECT count(*) FROM (SELECT due_at FROM deliveries WHERE due_at IS NOT NULL LIMIT ?1)";
const DEAD: &str = "SELECT count(*) FROM (SELECT state FROM deliveries WHERE state = 'dead' AND position IS NOT NULL LIMIT ?1)";

pub(super) const STATEMENTS: &[&str] = &[DIRECTIVES, PENDING, DEAD];

#[async_trait]
impl Waits for Sqlite {
    async fn waiting(&self, limit: u32) -> Result<Waiting, StoreError> {
        let mut connection = self.pool.reader().acquire().await.map_err(failed)?;
        let query = sqlx::query(DIRECTIVES).bind(i64::from(limit));
        let mut directives = all(query.fetch_all(&mut *connection).await, |row| {
            let row = Row::of(row, "directives", &[]);
            let platform: String = row.get("platform")?;
            Ok(OpenDirectives {
                platform: row.place().platform("platform", &platform)?,
                count: row.get::<i64>("open")?.unsigned_abs(),
                due: row.time("due")?,
            })
        })?;
        directives.sort_unstable_by(|a, b| a.platform.cmp(&b.platform));
        let (mut counts, statements) = ([0; 2], [PENDING, DEAD]);
        for (count, statement) in counts.iter_mut().zip(statements) {
            let query = sqlx::query_scalar::<_, i64>(statement).bind(i64::from(limit));
            *count = query.fetch_one(&mut *connection).await.map_err(failed)?;
        }
        let [pending, dead] = counts.map(i64::unsigned_abs);
        Ok(Waiting {
            directives,
            pending,
            dead,
        })
    }
}
