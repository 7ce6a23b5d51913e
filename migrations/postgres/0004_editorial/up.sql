-- Answers to requests that named an Idempotency-Key, kept for a day, so that a request which is
-- sent again has one effect and gets one answer.
CREATE TABLE idempotency_keys (
    actor TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    request_sha256 BYTEA NOT NULL,
    at TIMESTAMP NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (actor, key),
    CONSTRAINT idempotency_keys_request_sha256_check CHECK (length(request_sha256) = 32)
);

CREATE INDEX idempotency_keys_at_idx ON idempotency_keys (at);
