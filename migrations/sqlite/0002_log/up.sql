-- The public log: every public change, numbered without a gap in the order of commits. The leaf
-- is for ever; payload and salt stand beside it and go together when they are withdrawn.
CREATE TABLE log_entries (
    idx INTEGER NOT NULL PRIMARY KEY,
    seq INTEGER NOT NULL,
    entity_id TEXT NOT NULL,
    leaf TEXT NOT NULL,
    leaf_hash BLOB NOT NULL,
    salt BLOB,
    payload TEXT,
    withdrawn TEXT,
    CONSTRAINT log_entries_seq_fkey FOREIGN KEY (seq)
        REFERENCES journal (seq) ON DELETE RESTRICT,
    CONSTRAINT log_entries_idx_check CHECK (idx >= 0),
    CONSTRAINT log_entries_leaf_hash_check CHECK (length(leaf_hash) = 32),
    CONSTRAINT log_entries_withdrawn_check CHECK
        ((salt IS NULL) = (withdrawn IS NOT NULL) AND (payload IS NULL) = (withdrawn IS NOT NULL))
);

CREATE INDEX log_entries_seq_idx ON log_entries (seq);
CREATE INDEX log_entries_entity_idx ON log_entries (entity_id, idx);

-- The finished tiles: 256 hashes side by side, and the root above them.
CREATE TABLE log_tiles (
    level INTEGER NOT NULL,
    idx INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    root BLOB NOT NULL,
    PRIMARY KEY (level, idx),
    CONSTRAINT log_tiles_hashes_check CHECK (length(hashes) = 8192),
    CONSTRAINT log_tiles_root_check CHECK (length(root) = 32)
) WITHOUT ROWID;

-- What the log said last about each entity, so that a write sees whether anything public changed.
CREATE TABLE log_latest (
    entity_id TEXT NOT NULL PRIMARY KEY,
    idx INTEGER NOT NULL,
    state TEXT NOT NULL,
    record_sha256 BLOB,
    CONSTRAINT log_latest_state_check CHECK
        (state IN ('published', 'suspended', 'delisted', 'merged')),
    CONSTRAINT log_latest_record_sha256_check CHECK
        ((state = 'published') = (record_sha256 IS NOT NULL))
) WITHOUT ROWID;

-- Every checkpoint that was signed.
CREATE TABLE log_checkpoints (
    origin TEXT NOT NULL,
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    note TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    PRIMARY KEY (origin, size),
    CONSTRAINT log_checkpoints_root_check CHECK (length(root) = 32)
) WITHOUT ROWID;

-- The newest of them, replaced only by whoever knows the one before: never two trees of one size.
CREATE TABLE log_kept (
    id INTEGER NOT NULL PRIMARY KEY,
    origin TEXT NOT NULL,
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    CONSTRAINT log_kept_id_check CHECK (id = 1),
    CONSTRAINT log_kept_root_check CHECK (length(root) = 32)
);
