-- Balances that a remedy lowered all at once: in the states after a user's cases behind a place (at, number), up to a case number,
-- the true balance is lower than the stored one by so many units.
CREATE TABLE lowerings (
    tenant_id    uuid NOT NULL,
    community_id uuid NOT NULL,
    user_id      uuid NOT NULL,
    at           bigint NOT NULL,
    number       bigint NOT NULL,
    until        bigint NOT NULL,
    units        bigint NOT NULL,
    PRIMARY KEY (tenant_id, community_id, user_id, at, number, until)
);
