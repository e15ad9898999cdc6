-- Which cases were imported: a record of a source is one case in a community, however often it is sent.
CREATE TABLE case_origins (
    tenant_id    uuid NOT NULL,
    community_id uuid NOT NULL,
    source       text COLLATE "C" NOT NULL,
    external_id  text COLLATE "C" NOT NULL,
    number       bigint NOT NULL,
    PRIMARY KEY (tenant_id, community_id, source, external_id)
);
