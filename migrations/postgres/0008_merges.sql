-- Users who turn out to be one person.

-- The user whom a merged one is now, who is nobody else in turn. Cases keep the user under whom they were recorded.
ALTER TABLE users ADD COLUMN merged_into uuid;
CREATE INDEX users_merged ON users (tenant_id, merged_into, user_id) WHERE merged_into IS NOT NULL;

-- The user to whom an identity goes back when the merge that brought it along is undone.
ALTER TABLE identities ADD COLUMN brought_by uuid;

-- Whether the member was ever part of a merge: then a name that was read before the member was locked is read once more.
ALTER TABLE members ADD COLUMN regrouped boolean NOT NULL DEFAULT false;

CREATE TABLE merges (
    tenant_id   uuid NOT NULL,
    merge_id    uuid NOT NULL,
    into_id     uuid NOT NULL,
    from_id     uuid NOT NULL,
    merged_at   timestamptz NOT NULL,
    by_actor    json NOT NULL,
    reason      text,
    undone      json,
    PRIMARY KEY (tenant_id, merge_id)
);
CREATE INDEX merges_into ON merges (tenant_id, into_id, merge_id);
CREATE INDEX merges_from ON merges (tenant_id, from_id, merge_id);

-- Where two histories became one in a community: after the case `after_number` at the second `at`. Of several at one place, `turn`
-- tells which came first. The states are those just before, of either, and just after; a void that goes over the place rewrites them.
-- The row goes when the merge is undone.
CREATE TABLE seams (
    tenant_id      uuid NOT NULL,
    community_id   uuid NOT NULL,
    merge_id       uuid NOT NULL,
    into_id        uuid NOT NULL,
    from_id        uuid NOT NULL,
    at             bigint NOT NULL,
    after_number   bigint NOT NULL,
    turn           integer NOT NULL,
    policy_version integer NOT NULL,
    into_state     json NOT NULL,
    from_state     json NOT NULL,
    state          json NOT NULL,
    detail         json NOT NULL,
    PRIMARY KEY (tenant_id, community_id, merge_id)
);
CREATE INDEX seams_into ON seams (tenant_id, community_id, into_id, at, after_number, turn);
CREATE INDEX seams_of_merge ON seams (tenant_id, merge_id, community_id);
