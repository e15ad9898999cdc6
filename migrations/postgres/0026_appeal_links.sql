-- Links that let members see one case of theirs each, and appeal against it. `number` is the case, `user_id` its member. What a link is signed with is
-- not here.
CREATE TABLE appeal_links (
    tenant_id    uuid NOT NULL,
    community_id uuid NOT NULL,
    link_id      uuid NOT NULL,
    number       bigint NOT NULL,
    user_id      uuid NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz,
    PRIMARY KEY (tenant_id, community_id, link_id)
);
CREATE INDEX appeal_links_of_case ON appeal_links (number, tenant_id, community_id, link_id);
CREATE INDEX appeal_links_of_user ON appeal_links (user_id, tenant_id);
CREATE INDEX appeal_links_expired ON appeal_links (expires_at);

-- Secrets of the whole installation, by name, each made when it is first needed.
CREATE TABLE installation_secrets (
    name   text COLLATE "C" NOT NULL PRIMARY KEY,
    secret bytea NOT NULL
);
