//! A clinic's own answers: an invitation by a signed link, and no account.
//!
//! A link is sent only to a contact that stands in an official record or on the provider's own
//! page. What comes back waits for a verifier and counts for nothing until then.

pub mod answers;
pub mod documents;
pub mod form;

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    app::{
        App,
        evidence::files::FileError,
        keys::{phone_key, website_key},
        links::{LinkError, Purpose},
        reports::{parsed, written},
    },
    domain::{
        Tier,
        invite::{Invite, InviteState},
        provider::{Evidence, Provider, Site, standing},
    },
    store::{self, Action, Actor, Case, CaseFilter, CaseKind, Reader, Reason},
};

/// For so many days a link serves, unless another number is asked for.
pub const DEFAULT_DAYS: u16 = 30;
/// The longest that a link serves, in days.
pub const MAX_DAYS: u16 = 90;

/// Whom to invite, and where the link is sent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteInput {
    /// Id or slug of the clinic or provider.
    #[schema(max_length = 200, example = "calliope-health-ketamine-bethesda-md")]
    pub listing: String,
    /// A phone, a web address, or an e-mail address on it, that stands in an official record or
    /// on the provider's own page.
    #[schema(min_length = 1, max_length = 253, example = "+13018289513")]
    pub contact: String,
    /// For how many days the link serves.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 90, default = 30, example = 30)]
    pub days: Option<u16>,
}

/// An invitation as administrators see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InviteView {
    /// Its id.
    pub id: Uuid,
    /// The provider.
    pub provider: Uuid,
    /// The clinic; `null` = the provider itself.
    pub clinic: Option<Uuid>,
    /// Where it is sent.
    pub contact: String,
    /// The source in which that stands.
    pub source: String,
    /// Where it stands; an open one ends with its last day.
    pub state: InviteState,
    /// The day on which it was made.
    pub issued_on: NaiveDate,
    /// The last day on which it serves.
    pub expires_on: NaiveDate,
    /// Who made it, by id.
    pub issued_by: String,
    /// SHA-256 of the documents that came by it; files of `/v1/admin/evidence/files`.
    pub documents: Vec<String>,
}

/// A new invitation with its link.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Invited {
    /// The invitation.
    pub invite: InviteView,
    /// The name of whom it invites.
    pub name: String,
    /// The path of its link, to be printed behind this directory's address. It is shown once.
    #[schema(example = "/answers/eyJhbGciOiJIUzI1NiJ9.e30.c2ln")]
    pub path: String,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// Nothing has this id or slug.
    #[error("no clinic or provider has this id or slug")]
    NoListing,
    /// There is no such invitation or answer.
    #[error("there is nothing under this id")]
    Unknown,
    /// The link does not serve.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// A member of the input cannot be taken.
    #[error("{detail}")]
    Input {
        /// The JSON pointer to it.
        pointer: String,
        /// What is wrong, and what to do.
        detail: String,
    },
    /// It is not where that can be done.
    #[error("{0}")]
    Refused(String),
    /// A document cannot be kept.
    #[error(transparent)]
    File(#[from] FileError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl InviteError {
    fn input(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Input { pointer: pointer.into(), detail: detail.into() }
    }
}

/// What a link names.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Named {
    invite: Uuid,
}

/// Makes an invitation.
///
/// # Errors
/// [`InviteError::NoListing`]; [`InviteError::Input`] for a contact that stands in no official
/// record and on no page of the provider, and for a wrong number of days; a store that fails.
pub fn create(
    app: &App,
    (actor, reason): (&Actor, &Reason),
    input: &InviteInput,
) -> Result<Invited, InviteError> {
    let days = input.days.unwrap_or(DEFAULT_DAYS);
    if !(1..=MAX_DAYS).contains(&days) {
        return Err(InviteError::input("/days", "a link serves for 1 to 90 days"));
    }
    let id = app.clock.new_id();
    let done = app.write(actor, reason, |tx| {
        let (provider, clinic) = found(&mut tx.read(), &input.listing)?;
        let site = clinic.and_then(|id| provider.sites.iter().find(|site| site.id == id));
        let contact = Contact::read(&input.contact).ok_or_else(|| {
            InviteError::input("/contact", "expected a phone, a web address or an e-mail address")
        })?;
        let source =
            contact.source(&provider, site).map_err(|why| InviteError::input("/contact", why))?;
        let today = tx.at().date_naive();
        let expires_on = today.checked_add_days(Days::new(days.into())).unwrap_or(today);
        let invite = Invite {
            provider: provider.id,
            clinic,
            contact: input.contact.trim().to_owned(),
            source,
            state: InviteState::Open,
            issued_on: today,
            expires_on,
            issued_by: actor.name.clone(),
            documents: Vec::new(),
        };
        let case = Case {
            id,
            kind: CaseKind::Invite,
            provider: provider.id,
            open_key: None,
            state: InviteState::Open.to_string(),
            closed_at: None,
            version: 1,
            document: written(&invite)?,
        };
        tx.put_case(Action::Create, &case)?;
        let name = site.and_then(|site| site.profile.name.clone());
        let name = name.unwrap_or(provider.profile.name);
        Ok::<_, InviteError>((InviteView::new(id, invite), name))
    })?;
    let (invite, name) = done.value;
    // Its last day is a whole day.
    let lasts = TimeDelta::days(i64::from(days) + 1) - (done.at.time() - NaiveTime::MIN);
    let token = app
        .links
        .seal(Purpose::Answer, &Named { invite: id }, done.at, lasts)
        .ok_or_else(|| InviteError::Refused("the link could not be made".to_owned()))?;
    Ok(Invited { invite, name, path: format!("/answers/{token}") })
}

