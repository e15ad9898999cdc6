-- People, communities and tenants that go.

-- By this secret, and by nothing else, identities of erased people are recognised. Made when the first person is erased.
ALTER TABLE tenants ADD COLUMN secret bytea;

-- When a person was erased, and when the last of what was written about them was gone.
ALTER TABLE users ADD COLUMN erased_at timestamptz;
ALTER TABLE users ADD COLUMN erasure_done_at timestamptz;

-- HMAC-SHA-256 of the identities of erased people, kept while a sanction of theirs is in force.
CREATE TABLE erased_identities (
    tenant_id uuid NOT NULL,
    hash      bytea NOT NULL,
    user_id   uuid NOT NULL,
    PRIMARY KEY (tenant_id, hash)
);
CREATE INDEX erased_identities_of_user ON erased_identities (tenant_id, user_id, hash) WHERE user_id IS NOT NULL;

-- An archived community can be read, and nothing else.
ALTER TABLE communities ADD COLUMN archived_at timestamptz;

-- What is being removed a portion at a time, and how far that is. Whoever has waited longest is next. A row goes with the last
-- portion.
CREATE TABLE removals (
    tenant_id  uuid NOT NULL,
    subject_id uuid NOT NULL,
    kind       text NOT NULL,
    turn_at    timestamptz NOT NULL,
    progress   text NOT NULL,
    PRIMARY KEY (tenant_id, subject_id)
);
CREATE INDEX removals_in_turn ON removals (turn_at) WHERE turn_at IS NOT NULL;
