-- How many requests each key of a tenant may make is its plan's to say.
ALTER TABLE tenants ADD COLUMN plan text NOT NULL DEFAULT 'standard';
