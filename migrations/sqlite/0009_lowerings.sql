-- Balances that a remedy lowered all at once: in the states after a user's cases behind a place (at, number), up to a case number,
-- the true balance is lower than the stored one by so many units.
CREATE TABLE lowerings (
    tenant_id    blob NOT NULL,
    community_id blob NOT NULL,
    user_id      blob NOT NULL,
    at           integer NOT NULL,
    number       integer NOT NULL,
    until        integer NOT NULL,
    units        integer NOT NULL,
    PRIMARY KEY (tenant_id, community_id, user_id, at, number, until)
) WITHOUT ROWID;
