-- Conversations: a person is asked one thing after the other. A flow says what, in versions that never change; those that are shipped are not here.

-- The flows that there are, at their newest version.
CREATE TABLE flows (
    tenant_id uuid NOT NULL,
    name      text COLLATE "C" NOT NULL,
    version   integer NOT NULL,
    PRIMARY KEY (tenant_id, name)
);

-- What each version says, as a JSON document of the domain's type.
CREATE TABLE flow_versions (
    tenant_id  uuid NOT NULL,
    name       text COLLATE "C" NOT NULL,
    version    integer NOT NULL,
    doc        json NOT NULL,
    created_at timestamptz NOT NULL,
    by_actor   json NOT NULL,
    comment    text,
    PRIMARY KEY (tenant_id, name, version)
);

-- Where somebody stands in a flow. `data` is what was answered, `link` what shipped flows keep besides, both JSON documents; `code` is the hash of a
-- code that another conversation has to name. `due_at` is when there is something to do without anybody saying anything; null once it has ended.
CREATE TABLE conversations (
    tenant_id       uuid NOT NULL,
    community_id    uuid NOT NULL,
    conversation_id uuid NOT NULL,
    user_id         uuid NOT NULL,
    channel         text COLLATE "C" NOT NULL,
    flow            text COLLATE "C" NOT NULL,
    version         integer NOT NULL,
    state           text COLLATE "C" NOT NULL,
    step            integer NOT NULL,
    data            json NOT NULL,
    link            json NOT NULL,
    code            bytea,
    deadline        timestamptz,
    expires_at      timestamptz NOT NULL,
    due_at          timestamptz,
    created_at      timestamptz NOT NULL,
    ended_at        timestamptz,
    outcome         text COLLATE "C",
    PRIMARY KEY (tenant_id, community_id, conversation_id)
);
CREATE UNIQUE INDEX conversations_running ON conversations (user_id, tenant_id, community_id, flow, channel) WHERE ended_at IS NULL;
CREATE INDEX conversations_of_user ON conversations (user_id, tenant_id, community_id, conversation_id);
CREATE INDEX conversations_by_code ON conversations (code, tenant_id) WHERE code IS NOT NULL;
CREATE INDEX conversations_due ON conversations (due_at, conversation_id) WHERE due_at IS NOT NULL;
CREATE INDEX conversations_by_age ON conversations (ended_at) WHERE ended_at IS NOT NULL;
