-- One row for each partition that a sink has claimed: the fence and the place to go on.
CREATE TABLE medstreams.sink_partition (
    application_id text        NOT NULL,
    sink           text        NOT NULL,
    topic          text        NOT NULL,
    partition      integer     NOT NULL,
    epoch          bigint      NOT NULL, -- raised by each claim; a write under a lower one fails
    next_offset    bigint,               -- the first offset not yet written; null: nothing yet
    owner          text        NOT NULL,
    claimed_at     timestamptz NOT NULL,
    written_at     timestamptz,
    PRIMARY KEY (application_id, sink, topic, partition)
) WITH (fillfactor = 50);                -- updated at every commit: room for it on the same page

COMMENT ON TABLE medstreams.sink_partition IS 'Epoch and next offset of each partition that MedStreams writes exactly once';
