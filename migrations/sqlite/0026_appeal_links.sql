-- Links that let members see one case of theirs each, and appeal against it. `number` is the case, `user_id` its member. What a link is signed with is
-- not here.
CREATE TABLE appeal_links (
    tenant_id    blob NOT NULL,
    community_id blob NOT NULL,
    link_id      blob NOT NULL,
    number       integer NOT NULL,
    user_id      blob NOT NULL,
    created_at   integer NOT NULL,
    expires_at   integer NOT NULL,
    revoked_at   integer,
    PRIMARY KEY (tenant_id, community_id, link_id)
);
CREATE INDEX appeal_links_of_case ON appeal_links (number, tenant_id, community_id, link_id);
CREATE INDEX appeal_links_of_user ON appeal_links (user_id, tenant_id);
CREATE INDEX appeal_links_expired ON appeal_links (expires_at);

-- Secrets of the whole installation, by name, each made when it is first needed.
CREATE TABLE installation_secrets (
    name   text NOT NULL PRIMARY KEY,
    secret blob NOT NULL
) WITHOUT ROWID;
