-- What people work with beside the providers: the lists that were screened against, tasks for a
-- person to look at, leases of queue items, and files behind evidence. One document each; the
-- other columns repeat what the database must enforce or find.
CREATE TABLE records (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    -- False once a task is closed or a lease was given back.
    standing BOOLEAN NOT NULL,
    seq BIGINT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (kind, id),
    CONSTRAINT records_seq_key UNIQUE (seq),
    -- No row without the journal entry that says how it came to be.
    CONSTRAINT records_seq_fkey FOREIGN KEY (seq)
        REFERENCES journal (seq) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT records_kind_check CHECK (kind IN ('list', 'task', 'lease', 'file'))
) WITHOUT ROWID;
