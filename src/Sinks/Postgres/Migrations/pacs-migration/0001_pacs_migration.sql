-- What a PACS migration knows: what is to be moved, how far it is, and what was tried. Sized for a million studies and fifty million objects.
CREATE SCHEMA pacs_migration;

CREATE TABLE pacs_migration.run (
    run_id     integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text        NOT NULL UNIQUE,
    source     text        NOT NULL,
    target     text        NOT NULL,
    first_day  date        NOT NULL,
    last_day   date        NOT NULL CHECK (last_day >= first_day),
    step_days  integer     NOT NULL CHECK (step_days > 0),
    page_size  integer     NOT NULL CHECK (page_size > 0),
    feed_order text        NOT NULL CHECK (feed_order IN ('time', 'newest-first', 'hierarchy', 'priors-first')),
    capacity   integer     NOT NULL CHECK (capacity > 0),      -- how many studies may be running
    paused     boolean     NOT NULL DEFAULT false,
    settings   jsonb       NOT NULL DEFAULT '{}',              -- as the command line keeps them
    starts     integer     NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz NOT NULL DEFAULT now()              -- the last time
);

-- What the source is asked for, piece by piece. A piece is read by one at a time: who holds the lease of the newest epoch.
CREATE TABLE pacs_migration."window" (
    run_id       integer     NOT NULL REFERENCES pacs_migration.run ON DELETE CASCADE,
    window_id    integer     NOT NULL,
    kind         text        NOT NULL CHECK (kind IN ('days', 'undated', 'everything')),
    first_day    date,
    last_day     date,
    priority     integer     NOT NULL,                         -- lowest first
    state        text        NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done')),
    continuation text,                                         -- where the next page begins; null: at the beginning
    pages        integer     NOT NULL DEFAULT 0,
    exams        bigint      NOT NULL DEFAULT 0,               -- that the source told
    added        bigint      NOT NULL DEFAULT 0,               -- of these, not known before
    outside      bigint      NOT NULL DEFAULT 0,               -- of these, not of the run's days
    alarm        text,                                         -- why the result may not be whole
    failures     integer     NOT NULL DEFAULT 0,               -- since the last page
    error        text,
    not_before   timestamptz,                                  -- after a failure
    lease_epoch  bigint      NOT NULL DEFAULT 0,
    lease_owner  text,
    lease_until  timestamptz,
    done_at      timestamptz,
    PRIMARY KEY (run_id, window_id),
    CHECK ((kind = 'days') = (first_day IS NOT NULL AND last_day IS NOT NULL))
) WITH (fillfactor = 70);

CREATE INDEX window_open ON pacs_migration."window" (run_id, priority, window_id) WHERE state = 'open';

CREATE TABLE pacs_migration.record (
    record_id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id           integer     NOT NULL REFERENCES pacs_migration.run ON DELETE CASCADE,
    study_uid        text        NOT NULL CHECK (study_uid <> ''),
    state            text        CHECK (state IN ('pending', 'running', 'migrated', 'failed')), -- null: not yet compared with the target
    task             bigint,                                   -- the last one; only grows
    attempt          integer     NOT NULL DEFAULT 0,           -- the last one that began; only grows
    tries            integer     NOT NULL DEFAULT 0,           -- of that task
    was_there        boolean     NOT NULL DEFAULT false,       -- the target had it before anything was moved
    rank             smallint    NOT NULL DEFAULT 1,           -- 0: its patient has an appointment
    exam_at          timestamp   NOT NULL,                     -- to order by; an undated one stands at the beginning of time
    patient_id       text        NOT NULL,
    issuer           text        NOT NULL,
    patient_name     text,
    accession        text,
    study_date       date,
    study_time       time,
    department       text        NOT NULL,
    description      text,
    modalities       text        NOT NULL,                     -- separated by backslashes, as in DICOM
    series           integer,
    instances        integer,
    attributes       jsonb,
    window_id        integer     NOT NULL,                     -- which piece found it
    expected_objects bigint,                                   -- null: not collected yet
    expected_bytes   bigint,                                   -- null: the source does not tell
    expected_digest  text,
    moved_objects    bigint      NOT NULL DEFAULT 0,
    moved_bytes      bigint,
    moved_digest     text,
    failure          text,                                     -- its kind
    reason           text,                                     -- why the last attempt did not do it
    check_until      timestamptz,                              -- somebody compares it with the target until then
    found_at         timestamptz NOT NULL DEFAULT now(),
    queued_at        timestamptz,                              -- these five: of the last task
    listed_at        timestamptz,
    started_at       timestamptz,
    collected_at     timestamptz,
    stored_at        timestamptz,
    ended_at         timestamptz,
    changed_at       timestamptz NOT NULL DEFAULT now(),
    UNIQUE (run_id, study_uid),
    CHECK (state IS DISTINCT FROM 'running' OR task IS NOT NULL),
    CHECK (state IS DISTINCT FROM 'migrated' OR was_there OR expected_objects = moved_objects)
) WITH (fillfactor = 80);

