-- The index of the built-in archive. What stands in archive_object with is_current is visible; all of a study becomes so in one transaction.
CREATE TABLE medstreams.archive_patient (
    patient_key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    patient_id  text NOT NULL,
    issuer      text NOT NULL,                    -- who gave the number; empty: not known
    name        text,
    UNIQUE (patient_id, issuer)
);

CREATE TABLE medstreams.archive_study (
    study_key        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    study_uid        text        NOT NULL UNIQUE,
    patient_key      bigint      NOT NULL REFERENCES medstreams.archive_patient,
    accession_number text,
    study_date       date,                        -- null: none, or no valid one
    study_time       time,
    department       text        NOT NULL,
    description      text,
    modalities       text[]      NOT NULL,
    attributes       jsonb       NOT NULL,        -- what else the source knew
    attempt          integer     NOT NULL,        -- the attempt that was committed last
    objects          integer     NOT NULL,        -- current instances and documents
    bytes            bigint      NOT NULL,        -- of them: the bytes that their digests count
    committed_at     timestamptz NOT NULL
);

CREATE INDEX archive_study_by_day ON medstreams.archive_study (study_date, study_key);

CREATE TABLE medstreams.archive_series (
    series_key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    study_key  bigint NOT NULL REFERENCES medstreams.archive_study,
    series_uid text   NOT NULL,
    modality   text,
    UNIQUE (study_key, series_uid)
);

-- A file below the folder objects/. Whoever refers to it keeps the sweep from deleting it.
CREATE TABLE medstreams.archive_file (
    file         text   NOT NULL PRIMARY KEY,     -- its name: of content, compression and key
    plain_bytes  bigint NOT NULL,                 -- as it came
    stored_bytes bigint NOT NULL,                 -- as it lies there
    damaged_at   timestamptz                      -- found damaged or missing: the next store of this content writes it anew
);

CREATE TABLE medstreams.archive_object (
    study_key       bigint      NOT NULL REFERENCES medstreams.archive_study,
    kind            "char"      NOT NULL CHECK (kind IN ('I', 'D')),   -- instance, document
    target_id       text        NOT NULL,         -- SOP Instance UID, or the document's name
    version         integer     NOT NULL,
    is_current      boolean     NOT NULL,
    series_key      bigint      REFERENCES medstreams.archive_series,  -- null: a document of no series
    sop_class       text,
    syntax          text,
    instance_number integer,
    media_type      text,
    sha256          bytea       NOT NULL CHECK (length(sha256) = 32),  -- of the data set, or of the document
    bytes           bigint      NOT NULL,         -- that it counts
    file            text        NOT NULL REFERENCES medstreams.archive_file,
    stored_at       timestamptz NOT NULL,
    PRIMARY KEY (study_key, kind, target_id, version)
);

CREATE UNIQUE INDEX archive_object_instance ON medstreams.archive_object (target_id) WHERE kind = 'I' AND is_current;
CREATE UNIQUE INDEX archive_object_document ON medstreams.archive_object (study_key, target_id) WHERE kind = 'D' AND is_current;
CREATE INDEX archive_object_file ON medstreams.archive_object (file);

-- An upload that is open. The row is the fence: a later attempt deletes it, and nothing can be staged without it.
CREATE TABLE medstreams.archive_upload (
    upload_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    study_uid  text        NOT NULL UNIQUE,
    attempt    integer     NOT NULL,
    owner      text        NOT NULL,
    touched_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE medstreams.archive_staged (
    upload_id       bigint  NOT NULL REFERENCES medstreams.archive_upload ON DELETE CASCADE,
    object_id       text    NOT NULL,             -- the collection's name of it
    target_id       text    NOT NULL,
    kind            "char"  NOT NULL CHECK (kind IN ('I', 'D')),
    series_uid      text    NOT NULL,
    modality        text,
    sop_class       text,
    syntax          text,
    instance_number integer,
    media_type      text,
    sha256          bytea   NOT NULL CHECK (length(sha256) = 32),
    bytes           bigint  NOT NULL,
    file            text    NOT NULL REFERENCES medstreams.archive_file,
    outcome         text    NOT NULL CHECK (outcome IN ('new', 'equal', 'mended', 'kept', 'replaced')),
    is_stored       boolean NOT NULL,             -- false: the file is promised; true: it is there and durable
    staged_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (upload_id, object_id),
    UNIQUE (upload_id, kind, target_id)
);

CREATE INDEX archive_staged_file ON medstreams.archive_staged (file);

-- Objects that came under a known UID with other content, and what was done.
CREATE TABLE medstreams.archive_conflict (
    conflict_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    study_uid   text        NOT NULL,             -- of the upload
    held_in     text        NOT NULL,             -- the study that holds the other
    kind        "char"      NOT NULL,
    target_id   text        NOT NULL,
    held_sha256 bytea       NOT NULL,
    new_sha256  bytea       NOT NULL,
    outcome     text        NOT NULL CHECK (outcome IN ('refused', 'kept', 'replaced')),
    attempt     integer     NOT NULL,
    at          timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX archive_conflict_study ON medstreams.archive_conflict (study_uid);

CREATE VIEW medstreams.archive_instance AS
    SELECT study_key, series_key, target_id AS sop_uid, version, is_current, sop_class, syntax, instance_number, sha256, bytes, file, stored_at
    FROM medstreams.archive_object WHERE kind = 'I';

CREATE VIEW medstreams.archive_document AS
    SELECT study_key, series_key, target_id AS name, version, is_current, media_type, sha256, bytes, file, stored_at
    FROM medstreams.archive_object WHERE kind = 'D';

COMMENT ON TABLE medstreams.archive_study IS 'Studies of the built-in archive, each made visible whole';
COMMENT ON TABLE medstreams.archive_conflict IS 'Other content under a known UID: never a silent success';
