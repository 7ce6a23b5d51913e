//! What the catalog takes in about a provider and its sites.

use std::collections::HashMap;

use uuid::Uuid;

use super::{Easel, ProviderPicture, SitePicture, load};
use crate::{
    app::keys::website_key,
    catalog::{
        Change, Fate, GoneRecord, KeyKind, ListingRecord, OpenSet, ProviderRecord, SplicedItem,
        WeeklyHours,
    },
    domain::{
        CoverageStance,
        course_cost::CostState,
        flag::Flag,
        provider::{Provider, standing},
    },
};

/// Bytes that most items have room in.
const USUAL_ITEM: usize = 4_096;

/// A published provider and its sites as the catalog takes them in, and whether something may be
/// due about its flags. `document` is its text as the store keeps it.
#[must_use]
pub fn records(easel: Easel<'_>, provider: Provider, document: &str) -> (Vec<Change>, bool) {
    let picture = ProviderPicture::new(easel, provider);
    let detail = load::pack(document);
    let withdrawn = picture.provider().sites.iter().filter(|site| site.withdrawn_on.is_some());
    let changes = withdrawn
        .map(|site| Change::NoListing(site.id))
        .chain(picture.sites().map(|site| Change::Listing(Box::new(site.record()))))
        .chain([Change::Provider(Box::new(picture.record(detail)))])
        .collect();
    (changes, picture.needs_attention())
}

/// The published sites of a provider alone, as the catalog takes them in.
#[must_use]
pub fn listings(easel: Easel<'_>, provider: Provider) -> Vec<ListingRecord> {
    ProviderPicture::new(easel, provider).sites().map(|site| site.record()).collect()
}

/// What is left of a provider that was public: enough to say what became of it and of each of
/// its sites.
#[must_use]
pub fn gone(provider: &Provider) -> Change {
    let moves = provider.editorial.merger.iter().flat_map(|merger| &merger.sites);
    let moves: HashMap<Uuid, Fate> =
        moves.filter_map(|moved| Some((moved.from, Fate::Merged(moved.to?)))).collect();
    let sites = provider.sites.iter().flat_map(|site| {
        let fate = moves.get(&site.id).copied().unwrap_or(Fate::Delisted);
        [(site.id.to_string(), fate), (site.slug.clone(), fate)]
    });
    let fate = provider.merged_into.map_or(Fate::Delisted, Fate::Merged);
    let keys = vec![provider.id.to_string(), provider.slug.clone()];
    Change::Gone(GoneRecord { id: provider.id, keys, fate, sites: sites.collect() })
}

impl ProviderPicture<'_> {
    /// True where a finding waits for a decision, or a flag is open.
    fn needs_attention(&self) -> bool {
        self.subjects.undecided() || standing(&self.provider.flags).any(Flag::is_open)
    }

    /// The public flags as JSON, for the list of all of them; empty where there is none. Every
    /// other list of providers is drawn when it is asked for.
    fn public_flags(&self) -> Vec<u8> {
        let flags = self.flags();
        if flags.is_empty() {
            return Vec::new();
        }
        // Texts, dates and numbers always serialise.
        serde_json::to_vec(&flags).unwrap_or_default()
    }

    /// The provider as the catalog takes it in.
    fn record(&self, detail: Vec<u8>) -> ProviderRecord {
        let provider = &self.provider;
        let profile = &provider.profile;
        let websites = profile.website.as_deref().and_then(website_key).into_iter();
        let sites = || self.sites().map(|picture| picture.site);
        let phones = sites().filter_map(|site| site.profile.phone.as_ref());
        let keys = websites
            .map(|key| (KeyKind::Domain, key))
            .chain(profile.phone.iter().chain(phones).map(|key| (KeyKind::Phone, key.clone())))
            .chain(profile.npi.iter().map(|key| (KeyKind::Npi, key.clone())))
            .collect();
        ProviderRecord {
            id: provider.id,
            slug: provider.slug.clone(),
            name: profile.name.clone(),
            other_names: self.other_names(),
            status: self.deciding().status(),
            keys,
            sites: sites().map(|site| site.id).collect(),
            item: self.public_flags(),
            detail,
        }
    }
}

