//! The tables as diesel sees them. Kept by hand; a test compares them with the catalogs of
//! both databases. Only column types that both know.

diesel::table! {
    meta (key) {
        key -> Text,
        value -> Text,
    }
}

diesel::table! {
    journal (seq) {
        seq -> BigInt,
        at -> Timestamp,
        actor_kind -> Text,
        actor_name -> Text,
        actor_role -> Nullable<Text>,
        action -> Text,
        entity_kind -> Text,
        entity_id -> Text,
        reason_code -> Text,
        reason -> Text,
        public -> Bool,
        after_sha256 -> Nullable<Binary>,
        before -> Nullable<Text>,
    }
}

diesel::table! {
    providers (id) {
        id -> Text,
        source_key -> Text,
        slug -> Text,
        name -> Text,
        listing_state -> Text,
        fictional -> Bool,
        version -> BigInt,
        merged_into -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        seq -> BigInt,
        document -> Text,
    }
}

diesel::table! {
    sites (id) {
        id -> Text,
        provider_id -> Text,
        source_key -> Text,
        slug -> Text,
    }
}

diesel::table! {
    slugs (kind, slug) {
        kind -> Text,
        slug -> Text,
        owner -> Text,
    }
}

diesel::table! {
    idempotency_keys (actor, key) {
        actor -> Text,
        key -> Text,
        request_sha256 -> Binary,
        at -> Timestamp,
        answer -> Text,
    }
}

diesel::table! {
    users (id) {
        id -> Text,
        name -> Text,
        version -> BigInt,
        seq -> BigInt,
        document -> Text,
        password -> Text,
        totp_secret -> Nullable<Binary>,
        totp_offered -> Nullable<Binary>,
        totp_step -> BigInt,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        user_id -> Text,
        ended_at -> Nullable<Timestamp>,
        expires_at -> Timestamp,
        seq -> BigInt,
        document -> Text,
    }
}

diesel::table! {
    refresh_tokens (sha256) {
        sha256 -> Binary,
        session_id -> Text,
        used -> Bool,
    }
}

diesel::table! {
    clients (id) {
        id -> Text,
        key_id -> Text,
        key_sha256 -> Binary,
        version -> BigInt,
        seq -> BigInt,
        document -> Text,
    }
}

diesel::table! {
    client_uses (client_id) {
        client_id -> Text,
        used_at -> Timestamp,
    }
}

diesel::table! {
    signing_keys (kid) {
        kid -> Text,
        created_at -> Timestamp,
        private -> Binary,
        public -> Binary,
        seq -> BigInt,
    }
}

diesel::table! {
    log_entries (idx) {
        idx -> BigInt,
        seq -> BigInt,
        entity_id -> Text,
        leaf -> Text,
        leaf_hash -> Binary,
        salt -> Nullable<Binary>,
        payload -> Nullable<Text>,
        withdrawn -> Nullable<Text>,
    }
}

diesel::table! {
    log_tiles (level, idx) {
        level -> BigInt,
        idx -> BigInt,
        hashes -> Binary,
        root -> Binary,
    }
}

diesel::table! {
    log_latest (entity_id) {
        entity_id -> Text,
        idx -> BigInt,
        state -> Text,
        record_sha256 -> Nullable<Binary>,
    }
}

diesel::table! {
    log_checkpoints (origin, size) {
        origin -> Text,
        size -> BigInt,
        root -> Binary,
        note -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    log_kept (id) {
        id -> BigInt,
        origin -> Text,
        size -> BigInt,
        root -> Binary,
    }
}

diesel::table! {
    records (kind, id) {
        kind -> Text,
        id -> Text,
        standing -> Bool,
        seq -> BigInt,
        document -> Text,
    }
}

diesel::table! {
    cases (id) {
        id -> Text,
        kind -> Text,
        provider_id -> Text,
        open_key -> Nullable<Text>,
        state -> Text,
        closed_at -> Nullable<Timestamp>,
        version -> BigInt,
        seq -> BigInt,
        document -> Text,
    }
}

diesel::table! {
    reports (id) {
        id -> Text,
        case_id -> Text,
        token_sha256 -> Binary,
        seq -> BigInt,
        document -> Text,
        contact -> Nullable<Binary>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(cases, reports);
