-- The ledger. Every key leads with the tenant, then the community; so does every WHERE. Hot tables carry no foreign keys:
-- each row is written in the transaction that has locked its owner, and a check per row would cost more than the row.
-- `doc`, `state` and the like are JSON documents of the domain's types. Ledger instants are whole seconds since 1970;
-- all other times are microseconds since 1970, and identifiers are the 16 bytes of their UUID.
-- Tables with long rows have rowids: their rows are appended and fill pages, where a table without rowids would scatter them by
-- their keys and give each row that is longer than a quarter of a page a page of its own besides.

CREATE TABLE tenants (
    tenant_id  blob PRIMARY KEY,
    name       text NOT NULL,
    created_at integer NOT NULL,
    event_seq  integer NOT NULL DEFAULT 0
);

CREATE TABLE api_keys (
    tenant_id    blob NOT NULL REFERENCES tenants (tenant_id),
    key_id       blob NOT NULL,
    hash         blob NOT NULL UNIQUE,
    name         text NOT NULL,
    hint         text NOT NULL,
    scopes       text NOT NULL,
    communities  text,
    rank         text NOT NULL,
    created_at   integer NOT NULL,
    expires_at   integer,
    revoked_at   integer,
    last_used_at integer,
    PRIMARY KEY (tenant_id, key_id)
);

CREATE TABLE communities (
    tenant_id      blob NOT NULL REFERENCES tenants (tenant_id),
    community_id   blob NOT NULL,
    name           text NOT NULL,
    created_at     integer NOT NULL,
    policy_version integer NOT NULL,
    PRIMARY KEY (tenant_id, community_id)
);

-- Apart from `communities`, so that taking a case number never waits for someone who reads the policy in force.
CREATE TABLE community_counters (
    tenant_id    blob NOT NULL,
    community_id blob NOT NULL,
    case_seq     integer NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, community_id)
) WITHOUT ROWID;

CREATE TABLE links (
    tenant_id    blob NOT NULL,
    platform     text NOT NULL,
    space        text NOT NULL,
    community_id blob NOT NULL,
    PRIMARY KEY (tenant_id, platform, space)
) WITHOUT ROWID;
CREATE INDEX links_by_community ON links (tenant_id, community_id, platform, space);

CREATE TABLE policies (
    tenant_id    blob NOT NULL,
    community_id blob NOT NULL,
    version      integer NOT NULL,
    activated_at integer NOT NULL,
    doc          text NOT NULL,
    created_at   integer NOT NULL,
    by_actor     text NOT NULL,
    comment      text,
    PRIMARY KEY (tenant_id, community_id, version)
);

CREATE TABLE users (
    tenant_id  blob NOT NULL,
    user_id    blob NOT NULL,
    name       text,
    created_at integer NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);

CREATE TABLE identities (
    tenant_id  blob NOT NULL,
    platform   text NOT NULL,
    native_id  text NOT NULL,
    user_id    blob NOT NULL,
    created_at integer NOT NULL,
    PRIMARY KEY (tenant_id, platform, native_id)
) WITHOUT ROWID;
CREATE INDEX identities_by_user ON identities (tenant_id, user_id, platform, native_id);

CREATE TABLE members (
    tenant_id    blob NOT NULL,
    community_id blob NOT NULL,
    user_id      blob NOT NULL,
    rank         text NOT NULL DEFAULT 'member',
    level        integer NOT NULL DEFAULT 0,
    protected    integer NOT NULL DEFAULT 0,
    bot          integer NOT NULL DEFAULT 0,
    state        text NOT NULL,
    recent       text NOT NULL,
    PRIMARY KEY (tenant_id, community_id, user_id)
) WITHOUT ROWID;

CREATE TABLE cases (
    tenant_id      blob NOT NULL,
    community_id   blob NOT NULL,
    number         integer NOT NULL,
    user_id        blob NOT NULL,
    kind           text NOT NULL,
    actor          text NOT NULL,
    at             integer NOT NULL,
    points         integer NOT NULL,
    recorded_at    integer NOT NULL,
    doc            text NOT NULL,
    reason         text,
    revision       integer NOT NULL DEFAULT 0,
    started        text,
    voided         text,
    state          text,
    PRIMARY KEY (tenant_id, community_id, number)
);
CREATE INDEX cases_of_member ON cases (tenant_id, community_id, user_id, at, number);
CREATE INDEX cases_by_actor ON cases (tenant_id, community_id, actor, number);

CREATE TABLE case_revisions (
    tenant_id    blob NOT NULL,
    community_id blob NOT NULL,
    number       integer NOT NULL,
    revision     integer NOT NULL,
    reason       text,
    replaced_by  text NOT NULL,
    replaced_at  integer NOT NULL,
    PRIMARY KEY (tenant_id, community_id, number, revision)
) WITHOUT ROWID;

CREATE TABLE sanctions (
    tenant_id    blob NOT NULL,
    community_id blob NOT NULL,
    sanction_id  blob NOT NULL,
    user_id      blob NOT NULL,
    case_number  integer NOT NULL,
    kind         text NOT NULL,
    starts_at    integer NOT NULL,
    ends_at      integer,
    version      integer NOT NULL,
    ended_how    text,
    ended_at     integer,
    ended_by     integer,
    identity     text,
    PRIMARY KEY (tenant_id, community_id, sanction_id)
) WITHOUT ROWID;
CREATE INDEX sanctions_of_member ON sanctions (tenant_id, community_id, user_id, sanction_id);

CREATE TABLE timers (
    tenant_id        blob NOT NULL,
    community_id     blob NOT NULL,
    sanction_id      blob NOT NULL,
    user_id          blob NOT NULL,
    sanction_version integer NOT NULL,
    due_at           integer NOT NULL,
    leased_until     integer,
    PRIMARY KEY (tenant_id, community_id, sanction_id)
) WITHOUT ROWID;
CREATE INDEX timers_due ON timers (due_at);

CREATE TABLE events (
    tenant_id    blob NOT NULL,
    position     integer NOT NULL,
    kind         text NOT NULL,
    community_id blob,
    user_id      blob,
    at           integer NOT NULL,
    data         text NOT NULL,
    PRIMARY KEY (tenant_id, position)
);

CREATE TABLE idempotency (
    tenant_id   blob NOT NULL,
    key         text NOT NULL,
    fingerprint blob NOT NULL,
    answer      text NOT NULL,
    tag         text NOT NULL,
    created_at  integer NOT NULL,
    PRIMARY KEY (tenant_id, key)
);
CREATE INDEX idempotency_by_age ON idempotency (created_at);
