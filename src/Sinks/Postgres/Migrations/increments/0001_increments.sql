-- The result of the increments topology: a row for each product, event type and minute.
CREATE TABLE medstreams.increments (
    product           text        NOT NULL,
    event_type        text        NOT NULL,
    window_start      timestamptz NOT NULL,
    count             bigint      NOT NULL CHECK (count >= 0),
    distinct_subjects bigint      NOT NULL CHECK (distinct_subjects >= 0), -- an estimate; standard error 1.6 %
    running_total     bigint      NOT NULL CHECK (running_total >= 0),     -- of this product and event type, by event time
    late              bigint      NOT NULL CHECK (late >= 0),              -- came too late to be in count
    PRIMARY KEY (product, event_type, window_start)
);

CREATE INDEX increments_by_time ON medstreams.increments (window_start, product);

COMMENT ON TABLE medstreams.increments IS 'Events by product, event type and minute; counts and late ones add up to the records that were parsed';
