-- Jobs: requests of many items that are worked off a part at a time. What an item comes to is kept under an idempotency key of its
-- own, in the transaction of its effect; only refusals, which leave nothing behind, have a table. `due_at` is when a job may be
-- taken next, and is null when it has ended.
CREATE TABLE jobs (
    tenant_id    blob NOT NULL,
    community_id blob NOT NULL,
    job_id       blob NOT NULL,
    kind         text NOT NULL,
    state        text NOT NULL,
    key_id       blob NOT NULL,
    created_at   integer NOT NULL,
    started_at   integer,
    finished_at  integer,
    failure      text,
    total        integer NOT NULL,
    succeeded    integer NOT NULL,
    refused      integer NOT NULL,
    next_part    integer NOT NULL,
    due_at       integer,
    PRIMARY KEY (tenant_id, community_id, job_id)
);
CREATE INDEX jobs_due ON jobs (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX jobs_by_age ON jobs (finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE job_parts (
    tenant_id    blob NOT NULL,
    community_id blob NOT NULL,
    job_id       blob NOT NULL,
    part         integer NOT NULL,
    items        text NOT NULL,
    PRIMARY KEY (tenant_id, community_id, job_id, part)
);

CREATE TABLE job_refusals (
    tenant_id    blob NOT NULL,
    community_id blob NOT NULL,
    job_id       blob NOT NULL,
    item         integer NOT NULL,
    problem      text NOT NULL,
    PRIMARY KEY (tenant_id, community_id, job_id, item)
);

-- What a mistake did, and what undoing it would void; good until it expires or was applied.
CREATE TABLE undo_plans (
    tenant_id    blob NOT NULL,
    community_id blob NOT NULL,
    plan_id      blob NOT NULL,
    created_at   integer NOT NULL,
    expires_at   integer NOT NULL,
    doc          text NOT NULL,
    job_id       blob,
    PRIMARY KEY (tenant_id, community_id, plan_id)
);
CREATE INDEX undo_plans_by_age ON undo_plans (expires_at) WHERE expires_at IS NOT NULL;

-- The keys of a job's items begin with a line break, as none of a client's does. They go with their job, not with age.
DROP INDEX idempotency_by_age;
CREATE INDEX idempotency_by_age ON idempotency (created_at) WHERE key >= ' ';
