//! What was written in cases, taken out: theirs, and those of others in which they had a hand.

use super::directory::one;
use super::erase::Erasing;
use super::errors::failed;
use super::row::Row;
use crate::domain::id::CommunityId;
use crate::ports::error::StoreError;
use crate::storage::erasure::{Progress, Reach, TOMBSTONE};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;

const MEMBER: &str =
    "SELECT state, recent FROM members WHERE tenant_id = ?1 AND community_id = ?2 AND user_id = ?3";
const SET_MEMBER: &str = "UPDATE members SET state = ?4, recent = ?5 \
    WHERE tenant_id = ?1 AND community_id = ?2 AND user_id = ?3";
const SANCTIONS: &str = "UPDATE sanctions SET identity = NULL \
    WHERE tenant_id = ?1 AND community_id = ?2 AND user_id = ?3 AND identity IS NOT NULL";

const LAST_CASE: &str = "SELECT max(number) FROM (SELECT number FROM cases WHERE tenant_id = ?1 AND community_id = ?2 \
    AND number > ?3 ORDER BY number LIMIT ?4)";
const CASES: &str = "SELECT number, user_id = ?5 AS about, recorded_at <= ?8 AS old, doc, reason, started, voided, reduced, state \
    FROM cases WHERE tenant_id = ?1 AND community_id = ?2 AND number > ?3 AND number <= ?4 AND (user_id = ?5 OR actor = ?6 \
    OR instr(coalesce(voided, ''), ?7) > 0 OR instr(coalesce(reduced, ''), ?7) > 0) ORDER BY number";
const SET_CASE: &str = "UPDATE cases SET doc = ?4, reason = ?5, started = ?6, voided = ?7, reduced = ?8, state = ?9 \
    WHERE tenant_id = ?1 AND community_id = ?2 AND number = ?3";
const REVISIONS: &str = "SELECT r.number, r.revision, r.reason, r.replaced_by, c.user_id = ?5 AS about, \
    r.replaced_at <= ?7 AS old FROM case_revisions r JOIN cases c ON c.tenant_id = r.tenant_id \
    AND c.community_id = r.community_id AND c.number = r.number \
    WHERE r.tenant_id = ?1 AND r.community_id = ?2 AND r.number > ?3 AND r.number <= ?4 \
    AND (c.user_id = ?5 OR instr(r.replaced_by, ?6) > 0)";
const SET_REVISION: &str = "UPDATE case_revisions SET reason = ?5, replaced_by = ?6 \
    WHERE tenant_id = ?1 AND community_id = ?2 AND number = ?3 AND revision = ?4";

pub(super) const STATEMENTS: &[&str] = &[
    MEMBER,
    SET_MEMBER,
    SANCTIONS,
    LAST_CASE,
    CASES,
    SET_CASE,
    REVISIONS,
    SET_REVISION,
];

impl Erasing {
    /// The member, whose row is locked for that: so no void writes back what was taken out of the cases.
    async fn member(
        &self,
        connection: &mut SqliteConnection,
        community: CommunityId,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(MEMBER)
            .bind(self.tenant.0)
            .bind(community.0)
            .bind(self.user.0);
        let found = one(query.fetch_optional(&mut *connection).await, |row| {
            let row = Row::of(row, "members", &[]);
            Ok((row.text("state")?, row.text("recent")?))
        })?;
        let Some((state, recent)) = found else {
            return Ok(());
        };
        let reach = Reach {
            about: true,
            texts: true,
        };
        sqlx::query(SET_MEMBER)
            .bind(self.tenant.0)
            .bind(community.0)
            .bind(self.user.0)
            .bind(self.erased(Some(state), reach))
            .bind(self.erased(Some(recent), reach))
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
        sqlx::query(SANCTIONS)
            .bind(self.tenant.0)
            .bind(community.0)
            .bind(self.user.0)
            .execute(connection)
            .await
            .map_err(failed)?;
        Ok(())
    }

    pub(super) async fn cases(
        &self,
        connection: &mut SqliteConnection,
        community: CommunityId,
        progress: &Progress,
    ) -> Result<Option<Progress>, StoreError> {
        self.member(&mut *connection, community).await?;
        let Some(last) = self
            .last(&mut *connection, LAST_CASE, community, progress)
            .await?
        else {
            return Ok(None);
        };
        let rows = sqlx::query(CASES)
            .bind(self.tenant.0)
            .bind(community.0)
            .bind(progress.number)
            .bind(last)
            .bind(self.user.0)
            .bind(self.subject.word())
            .bind(self.subject.plain())
            .bind(self.erased_at)
            .fetch_all(&mut *connection)
            .await
            .map_err(failed)?;
        for row in &rows {
            self.case(&mut *connection, community, row).await?;
        }
        self.revisions(connection, community, (progress.number, last))
            .await?;
        Ok(Some(Progress {
            number: last,
            ..progress.clone()
        }))
    }

    async fn case(
        &self,
        connection: &mut SqliteConnection,
        community: CommunityId,
        row: &SqliteRow,
    ) -> Result<(), StoreError> {
        let row = Row::of(row, "cases", &["number"]);
        let reach = reach(&row)?;
        let column = |name| Ok::<_, StoreError>(self.erased(row.get(name)?, reach));
        sqlx::query(SET_CASE)
            .bind(self.tenant.0)
            .bind(community.0)
            .bind(row.get::<i64>("number")?)
            .bind(column("doc")?)
            .bind(without_reason(row.get("reason")?, reach))
            .bind(column("started")?)
            .bind(column("voided")?)
            .bind(column("reduced")?)
            .bind(column("state")?)
            .execute(connection)
            .await
            .map_err(failed)?;
        Ok(())
    }

    async fn revisions(
        &self,
        connection: &mut SqliteConnection,
        community: CommunityId,
        (after, last): (i64, i64),
    ) -> Result<(), StoreError> {
        let rows = sqlx::query(REVISIONS)
            .bind(self.tenant.0)
            .bind(community.0)
            .bind(after)
            .bind(last)
            .bind(self.user.0)
            .bind(self.subject.plain())
            .bind(self.erased_at)
            .fetch_all(&mut *connection)
            .await
            .map_err(failed)?;
        for row in &rows {
            let row = Row::of(row, "case_revisions", &["number", "revision"]);
            let reach = reach(&row)?;
            sqlx::query(SET_REVISION)
                .bind(self.tenant.0)
                .bind(community.0)
                .bind(row.get::<i64>("number")?)
                .bind(row.get::<i32>("revision")?)
                .bind(without_reason(row.get("reason")?, reach))
                .bind(self.erased(row.get("replaced_by")?, reach))
                .execute(&mut *connection)
                .await
                .map_err(failed)?;
        }
        Ok(())
    }
}

fn reach(row: &Row<'_>) -> Result<Reach, StoreError> {
    Ok(Reach {
        about: row.get("about")?,
        texts: row.get("old")?,
    })
}

fn without_reason(reason: Option<String>, reach: Reach) -> Option<String> {
    let goes = reach.about && reach.texts;
    reason.map(|reason| if goes { TOMBSTONE.to_owned() } else { reason })
}
