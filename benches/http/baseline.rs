//! The baseline: pgbench writes the same rows as one transaction of separate statements for each act.

use sqlx::{Connection, PgConnection, Row};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Rows inserted and updated in each table.
pub(crate) type Rows = BTreeMap<String, (i64, i64)>;

/// Prepares what the script draws from: a numbered list of members. Not measured.
pub(crate) async fn prepare(url: &str) {
    let mut db = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(
        "CREATE TABLE bench_members AS SELECT row_number() OVER () AS n, m.tenant_id, m.community_id, m.user_id, i.platform, \
         i.native_id FROM members m JOIN identities i USING (tenant_id, user_id); \
         ALTER TABLE bench_members ADD PRIMARY KEY (n); CREATE SEQUENCE bench_keys; ANALYZE",
    )
    .execute(&mut db)
    .await
    .unwrap();
}

/// The script: the statements that an act needs when it travels alone. The documents, as long as the real ones, come from a table
/// of one row, because pgbench would take the colons in them for variables.
async fn script(db: &mut PgConnection) -> String {
    sqlx::raw_sql(
        "CREATE TABLE bench_documents AS SELECT c.doc, c.state, e.data, i.answer, c.points FROM cases c \
         JOIN events e ON e.tenant_id = c.tenant_id AND e.community_id = c.community_id AND e.kind = 'case.created' \
         CROSS JOIN (SELECT answer FROM idempotency WHERE answer LIKE '%\"case\"%' LIMIT 1) i WHERE c.state IS NOT NULL LIMIT 1",
    )
    .execute(&mut *db)
    .await
    .unwrap();
    let members: i64 = sqlx::query_scalar("SELECT count(*) FROM bench_members")
        .fetch_one(db)
        .await
        .unwrap();
    format!(
        "\\set n random(1, {members})\n\
         BEGIN;\n\
         SELECT b.tenant_id, b.community_id, b.user_id, 'bench' || nextval('bench_keys') AS key FROM bench_members b \
         JOIN identities i ON i.tenant_id = b.tenant_id AND i.platform = b.platform AND i.native_id = b.native_id \
         JOIN members m ON m.tenant_id = i.tenant_id AND m.community_id = b.community_id AND m.user_id = i.user_id \
         WHERE b.n = :n FOR UPDATE OF m \\gset\n\
         SELECT policy_version FROM communities WHERE tenant_id = :tenant_id AND community_id = :community_id FOR SHARE;\n\
         SELECT fingerprint, answer, tag FROM idempotency WHERE tenant_id = :tenant_id AND key = :key;\n\
         UPDATE members SET state = d.state, recent = '[]' FROM bench_documents d WHERE tenant_id = :tenant_id AND \
         community_id = :community_id AND user_id = :user_id;\n\
         UPDATE community_counters SET case_seq = case_seq + 1 WHERE tenant_id = :tenant_id AND \
         community_id = :community_id RETURNING case_seq \\gset\n\
         INSERT INTO cases (tenant_id, community_id, number, user_id, kind, actor, at, points, recorded_at, doc, reason, state) \
         SELECT :tenant_id, :community_id, :case_seq, :user_id, 'warn', 'key', 1, points, now(), doc, 'bench', state \
         FROM bench_documents;\n\
         INSERT INTO idempotency (tenant_id, key, fingerprint, answer, tag, created_at) SELECT :tenant_id, :key, \
         sha256('bench'), answer, '1', now() FROM bench_documents;\n\
         UPDATE tenants SET event_seq = event_seq + 1 WHERE tenant_id = :tenant_id RETURNING event_seq \\gset\n\
         INSERT INTO events (tenant_id, position, kind, community_id, user_id, at, data) SELECT :tenant_id, :event_seq, \
         'case.created', :community_id, :user_id, now(), data FROM bench_documents;\n\
         COMMIT;\n"
    )
}

/// Runs pgbench and gives its transactions a second, together with the rows that each wrote.
pub(crate) async fn pgbench(
    url: &str,
    bin: &Path,
    folder: &Path,
    clients: usize,
    length: Duration,
) -> (f64, Rows) {
    let mut db = PgConnection::connect(url).await.unwrap();
    let file = folder.join("act.sql");
    std::fs::write(&file, script(&mut db).await).unwrap();
    let before = rows(&mut db).await;
    let output = Command::new(bin.join("pgbench"))
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=2"])
        .arg(format!("--client={clients}"))
        .arg(format!("--time={}", length.as_secs()))
        .arg(format!("--file={}", file.display()))
        .arg(url.replace("postgres:///", "postgresql:///"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let number = |name: &str| {
        let line = said
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap_or_else(|| panic!("{said}"));
        line.split_whitespace()
            .next()
            .unwrap()
            .split('/')
            .next()
            .unwrap()
            .parse::<f64>()
            .unwrap()
    };
    let acts = number("number of transactions actually processed: ");
    let after = rows(&mut db).await;
    (number("tps = "), per_act(&before, &after, acts))
}

/// How long an idle backend may keep its counts to itself, and a little more.
const COUNTS_ARRIVE: Duration = Duration::from_secs(12);

/// The rows written so far, by table, once every backend has reported its own.
pub(crate) async fn rows(db: &mut PgConnection) -> Rows {
    tokio::time::sleep(COUNTS_ARRIVE).await;
    sqlx::raw_sql("SELECT pg_stat_clear_snapshot()")
        .execute(&mut *db)
        .await
        .unwrap();
    sqlx::query("SELECT relname::text AS t, n_tup_ins, n_tup_upd FROM pg_stat_user_tables")
        .fetch_all(&mut *db)
        .await
        .unwrap()
        .iter()
        .filter(|row| !row.get::<String, _>("t").starts_with("bench"))
        .map(|row| (row.get("t"), (row.get("n_tup_ins"), row.get("n_tup_upd"))))
        .collect()
}

/// The difference of two counts for each of so many acts, in hundredths of a row; tables without rows left out.
pub(crate) fn per_act(before: &Rows, after: &Rows, acts: f64) -> Rows {
    let share = |n: i64| ((n as f64) * 100.0 / acts).round() as i64;
    after
        .iter()
        .map(|(table, (ins, upd))| {
            let (ins0, upd0) = before.get(table).copied().unwrap_or_default();
            (table.clone(), (share(ins - ins0), share(upd - upd0)))
        })
        .filter(|(_, (ins, upd))| *ins > 0 || *upd > 0)
        .collect()
}
