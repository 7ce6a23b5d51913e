//! The closed code lists of the field, one Rust enum each, with their wire values.
//! Our own codes are snake_case; codes from outside keep their spelling.

/// Declares a code list: an enum whose variants carry their wire value, in step everywhere.
/// A wire value is a `tt`: into a `literal` the schema's derive cannot look.
macro_rules! codes {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $wire:tt,)+ }) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize, utoipa::ToSchema,
        )]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $wire)] $variant,)+
        }

        impl $name {
            /// Every code of the list, in its declared order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The wire value.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $wire,)+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::UnknownCode;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($wire => Ok(Self::$variant),)+
                    _ => Err(Self::Err { list: stringify!($name), code: text.to_owned() }),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

pub(crate) use codes;
/// A text that is no code of the list it was read for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{code}` is no {list} code")]
pub struct UnknownCode {
    /// The Rust name of the list.
    pub list: &'static str,
    /// The text that was given.
    pub code: String,
}

codes! {
    /// How a dose enters the body. The rulebook's codes.
    Route {
        /// Intravenous infusion.
        Iv = "iv",
        /// Intramuscular injection.
        Im = "im",
        /// Subcutaneous injection.
        Sc = "sc",
        /// Nasal spray.
        Nasal = "nasal",
        /// Under the tongue (troches, lozenges).
        Sublingual = "sublingual",
        /// Swallowed.
        Oral = "oral",
        /// Rectal.
        Rectal = "rectal",
    }
}

codes! {
    /// The drug product.
    Product {
        /// Ketamine for injection, as labelled.
        KetamineInjectable = "ketamine-injectable",
        /// Ketamine made by a compounding pharmacy.
        KetamineCompounded = "ketamine-compounded",
        /// Esketamine nasal spray (Spravato).
        EsketamineSpravato = "esketamine-spravato",
        /// The source does not say.
        Unspecified = "unspecified",
    }
}

codes! {
    /// What the treatment is offered for.
    Indication {
        /// Depression.
        Depression = "depression",
        /// Depression that other treatments did not help.
        TreatmentResistantDepression = "treatment-resistant-depression",
        /// Thoughts of suicide.
        SuicidalIdeation = "suicidal-ideation",
        /// Anxiety.
        Anxiety = "anxiety",
        /// Post-traumatic stress disorder.
        Ptsd = "ptsd",
        /// Obsessive-compulsive disorder.
        Ocd = "ocd",
        /// Bipolar depression.
        BipolarDepression = "bipolar-depression",
        /// Chronic pain.
        ChronicPain = "chronic-pain",
        /// Neuropathic pain.
        NeuropathicPain = "neuropathic-pain",
        /// Fibromyalgia.
        Fibromyalgia = "fibromyalgia",
        /// Complex regional pain syndrome.
        Crps = "crps",
        /// Migraine.
        Migraine = "migraine",
        /// Substance use disorder.
        SubstanceUseDisorder = "substance-use-disorder",
        /// Palliative care.
        PalliativeCare = "palliative-care",
    }
}

codes! {
    /// How a patient can pay.
    PaymentCode {
        /// Private health insurance (SAMHSA PI).
        PrivateInsurance = "private-insurance",
        /// Medicaid (SAMHSA MD).
        Medicaid = "medicaid",
        /// Medicare (SAMHSA MC).
        Medicare = "medicare",
        /// Federal military insurance (SAMHSA MI).
        MilitaryInsurance = "military-insurance",
        /// IHS, tribal or urban funds (SAMHSA ITU).
        IhsTribalUrban = "ihs-tribal-urban",
        /// State-financed plan other than Medicaid (SAMHSA SI).
        StateFinanced = "state-financed",
        /// Cash or self-payment (SAMHSA SF).
        SelfPay = "self-pay",
        /// No charge (SAMHSA NP).
        NoCharge = "no-charge",
        /// Payment assistance (SAMHSA PA).
        PaymentAssistance = "payment-assistance",
        /// Sliding fee scale (SAMHSA SS).
        SlidingFee = "sliding-fee",
        /// The clinic's own instalments.
        PaymentPlan = "payment-plan",
        /// Financing by a third party.
        ThirdPartyFinancing = "third-party-financing",
        /// Health savings or flexible spending account.
        HsaFsa = "hsa-fsa",
        /// A bill with codes for the patient to submit.
        Superbill = "superbill",
        /// A discount on a package of sessions.
        PackageDiscount = "package-discount",
        /// A discount for the military and veterans.
        MilitaryDiscount = "military-discount",
        /// A promise to match another price.
        PriceMatch = "price-match",
        /// Cash (HL7 v2-0570).
        Cash = "CASH",
        /// Credit card (HL7 v2-0570).
        CreditCard = "CCCA",
        /// Check (HL7 v2-0570).
        Check = "CHCK",
        /// Debit card (HL7 v2-0570).
        DebitCard = "DEBC",
    }
}

codes! {
    /// What a payer does with the bill.
    CoverageStance {
        /// The clinic is in the payer's network.
        InNetwork = "in-network",
        /// Billed out of network.
        OutOfNetwork = "out-of-network",
        /// The patient gets a superbill only.
        SuperbillOnly = "superbill-only",
        /// Not reimbursed.
        NotReimbursed = "not-reimbursed",
        /// Decided case by case.
        CaseByCase = "case-by-case",
        /// Not known.
        Unknown = "unknown",
    }
}

codes! {
    /// What an amount buys.
    PriceKind {
        /// First consultation or evaluation.
        Consultation = "consultation",
        /// One treatment session.
        Session = "session",
        /// A series of sessions at one price.
        InductionSeries = "induction-series",
        /// A session after the first course.
        MaintenanceSession = "maintenance-session",
        /// A session of integration therapy.
        IntegrationSession = "integration-session",
        /// A fee for the place, per session.
        FacilityFee = "facility-fee",
        /// The drug, where billed apart, per session.
        Medication = "medication",
        /// A fee for a missed appointment.
        CancellationFee = "cancellation-fee",
    }
}

codes! {
    /// What one unit of an amount is.
    PriceBasis {
        /// Per session.
        PerSession = "per-session",
        /// Per series.
        PerSeries = "per-series",
        /// Per visit; read as per session.
        PerVisit = "per-visit",
        /// Per dose.
        PerDose = "per-dose",
        /// Per month.
        PerMonth = "per-month",
    }
}

codes! {
    /// Whether new patients are taken (Plan-Net codes).
    Accepting {
        /// New patients.
        New = "newpt",
        /// No new patients.
        No = "nopt",
        /// Existing patients only.
        ExistingOnly = "existptonly",
        /// Existing patients and their families.
        ExistingAndFamily = "existptfam",
    }
}

codes! {
    /// Whether the site is working (VA codes).
    OperatingStatus {
        /// Open as usual.
        Normal = "normal",
        /// Open, with a notice to read.
        Notice = "notice",
        /// Open in part.
        Limited = "limited",
        /// Closed for good.
        Closed = "closed",
    }
}

codes! {
    /// Where a listing is in its editorial life; not its safety status.
    ListingState {
        /// Being written.
        Draft = "draft",
        /// Handed in, waiting for a person.
        Submitted = "submitted",
        /// A person looks at it.
        InReview = "in_review",
        /// Public.
        Published = "published",
        /// Taken off the public pages for a time.
        Suspended = "suspended",
        /// Taken off for good, with a reason.
        Delisted = "delisted",
        /// Became part of another listing.
        Merged = "merged",
    }
}

codes! {
    /// The overall safety status, in the rulebook's words.
    SafetyStatus {
        /// Neither ketamine nor esketamine is offered.
        OutOfScope = "out_of_scope",
        /// A critical rule is triggered.
        Flagged = "flagged",
        /// Key safety facts could not be verified.
        InsufficientInformation = "insufficient_information",
        /// A major rule is triggered.
        Caution = "caution",
        /// Every dose attended by a clinician, with off-site or online care or not confirmed.
        SupervisedHybrid = "supervised_hybrid",
        /// Doses on site with a clinician present, all known.
        SupervisedInPerson = "supervised_in_person",
    }
}

codes! {
    /// How serious a finding is.
    Severity {
        /// Makes a provider flagged.
        Critical = "critical",
        /// Makes a provider caution.
        Major = "major",
        /// Shown, without effect on the status.
        Minor = "minor",
        /// Information only.
        Info = "info",
    }
}

codes! {
    /// The life of a flag.
    FlagState {
        /// The engine proposes; nobody has decided.
        Proposed = "proposed",
        /// The provider has been told.
        Notified = "notified",
        /// The provider has answered.
        Answered = "answered",
        /// Public.
        Published = "published",
        /// Public, and the provider has appealed.
        Appealed = "appealed",
        /// Taken from view while an identity error is looked into.
        DisplaySuspended = "display_suspended",
        /// Evidence cleared it.
        Cleared = "cleared",
        /// A person decided against it.
        Dismissed = "dismissed",
        /// Its evidence has expired.
        Expired = "expired",
    }
}

codes! {
    /// How exact a position is.
    Precision {
        /// The building.
        Rooftop = "rooftop",
        /// The lot.
        Parcel = "parcel",
        /// The street.
        Street = "street",
        /// The middle of the ZIP code area.
        ZipCentroid = "zip-centroid",
        /// The middle of the city.
        CityCentroid = "city-centroid",
        /// Not said.
        Unknown = "unknown",
    }
}

codes! {
    /// Strength class of a piece of evidence.
    Tier {
        /// Official registry or agency document.
        E1 = "E1",
        /// Dated capture of the provider's own public statement.
        E2 = "E2",
        /// Signed attestation by a named person.
        E3 = "E3",
        /// Inspection or accreditation report.
        E4 = "E4",
        /// News or third party.
        E5 = "E5",
        /// User report.
        E6 = "E6",
    }
}

codes! {
    /// What a piece of evidence is.
    EvidenceKind {
        /// A capture of a web page.
        WebsiteCapture = "website-capture",
        /// A record of an official registry.
        RegistryRecord = "registry-record",
        /// A certificate.
        Certificate = "certificate",
        /// A report of an inspection or a survey.
        InspectionReport = "inspection-report",
        /// A signed statement.
        Attestation = "attestation",
        /// A phone call in which something was confirmed.
        PhoneVerification = "phone-verification",
        /// A patient's report.
        PatientReport = "patient-report",
        /// An act of a regulator.
        RegulatorAction = "regulator-action",
        /// Any other document.
        Document = "document",
    }
}

codes! {
    /// Why a fact is not known.
    UnknownReason {
        /// Nobody has asked.
        NeverAsked = "never_asked",
        /// Asked, and not answered.
        NoAnswer = "no_answer",
        /// Looked for, and not found.
        NotFound = "not_found",
        /// A name matched and nothing else did.
        UnresolvedNameMatch = "unresolved_name_match",
        /// The newest accepted statement is too old.
        Stale = "stale",
        /// Stated, with evidence below the tier that the fact needs.
        BelowTier = "below_tier",
        /// Statements disagree.
        Conflicting = "conflicting",
        /// The statement was taken back.
        Withdrawn = "withdrawn",
        /// A form answer; read as unknown.
        NotApplicable = "not_applicable",
    }
}

codes! {
    /// Accreditations, programme certificates and pledges.
    CredentialCode {
        /// Joint Commission, Ambulatory Health Care.
        Facet3 = "facet-3",
        /// Joint Commission, Behavioral Health Care and Human Services.
        Facet4 = "facet-4",
        /// Joint Commission, Office-Based Surgery.
        Facet8 = "facet-8",
        /// AAAHC ambulatory accreditation.
        AaahcAmbulatory = "aaahc-ambulatory",
        /// QUAD A office-based accreditation.
        QuadAOfficeBased = "quad-a-office-based",
        /// ACHC ambulatory infusion accreditation.
        AchcAmbulatoryInfusion = "achc-ambulatory-infusion",
        /// CARF behavioral health accreditation.
        CarfBehavioralHealth = "carf-behavioral-health",
        /// URAC telehealth accreditation; it surveys no place.
        UracTelehealth = "urac-telehealth",
        /// Spravato REMS, outpatient setting.
        SpravatoRemsOutpatient = "spravato-rems-outpatient",
        /// Spravato REMS, inpatient setting.
        SpravatoRemsInpatient = "spravato-rems-inpatient",
        /// LegitScript healthcare merchant certificate.
        LegitscriptHealthcare = "legitscript-healthcare",
        /// NABP healthcare merchant accreditation.
        NabpHealthcareMerchant = "nabp-healthcare-merchant",
        /// NABP digital pharmacy accreditation.
        NabpDigitalPharmacy = "nabp-digital-pharmacy",
        /// Joint Commission, Medication Compounding (pharmacies).
        Facet1018 = "facet-1018",
        /// ASKP3 pledge.
        Askp3Pledge = "askp3-pledge",
        /// ASKP3 membership.
        Askp3Member = "askp3-member",
        /// Training in ketamine-assisted psychotherapy.
        KapTraining = "kap-training",
    }
}

codes! {
    /// What a credential is worth.
    CredentialTier {
        /// Survey of the place by an accrediting body.
        A = "A",
        /// Programme or merchant certificate; never called accreditation.
        B = "B",
        /// Pledge, membership or training.
        C = "C",
    }
}

impl CredentialCode {
    /// The tier that the code belongs to.
    #[must_use]
    pub const fn tier(self) -> CredentialTier {
        match self {
            Self::Facet3
            | Self::Facet4
            | Self::Facet8
            | Self::AaahcAmbulatory
            | Self::QuadAOfficeBased
            | Self::AchcAmbulatoryInfusion
            | Self::CarfBehavioralHealth => CredentialTier::A,
            Self::UracTelehealth
            | Self::SpravatoRemsOutpatient
            | Self::SpravatoRemsInpatient
            | Self::LegitscriptHealthcare
            | Self::NabpHealthcareMerchant
            | Self::NabpDigitalPharmacy
            | Self::Facet1018 => CredentialTier::B,
            Self::Askp3Pledge | Self::Askp3Member | Self::KapTraining => CredentialTier::C,
        }
    }
}

codes! {
    /// Where a credential stands.
    CredentialStatus {
        /// In force.
        Active = "active",
        /// No longer in force.
        Inactive = "inactive",
        /// Issued by mistake.
        IssuedInError = "issued-in-error",
        /// Taken back by the issuer.
        Revoked = "revoked",
        /// Applied for.
        Pending = "pending",
        /// Not known.
        Unknown = "unknown",
        /// Run out.
        Expired = "expired",
        /// Stopped for a time.
        Suspended = "suspended",
    }
}

codes! {
    /// Where a licence stands.
    LicenceStatus {
        /// In force.
        Active = "active",
        /// Run out.
        Expired = "expired",
        /// Stopped for a time.
        Suspended = "suspended",
        /// Taken back by the board.
        Revoked = "revoked",
        /// On probation.
        Probation = "probation",
        /// Given back.
        Surrendered = "surrendered",
        /// Not known.
        Unknown = "unknown",
    }
}

codes! {
    /// A prescriber's role (Plan-Net codes).
    PractitionerRole {
        /// Physician.
        Physician = "ph",
        /// Physician assistant.
        PhysicianAssistant = "pa",
        /// Nurse practitioner.
        NursePractitioner = "crnp",
        /// Advanced practice nurse.
        AdvancedPracticeNurse = "apn",
        /// Registered nurse.
        RegisteredNurse = "rn",
        /// Psychologist.
        Psychologist = "py",
        /// Counselor.
        Counselor = "co",
        /// Social worker.
        SocialWorker = "sw",
        /// Massage therapist.
        MassageTherapist = "mt",
    }
}

codes! {
    /// What kind of other name an alias is.
    AliasType {
        /// Doing business as.
        Dba = "dba",
        /// An earlier name.
        Former = "former",
        /// A short form.
        Short = "short",
    }
}

codes! {
    /// What a price promise promises.
    GuaranteeType {
        /// Matches another price.
        PriceMatch = "price-match",
        /// Goes below another price by a share.
        BeatByPercent = "beat-by-percent",
        /// Claims to be the lowest.
        LowestPriceClaim = "lowest-price-claim",
    }
}

codes! {
    /// A day of the week.
    Day {
        /// Monday.
        Mo = "mo",
        /// Tuesday.
        Tu = "tu",
        /// Wednesday.
        We = "we",
        /// Thursday.
        Th = "th",
        /// Friday.
        Fr = "fr",
        /// Saturday.
        Sa = "sa",
        /// Sunday.
        Su = "su",
    }
}

codes! {
    /// A state, district or territory by its postal code.
    UsState {
        /// Alabama.
        Al = "AL",
        /// Alaska.
        Ak = "AK",
        /// Arizona.
        Az = "AZ",
        /// Arkansas.
        Ar = "AR",
        /// California.
        Ca = "CA",
        /// Colorado.
        Co = "CO",
        /// Connecticut.
        Ct = "CT",
        /// Delaware.
        De = "DE",
        /// District of Columbia.
        Dc = "DC",
        /// Florida.
        Fl = "FL",
        /// Georgia.
        Ga = "GA",
        /// Hawaii.
        Hi = "HI",
        /// Idaho.
        Id = "ID",
        /// Illinois.
        Il = "IL",
        /// Indiana.
        In = "IN",
        /// Iowa.
        Ia = "IA",
        /// Kansas.
        Ks = "KS",
        /// Kentucky.
        Ky = "KY",
        /// Louisiana.
        La = "LA",
        /// Maine.
        Me = "ME",
        /// Maryland.
        Md = "MD",
        /// Massachusetts.
        Ma = "MA",
        /// Michigan.
        Mi = "MI",
        /// Minnesota.
        Mn = "MN",
        /// Mississippi.
        Ms = "MS",
        /// Missouri.
        Mo = "MO",
        /// Montana.
        Mt = "MT",
        /// Nebraska.
        Ne = "NE",
        /// Nevada.
        Nv = "NV",
        /// New Hampshire.
        Nh = "NH",
        /// New Jersey.
        Nj = "NJ",
        /// New Mexico.
        Nm = "NM",
        /// New York.
        Ny = "NY",
        /// North Carolina.
        Nc = "NC",
        /// North Dakota.
        Nd = "ND",
        /// Ohio.
        Oh = "OH",
        /// Oklahoma.
        Ok = "OK",
        /// Oregon.
        Or = "OR",
        /// Pennsylvania.
        Pa = "PA",
        /// Rhode Island.
        Ri = "RI",
        /// South Carolina.
        Sc = "SC",
        /// South Dakota.
        Sd = "SD",
        /// Tennessee.
        Tn = "TN",
        /// Texas.
        Tx = "TX",
        /// Utah.
        Ut = "UT",
        /// Vermont.
        Vt = "VT",
        /// Virginia.
        Va = "VA",
        /// Washington.
        Wa = "WA",
        /// West Virginia.
        Wv = "WV",
        /// Wisconsin.
        Wi = "WI",
        /// Wyoming.
        Wy = "WY",
        /// American Samoa.
        As = "AS",
        /// Guam.
        Gu = "GU",
        /// Northern Mariana Islands.
        Mp = "MP",
        /// Puerto Rico.
        Pr = "PR",
        /// U.S. Virgin Islands.
        Vi = "VI",
    }
}
