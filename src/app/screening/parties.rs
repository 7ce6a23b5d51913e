//! Whom a list is compared with: each organisation and each prescriber that a provider names,
//! found by number and by name.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use crate::{
    domain::{
        ListingState, UsState,
        provider::{Prescriber, Provider},
    },
    import::registries::{
        Entry, Who,
        keys::{self, PersonName},
    },
};

/// Which of a provider's parties: the organisation, or a prescriber by position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The organisation.
    Organisation,
    /// The prescriber at this position of the provider's list.
    Prescriber(usize),
}

/// Someone who may be on a list.
#[derive(Debug)]
pub struct Party {
    /// The provider that names it.
    pub provider: Uuid,
    /// Which of its parties.
    pub part: Part,
    npi: Option<String>,
    organisation: BTreeSet<String>,
    person: Vec<PersonName>,
    addresses: BTreeSet<String>,
    states: BTreeSet<UsState>,
    licences: Vec<(UsState, String)>,
}

/// How far an entry and a party agree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Agreement {
    /// The same NPI.
    pub npi: bool,
    /// The same name.
    pub name: bool,
    /// The same address.
    pub address: bool,
    /// The same licence.
    pub licence: bool,
    /// The same state, which alone says next to nothing.
    pub state: bool,
    /// Both have a number, and the numbers differ: two different parties.
    pub other_number: bool,
    /// The list has a number where the party has none that we know.
    pub unknown_number: bool,
}

impl Agreement {
    /// A number matches and something else agrees: the entry is about the party. A licence's
    /// number does where the list has no NPI.
    #[must_use]
    pub const fn proves(self) -> bool {
        let others = self.name || self.address;
        let licensed = self.licence && !self.other_number && !self.unknown_number;
        (self.npi && (others || self.licence)) || (licensed && others)
    }

    /// A number or a name matches: a person should look at it.
    #[must_use]
    pub const fn suggests(self) -> bool {
        self.npi || ((self.name || self.licence) && !self.other_number)
    }

    /// What agrees, in words.
    #[must_use]
    pub fn words(self) -> Vec<&'static str> {
        [
            (self.npi, "npi"),
            (self.licence, "licence"),
            (self.name, "name"),
            (self.address, "address"),
            (self.state, "state"),
        ]
        .into_iter()
        .filter_map(|(agrees, word)| agrees.then_some(word))
        .collect()
    }
}

impl Party {
    fn of_organisation(provider: &Provider) -> Self {
        let profile = &provider.profile;
        let sites = || provider.sites.iter().filter(|site| site.withdrawn_on.is_none());
        let aliases = profile.aliases.iter().map(|alias| alias.text.as_str());
        let of_sites = sites().filter_map(|site| site.profile.name.as_deref());
        let names = std::iter::once(profile.name.as_str()).chain(aliases).chain(of_sites);
        let addresses = sites().filter_map(|site| {
            let address = &site.profile.address;
            keys::address(address.line1.as_deref()?, address.postal_code.as_deref()?)
        });
        Self {
            provider: provider.id,
            part: Part::Organisation,
            npi: profile.npi.clone(),
            organisation: names.filter_map(keys::organisation).collect(),
            person: Vec::new(),
            addresses: addresses.collect(),
            states: sites().filter_map(|site| site.profile.address.state).collect(),
            licences: Vec::new(),
        }
    }

    /// A prescriber is looked for where the provider is, too.
    fn of_prescriber(organisation: &Self, at: usize, prescriber: &Prescriber) -> Self {
        let licences: Vec<(UsState, String)> = prescriber
            .licences
            .iter()
            .filter_map(|held| Some((held.state, keys::licence(held.number.as_deref()?)?)))
            .collect();
        let held = prescriber.licences.iter().map(|held| held.state);
        Self {
            provider: organisation.provider,
            part: Part::Prescriber(at),
            npi: prescriber.npi.clone(),
            organisation: BTreeSet::new(),
            person: PersonName::readings(&prescriber.name),
            addresses: organisation.addresses.clone(),
            states: organisation.states.iter().copied().chain(held).collect(),
            licences,
        }
    }

