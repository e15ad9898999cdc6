-- Jobs whose items are only tried out: their results say what would come of them, and nothing of it is in the ledger.
ALTER TABLE jobs ADD COLUMN dry_run boolean NOT NULL DEFAULT false;
