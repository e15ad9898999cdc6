-- What members are told. `number` is the case, `message` a JSON document of the domain's type: what it is about, the language, the text as it was rendered.
-- Where a notice is follows from where its directives are, until the member has read it. `follows` is the directive that another one comes after.
ALTER TABLE users ADD COLUMN language text COLLATE "C";
ALTER TABLE communities ADD COLUMN language text COLLATE "C";
ALTER TABLE communities ADD COLUMN colour text COLLATE "C";
ALTER TABLE directives ADD COLUMN follows uuid;
ALTER TABLE directives ADD COLUMN notice_id uuid;
CREATE INDEX directives_following ON directives (follows, tenant_id) WHERE follows IS NOT NULL;
CREATE INDEX directives_of_notice ON directives (notice_id, tenant_id) WHERE notice_id IS NOT NULL;
CREATE TABLE notices (
    tenant_id       uuid NOT NULL,
    community_id    uuid NOT NULL,
    notice_id       uuid NOT NULL,
    number          bigint NOT NULL,
    user_id         uuid NOT NULL,
    state           text COLLATE "C" NOT NULL,
    created_at      timestamptz NOT NULL,
    changed_at      timestamptz NOT NULL,
    acknowledged_at timestamptz,
    message         json NOT NULL,
    PRIMARY KEY (tenant_id, community_id, notice_id)
);
CREATE INDEX notices_of_case ON notices (number, tenant_id, community_id, notice_id);
CREATE INDEX notices_by_state ON notices (state, tenant_id, community_id, notice_id);
CREATE INDEX notices_of_user ON notices (user_id, tenant_id);
