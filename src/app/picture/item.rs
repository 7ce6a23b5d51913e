//! A clinic and a provider as lists show them.

use chrono::NaiveDate;

use super::{ProviderPicture, SitePicture, credentials, is_supervised, views};
use crate::{
    app::answer::{
        ClinicItem, ClinicLinks, CourseCostSummary, CoverageItem, ProviderItem, ProviderRef,
        SiteRef,
    },
    catalog::ListingClass,
    domain::{SafetyStatus, provider::standing},
    rules::{FactState, Value},
};

impl SitePicture<'_> {
    /// The clinic as a search shows it, without a distance.
    #[must_use]
    pub fn item(&self) -> ClinicItem {
        let provider = &self.whole.provider;
        let profile = &self.site.profile;
        let (routes, routes_complete) = self.routes();
        let offer = self.offer();
        let as_of = self.whole.easel.as_of;
        ClinicItem {
            id: self.site.id,
            slug: self.site.slug.clone(),
            name: self.name().to_owned(),
            provider: ProviderRef {
                id: provider.id,
                slug: provider.slug.clone(),
                name: provider.profile.name.clone(),
            },
            fictional: provider.fictional,
            address: profile.address.clone(),
            phone: profile.phone.clone().or_else(|| provider.profile.phone.clone()),
            website: provider.profile.website.clone(),
            position: self.position(),
            distance: None,
            operating_status: profile.operating_status,
            routes,
            routes_complete,
            indications: profile.indications.clone(),
            accepting_patients: profile.accepting_patients,
            present: self.present(),
            monitored: self.monitored(),
            languages: profile.languages.clone(),
            integration: profile.integration.as_ref().and_then(|it| it.offered),
            price: offer.session_price(),
            course_cost: CourseCostSummary::from(&offer.own()),
            payments: standing(&provider.payments).map(|payment| payment.code).collect(),
            coverage: standing(&provider.coverage)
                .map(|coverage| CoverageItem {
                    payer: coverage.payer.clone(),
                    product: coverage.product,
                    stance: coverage.stance,
                })
                .collect(),
            accredited: self.accredited(),
            credentials: credentials::valid_items(self.site, provider, as_of),
            safety: self.subject.safety(self.whole.easel),
            last_checked_on: self.last_checked_on(),
            links: ClinicLinks { this: format!("/v1/clinics/{}", self.site.id) },
        }
    }

    /// The site's own name, else the provider's.
    #[must_use]
    pub fn name(&self) -> &str {
        self.site.profile.name.as_deref().unwrap_or(&self.whole.provider.profile.name)
    }

    /// The class that decides in which views the clinic is.
    #[must_use]
    pub fn class(&self) -> ListingClass {
        let dosing = self.subject.state(self.whole.easel.rulebook.core().dosing_on_site);
        match self.subject.status() {
            _ if self.closed() => ListingClass::Closed,
            _ if dosing == FactState::Known(Value::Bool(false)) => ListingClass::NoDosingOnSite,
            SafetyStatus::OutOfScope => ListingClass::OutOfScope,
            SafetyStatus::Flagged => ListingClass::Flagged,
            SafetyStatus::InsufficientInformation => ListingClass::InsufficientInformation,
            SafetyStatus::Caution => ListingClass::Caution,
            status if is_supervised(status) && self.accredited() => ListingClass::Accredited,
            SafetyStatus::SupervisedHybrid | SafetyStatus::SupervisedInPerson => {
                ListingClass::NotAccredited
            }
        }
    }

    /// The newest day on which anything public about the clinic was observed.
    pub(super) fn last_checked_on(&self) -> Option<NaiveDate> {
        let provider = &self.whole.provider;
        let as_of = self.whole.easel.as_of;
        let facts = views::public_statements(self.whole, Some(self.site), self.subject).filter_map(
            |kept| {
                let said = kept.item.observed_on;
                said.or_else(|| provider.newest_capture(&kept.item.evidence))
            },
        );
        let prices =
            standing(&self.site.prices).chain(standing(&provider.prices)).filter_map(|price| {
                price.observed_on.or_else(|| provider.newest_capture(&price.evidence))
            });
        facts.chain(prices).filter(|day| *day <= as_of).max()
    }
}

impl ProviderPicture<'_> {
    /// The provider as a list shows it.
    #[must_use]
    pub fn item(&self) -> ProviderItem {
        let provider = &self.provider;
        let profile = &provider.profile;
        ProviderItem {
            id: provider.id,
            slug: provider.slug.clone(),
            name: profile.name.clone(),
            aliases: profile.aliases.clone(),
            fictional: provider.fictional,
            website: profile.website.clone(),
            phone: profile.phone.clone(),
            dosing: self.dosing(),
            safety: self.safety(),
            sites: self.sites().map(|site| site.reference()).collect(),
            flags: self.flags(),
            links: ClinicLinks { this: format!("/v1/providers/{}", provider.id) },
        }
    }
}

impl SitePicture<'_> {
    fn reference(&self) -> SiteRef {
        let address = &self.site.profile.address;
        SiteRef {
            id: self.site.id,
            slug: self.site.slug.clone(),
            name: self.name().to_owned(),
            city: address.city.clone(),
            state: address.state,
            status: self.subject.status(),
        }
    }
}
