-- Indexes that began as their table's key does begin with something else now. As long as Postgres knows nothing of a table it takes such an index
-- for rows that are named by their keys, and is led through everything that begins so: all directives of a tenant, for one.
DROP INDEX deliveries_by_state;
CREATE INDEX deliveries_by_state ON deliveries (state, tenant_id, webhook_id, delivery_id);
DROP INDEX schedules_by_state;
CREATE INDEX schedules_by_state ON schedules (state, tenant_id, community_id, schedule_id);
DROP INDEX directives_of_member;
CREATE INDEX directives_of_member ON directives (user_id, tenant_id, directive_id);
DROP INDEX directives_of_community;
CREATE INDEX directives_of_community ON directives (community_id, tenant_id, directive_id);
