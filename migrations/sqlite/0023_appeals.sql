-- Appeals: members ask that cases be looked at again. `number` is the case, `about` a JSON document of the domain's type: statements, who has it in hand,
-- what was decided. One is open as long as it has not ended, and a case has one that is open at the most.
CREATE TABLE appeals (
    tenant_id    blob NOT NULL,
    community_id blob NOT NULL,
    appeal_id    blob NOT NULL,
    number       integer NOT NULL,
    user_id      blob NOT NULL,
    state        text NOT NULL,
    created_at   integer NOT NULL,
    ended_at     integer,
    about        text NOT NULL,
    PRIMARY KEY (tenant_id, community_id, appeal_id)
);
CREATE UNIQUE INDEX appeals_open ON appeals (number, tenant_id, community_id) WHERE ended_at IS NULL;
CREATE INDEX appeals_of_case ON appeals (number, tenant_id, community_id, appeal_id);
CREATE INDEX appeals_by_state ON appeals (state, tenant_id, community_id, appeal_id);
CREATE INDEX appeals_of_user ON appeals (user_id, tenant_id);
