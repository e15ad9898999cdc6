//! Loading what a batch needs, in one call. Nobody else writes meanwhile, so whoever is missing is only thought of here, and
//! written at the end together with everything else.

use super::claims::{self, KEPT};
use super::directory;
use super::erased::by_hash;
use super::errors::failed;
use super::pool::Transaction;
use super::row::Row;
use super::rows::{HexText, Id, ids};
use crate::domain::id::{TenantId, UserId};
use crate::domain::identity::Identity;
use crate::domain::language::Language;
use crate::domain::time::Instant;
use crate::domain::timeline::Timeline;
use crate::ports::answer::Claim;
use crate::ports::error::StoreError;
use crate::ports::ledger::PersonRef;
use crate::storage::batch::{Asked, Home, Loaded, MemberKey, MemberRow, fresh_user};
use crate::storage::codec::{MemberColumns, Place, json};
use crate::storage::schedule::{Held, whole};
use crate::storage::timelines::Timelines;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sqlx::SqliteExecutor;
use sqlx::sqlite::SqliteRow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

/// People by their names, and what the communities in which they are named have of them. A user named by id must be there; who was merged into
/// another one is that one.
const PEOPLE: &str = "SELECT json_group_array(json_array(j.key, hex(coalesce(i.user_id, u.merged_into, u.user_id)), m.rank, m.level, \
    m.protected, m.bot, m.state, m.recent, (SELECT x.language FROM users x WHERE x.tenant_id = unhex(j.value->>0) \
    AND x.user_id = coalesce(i.user_id, u.merged_into, u.user_id)))) AS found FROM jsonb_each($2) j \
    LEFT JOIN identities i ON i.tenant_id = unhex(j.value->>0) AND i.platform = j.value->>3 AND i.native_id = j.value->>4 \
    LEFT JOIN users u ON u.tenant_id = unhex(j.value->>0) AND u.user_id = unhex(j.value->>2) \
    LEFT JOIN members m ON m.tenant_id = unhex(j.value->>0) AND m.community_id = unhex(j.value->>1) \
    AND m.user_id = coalesce(i.user_id, u.merged_into, u.user_id) WHERE coalesce(i.user_id, u.user_id) IS NOT NULL";
const HOMES: &str = "SELECT json_group_array(json_array(j.key, c.policy_version, c.scheduled_version, c.scheduled_at, n.case_seq, \
    hex(t.secret), c.archived_at IS NOT NULL, t.archived_at IS NOT NULL, \
    EXISTS (SELECT 1 FROM links l WHERE l.tenant_id = c.tenant_id AND l.community_id = c.community_id), c.name, c.language)) AS found \
    FROM jsonb_each($3) j CROSS JOIN communities c CROSS JOIN community_counters n CROSS JOIN tenants t \
    WHERE c.tenant_id = unhex(j.value->>0) AND c.community_id = unhex(j.value->>1) \
    AND n.tenant_id = c.tenant_id AND n.community_id = c.community_id AND t.tenant_id = c.tenant_id";

/// Those that were, are or will be in force.
const VERSIONS: &str = "SELECT tenant_id, community_id, version, activated_at, doc FROM policies \
    WHERE tenant_id = ?1 AND community_id = ?2 AND (version <= ?3 AND withdrawn_at IS NULL OR version = ?4)";

pub(super) const STATEMENTS: &[&str] = &[PEOPLE, HOMES, VERSIONS];

/// All that a batch asks: one call, and one row for each of its statements.
static LOAD: LazyLock<String> = LazyLock::new(|| [KEPT, PEOPLE, HOMES].join("; "));

/// Identities that got a user in this batch.
pub(super) type Named<'a> = BTreeMap<(TenantId, &'a Identity), UserId>;

/// A person of what [`PEOPLE`] finds: the place among those asked for, the user, the columns of the member if there is one, and the language.
#[derive(Deserialize)]
struct Found(
    usize,
    Id,
    Option<String>,
    Option<i64>,
    Option<u8>,
    Option<u8>,
    Option<String>,
    Option<String>,
    Option<Language>,
);

/// A community of what [`HOMES`] finds: its place, what its row says of its policy, its last case number, the tenant's secret, and
/// whether it and its tenant are archived, whether it is linked to a space, its name, and its language.
#[derive(Deserialize)]
struct FoundHome {
    ordinal: usize,
    active: i32,
    scheduled: Option<i32>,
    from: Option<Instant>,
    last: i64,
    secret: HexText,
    archived: u8,
    closed: u8,
    linked: u8,
    name: String,
    language: Option<Language>,
}

