-- The log is kept for a time. `events_gone` is the last position that was forgotten, of a tenant's whole log and of what a
-- community, which may have a shorter time of its own (`event_retention`, in seconds), had in it; `events_swept` is how far the
-- latter was looked through.
ALTER TABLE tenants ADD COLUMN events_gone integer NOT NULL DEFAULT 0;
ALTER TABLE communities ADD COLUMN event_retention integer;
ALTER TABLE communities ADD COLUMN events_gone integer NOT NULL DEFAULT 0;
ALTER TABLE communities ADD COLUMN events_swept integer NOT NULL DEFAULT 0;
CREATE INDEX communities_forgetting ON communities (tenant_id, community_id) WHERE event_retention IS NOT NULL;
CREATE INDEX communities_by_gone ON communities (tenant_id, events_gone, community_id) WHERE events_gone > 0;
-- Which version of its type an event's document is of.
ALTER TABLE events ADD COLUMN version integer NOT NULL DEFAULT 1;
