-- What was last observed of an effect on a member in a space. `until` is when the platform ends it by itself; `capabilities` and `sources`, the names
-- of the events of the moment `at`, are JSON lists of texts; `actor_native_id` is who did it there. `drift_id`, `difference` and `since` stand as long as
-- it is not as desired.
CREATE TABLE observations (
    tenant_id       blob NOT NULL,
    community_id    blob NOT NULL,
    platform        text NOT NULL,
    space           text NOT NULL,
    effect          text NOT NULL,
    native_id       text NOT NULL,
    present         integer NOT NULL,
    until           integer,
    capabilities    text NOT NULL,
    at              integer NOT NULL,
    sources         text NOT NULL,
    actor_native_id text,
    ours            integer NOT NULL,
    heals           integer NOT NULL,
    healed_at       integer,
    drift_id        blob,
    difference      text,
    since           integer,
    PRIMARY KEY (tenant_id, community_id, platform, space, effect, native_id)
) WITHOUT ROWID;
CREATE INDEX observations_adrift ON observations (tenant_id, community_id, drift_id) WHERE drift_id IS NOT NULL;
CREATE INDEX observations_of_identity ON observations (tenant_id, platform, native_id);
CREATE INDEX observations_by_actor ON observations (tenant_id, platform, actor_native_id) WHERE actor_native_id IS NOT NULL;