/// Invitations, the oldest first, after one of them; at most `limit`.
///
/// # Errors
/// Where the store fails.
pub fn list(
    app: &App,
    provider: Option<Uuid>,
    after: Option<Uuid>,
    limit: u16,
) -> Result<Vec<InviteView>, InviteError> {
    let filter = CaseFilter { kind: Some(CaseKind::Invite), states: Vec::new(), provider };
    let cases = app.store.read(|reader| reader.cases(&filter, after, limit.into()))?;
    let views = cases.iter().map(|case| Ok(InviteView::new(case.id, parsed(case)?)));
    views.collect()
}

/// Takes an invitation back: its link ends at once.
///
/// # Errors
/// [`InviteError::Unknown`]; [`InviteError::Refused`] where it was taken back before; a store
/// that fails.
pub fn revoke(
    app: &App,
    (actor, reason): (&Actor, &Reason),
    id: Uuid,
) -> Result<InviteView, InviteError> {
    let done = app.write(actor, reason, |tx| {
        let (mut case, mut invite) = open_invite(&mut tx.read(), id)?;
        if invite.state == InviteState::Revoked {
            return Err(InviteError::Refused("the invitation was taken back before".to_owned()));
        }
        invite.state = InviteState::Revoked;
        case.state = invite.state.to_string();
        case.closed_at = Some(tx.at());
        case.version = case.version.saturating_add(1);
        case.document = written(&invite)?;
        tx.put_case(Action::Revoke, &case)?;
        Ok(InviteView::new(id, invite))
    })?;
    Ok(done.value)
}

/// The invitation that a link names, as long as the link serves.
fn invited(app: &App, reader: &mut Reader<'_>, token: &str) -> Result<(Uuid, Invite), InviteError> {
    let named: Named = app.links.open(Purpose::Answer, token, app.clock.now())?;
    let (case, invite) = open_invite(reader, named.invite)?;
    if invite.state == InviteState::Revoked {
        return Err(LinkError::Replaced.into());
    }
    Ok((case.id, invite))
}

fn open_invite(reader: &mut Reader<'_>, id: Uuid) -> Result<(Case, Invite), InviteError> {
    let case = reader.case(id)?.filter(|case| case.kind == CaseKind::Invite);
    let case = case.ok_or(InviteError::Unknown)?;
    let invite = parsed(&case)?;
    Ok((case, invite))
}

/// The provider, and the clinic where one is named, of an id or slug, public or not.
fn found(reader: &mut Reader<'_>, key: &str) -> Result<(Provider, Option<Uuid>), InviteError> {
    let (provider, site) = reader.owners_of(key)?;
    let provider = match provider {
        Some(id) => reader.provider(id)?,
        None => None,
    };
    Ok((provider.ok_or(InviteError::NoListing)?, site))
}

impl InviteView {
    fn new(id: Uuid, invite: Invite) -> Self {
        Self {
            id,
            provider: invite.provider,
            clinic: invite.clinic,
            contact: invite.contact,
            source: invite.source,
            state: invite.state,
            issued_on: invite.issued_on,
            expires_on: invite.expires_on,
            issued_by: invite.issued_by,
            documents: invite.documents,
        }
    }
}

/// Where a link can be sent.
#[derive(Debug, PartialEq, Eq)]
enum Contact {
    /// E.164.
    Phone(String),
    /// The key of a web address, or the domain of an e-mail address.
    Website(String),
}

impl Contact {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(phone) = phone_key(text) {
            return Some(Self::Phone(phone));
        }
        let address = text.split_once('@').map_or(text, |(_, domain)| domain);
        website_key(address).map(Self::Website)
    }

    /// The source in which the contact of a listing stands, or why there is none.
    fn source(&self, provider: &Provider, site: Option<&Site>) -> Result<String, String> {
        let profile = &provider.profile;
        let own_website = profile.website.as_deref().and_then(website_key);
        let strong = |evidence: &&Evidence| matches!(evidence.tier, Tier::E1 | Tier::E2);
        let url_key = |evidence: &Evidence| evidence.url.as_deref().and_then(website_key);
        let (is_listed, digits) = match self {
            Self::Phone(phone) => {
                let of_site = site.and_then(|site| site.profile.phone.as_ref());
                let listed = profile.phone.iter().chain(of_site).any(|known| known == phone);
                (listed, phone.trim_start_matches("+1").to_owned())
            }
            Self::Website(key) => (own_website.as_ref() == Some(key), String::new()),
        };
        let says = |evidence: &Evidence| {
            let said = evidence.excerpt.as_deref().unwrap_or_default();
            match self {
                Self::Phone(_) => {
                    let said: String = said.chars().filter(char::is_ascii_digit).collect();
                    !digits.is_empty() && said.contains(&digits)
                }
                Self::Website(key) => said.to_lowercase().contains(key),
            }
        };
        let own_page =
            |evidence: &Evidence| own_website.is_some() && url_key(evidence) == own_website;
        // A record says a contact in its own words; the provider's page is where it is listed.
        let backs = |evidence: &&Evidence| says(evidence) || (is_listed && own_page(evidence));
        let source = standing(&provider.evidence).filter(strong).find(backs);
        match source {
            Some(evidence) => Ok(evidence.url.clone().unwrap_or_else(|| evidence.kind.to_string())),
            None if is_listed => {
                Err("the listing has this contact, but no official record and no capture of the \
                 provider's own page backs it; add that evidence first"
                    .to_owned())
            }
            None => Err(
                "this contact stands in no official record and on no page of the provider, and a \
                 link is sent nowhere else"
                    .to_owned(),
            ),
        }
    }
}
