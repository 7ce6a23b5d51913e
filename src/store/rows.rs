//! Rows as they go to and come from the tables.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::{Error, SlugKind, schema};
use crate::domain::provider::{Provider, Site};

/// A row of `providers`.
#[derive(Debug, Clone, Insertable, AsChangeset)]
#[diesel(table_name = schema::providers, treat_none_as_null = true)]
pub(super) struct ProviderRow {
    pub id: String,
    pub source_key: String,
    pub slug: String,
    pub name: String,
    pub listing_state: &'static str,
    pub fictional: bool,
    pub version: i64,
    pub merged_into: Option<String>,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
    pub seq: i64,
    pub document: String,
}

impl ProviderRow {
    /// The row of a provider, and the digest of its document.
    pub fn of(provider: &Provider, seq: i64) -> Result<(Self, [u8; 32]), Error> {
        let document = serde_json::to_string(provider)
            .map_err(|error| Error::corrupt(format!("provider {}", provider.id), error))?;
        let digest = sha256(&document);
        let row = Self {
            id: provider.id.to_string(),
            source_key: provider.source_key.clone(),
            slug: provider.slug.clone(),
            name: provider.profile.name.clone(),
            listing_state: provider.listing_state.as_str(),
            fictional: provider.fictional,
            version: provider.version,
            merged_into: provider.merged_into.map(|id| id.to_string()),
            created_at: provider.created_at.naive_utc(),
            updated_at: provider.updated_at.naive_utc(),
            seq,
            document,
        };
        Ok((row, digest))
    }
}

/// A row of `sites`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Queryable, Insertable)]
#[diesel(table_name = schema::sites)]
pub(super) struct SiteRow {
    pub id: String,
    pub provider_id: String,
    pub source_key: String,
    pub slug: String,
}

impl SiteRow {
    pub fn of(site: &Site, provider_id: &str) -> Self {
        Self {
            id: site.id.to_string(),
            provider_id: provider_id.to_owned(),
            source_key: site.source_key.clone(),
            slug: site.slug.clone(),
        }
    }
}

/// A row of `slugs`.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = schema::slugs)]
pub(super) struct SlugRow {
    pub kind: &'static str,
    pub slug: String,
    pub owner: String,
}

impl SlugRow {
    pub fn new(kind: SlugKind, slug: &str, owner: &str) -> Self {
        Self { kind: kind.as_str(), slug: slug.to_owned(), owner: owner.to_owned() }
    }
}

/// A row of `journal`.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = schema::journal)]
pub(super) struct EntryRow {
    pub seq: i64,
    pub at: NaiveDateTime,
    pub actor_kind: String,
    pub actor_name: String,
    pub actor_role: Option<String>,
    pub action: String,
    pub entity_kind: String,
    pub entity_id: String,
    pub reason_code: String,
    pub reason: String,
    pub public: bool,
    pub after_sha256: Option<Vec<u8>>,
    pub before: Option<String>,
}

/// A row of `records`.
#[derive(Debug, Clone, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = schema::records, primary_key(kind, id))]
pub(super) struct RecordRow {
    pub kind: String,
    pub id: String,
    pub standing: bool,
    pub seq: i64,
    pub document: String,
}

/// The SHA-256 of a text.
pub(super) fn sha256(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}
