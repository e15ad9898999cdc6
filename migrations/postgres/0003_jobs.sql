-- Jobs: requests of many items that are worked off a part at a time. What an item comes to is kept under an idempotency key of its
-- own, in the transaction of its effect; only refusals, which leave nothing behind, have a table. `due_at` is when a job may be
-- taken next, and is null when it has ended.
CREATE TABLE jobs (
    tenant_id    uuid NOT NULL,
    community_id uuid NOT NULL,
    job_id       uuid NOT NULL,
    kind         text NOT NULL,
    state        text NOT NULL,
    key_id       uuid NOT NULL,
    created_at   timestamptz NOT NULL,
    started_at   timestamptz,
    finished_at  timestamptz,
    failure      text,
    total        bigint NOT NULL,
    succeeded    bigint NOT NULL,
    refused      bigint NOT NULL,
    next_part    bigint NOT NULL,
    due_at       timestamptz,
    PRIMARY KEY (tenant_id, community_id, job_id)
);
CREATE INDEX jobs_due ON jobs (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX jobs_by_age ON jobs (finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE job_parts (
    tenant_id    uuid NOT NULL,
    community_id uuid NOT NULL,
    job_id       uuid NOT NULL,
    part         bigint NOT NULL,
    items        text NOT NULL,
    PRIMARY KEY (tenant_id, community_id, job_id, part)
);

CREATE TABLE job_refusals (
    tenant_id    uuid NOT NULL,
    community_id uuid NOT NULL,
    job_id       uuid NOT NULL,
    item         bigint NOT NULL,
    problem      text NOT NULL,
    PRIMARY KEY (tenant_id, community_id, job_id, item)
);

-- What a mistake did, and what undoing it would void; good until it expires or was applied.
CREATE TABLE undo_plans (
    tenant_id    uuid NOT NULL,
    community_id uuid NOT NULL,
    plan_id      uuid NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    doc          text NOT NULL,
    job_id       uuid,
    PRIMARY KEY (tenant_id, community_id, plan_id)
);
CREATE INDEX undo_plans_by_age ON undo_plans (expires_at) WHERE expires_at IS NOT NULL;

-- The keys of a job's items begin with a line break, as none of a client's does. They go with their job, not with age.
DROP INDEX idempotency_by_age;
CREATE INDEX idempotency_by_age ON idempotency (created_at) WHERE key >= ' ';