    /// How far an entry agrees with the party.
    #[must_use]
    pub fn agreement(&self, entry: &Entry) -> Agreement {
        let numbers = self.npi.as_deref().zip(entry.npi.as_deref());
        let name = match &entry.who {
            Who::Organisation(names) => names
                .iter()
                .filter_map(|name| keys::organisation(name))
                .any(|key| self.organisation.contains(&key)),
            Who::Person(person) => self.person.iter().any(|own| own.may_be(person)),
            Who::Nobody => false,
        };
        let address = entry
            .addresses
            .iter()
            .filter_map(|listed| keys::address(&listed.line1, &listed.postal_code))
            .any(|key| self.addresses.contains(&key));
        let licence = entry.licences.iter().any(|listed| {
            keys::licence(&listed.number).is_some_and(|key| {
                self.licences.iter().any(|(state, own)| listed.state == Some(*state) && *own == key)
            })
        });
        let states = entry.addresses.iter().map(|listed| listed.state);
        let states = states.chain(entry.licences.iter().map(|listed| listed.state));
        Agreement {
            npi: numbers.is_some_and(|(own, listed)| own == listed),
            name,
            address,
            licence,
            state: states.flatten().any(|state| self.states.contains(&state)),
            other_number: numbers.is_some_and(|(own, listed)| own != listed),
            unknown_number: self.npi.is_none() && entry.npi.is_some(),
        }
    }
}

/// Every party of the directory, found by what an entry may share with it.
#[derive(Debug, Default)]
pub struct Parties {
    all: Vec<Party>,
    by_npi: HashMap<String, Vec<u32>>,
    by_name: HashMap<String, Vec<u32>>,
    by_licence: HashMap<String, Vec<u32>>,
    /// The providers, in the order in which they came.
    pub providers: Vec<Uuid>,
}

impl Parties {
    /// Takes a provider in; one that is off the directory for good is not screened.
    pub fn add(&mut self, provider: &Provider) {
        if !is_screened(provider) {
            return;
        }
        self.providers.push(provider.id);
        for party in parties_of(provider) {
            let Ok(at) = u32::try_from(self.all.len()) else { return };
            if let Some(npi) = &party.npi {
                self.by_npi.entry(npi.clone()).or_default().push(at);
            }
            let people: BTreeSet<String> = party.person.iter().map(PersonName::key).collect();
            for name in party.organisation.iter().chain(&people) {
                self.by_name.entry(name.clone()).or_default().push(at);
            }
            for (_, licence) in &party.licences {
                self.by_licence.entry(licence.clone()).or_default().push(at);
            }
            self.all.push(party);
        }
    }

    /// The parties that an entry may be about, each with how far they agree.
    pub fn matching<'a>(
        &'a self,
        entry: &'a Entry,
    ) -> impl Iterator<Item = (&'a Party, Agreement)> + 'a {
        let names: Vec<String> = match &entry.who {
            Who::Organisation(names) => {
                names.iter().filter_map(|name| keys::organisation(name)).collect()
            }
            Who::Person(person) => vec![person.key()],
            Who::Nobody => Vec::new(),
        };
        let licences = entry.licences.iter().filter_map(|listed| keys::licence(&listed.number));
        let mut found: BTreeSet<u32> = BTreeSet::new();
        found.extend(entry.npi.iter().filter_map(|npi| self.by_npi.get(npi)).flatten());
        found.extend(names.iter().filter_map(|name| self.by_name.get(name)).flatten());
        found.extend(licences.filter_map(|key| self.by_licence.get(&key)).flatten());
        found
            .into_iter()
            .filter_map(|at| self.all.get(usize::try_from(at).ok()?))
            .map(|party| (party, party.agreement(entry)))
            .filter(|(_, agreement)| agreement.suggests())
    }
}

/// The organisation and the prescribers of a provider.
pub fn parties_of(provider: &Provider) -> Vec<Party> {
    let organisation = Party::of_organisation(provider);
    let prescribers: Vec<Party> = provider
        .profile
        .prescribers
        .iter()
        .enumerate()
        .map(|(at, prescriber)| Party::of_prescriber(&organisation, at, prescriber))
        .collect();
    std::iter::once(organisation).chain(prescribers).collect()
}

/// True for a provider that is or may become public.
#[must_use]
pub const fn is_screened(provider: &Provider) -> bool {
    !matches!(provider.listing_state, ListingState::Delisted | ListingState::Merged)
}
