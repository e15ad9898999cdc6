-- An archived tenant can be read, and nothing else.
ALTER TABLE tenants ADD COLUMN archived_at integer;
