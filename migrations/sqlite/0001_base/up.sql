-- What the database itself is, as key and value.
CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

INSERT INTO meta (key, value) VALUES ('application', 'bedside');

-- Every change, numbered without a gap in the order of commits. The text after a change is
-- the entity's current text or the `before` of its next entry; `after_sha256` proves it.
CREATE TABLE journal (
    seq INTEGER NOT NULL PRIMARY KEY,
    at TIMESTAMP NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    actor_role TEXT,
    action TEXT NOT NULL,
    entity_kind TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    reason_code TEXT NOT NULL,
    reason TEXT NOT NULL,
    public BOOLEAN NOT NULL,
    after_sha256 BLOB,
    before TEXT,
    CONSTRAINT journal_seq_check CHECK (seq >= 1),
    CONSTRAINT journal_after_sha256_check CHECK (length(after_sha256) = 32)
);

CREATE INDEX journal_entity_idx ON journal (entity_kind, entity_id, seq);

-- Answers "has a person published anything?" without a scan.
CREATE INDEX journal_published_by_person_idx ON journal (seq)
    WHERE action = 'publish' AND actor_kind = 'person';

-- One row for a provider with its sites, statements and evidence: the document. The other
-- columns repeat what the database must enforce or find.
CREATE TABLE providers (
    id TEXT NOT NULL PRIMARY KEY,
    source_key TEXT NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    listing_state TEXT NOT NULL,
    fictional BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    merged_into TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL,
    document TEXT NOT NULL,
    CONSTRAINT providers_source_key_key UNIQUE (source_key),
    CONSTRAINT providers_slug_key UNIQUE (slug),
    CONSTRAINT providers_seq_key UNIQUE (seq),
    CONSTRAINT providers_merged_into_fkey FOREIGN KEY (merged_into)
        REFERENCES providers (id) ON DELETE RESTRICT,
    -- No row without the journal entry that says how it came to be.
    CONSTRAINT providers_seq_fkey FOREIGN KEY (seq)
        REFERENCES journal (seq) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT providers_version_check CHECK (version >= 1),
    CONSTRAINT providers_listing_state_check CHECK (listing_state IN
        ('draft', 'submitted', 'in_review', 'published', 'suspended', 'delisted', 'merged')),
    CONSTRAINT providers_merged_check CHECK
        ((listing_state = 'merged') = (merged_into IS NOT NULL))
);

CREATE INDEX providers_merged_into_idx ON providers (merged_into)
    WHERE merged_into IS NOT NULL;

-- Keeps the ids and keys of sites unique; all else about a site is in the document.
CREATE TABLE sites (
    id TEXT NOT NULL PRIMARY KEY,
    provider_id TEXT NOT NULL,
    source_key TEXT NOT NULL,
    slug TEXT NOT NULL,
    CONSTRAINT sites_slug_key UNIQUE (slug),
    CONSTRAINT sites_provider_id_source_key_key UNIQUE (provider_id, source_key),
    CONSTRAINT sites_provider_id_fkey FOREIGN KEY (provider_id)
        REFERENCES providers (id) ON DELETE CASCADE
) WITHOUT ROWID;

-- Every slug that was ever in use, and whose it is for good.
CREATE TABLE slugs (
    kind TEXT NOT NULL,
    slug TEXT NOT NULL,
    owner TEXT NOT NULL,
    PRIMARY KEY (kind, slug),
    CONSTRAINT slugs_kind_check CHECK (kind IN ('provider', 'site'))
) WITHOUT ROWID;
