-- What is to be done at a time that was set before. `due_at` is when it is to run next, and `since` when that run was first due: earlier
-- where it is tried again; both null once it has ended. `task`, `actor`, `timing` and `last_run` are JSON documents of the domain's types. `actor_id`
-- is the person who acts, if a person does.
CREATE TABLE schedules (
    tenant_id    blob NOT NULL,
    community_id blob NOT NULL,
    schedule_id  blob NOT NULL,
    version      integer NOT NULL,
    kind         text NOT NULL,
    state        text NOT NULL,
    user_id      blob,
    actor_id     blob,
    key_id       blob NOT NULL,
    actor        text NOT NULL,
    task         text NOT NULL,
    timing       text NOT NULL,
    created_at   integer NOT NULL,
    ended_at     integer,
    due_at       integer,
    since        integer,
    leased_until integer,
    attempts     integer NOT NULL,
    runs         integer NOT NULL,
    failures     integer NOT NULL,
    last_run     text,
    PRIMARY KEY (tenant_id, community_id, schedule_id)
);
CREATE INDEX schedules_due ON schedules (due_at, schedule_id) WHERE due_at IS NOT NULL;
CREATE INDEX schedules_by_state ON schedules (tenant_id, community_id, state, schedule_id);
CREATE INDEX schedules_of_user ON schedules (tenant_id, user_id, schedule_id) WHERE user_id IS NOT NULL;
CREATE INDEX schedules_by_actor ON schedules (tenant_id, actor_id, schedule_id) WHERE actor_id IS NOT NULL;
CREATE INDEX schedules_by_age ON schedules (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX schedules_leased ON schedules (tenant_id, community_id, leased_until) WHERE leased_until IS NOT NULL;
