-- Whose state on platforms is to be looked at anew, because their names there or the spaces of their community have changed: one member, or
-- with the nil id everybody in the community who has a sanction. `progress` is the last of those who was looked at.
CREATE TABLE restatements (
    tenant_id    blob NOT NULL,
    community_id blob NOT NULL,
    user_id      blob NOT NULL,
    turn_at      integer NOT NULL,
    progress     blob NOT NULL,
    PRIMARY KEY (tenant_id, community_id, user_id)
);
CREATE INDEX restatements_in_turn ON restatements (turn_at, tenant_id, community_id, user_id);
