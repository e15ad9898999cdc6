-- What time does to appeals. `next_at` is when somebody is to look next: a claim lapses, a draft or a question runs out, a decision is late, a sanction was
-- lifted (`lifted_at`). `decide_by` is there as long as an appeal waits for reviewers. `outcome` is what was decided.
ALTER TABLE appeals ADD COLUMN next_at timestamptz;
ALTER TABLE appeals ADD COLUMN lifted_at timestamptz;
ALTER TABLE appeals ADD COLUMN decide_by timestamptz;
ALTER TABLE appeals ADD COLUMN outcome text COLLATE "C";
UPDATE appeals SET outcome = about->'decision'->>'outcome' WHERE state = 'closed';
UPDATE appeals SET next_at = created_at, decide_by = created_at + interval '7 days' WHERE ended_at IS NULL;
CREATE INDEX appeals_next ON appeals (next_at, tenant_id, community_id, appeal_id) WHERE next_at IS NOT NULL;
CREATE INDEX appeals_waiting ON appeals (community_id, tenant_id, appeal_id) WHERE decide_by IS NOT NULL;
CREATE INDEX appeals_decided ON appeals (community_id, tenant_id, ended_at, appeal_id) WHERE outcome IS NOT NULL;
CREATE INDEX members_roster ON members (rank, tenant_id, community_id, user_id) WHERE rank <> 'member';
