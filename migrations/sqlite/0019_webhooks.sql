-- Where a tenant's events are sent. `position` is up to where deliveries of the log are planned. `about` is a JSON document of the domain's
-- type: address, selection, secrets, and how tries have gone.
CREATE TABLE webhooks (
    tenant_id    blob NOT NULL,
    webhook_id   blob NOT NULL,
    state        text NOT NULL,
    position     integer NOT NULL,
    paused_until integer,
    created_at   integer NOT NULL,
    about        text NOT NULL,
    PRIMARY KEY (tenant_id, webhook_id)
);
CREATE INDEX webhooks_by_state ON webhooks (state, tenant_id, webhook_id);
-- An event on its way to a webhook. What it says is in the log, at `position`; a test has none. `due_at` is when it is tried next, or when the
-- lease of whoever has it in hand is over; null once it has arrived or was given up. `base` is how many of the attempts were before it was
-- last sent anew.
CREATE TABLE deliveries (
    tenant_id    blob NOT NULL,
    webhook_id   blob NOT NULL,
    delivery_id  blob NOT NULL,
    position     integer,
    kind         text NOT NULL,
    community_id blob,
    state        text NOT NULL,
    created_at   integer NOT NULL,
    due_at       integer,
    settled_at   integer,
    attempts     integer NOT NULL,
    base         integer NOT NULL,
    tries        text NOT NULL,
    PRIMARY KEY (tenant_id, webhook_id, delivery_id)
);
CREATE UNIQUE INDEX deliveries_planned ON deliveries (tenant_id, webhook_id, position) WHERE position IS NOT NULL;
CREATE INDEX deliveries_due ON deliveries (tenant_id, webhook_id, due_at, delivery_id) WHERE due_at IS NOT NULL;
CREATE INDEX deliveries_by_state ON deliveries (tenant_id, webhook_id, state, delivery_id);
CREATE INDEX deliveries_by_age ON deliveries (settled_at) WHERE settled_at IS NOT NULL;