/// Loads what was asked for into `loaded`, and returns who has to be made if anything is accepted for them.
pub(super) async fn load<'a>(
    transaction: &mut Transaction,
    asked: &Asked<'a>,
    claims: &[(TenantId, &Claim)],
    timelines: &Timelines,
    loaded: &mut Loaded<'a>,
) -> Result<Named<'a>, StoreError> {
    let people: Vec<_> = asked.members.union(&asked.actors).copied().collect();
    let homes: Vec<Home> = asked.homes.iter().copied().collect();
    let sought: Vec<_> = people.iter().map(|person| name(*person)).collect();
    let rows = sqlx::query(LOAD.as_str())
        .bind(claims::sought(claims)?)
        .bind(json(&sought)?)
        .bind(json(&homes.iter().copied().map(ids).collect::<Vec<_>>())?)
        .fetch_all(transaction.connection()?)
        .await
        .map_err(failed)?;
    let [kept, found, active] = &rows[..] else {
        return Err(StoreError::Failed(
            format!("{} rows instead of three", rows.len()).into(),
        ));
    };
    loaded.kept = claims::kept(claims, one(kept)?)?;
    for found in one::<Vec<Found>>(found)? {
        let named = *at(&people, found.0)?;
        meet(asked, named, found, loaded)?;
    }
    let connection = transaction.connection()?;
    let mut secrets = BTreeMap::new();
    for found in one::<Vec<FoundHome>>(active)? {
        let home = *at(&homes, found.ordinal)?;
        loaded.names.insert(home, (found.name, found.language));
        if found.archived == 1 {
            loaded.archived.insert(home);
        }
        if found.linked == 1 {
            loaded.linked.insert(home);
        }
        if found.closed == 1 {
            loaded.archived_tenants.insert(home.0);
        }
        if !found.secret.0.is_empty() {
            secrets.insert(home.0, found.secret.0);
        }
        let held = Held {
            active: found.active,
            scheduled: Option::zip(found.scheduled, found.from),
        };
        let timeline = timeline(&mut *connection, home, held, timelines).await?;
        loaded.timelines.insert(home, timeline);
        loaded.numbers.insert(home, found.last);
    }
    recognise(transaction, asked, &people, &secrets, loaded).await?;
    Ok(newcomers(asked, &people, loaded))
}

/// Those among the unknown who were erased, where a tenant has erased anybody.
async fn recognise<'a>(
    transaction: &mut Transaction,
    asked: &Asked<'a>,
    people: &[Person<'a>],
    secrets: &BTreeMap<TenantId, Vec<u8>>,
    loaded: &mut Loaded<'a>,
) -> Result<(), StoreError> {
    let mut recognised: Vec<(Person<'a>, UserId)> = Vec::new();
    for named in people {
        let (PersonRef::Identity(identity), Some(secret)) = (named.2, secrets.get(&named.0)) else {
            continue;
        };
        if loaded.people.contains_key(&(named.0, named.2)) {
            continue;
        }
        if let Some(user) = by_hash(transaction.connection()?, named.0, secret, identity).await? {
            recognised.push((*named, user));
        }
    }
    if recognised.is_empty() {
        return Ok(());
    }
    let ids = recognised
        .iter()
        .map(|((tenant, community, _), user)| {
            (
                Id(tenant.0),
                Id(community.0),
                Some(Id(user.0)),
                None::<&str>,
                None::<&str>,
            )
        })
        .collect::<Vec<_>>();
    let row = sqlx::query(PEOPLE)
        .bind("[]")
        .bind(json(&ids)?)
        .fetch_one(transaction.connection()?)
        .await
        .map_err(failed)?;
    for found in one::<Vec<Found>>(&row)? {
        let (named, _) = *at(&recognised, found.0)?;
        meet(asked, named, found, loaded)?;
        loaded.erased.insert((named.0, named.2));
    }
    Ok(())
}

/// What a person is looked for by: tenant, community, and either the user or platform and native id.
fn name((tenant, community, person): Person<'_>) -> (Id, Id, Option<Id>, Option<&str>, Option<&str>) {
    let (user, identity) = match person {
        PersonRef::User(user) => (Some(Id(user.0)), None),
        PersonRef::Identity(identity) => (None, Some(identity)),
    };
    let platform = identity.map(|identity| identity.platform.as_str());
    let id = identity.map(|identity| identity.id.as_str());
    (Id(tenant.0), Id(community.0), user, platform, id)
}

/// A person as a call names them, in a community.
type Person<'a> = (TenantId, crate::domain::id::CommunityId, &'a PersonRef);