CREATE INDEX record_study ON pacs_migration.record (study_uid);
CREATE UNIQUE INDEX record_one_runs ON pacs_migration.record (study_uid) WHERE state = 'running'; -- of all runs
CREATE INDEX record_unknown ON pacs_migration.record (run_id, record_id) WHERE state IS NULL;
CREATE INDEX record_running ON pacs_migration.record (run_id, record_id) WHERE state = 'running';
CREATE INDEX record_failed ON pacs_migration.record (run_id, record_id) WHERE state = 'failed';
CREATE INDEX record_moved ON pacs_migration.record (run_id, ended_at) WHERE state = 'migrated' AND NOT was_there;
CREATE INDEX record_pending_time ON pacs_migration.record (run_id, rank, exam_at, record_id) WHERE state = 'pending';
CREATE INDEX record_pending_newest ON pacs_migration.record (run_id, rank, exam_at DESC, record_id DESC) WHERE state = 'pending';
CREATE INDEX record_pending_patient ON pacs_migration.record (run_id, rank, issuer, patient_id, exam_at, record_id) WHERE state = 'pending';
CREATE INDEX record_patient ON pacs_migration.record (patient_id, issuer);

-- What belongs to a study, when it was last looked at.
CREATE TABLE pacs_migration.collection (
    record_id    bigint      NOT NULL PRIMARY KEY REFERENCES pacs_migration.record ON DELETE CASCADE,
    attempt      integer     NOT NULL,
    objects      integer     NOT NULL,
    batches      integer     NOT NULL,
    notes        text[]      NOT NULL,
    collected_at timestamptz NOT NULL
);

CREATE TABLE pacs_migration.object (
    record_id        bigint  NOT NULL REFERENCES pacs_migration.record ON DELETE CASCADE,
    object_id        text    NOT NULL,
    batch            integer NOT NULL,                         -- moved together with those of the same number
    ordinal          integer NOT NULL,                         -- its place in the collection
    kind             text    NOT NULL CHECK (kind IN ('instance', 'document')),
    series_uid       text    NOT NULL,
    sop_class        text,
    transfer_syntax  text,
    instance_number  integer,
    media_type       text,
    location         text,
    expected_bytes   bigint,                                   -- at its place in the source, where that is told
    state            text    NOT NULL DEFAULT 'expected' CHECK (state IN ('expected', 'stored', 'refused')),
    original_sha256  text,
    original_bytes   bigint,
    target_id        text,
    target_sha256    text,                                     -- what the target must answer
    target_content   text,                                     -- the same of what the data set says, however it is written
    target_bytes     bigint,
    was_there        boolean NOT NULL DEFAULT false,
    attempt          integer,                                  -- that stored or refused it
    reason           text,
    PRIMARY KEY (record_id, object_id)
) WITH (fillfactor = 80);

CREATE TABLE pacs_migration.attempt (
    record_id  bigint      NOT NULL REFERENCES pacs_migration.record ON DELETE CASCADE,
    attempt    integer     NOT NULL,
    task       bigint      NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at   timestamptz,
    outcome    text        CHECK (outcome IN ('migrated', 'retry', 'failed', 'returned')),
    failure    text,
    reason     text,
    PRIMARY KEY (record_id, attempt)
);

CREATE TABLE pacs_migration.alert (
    alert_id  bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id    integer     NOT NULL REFERENCES pacs_migration.run ON DELETE CASCADE,
    study_uid text,
    kind      text        NOT NULL,
    text      text        NOT NULL,
    raised_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX alert_run ON pacs_migration.alert (run_id, alert_id);

-- Whose earlier images go first.
CREATE TABLE pacs_migration.appointment (
    patient_id text        NOT NULL,
    issuer     text        NOT NULL DEFAULT '',                -- empty: whoever gave the number
    starts_at  timestamptz,
    PRIMARY KEY (patient_id, issuer)
);

-- Tasks on their way to the topic. Identities are given before a commit, so they become visible out of order; positions are given
-- afterwards, by one relay at a time, without gaps.
CREATE SEQUENCE pacs_migration.task_number;

CREATE TABLE pacs_migration.outbox (
    outbox_id  bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    position   bigint      UNIQUE,
    study_uid  text        NOT NULL,
    payload    bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX outbox_new ON pacs_migration.outbox (outbox_id) WHERE position IS NULL;

CREATE TABLE pacs_migration.relay (
    single        boolean     NOT NULL PRIMARY KEY DEFAULT true CHECK (single),
    database_id   uuid        NOT NULL DEFAULT gen_random_uuid(), -- in each task's headers, so that nobody takes another database's for ours
    last_position bigint      NOT NULL DEFAULT 0,                 -- given to a row
    published     bigint      NOT NULL DEFAULT 0,                 -- known to be in the topic; the topic itself may know more
    lease_owner   text,
    lease_until   timestamptz
);

INSERT INTO pacs_migration.relay DEFAULT VALUES;

COMMENT ON SCHEMA pacs_migration IS 'PACS migrations: runs, windows, records, objects, attempts, alerts and tasks';