impl ProviderPicture<'_> {
    /// Every name by which people know it beside its own: aliases, and the names of its sites.
    fn other_names(&self) -> Vec<String> {
        let profile = &self.provider.profile;
        let aliases = profile.aliases.iter().map(|alias| alias.text.as_str());
        let sites = self.sites().filter_map(|picture| picture.site.profile.name.as_deref());
        let mut names: Vec<String> = Vec::new();
        for name in aliases.chain(sites).filter(|name| *name != profile.name) {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        names
    }
}

impl SitePicture<'_> {
    /// The clinic as the catalog takes it in.
    fn record(&self) -> ListingRecord {
        let provider = &self.whole.provider;
        let profile = &self.site.profile;
        let item = self.item();
        let other_names = [provider.profile.name.clone()]
            .into_iter()
            .chain(provider.profile.aliases.iter().map(|alias| alias.text.clone()))
            .filter(|name| *name != item.name)
            .collect();
        let cents = |cents: i64| u32::try_from(cents).ok();
        let complete = item.course_cost.state == CostState::Complete;
        ListingRecord {
            id: self.site.id,
            provider: provider.id,
            slug: self.site.slug.clone(),
            name: item.name.clone(),
            other_names,
            point: item.position.map(|position| position.point()),
            state: profile.address.state,
            class: self.class(),
            status: item.safety.status,
            routes: OpenSet { items: item.routes.clone(), complete: item.routes_complete },
            indications: stated(profile.indications.clone()),
            payments: stated(item.payments.clone()),
            languages: stated(profile.languages.clone()),
            payers: payers(provider),
            credentials: stated(item.credentials.iter().map(|held| held.code).collect()),
            credential_tiers: stated(item.credentials.iter().map(|held| held.tier).collect()),
            accepting: profile.accepting_patients,
            integration: item.integration,
            follow_up: profile.follow_up,
            session_min_cents: item.price.and_then(|price| cents(price.session_min_cents)),
            course_min_cents: item.course_cost.min_cents.filter(|_| complete).and_then(cents),
            verified_on: item.safety.verified_on,
            last_checked_on: item.last_checked_on,
            hours: WeeklyHours::new(&profile.hours),
            steady: self.whole.steady(),
            item: spliced(&item),
            detail: Vec::new(),
        }
    }
}

/// A list that a source states; an empty one says nothing.
fn stated<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

/// The payers that pay; `None` where nothing says whether any does.
fn payers(provider: &Provider) -> Option<Vec<String>> {
    let paying: Vec<String> = standing(&provider.coverage)
        .filter(|coverage| pays(coverage.stance))
        .filter_map(|coverage| coverage.payer.clone())
        .collect();
    let mut stances = standing(&provider.coverage).map(|coverage| coverage.stance);
    let told = stances.any(|stance| stance != CoverageStance::Unknown);
    told.then_some(paying)
}

/// Whether a payer with this stance pays at all, for the `coverage` filter.
const fn pays(stance: CoverageStance) -> bool {
    matches!(
        stance,
        CoverageStance::InNetwork | CoverageStance::OutOfNetwork | CoverageStance::CaseByCase
    )
}

/// The item's bytes; a distance goes in behind the opening brace.
fn spliced(item: &crate::app::answer::ClinicItem) -> SplicedItem {
    let mut bytes = Vec::with_capacity(USUAL_ITEM);
    // An item has no map with odd keys, which alone could fail.
    if serde_json::to_writer(&mut bytes, item).is_err() {
        bytes.clear();
    }
    SplicedItem { bytes, splice_at: 1 }
}
