-- Conversations: a person is asked one thing after the other. A flow says what, in versions that never change; those that are shipped are not here.

-- The flows that there are, at their newest version.
CREATE TABLE flows (
    tenant_id blob NOT NULL,
    name      text NOT NULL,
    version   integer NOT NULL,
    PRIMARY KEY (tenant_id, name)
);

-- What each version says, as a JSON document of the domain's type.
CREATE TABLE flow_versions (
    tenant_id  blob NOT NULL,
    name       text NOT NULL,
    version    integer NOT NULL,
    doc        text NOT NULL,
    created_at integer NOT NULL,
    by_actor   text NOT NULL,
    comment    text,
    PRIMARY KEY (tenant_id, name, version)
);

-- Where somebody stands in a flow. `data` is what was answered, `link` what shipped flows keep besides, both JSON documents; `code` is the hash of a
-- code that another conversation has to name. `due_at` is when there is something to do without anybody saying anything; null once it has ended.
CREATE TABLE conversations (
    tenant_id       blob NOT NULL,
    community_id    blob NOT NULL,
    conversation_id blob NOT NULL,
    user_id         blob NOT NULL,
    channel         text NOT NULL,
    flow            text NOT NULL,
    version         integer NOT NULL,
    state           text NOT NULL,
    step            integer NOT NULL,
    data            text NOT NULL,
    link            text NOT NULL,
    code            blob,
    deadline        integer,
    expires_at      integer NOT NULL,
    due_at          integer,
    created_at      integer NOT NULL,
    ended_at        integer,
    outcome         text,
    PRIMARY KEY (tenant_id, community_id, conversation_id)
);
CREATE UNIQUE INDEX conversations_running ON conversations (user_id, tenant_id, community_id, flow, channel) WHERE ended_at IS NULL;
CREATE INDEX conversations_of_user ON conversations (user_id, tenant_id, community_id, conversation_id);
CREATE INDEX conversations_by_code ON conversations (code, tenant_id) WHERE code IS NOT NULL;
CREATE INDEX conversations_due ON conversations (due_at, conversation_id) WHERE due_at IS NOT NULL;
CREATE INDEX conversations_by_age ON conversations (ended_at) WHERE ended_at IS NOT NULL;
