-- The ledger. Every key leads with the tenant, then the community; so does every WHERE. Hot tables carry no foreign keys:
-- each row is written in the transaction that has locked its owner, and a check per row would cost more than the row.
-- An index beside the primary key holds `WHERE <its column> IS NOT NULL`, which is always so: then only a query that names the
-- column can use the index. Without that, a plan made while a table is empty (when every index looks equally good) may walk
-- through a whole community to find one row by its key.
-- `doc`, `state` and the like are JSON documents of the domain's types. Ledger instants are whole seconds since 1970.
-- Texts in keys compare by their bytes (COLLATE "C"): faster than a language's rules, and the same everywhere.

CREATE TABLE tenants (
    tenant_id  uuid PRIMARY KEY,
    name       text NOT NULL,
    created_at timestamptz NOT NULL,
    event_seq  bigint NOT NULL DEFAULT 0
);

CREATE TABLE api_keys (
    tenant_id    uuid NOT NULL REFERENCES tenants,
    key_id       uuid NOT NULL,
    hash         bytea NOT NULL UNIQUE,
    name         text NOT NULL,
    hint         text NOT NULL,
    scopes       json NOT NULL,
    communities  json,
    rank         text NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz,
    revoked_at   timestamptz,
    last_used_at timestamptz,
    PRIMARY KEY (tenant_id, key_id)
);

CREATE TABLE communities (
    tenant_id      uuid NOT NULL REFERENCES tenants,
    community_id   uuid NOT NULL,
    name           text NOT NULL,
    created_at     timestamptz NOT NULL,
    policy_version integer NOT NULL,
    PRIMARY KEY (tenant_id, community_id)
);

-- Apart from `communities`, so that taking a case number never waits for someone who reads the policy in force.
CREATE TABLE community_counters (
    tenant_id    uuid NOT NULL,
    community_id uuid NOT NULL,
    case_seq     bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, community_id)
);

CREATE TABLE links (
    tenant_id    uuid NOT NULL,
    platform     text COLLATE "C" NOT NULL,
    space        text COLLATE "C" NOT NULL,
    community_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, platform, space)
);
CREATE INDEX links_by_community ON links (tenant_id, community_id, platform, space) WHERE community_id IS NOT NULL;

CREATE TABLE policies (
    tenant_id    uuid NOT NULL,
    community_id uuid NOT NULL,
    version      integer NOT NULL,
    activated_at bigint NOT NULL,
    doc          json NOT NULL,
    created_at   timestamptz NOT NULL,
    by_actor     json NOT NULL,
    comment      text,
    PRIMARY KEY (tenant_id, community_id, version)
);

CREATE TABLE users (
    tenant_id  uuid NOT NULL,
    user_id    uuid NOT NULL,
    name       text,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);

CREATE TABLE identities (
    tenant_id  uuid NOT NULL,
    platform   text COLLATE "C" NOT NULL,
    native_id  text COLLATE "C" NOT NULL,
    user_id    uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, platform, native_id)
);
CREATE INDEX identities_by_user ON identities (tenant_id, user_id, platform, native_id) WHERE user_id IS NOT NULL;

CREATE TABLE members (
    tenant_id    uuid NOT NULL,
    community_id uuid NOT NULL,
    user_id      uuid NOT NULL,
    rank         text NOT NULL DEFAULT 'member',
    level        integer NOT NULL DEFAULT 0,
    protected    boolean NOT NULL DEFAULT false,
    bot          boolean NOT NULL DEFAULT false,
    state        json NOT NULL,
    recent       json NOT NULL,
    PRIMARY KEY (tenant_id, community_id, user_id)
) WITH (fillfactor = 70);

CREATE TABLE cases (
    tenant_id      uuid NOT NULL,
    community_id   uuid NOT NULL,
    number         bigint NOT NULL,
    user_id        uuid NOT NULL,
    kind           text NOT NULL,
    actor          text COLLATE "C" NOT NULL,
    at             bigint NOT NULL,
    points         bigint NOT NULL,
    recorded_at    timestamptz NOT NULL,
    doc            json NOT NULL,
    reason         text,
    revision       integer NOT NULL DEFAULT 0,
    started        json,
    voided         json,
    state          json,
    PRIMARY KEY (tenant_id, community_id, number)
);
CREATE INDEX cases_of_member ON cases (tenant_id, community_id, user_id, at, number) WHERE user_id IS NOT NULL;
CREATE INDEX cases_by_actor ON cases (tenant_id, community_id, actor, number) WHERE actor IS NOT NULL;

CREATE TABLE case_revisions (
    tenant_id    uuid NOT NULL,
    community_id uuid NOT NULL,
    number       bigint NOT NULL,
    revision     integer NOT NULL,
    reason       text,
    replaced_by  json NOT NULL,
    replaced_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, community_id, number, revision)
);

CREATE TABLE sanctions (
    tenant_id    uuid NOT NULL,
    community_id uuid NOT NULL,
    sanction_id  uuid NOT NULL,
    user_id      uuid NOT NULL,
    case_number  bigint NOT NULL,
    kind         text NOT NULL,
    starts_at    bigint NOT NULL,
    ends_at      bigint,
    version      integer NOT NULL,
    ended_how    text,
    ended_at     bigint,
    ended_by     bigint,
    identity     text,
    PRIMARY KEY (tenant_id, community_id, sanction_id)
);
CREATE INDEX sanctions_of_member ON sanctions (tenant_id, community_id, user_id, sanction_id) WHERE user_id IS NOT NULL;

CREATE TABLE timers (
    tenant_id        uuid NOT NULL,
    community_id     uuid NOT NULL,
    sanction_id      uuid NOT NULL,
    user_id          uuid NOT NULL,
    sanction_version integer NOT NULL,
    due_at           bigint NOT NULL,
    leased_until     timestamptz,
    PRIMARY KEY (tenant_id, community_id, sanction_id)
);
CREATE INDEX timers_due ON timers (due_at);

CREATE TABLE events (
    tenant_id    uuid NOT NULL,
    position     bigint NOT NULL,
    kind         text NOT NULL,
    community_id uuid,
    user_id      uuid,
    at           timestamptz NOT NULL,
    data         json NOT NULL,
    PRIMARY KEY (tenant_id, position)
);

CREATE TABLE idempotency (
    tenant_id   uuid NOT NULL,
    key         text COLLATE "C" NOT NULL,
    fingerprint bytea NOT NULL,
    answer      text NOT NULL,
    tag         text NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, key)
);
CREATE INDEX idempotency_by_age ON idempotency (created_at);
