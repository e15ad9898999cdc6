-- What members are told. `number` is the case, `message` a JSON document of the domain's type: what it is about, the language, the text as it was rendered.
-- Where a notice is follows from where its directives are, until the member has read it. `follows` is the directive that another one comes after.
ALTER TABLE users ADD COLUMN language text;
ALTER TABLE communities ADD COLUMN language text;
ALTER TABLE communities ADD COLUMN colour text;
ALTER TABLE directives ADD COLUMN follows blob;
ALTER TABLE directives ADD COLUMN notice_id blob;
CREATE INDEX directives_following ON directives (follows, tenant_id) WHERE follows IS NOT NULL;
CREATE INDEX directives_of_notice ON directives (notice_id, tenant_id) WHERE notice_id IS NOT NULL;
CREATE TABLE notices (
    tenant_id       blob NOT NULL,
    community_id    blob NOT NULL,
    notice_id       blob NOT NULL,
    number          integer NOT NULL,
    user_id         blob NOT NULL,
    state           text NOT NULL,
    created_at      integer NOT NULL,
    changed_at      integer NOT NULL,
    acknowledged_at integer,
    message         text NOT NULL,
    PRIMARY KEY (tenant_id, community_id, notice_id)
);
CREATE INDEX notices_of_case ON notices (number, tenant_id, community_id, notice_id);
CREATE INDEX notices_by_state ON notices (state, tenant_id, community_id, notice_id);
CREATE INDEX notices_of_user ON notices (user_id, tenant_id);
