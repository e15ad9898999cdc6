-- Rate limits by name, of a tenant or of one of its communities. What was spent is not here: the counters know it.

-- The limits that there are. Those of the whole tenant have a community id of zeros.
CREATE TABLE limits (
    tenant_id    blob NOT NULL,
    community_id blob NOT NULL,
    name         text NOT NULL,
    limit_id     blob NOT NULL,
    version      integer NOT NULL,
    PRIMARY KEY (tenant_id, community_id, name)
);

-- What each version says. A limit that was deleted has none.
CREATE TABLE limit_versions (
    tenant_id    blob NOT NULL,
    community_id blob NOT NULL,
    limit_id     blob NOT NULL,
    version      integer NOT NULL,
    doc          text NOT NULL,
    created_at   integer NOT NULL,
    by_actor     text NOT NULL,
    comment      text,
    PRIMARY KEY (tenant_id, community_id, limit_id, version)
);
