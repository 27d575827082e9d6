-- The state of each reservation, for reports. What the topology has forgotten stays here.
CREATE TABLE medstreams.reservations (
    number       text        NOT NULL PRIMARY KEY,
    "user"       text        NOT NULL,             -- the user's surviving number, with its authority
    status       text        NOT NULL CHECK (status IN ('None', 'Reserved', 'Associated', 'Cancelled', 'Expired')),
    reason       text,                             -- of an end: cancel, discontinue, delete, no-show, expired
    starts_at    timestamptz,                      -- null where no message said
    associations jsonb       NOT NULL,             -- numbers of visits and orders
    places       jsonb       NOT NULL,             -- where the user is, as visits say
    changed_at   timestamptz NOT NULL              -- when the message came that changed it
);

CREATE INDEX reservations_user ON medstreams.reservations ("user");
CREATE INDEX reservations_open ON medstreams.reservations (starts_at) WHERE status IN ('Reserved', 'Associated');

COMMENT ON TABLE medstreams.reservations IS 'Reservations and what they are associated with';
