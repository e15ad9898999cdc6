-- Acts that wait for others, and what is spent of budgets.

-- An act that waits, or has waited. `state` is held, released or rejected; what is still held at `expires_at` has expired.
CREATE TABLE held_acts (
    tenant_id    uuid NOT NULL,
    community_id uuid NOT NULL,
    held_id      uuid NOT NULL,
    user_id      uuid NOT NULL,
    state        text COLLATE "C" NOT NULL,
    expires_at   bigint NOT NULL,
    doc          json NOT NULL,
    PRIMARY KEY (tenant_id, community_id, held_id)
);
CREATE INDEX held_acts_by_state ON held_acts (tenant_id, community_id, state, held_id) WHERE state IS NOT NULL;

-- Acts that budgets count, under whom they are counted: the actor, the rule, the key. Written only where the policy has budgets.
CREATE TABLE spent_acts (
    tenant_id    uuid NOT NULL,
    community_id uuid NOT NULL,
    bucket       text COLLATE "C" NOT NULL,
    at           bigint NOT NULL,
    number       bigint NOT NULL,
    kind         text NOT NULL,
    PRIMARY KEY (tenant_id, community_id, number, bucket)
);
CREATE INDEX spent_acts_by_bucket ON spent_acts (tenant_id, community_id, bucket, at) WHERE bucket IS NOT NULL;
CREATE INDEX spent_acts_by_age ON spent_acts (at);

-- How many of a job's items wait for others.
ALTER TABLE jobs ADD COLUMN held bigint NOT NULL DEFAULT 0;
