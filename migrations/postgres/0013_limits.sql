-- Rate limits by name, of a tenant or of one of its communities. What was spent is not here: the counters know it.

-- The limits that there are. Those of the whole tenant have a community id of zeros.
CREATE TABLE limits (
    tenant_id    uuid NOT NULL,
    community_id uuid NOT NULL,
    name         text NOT NULL,
    limit_id     uuid NOT NULL,
    version      integer NOT NULL,
    PRIMARY KEY (tenant_id, community_id, name)
);

-- What each version says. A limit that was deleted has none.
CREATE TABLE limit_versions (
    tenant_id    uuid NOT NULL,
    community_id uuid NOT NULL,
    limit_id     uuid NOT NULL,
    version      integer NOT NULL,
    doc          json NOT NULL,
    created_at   timestamptz NOT NULL,
    by_actor     json NOT NULL,
    comment      text,
    PRIMARY KEY (tenant_id, community_id, limit_id, version)
);
