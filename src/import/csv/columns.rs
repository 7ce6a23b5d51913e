//! The columns of the flat file, as data: the reader, the template and the help read it.

/// A column of the flat file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name in the header.
    pub name: &'static str,
    /// What it holds.
    pub help: &'static str,
    /// A cell of the example row.
    pub example: &'static str,
    /// How a cell is read.
    pub(super) cell: Cell,
    /// Where its value goes.
    pub(super) to: To,
}

/// How a cell is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell {
    /// As it stands.
    Text,
    /// A phone, which may begin with a plus sign.
    Phone,
    /// A state by code or name.
    State,
    /// A number.
    Number,
    /// `yes` or `no`.
    YesNo,
    /// Several values with `;` between them.
    List,
    /// Codes with `;` between them, each of which becomes an object with a `code`.
    Codes,
}

/// Where a value goes in the row's tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum To {
    /// A pointer within the provider.
    Provider(&'static str),
    /// A pointer within the row's site.
    Site(&'static str),
    /// The value of the fact with this name.
    Fact(&'static str),
    /// Whether the set of the fact with this name is complete.
    Complete(&'static str),
    /// A field of the price of this kind.
    Price(Kind, &'static str),
    /// A field of the row's piece of evidence.
    Evidence(&'static str),
}

/// The prices that a row can state: kind and basis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind(pub(super) &'static str, pub(super) &'static str);

const CONSULTATION: Kind = Kind("consultation", "per-visit");
const SESSION: Kind = Kind("session", "per-session");
const SERIES: Kind = Kind("induction-series", "per-series");

const fn column(
    name: &'static str,
    cell: Cell,
    to: To,
    help: &'static str,
    example: &'static str,
) -> Column {
    Column { name, help, example, cell, to }
}

use Cell::{Codes, List, Number, Phone, State, Text, YesNo};
use To::{Complete, Evidence, Fact, Price, Provider, Site};

/// Every column, in the order of the template. Only `source_key` and `name` must be there.
pub const COLUMNS: &[Column] = &[
    column(
        "source_key",
        Text,
        Provider("/source_key"),
        "Key of the provider in your source. Rows with the same key stand together, one for each site.",
        "P001",
    ),
    column(
        "name",
        Text,
        Provider("/name"),
        "Name of the provider; further rows of a provider may leave its columns empty.",
        "Example Ketamine Clinic",
    ),
    column(
        "website",
        Text,
        Provider("/website"),
        "Web address, http or https.",
        "https://clinic.example/",
    ),
    column("phone", Phone, Provider("/phone"), "Phone of the provider.", "(301) 555-0142"),
    column(
        "npi",
        Text,
        Provider("/npi"),
        "National provider identifier of the organisation.",
        "1234567893",
    ),
    column("description", Text, Provider("/description"), "Description in plain words.", ""),
    column("fictional", YesNo, Provider("/fictional"), "yes = made up, for demonstrations.", "yes"),
    column(
        "listing_state",
        Text,
        Provider("/listing_state"),
        "Listing state; it counts in an initial import alone.",
        "submitted",
    ),
    column("payments", Codes, Provider("/payments"), "Payment codes.", "self-pay;hsa-fsa"),
    column(
        "site_key",
        Text,
        Site("/source_key"),
        "Key of the site within its provider; empty = made from the provider's key and the row's place.",
        "P001-1",
    ),
    column("site_name", Text, Site("/name"), "Name of the site where it has its own.", ""),
    column("line1", Text, Site("/address/line1"), "Street and number.", "100 Example Street"),
    column("line2", Text, Site("/address/line2"), "Suite, floor or building.", "Suite 4"),
    column("city", Text, Site("/address/city"), "City.", "Bethesda"),
    column(
        "state",
        State,
        Site("/address/state"),
        "State by its two-letter code or its name.",
        "MD",
    ),
    column("postal_code", Text, Site("/address/postal_code"), "ZIP code or ZIP+4.", "20814"),
    column("lat", Number, Site("/position/lat"), "Degrees north.", "38.98"),
    column(
        "lon",
        Number,
        Site("/position/lon"),
        "Degrees east, which is negative in the United States.",
        "-77.1",
    ),
    column(
        "precision",
        Text,
        Site("/position/precision"),
        "rooftop, parcel, street, zip-centroid, city-centroid or unknown.",
        "street",
    ),
    column("site_phone", Phone, Site("/phone"), "Phone of the site.", "(301) 555-0143"),
    column(
        "operating_status",
        Text,
        Site("/operating_status"),
        "normal, notice, limited or closed.",
        "normal",
    ),
    column(
        "accepting_patients",
        Text,
        Site("/accepting_patients"),
        "newpt, nopt, existptonly or existptfam.",
        "newpt",
    ),
    column("wait_days", Number, Site("/wait_days"), "Days until a first appointment.", "14"),
    column("referral_required", YesNo, Site("/referral_required"), "yes or no.", "no"),
    column("languages", List, Site("/languages"), "Language tags.", "en;es"),
    column("indications", List, Site("/indications"), "Indication codes.", "depression;ptsd"),
    column("minimum_age", Number, Site("/minimum_age"), "Youngest age treated, in years.", "18"),
    column("maximum_age", Number, Site("/maximum_age"), "Oldest age treated, in years.", ""),
    column(
        "dosing_on_site",
        YesNo,
        Fact("site.dosing_on_site"),
        "yes = at least some doses are taken at this place.",
        "yes",
    ),
    column(
        "routes_on_site",
        List,
        Fact("offers.routes_on_site"),
        "Routes dosed on the premises: iv, im, sc, nasal, sublingual, oral.",
        "iv;im",
    ),
    column(
        "routes_complete",
        YesNo,
        Complete("offers.routes_on_site"),
        "yes = there are no other routes.",
        "no",
    ),
    column(
        "telehealth_used",
        YesNo,
        Fact("telehealth.used"),
        "yes = any remote visit is used.",
        "no",
    ),
    column(
        "takehome_offered",
        YesNo,
        Fact("takehome.offered"),
        "yes = doses are taken away or mailed.",
        "no",
    ),
    column(
        "consultation_cents",
        Number,
        Price(CONSULTATION, "amount_cents"),
        "Price of the first consultation, in US cents.",
        "25000",
    ),
    column(
        "session_cents",
        Number,
        Price(SESSION, "amount_cents"),
        "Price of a session, in US cents; the lower end of a range.",
        "45000",
    ),
    column(
        "session_max_cents",
        Number,
        Price(SESSION, "amount_max_cents"),
        "The upper end of the range, in US cents.",
        "60000",
    ),
    column(
        "session_route",
        Text,
        Price(SESSION, "route"),
        "The route that the session price is for.",
        "iv",
    ),
    column(
        "series_cents",
        Number,
        Price(SERIES, "amount_cents"),
        "Price of a series of sessions, in US cents.",
        "240000",
    ),
    column(
        "series_sessions",
        Number,
        Price(SERIES, "sessions_included"),
        "How many sessions it holds.",
        "6",
    ),
    column(
        "evidence_tier",
        Text,
        Evidence("tier"),
        "Tier of the evidence that backs the row's facts and prices: E1 to E6.",
        "E2",
    ),
    column(
        "evidence_kind",
        Text,
        Evidence("kind"),
        "Its kind: website-capture (E2), attestation (E3), document (E5) and so on.",
        "website-capture",
    ),
    column(
        "evidence_url",
        Text,
        Evidence("url"),
        "Where it was seen.",
        "https://clinic.example/prices",
    ),
    column(
        "evidence_date",
        Text,
        Evidence("captured_on"),
        "The day on which it was seen, YYYY-MM-DD.",
        "2026-11-02",
    ),
    column("evidence_sha256", Text, Evidence("sha256"), "SHA-256 of the capture.", ""),
    column(
        "evidence_excerpt",
        Text,
        Evidence("excerpt"),
        "What it says, at most 1,024 bytes.",
        "Infusions are given at our clinic for $450 to $600.",
    ),
    column("evidence_note", Text, Evidence("note"), "What a reader should know about it.", ""),
];
