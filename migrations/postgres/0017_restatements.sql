-- Whose state on platforms is to be looked at anew, because their names there or the spaces of their community have changed: one member, or
-- with the nil id everybody in the community who has a sanction. `progress` is the last of those who was looked at.
CREATE TABLE restatements (
    tenant_id    uuid NOT NULL,
    community_id uuid NOT NULL,
    user_id      uuid NOT NULL,
    turn_at      timestamptz NOT NULL,
    progress     uuid NOT NULL,
    PRIMARY KEY (tenant_id, community_id, user_id)
);
CREATE INDEX restatements_in_turn ON restatements (turn_at, tenant_id, community_id, user_id);
