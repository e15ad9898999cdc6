-- Appeals: members ask that cases be looked at again. `number` is the case, `about` a JSON document of the domain's type: statements, who has it in hand,
-- what was decided. One is open as long as it has not ended, and a case has one that is open at the most.
CREATE TABLE appeals (
    tenant_id    uuid NOT NULL,
    community_id uuid NOT NULL,
    appeal_id    uuid NOT NULL,
    number       bigint NOT NULL,
    user_id      uuid NOT NULL,
    state        text COLLATE "C" NOT NULL,
    created_at   timestamptz NOT NULL,
    ended_at     timestamptz,
    about        json NOT NULL,
    PRIMARY KEY (tenant_id, community_id, appeal_id)
);
CREATE UNIQUE INDEX appeals_open ON appeals (number, tenant_id, community_id) WHERE ended_at IS NULL;
CREATE INDEX appeals_of_case ON appeals (number, tenant_id, community_id, appeal_id);
CREATE INDEX appeals_by_state ON appeals (state, tenant_id, community_id, appeal_id);
CREATE INDEX appeals_of_user ON appeals (user_id, tenant_id);
