//! One user turns out to be another one.

use super::{Context, Stop};
use crate::domain::id::{MergeId, UserId};
use crate::domain::time::Instant;
use crate::ports::directory::{Applied, Change, Changed, Conflict};
use crate::ports::error::StoreError;
use crate::ports::ledger::PersonRef;
use crate::ports::merges::{JoinedMember, Merge, Merged};
use crate::storage::batch::{Home, Writes};
use crate::storage::codec::instant;
use crate::storage::merging::{Asked, JoinedRows, Joining, most_merged};
use crate::storage::seams::member;
use crate::storage::sqlite::directory::{self, all};
use crate::storage::sqlite::pool::Transaction;
use crate::storage::sqlite::recall::recall;
use crate::storage::sqlite::row::Row;
use crate::storage::sqlite::write::{Made, write};
use crate::storage::sqlite::{people, restatements, seams, void};

/// The communities in which either of two users is a member.
const HOMES: &str = "SELECT c.tenant_id, c.community_id FROM communities c JOIN members m ON m.tenant_id = c.tenant_id \
    AND m.community_id = c.community_id AND m.user_id IN (?2, ?3) WHERE c.tenant_id = ?1 ORDER BY c.community_id";
const LAST_NUMBER: &str = "SELECT tenant_id, community_id, case_seq FROM community_counters WHERE tenant_id = ?1 AND community_id = ?2";
const POINT_USER: &str = "UPDATE users SET merged_into = ?2 WHERE tenant_id = ?1 AND user_id = ?3";
const POINT_GROUP: &str = "UPDATE users SET merged_into = ?2 WHERE tenant_id = ?1 AND merged_into = ?3";
const GIVE_IDENTITIES: &str = "UPDATE identities SET user_id = ?2, brought_by = coalesce(brought_by, user_id) \
    WHERE tenant_id = ?1 AND user_id = ?3";
const SET_ROLE: &str = "UPDATE members SET rank = ?4, level = ?5, protected = ?6, bot = ?7, regrouped = 1 \
    WHERE tenant_id = ?1 AND community_id = ?2 AND user_id = ?3";
const MARK_REGROUPED: &str =
    "UPDATE members SET regrouped = 1 WHERE tenant_id = ?1 AND community_id = ?2 AND user_id = ?3";

pub(in crate::storage::sqlite) const STATEMENTS: &[&str] = &[
    HOMES,
    LAST_NUMBER,
    POINT_USER,
    POINT_GROUP,
    GIVE_IDENTITIES,
    SET_ROLE,
    MARK_REGROUPED,
];

/// A merge under way.
struct Merging {
    id: MergeId,
    into: UserId,
    from: UserId,
    now: Instant,
}

