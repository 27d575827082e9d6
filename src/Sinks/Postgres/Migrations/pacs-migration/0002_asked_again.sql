-- Since when the source is asked for what counts now: alarms about answers before that are history.
ALTER TABLE pacs_migration.run ADD COLUMN asked_at timestamptz NOT NULL DEFAULT '-infinity';
