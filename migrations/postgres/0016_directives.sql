-- What platforms are to do about members. `due_at` is when one may be handed out next, which is the end of its lease while it is in somebody's
-- hands; null once nothing is left to do. `turn` rises with every directive: of those about one effect on one member, whose row is locked when
-- they are issued, the one with the highest is the latest. `wanted` and `receipt` are JSON documents of the domain's types.
CREATE TABLE directives (
    tenant_id    uuid NOT NULL,
    directive_id uuid NOT NULL,
    community_id uuid NOT NULL,
    platform     text COLLATE "C" NOT NULL,
    space        text COLLATE "C" NOT NULL,
    native_id    text COLLATE "C" NOT NULL,
    user_id      uuid NOT NULL,
    effect       text COLLATE "C" NOT NULL,
    wanted       json NOT NULL,
    case_number  bigint,
    state        text COLLATE "C" NOT NULL,
    attempts     integer NOT NULL DEFAULT 0,
    failures     integer NOT NULL DEFAULT 0,
    created_at   timestamptz NOT NULL,
    due_at       timestamptz,
    lease_id     uuid,
    settled_at   timestamptz,
    receipt      json,
    turn         bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (tenant_id, directive_id)
);
CREATE INDEX directives_due ON directives (tenant_id, platform, due_at, directive_id) WHERE due_at IS NOT NULL;
CREATE INDEX directives_of_target ON directives (tenant_id, community_id, platform, space, native_id, effect, turn);
CREATE INDEX directives_of_community ON directives (tenant_id, community_id, directive_id);
CREATE INDEX directives_of_member ON directives (tenant_id, user_id, directive_id);
