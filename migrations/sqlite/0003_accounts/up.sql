-- People with accounts. The document is what the journal may hold; secrets have columns of
-- their own.
CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    version BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    document TEXT NOT NULL,
    password TEXT NOT NULL,
    totp_secret BLOB,
    totp_offered BLOB,
    totp_step BIGINT NOT NULL,
    CONSTRAINT users_name_key UNIQUE (name),
    CONSTRAINT users_seq_fkey FOREIGN KEY (seq)
        REFERENCES journal (seq) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT users_version_check CHECK (version >= 1)
);

CREATE INDEX users_seq_idx ON users (seq);

-- Sign-ins and what continued them.
CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    ended_at TIMESTAMP,
    expires_at TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL,
    document TEXT NOT NULL,
    CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id)
        REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT sessions_seq_fkey FOREIGN KEY (seq)
        REFERENCES journal (seq) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX sessions_user_id_idx ON sessions (user_id);
CREATE INDEX sessions_ended_at_idx ON sessions (ended_at);
CREATE INDEX sessions_seq_idx ON sessions (seq);

-- Every refresh token of a session that may still be met, as SHA-256: the one that continues
-- it, and those that were used, so that using one again is noticed.
CREATE TABLE refresh_tokens (
    sha256 BLOB NOT NULL PRIMARY KEY,
    session_id TEXT NOT NULL,
    used BOOLEAN NOT NULL,
    CONSTRAINT refresh_tokens_session_id_fkey FOREIGN KEY (session_id)
        REFERENCES sessions (id) ON DELETE CASCADE,
    CONSTRAINT refresh_tokens_sha256_check CHECK (length(sha256) = 32)
);

CREATE INDEX refresh_tokens_session_id_idx ON refresh_tokens (session_id);

-- Programs with a key.
CREATE TABLE clients (
    id TEXT NOT NULL PRIMARY KEY,
    key_id TEXT NOT NULL,
    key_sha256 BLOB NOT NULL,
    version BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    document TEXT NOT NULL,
    CONSTRAINT clients_key_id_key UNIQUE (key_id),
    CONSTRAINT clients_seq_fkey FOREIGN KEY (seq)
        REFERENCES journal (seq) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT clients_version_check CHECK (version >= 1),
    CONSTRAINT clients_key_sha256_check CHECK (length(key_sha256) = 32)
);

CREATE INDEX clients_seq_idx ON clients (seq);

-- When a program's key was last used. A note, no change: the one table whose rows come and go
-- without a journal entry.
CREATE TABLE client_uses (
    client_id TEXT NOT NULL PRIMARY KEY,
    used_at TIMESTAMP NOT NULL,
    CONSTRAINT client_uses_client_id_fkey FOREIGN KEY (client_id)
        REFERENCES clients (id) ON DELETE CASCADE
);

-- The keys that sign access tokens.
CREATE TABLE signing_keys (
    kid TEXT NOT NULL PRIMARY KEY,
    created_at TIMESTAMP NOT NULL,
    private BLOB NOT NULL,
    public BLOB NOT NULL,
    seq BIGINT NOT NULL,
    CONSTRAINT signing_keys_seq_fkey FOREIGN KEY (seq)
        REFERENCES journal (seq) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX signing_keys_seq_idx ON signing_keys (seq);