/// The document of a row that is one.
fn one<T: DeserializeOwned>(row: &SqliteRow) -> Result<T, StoreError> {
    let text = Row::of(row, "batch", &[]).get::<&str>("found")?;
    serde_json::from_str(text).map_err(|e| StoreError::Failed(Box::new(e)))
}

/// Takes over who a person is, and what the community has of them.
fn meet<'a>(
    asked: &Asked<'a>,
    named: Person<'a>,
    Found(_, Id(user), rank, level, protected, bot, state, recent, language): Found,
    loaded: &mut Loaded<'a>,
) -> Result<(), StoreError> {
    let user = UserId(user);
    loaded.people.insert((named.0, named.2), user);
    loaded
        .languages
        .extend(language.map(|language| ((named.0, user), language)));
    let (Some(rank), Some(level), Some(state), Some(recent)) = (rank, level, state, recent) else {
        return Ok(());
    };
    let place = Place {
        table: "members",
        key: &user,
    };
    let row = place.member(&MemberColumns {
        rank: &rank,
        level,
        protected: protected == Some(1),
        bot: bot == Some(1),
        state: &state,
        recent: &recent,
    })?;
    let key = MemberKey {
        tenant: named.0,
        community: named.1,
        user,
    };
    if asked.actors.contains(&named) {
        loaded.authorities.insert(key, row.authority);
    }
    if asked.members.contains(&named) {
        loaded.members.insert(key, row);
    }
    Ok(())
}

/// Thinks of ids for identities that nobody has, and of empty rows for members who have none.
fn newcomers<'a>(asked: &Asked<'a>, people: &[Person<'a>], loaded: &mut Loaded<'a>) -> Named<'a> {
    let mut named = Named::new();
    for (tenant, _, person) in people {
        if let (PersonRef::Identity(identity), None) = (person, loaded.people.get(&(*tenant, *person))) {
            let id = fresh_user(loaded.now);
            loaded.people.insert((*tenant, *person), id);
            loaded.made_users.insert((*tenant, id));
            named.insert((*tenant, identity), id);
        }
    }
    let keys: BTreeSet<MemberKey> = asked
        .members
        .iter()
        .filter_map(|(tenant, community, person)| {
            Some(MemberKey {
                tenant: *tenant,
                community: *community,
                user: loaded.people.get(&(*tenant, *person)).copied()?,
            })
        })
        .collect();
    for key in keys {
        loaded.members.entry(key).or_insert_with(|| {
            loaded.made_members.insert(key);
            MemberRow::default()
        });
    }
    named
}

/// The policies of a community whose row was just read.
pub(super) async fn timeline(
    on: impl SqliteExecutor<'_>,
    home: Home,
    held: Held,
    timelines: &Timelines,
) -> Result<Arc<Timeline>, StoreError> {
    if let Some(known) = timelines.get(home, held) {
        return Ok(known);
    }
    let rows = sqlx::query(VERSIONS)
        .bind(home.0.0)
        .bind(home.1.0)
        .bind(held.active)
        .bind(held.scheduled.map(|(version, _)| version))
        .fetch_all(on)
        .await;
    let versions = directory::all(rows, |row| {
        let row = Row::of(row, "policies", &["tenant_id", "community_id", "version"]);
        row.place()
            .policy_version(row.get("version")?, row.get("activated_at")?, row.get("doc")?)
    })?;
    let timeline = Arc::new(whole(versions, held, home)?);
    timelines.put(home, held, Arc::clone(&timeline));
    Ok(timeline)
}

/// The columns of a member's row.
pub(super) fn member_of(row: &SqliteRow) -> Result<MemberRow, StoreError> {
    let row = Row::of(row, "members", &["tenant_id", "community_id", "user_id"]);
    row.place().member(&MemberColumns {
        rank: row.get("rank")?,
        level: row.get("level")?,
        protected: row.get("protected")?,
        bot: row.get("bot")?,
        state: row.get("state")?,
        recent: row.get("recent")?,
    })
}

/// What stands at an ordinal that a statement gave back.
pub(super) fn at<T>(rows: &[T], ordinal: usize) -> Result<&T, StoreError> {
    rows.get(ordinal)
        .ok_or_else(|| StoreError::Failed(format!("no row {ordinal} was asked for").into()))
}
