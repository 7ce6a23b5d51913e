-- Tasks about reports, invitations, and what clinics answered to them.
CREATE TABLE cases (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    -- While a case is open no other has its key, so that reports join one task.
    open_key TEXT,
    state TEXT NOT NULL,
    closed_at TIMESTAMP,
    version BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    document TEXT NOT NULL,
    CONSTRAINT cases_open_key_key UNIQUE (open_key),
    CONSTRAINT cases_provider_id_fkey FOREIGN KEY (provider_id)
        REFERENCES providers (id) ON DELETE RESTRICT,
    CONSTRAINT cases_seq_fkey FOREIGN KEY (seq)
        REFERENCES journal (seq) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT cases_kind_check CHECK (kind IN ('report_task', 'invite', 'answer')),
    CONSTRAINT cases_version_check CHECK (version >= 1)
);

CREATE INDEX cases_provider_id_idx ON cases (provider_id);
CREATE INDEX cases_kind_state_idx ON cases (kind, state, id);
CREATE INDEX cases_closed_at_idx ON cases (closed_at);
CREATE INDEX cases_seq_idx ON cases (seq);

-- What anyone reported. The contact is sealed with a key that is not in the database, and is
-- deleted some time after the task was closed.
CREATE TABLE reports (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL,
    token_sha256 BLOB NOT NULL,
    seq BIGINT NOT NULL,
    document TEXT NOT NULL,
    contact BLOB,
    CONSTRAINT reports_token_sha256_key UNIQUE (token_sha256),
    CONSTRAINT reports_token_sha256_check CHECK (length(token_sha256) = 32),
    CONSTRAINT reports_case_id_fkey FOREIGN KEY (case_id)
        REFERENCES cases (id) ON DELETE RESTRICT,
    CONSTRAINT reports_seq_fkey FOREIGN KEY (seq)
        REFERENCES journal (seq) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX reports_case_id_idx ON reports (case_id);
CREATE INDEX reports_seq_idx ON reports (seq);
