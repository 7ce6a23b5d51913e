//! The public picture of a provider and its sites on a date: what the rules decide, what a
//! course costs, which credentials hold, and where doses are taken.
//!
//! Everything that leaves the directory is computed from here, and only from the public view:
//! what a finding rests on that no person has published is not in it.

mod attended;
mod credentials;
mod dosing;
mod evidence;
mod flags;
mod item;
mod load;
mod public;
mod reasons;
mod record;
mod steady;
mod subject;
mod views;

use chrono::NaiveDate;

use self::subject::{Subject, Subjects};

use crate::{
    app::answer::Safety,
    domain::{
        OperatingStatus, Route, SafetyStatus,
        course_cost::{CourseOffer, StatedPrice},
        place::Position,
        provider::{Provider, Site, standing},
    },
    gazetteer::Gazetteer,
    rules::{FactState, Rulebook, Value, worst},
};

pub use load::{load, unpack};
pub use public::RECORD_VERSION;
pub use record::{gone, listings, records};

/// What a picture is drawn with.
#[derive(Debug, Clone, Copy)]
pub struct Easel<'a> {
    /// Decides statuses.
    pub rulebook: &'a Rulebook,
    /// Finds positions.
    pub gazetteer: &'a Gazetteer,
    /// The civil date that is asked about.
    pub as_of: NaiveDate,
    /// The civil date today: what is withheld today is withheld whatever date is asked about.
    pub today: NaiveDate,
}

/// A provider on a date.
#[derive(Debug)]
pub struct ProviderPicture<'a> {
    easel: Easel<'a>,
    provider: Provider,
    subjects: Subjects,
}

/// One site of a picture.
#[derive(Debug, Clone, Copy)]
pub struct SitePicture<'p> {
    whole: &'p ProviderPicture<'p>,
    site: &'p Site,
    subject: &'p Subject,
}

impl<'a> ProviderPicture<'a> {
    /// Draws the picture of a provider.
    #[must_use]
    pub fn new(easel: Easel<'a>, provider: Provider) -> Self {
        let subjects = Subjects::new(easel, &provider);
        Self { easel, provider, subjects }
    }

    /// The provider as the store keeps it.
    #[must_use]
    pub const fn provider(&self) -> &Provider {
        &self.provider
    }

    /// The sites that its source still names.
    pub fn sites(&self) -> impl Iterator<Item = SitePicture<'_>> {
        live_sites(&self.provider).zip(&self.subjects.sites).map(|(site, subject)| SitePicture {
            whole: self,
            site,
            subject,
        })
    }

    /// The site with this id.
    #[must_use]
    pub fn site(&self, id: uuid::Uuid) -> Option<SitePicture<'_>> {
        self.sites().find(|picture| picture.site.id == id)
    }

    /// The worst of its sites, or its own facts where it has none.
    ///
    /// Source of the order: the rulebook, "Provider or site".
    fn deciding(&self) -> &Subject {
        let Subjects { own, sites, .. } = &self.subjects;
        let worst = worst(sites.iter().map(Subject::status));
        sites.iter().find(|subject| Some(subject.status()) == worst).unwrap_or(own)
    }

    /// The provider's safety.
    #[must_use]
    pub fn safety(&self) -> Safety {
        self.deciding().safety(self.easel)
    }
}

impl SitePicture<'_> {
    /// True where the site is closed for good.
    fn closed(&self) -> bool {
        self.site.profile.operating_status == Some(OperatingStatus::Closed)
    }

    /// Where it is: as its source says, else the middle of its ZIP code, else of its city.
    fn position(&self) -> Option<Position> {
        let profile = &self.site.profile;
        let address = &profile.address;
        let gazetteer = self.whole.easel.gazetteer;
        profile
            .position
            .or_else(|| Some(gazetteer.zip(address.postal_code.as_deref()?).ok()?.position()))
            .or_else(|| Some(gazetteer.city(address.city.as_deref()?, address.state?)?.position()))
    }

    /// Routes given on site, and whether there are no others.
    fn routes(&self) -> (Vec<Route>, bool) {
        let rulebook = self.whole.easel.rulebook;
        let spec = rulebook.vocabulary().named("offers.routes_on_site");
        let known = spec.map(|spec| (spec, self.subject.state(spec.id)));
        let Some((spec, FactState::Known(Value::Set(set)))) = known else {
            return (Vec::new(), false);
        };
        let has = |route: &&Route| spec.kind.code(route.as_str()).is_some_and(|code| set.has(code));
        (Route::ALL.iter().filter(has).copied().collect(), set.complete)
    }

    /// What the site and its provider ask for a course.
    #[must_use]
    pub fn offer(&self) -> CourseOffer<'_> {
        let rulebook = self.whole.easel.rulebook;
        let esketamine = self.subject.state(rulebook.core().esketamine);
        CourseOffer {
            prices: StatedPrice::of(&self.whole.provider, self.site),
            routes: self.routes().0,
            esketamine: esketamine == FactState::Known(Value::Bool(true)),
            course: self.site.profile.course.as_ref(),
            integration: self.site.profile.integration.as_ref(),
            as_of: self.whole.easel.as_of,
        }
    }

    /// True only for a survey of this place that may be called an accreditation.
    fn accredited(&self) -> bool {
        let whole = self.whole;
        standing(&self.site.credentials)
            .any(|held| credentials::accredits(held, &whole.provider, whole.easel.as_of))
    }
}

/// True for the two labels that say that every dose is attended.
#[must_use]
pub const fn is_supervised(status: SafetyStatus) -> bool {
    matches!(status, SafetyStatus::SupervisedInPerson | SafetyStatus::SupervisedHybrid)
}

/// The sites that their source still names.
fn live_sites(provider: &Provider) -> impl Iterator<Item = &Site> {
    provider.sites.iter().filter(|site| site.withdrawn_on.is_none())
}
