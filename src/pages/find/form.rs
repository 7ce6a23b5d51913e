//! The choices of the search form.

use crate::{
    app::request::Sort,
    domain::{Indication, PaymentCode, Route},
    pages::{
        lang::Lang,
        query::{DEFAULT_RADIUS, FindQuery, RADII},
    },
};

/// What patients most often pay with, in the order in which it is offered.
const PAYMENTS: &[PaymentCode] = &[
    PaymentCode::PaymentPlan,
    PaymentCode::SlidingFee,
    PaymentCode::PrivateInsurance,
    PaymentCode::Medicaid,
    PaymentCode::Medicare,
    PaymentCode::MilitaryInsurance,
    PaymentCode::HsaFsa,
    PaymentCode::Superbill,
    PaymentCode::PaymentAssistance,
];
const LANGUAGES: &[&str] = &["en", "es", "zh", "vi", "tl", "ko", "ru", "ar", "fr", "pt", "ht"];

/// How many of them stand above the list, one click away.
const QUICK: usize = 5;

/// One choice of a form field.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) text: String,
    pub(super) chosen: bool,
}

/// The choices of the form.
pub(super) struct Form {
    pub(super) payments: Vec<Choice>,
    pub(super) routes: Vec<Choice>,
    pub(super) indications: Vec<Choice>,
    pub(super) languages: Vec<Choice>,
    pub(super) radii: Vec<Choice>,
    pub(super) sorts: Vec<Choice>,
}

impl Form {
    pub(super) fn new(lang: Lang, query: &FindQuery) -> Self {
        let coded = |kind: &str, code: &str, chosen| Choice {
            value: code.to_owned(),
            text: lang.t(&format!("{kind}-{code}")).into_owned(),
            chosen,
        };
        let offered = [Route::Iv, Route::Im, Route::Nasal, Route::Sublingual, Route::Oral];
        Self {
            payments: PAYMENTS
                .iter()
                .map(|code| coded("payment", code.as_str(), query.payments.contains(code)))
                .collect(),
            routes: offered
                .iter()
                .map(|code| coded("route", code.as_str(), query.routes.contains(code)))
                .collect(),
            indications: Indication::ALL
                .iter()
                .map(|code| coded("indication", code.as_str(), query.indication == Some(*code)))
                .collect(),
            languages: LANGUAGES
                .iter()
                .map(|tag| coded("language", tag, query.language.as_deref() == Some(*tag)))
                .collect(),
            radii: RADII
                .iter()
                .map(|radius| Choice {
                    // The default stays out of the address.
                    value: if *radius == DEFAULT_RADIUS {
                        String::new()
                    } else {
                        radius.to_string()
                    },
                    text: lang.t1("radius-miles", &radius.to_string()).into_owned(),
                    chosen: *radius == query.radius_mi(),
                })
                .collect(),
            sorts: Sort::ALL
                .iter()
                .map(|sort| Choice {
                    value: if *sort == Sort::default() {
                        String::new()
                    } else {
                        sort.as_str().to_owned()
                    },
                    text: lang.t(&format!("sort-{}", sort.as_str())).into_owned(),
                    chosen: *sort == query.sort,
                })
                .collect(),
        }
    }
}

/// A way to pay above the list: a click keeps only who takes it, or takes that back.
pub(super) struct Quick {
    pub(super) text: String,
    pub(super) path: String,
    pub(super) set: bool,
}

impl Quick {
    pub(super) fn all(lang: Lang, query: &FindQuery) -> Vec<Self> {
        let quick = |code: &PaymentCode| Self {
            text: lang.t(&format!("payment-{}", code.as_str())).into_owned(),
            path: query.with(|changed| changed.toggle_payment(*code)),
            set: query.payments.contains(code),
        };
        PAYMENTS.iter().take(QUICK).map(quick).collect()
    }
}
