-- What can be said of each range of modules: the last agreed round, and what is newer.
CREATE TABLE medstreams.range_statistics (
    range      text        NOT NULL PRIMARY KEY,
    round      bigint      NOT NULL,             -- the round of consistent; -1 before the first
    consistent jsonb       NOT NULL,             -- totals by name, all modules of one round
    latest     jsonb       NOT NULL,             -- totals by name, each module's newest values
    updated    jsonb       NOT NULL,             -- modules whose newer values are held back
    pending    jsonb       NOT NULL,             -- modules that the range waits for
    failed     jsonb       NOT NULL,             -- modules whose update of the open round errored
    changed_at timestamptz NOT NULL              -- when the report or membership came that changed it
);

CREATE INDEX range_statistics_pending ON medstreams.range_statistics (changed_at) WHERE pending <> '[]';

COMMENT ON TABLE medstreams.range_statistics IS 'Statistics of ranges; consistent never mixes two rounds';
