-- What further rules need: details of sanctions, cases that count less, and a look back at what has lapsed.

-- Of few sanctions: the capabilities that a restriction takes away, the points above which it holds.
ALTER TABLE sanctions ADD COLUMN detail json;
CREATE INDEX sanctions_with_detail ON sanctions (tenant_id, community_id, sanction_id) WHERE detail IS NOT NULL;

-- That and why a case counts less than it did.
ALTER TABLE cases ADD COLUMN reduced json;

-- Under decay by expiry: where an entry stands on the decay clock, and the points of its era up to and with it. Null under other
-- models, so that the indexes cost nothing there. One finds the last entry by a clock, the other the first with a sum.
ALTER TABLE cases ADD COLUMN era integer;
ALTER TABLE cases ADD COLUMN clock bigint;
ALTER TABLE cases ADD COLUMN sum bigint;
CREATE INDEX cases_by_clock ON cases (tenant_id, community_id, user_id, era, clock, sum) WHERE era IS NOT NULL;
CREATE INDEX cases_by_sum ON cases (tenant_id, community_id, user_id, era, sum, clock) WHERE era IS NOT NULL;
