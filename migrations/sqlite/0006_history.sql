-- Which cases were imported: a record of a source is one case in a community, however often it is sent.
CREATE TABLE case_origins (
    tenant_id    blob NOT NULL,
    community_id blob NOT NULL,
    source       text NOT NULL,
    external_id  text NOT NULL,
    number       integer NOT NULL,
    PRIMARY KEY (tenant_id, community_id, source, external_id)
) WITHOUT ROWID;