impl Context<'_> {
    pub(super) async fn merge_users(&self, transaction: &mut Transaction) -> Result<Changed, Stop> {
        let Change::MergeUsers {
            id,
            into,
            from,
            reason,
            dry_run,
        } = &self.order.change
        else {
            return Err(StoreError::Failed("not a merge".into()).into());
        };
        let tenant = self.order.tenant;
        let into = self.present(transaction, *into).await?;
        let from = self.present(transaction, *from).await?;
        for user in [into, from] {
            self.not_erased(transaction, user).await?;
        }
        if into == from {
            return Err(Conflict::SameUser(into).into());
        }
        let users = [
            seams::group(transaction.connection()?, tenant, into).await?,
            seams::group(transaction.connection()?, tenant, from).await?,
        ];
        most_merged(&users)?;
        let now = instant(self.now)?;
        let merging = Merging {
            id: *id,
            into,
            from,
            now,
        };
        let mut communities = Vec::new();
        for home in self.homes(transaction, [into, from]).await? {
            communities.push(self.merge_in(transaction, &merging, home, &users).await?);
        }
        let by = people::acting(transaction, tenant, None, &self.order.by, self.now).await?;
        let merge = Merge {
            id: *id,
            into,
            from,
            at: self.now,
            by: by.actor,
            reason: reason.clone(),
            undone: None,
        };
        self.point(transaction, &merge).await?;
        let Changed::User(user) = self.user(transaction, into).await? else {
            return Err(StoreError::NotFound("user").into());
        };
        Ok(Changed::Merged(Box::new(Merged {
            merge,
            user,
            communities,
            dry_run: *dry_run,
        })))
    }

    /// Nobody can say any more who an erased user was.
    pub(super) async fn not_erased(&self, transaction: &mut Transaction, user: UserId) -> Result<(), Stop> {
        let person = PersonRef::User(user);
        let user = directory::user(transaction.connection()?, self.order.tenant, &person).await?;
        match user {
            Some(user) if user.erased_at.is_some() => Err(Conflict::Erased(user.id).into()),
            _ => Ok(()),
        }
    }

    pub(super) async fn homes(
        &self,
        transaction: &mut Transaction,
        users: [UserId; 2],
    ) -> Result<Vec<Home>, Stop> {
        let query = sqlx::query(HOMES)
            .bind(self.order.tenant.0)
            .bind(users[0].0)
            .bind(users[1].0);
        let mut homes = all(query.fetch_all(transaction.connection()?).await, |row| {
            let row = Row::of(row, "members", &["tenant_id", "community_id"]);
            Ok((row.tenant()?, row.community()?))
        })?;
        homes.dedup();
        Ok(homes)
    }

    /// What the two have in a community becomes one.
    async fn merge_in(
        &self,
        transaction: &mut Transaction,
        merging: &Merging,
        home: Home,
        users: &[Vec<UserId>; 2],
    ) -> Result<JoinedMember, Stop> {
        let connection = transaction.connection()?;
        let row = sqlx::query(LAST_NUMBER)
            .bind(home.0.0)
            .bind(home.1.0)
            .fetch_one(&mut *connection)
            .await?;
        let last = Row::of(&row, "community_counters", &["tenant_id", "community_id"]).get("case_seq")?;
        let into = void::member_row(connection, member(home, merging.into)).await?;
        let from = void::member_row(connection, member(home, merging.from)).await?;
        let mut turn = 0;
        for group in users {
            turn = turn.max(seams::seams(connection, home, group).await?.next_turn());
        }
        let mut joining = Joining {
            home,
            timeline: void::timeline_of(connection, home, self.timelines).await?,
            merge: merging.id,
            into: (merging.into, into.unwrap_or_default()),
            from: (merging.from, from.unwrap_or_default()),
            last,
            turn: turn.max(1),
        };
        let rows = loop {
            match joining.join(merging.now) {
                Err(refusal) => return Err(Stop::Answered(Applied::Refused(refusal))),
                Ok(Ok(rows)) => break rows,
                Ok(Err(asked)) => self.ask(transaction, &mut joining, asked).await?,
            }
        };
        self.sew(transaction, home, &rows).await?;
        Ok(rows.told)
    }

    async fn ask(
        &self,
        transaction: &mut Transaction,
        joining: &mut Joining,
        asked: Vec<Asked>,
    ) -> Result<(), Stop> {
        for (user, questions) in asked {
            let member = member(joining.home, user);
            let answers = recall(transaction.connection()?, member, &questions).await?;
            for (question, answer) in questions.into_iter().zip(answers) {
                joining.learn(user, question, answer);
            }
        }
        Ok(())
    }

    /// Writes what the two are in a community from now on.
    async fn sew(&self, transaction: &mut Transaction, home: Home, rows: &JoinedRows) -> Result<(), Stop> {
        let seam = &rows.seam;
        let mut writes = Writes::default();
        let key = member(home, seam.into);
        writes.members.insert(key, rows.write.clone());
        for sanction in &rows.told.moved {
            writes.move_end(key, sanction);
        }
        write(transaction, &writes, &Made::nobody(self.now)).await?;
        let connection = transaction.connection()?;
        seams::sew(&mut *connection, home, seam).await?;
        let role = seam.detail.role;
        sqlx::query(SET_ROLE)
            .bind(home.0.0)
            .bind(home.1.0)
            .bind(seam.into.0)
            .bind(role.authority.rank.name())
            .bind(i64::from(role.authority.level))
            .bind(role.protected)
            .bind(role.bot)
            .execute(&mut *connection)
            .await?;
        sqlx::query(MARK_REGROUPED)
            .bind(home.0.0)
            .bind(home.1.0)
            .bind(seam.from.0)
            .execute(connection)
            .await?;
        Ok(())
    }

    /// From now on the one is the other, whoever names them and whoever they were before.
    async fn point(&self, transaction: &mut Transaction, merge: &Merge) -> Result<(), Stop> {
        let tenant = self.order.tenant;
        seams::note(transaction.connection()?, tenant, merge).await?;
        for statement in [POINT_USER, POINT_GROUP, GIVE_IDENTITIES] {
            sqlx::query(statement)
                .bind(tenant.0)
                .bind(merge.into.0)
                .bind(merge.from.0)
                .execute(transaction.connection()?)
                .await?;
        }
        restatements::note_user(transaction, tenant, merge.into, self.now).await?;
        Ok(())
    }
}
