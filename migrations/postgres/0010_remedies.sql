-- What was voided or reduced, to be found without reading a community's whole record: a plan to undo what a moderator did names it.
CREATE INDEX cases_remedied ON cases (tenant_id, community_id, number) WHERE voided IS NOT NULL OR reduced IS NOT NULL;
