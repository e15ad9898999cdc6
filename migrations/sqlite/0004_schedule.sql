-- Versions of a policy that come into force later.

-- When a version that was to come into force was withdrawn instead.
ALTER TABLE policies ADD COLUMN withdrawn_at integer;

-- The version that comes into force after `policy_version`, and when. From that moment on it judges; a job writes down that it does.
ALTER TABLE communities ADD COLUMN scheduled_version integer;
ALTER TABLE communities ADD COLUMN scheduled_at integer;
CREATE INDEX communities_scheduled ON communities (scheduled_at, tenant_id, community_id) WHERE scheduled_at IS NOT NULL;
