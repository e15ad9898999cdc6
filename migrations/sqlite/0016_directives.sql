-- What platforms are to do about members. `due_at` is when one may be handed out next, which is the end of its lease while it is in somebody's
-- hands; null once nothing is left to do. `turn` rises with every directive: of those about one effect on one member the one with the
-- highest is the latest. `wanted` and `receipt` are JSON documents of the domain's types.
CREATE TABLE directives (
    tenant_id    blob NOT NULL,
    directive_id blob NOT NULL,
    community_id blob NOT NULL,
    platform     text NOT NULL,
    space        text NOT NULL,
    native_id    text NOT NULL,
    user_id      blob NOT NULL,
    effect       text NOT NULL,
    wanted       text NOT NULL,
    case_number  integer,
    state        text NOT NULL,
    attempts     integer NOT NULL DEFAULT 0,
    failures     integer NOT NULL DEFAULT 0,
    created_at   integer NOT NULL,
    due_at       integer,
    lease_id     blob,
    settled_at   integer,
    receipt      text,
    turn         integer NOT NULL,
    PRIMARY KEY (tenant_id, directive_id)
);
CREATE INDEX directives_due ON directives (tenant_id, platform, due_at, directive_id) WHERE due_at IS NOT NULL;
CREATE INDEX directives_of_target ON directives (tenant_id, community_id, platform, space, native_id, effect, turn);
CREATE INDEX directives_of_community ON directives (tenant_id, community_id, directive_id);
CREATE INDEX directives_of_member ON directives (tenant_id, user_id, directive_id);
