//! "Is it for me?": what to know and what to tell a doctor. Nothing is stored, sent or added up.

use actix_web::{HttpResponse, get, http::StatusCode, web};
use askama::Template;

use crate::http::shared::Shared;

use super::{
    format,
    lang::Lang,
    page::{Page, Section, html},
    site,
    sources::{self, SourceView},
};

#[derive(Template)]
#[template(path = "prepare.html")]
struct PreparePage {
    p: Page,
    groups: &'static [Checklist],
    prices: Vec<PriceLine>,
    ways: &'static [Way],
    law_date: String,
    sources: Vec<SourceView>,
}

/// Points to discuss, under one heading. Texts are keys of the catalogue.
struct Checklist {
    title: &'static str,
    items: &'static [&'static str],
    prompt: &'static str,
    sources: &'static [&'static str],
}

/// Source: the rulebook, "Pre-visit checklist".
const CHECKLIST: &[Checklist] = &[
    Checklist {
        title: "prep-group-heart",
        items: &[
            "prep-heart-1",
            "prep-heart-2",
            "prep-heart-3",
            "prep-heart-4",
            "prep-heart-5",
            "prep-heart-6",
        ],
        prompt: "prep-tell",
        sources: &["FRADKIN", "D7", "P7"],
    },
    Checklist {
        title: "prep-group-mind",
        items: &["prep-mind-1", "prep-mind-2", "prep-mind-3", "prep-mind-4", "prep-mind-5"],
        prompt: "prep-tell",
        sources: &["FRADKIN", "P7"],
    },
    Checklist {
        title: "prep-group-substances",
        items: &[
            "prep-substances-1",
            "prep-substances-2",
            "prep-substances-3",
            "prep-substances-4",
            "prep-substances-5",
            "prep-substances-6",
        ],
        prompt: "prep-tell",
        sources: &["FRADKIN", "P7", "D7"],
    },
    Checklist {
        title: "prep-group-body",
        items: &[
            "prep-body-1",
            "prep-body-2",
            "prep-body-3",
            "prep-body-4",
            "prep-body-5",
            "prep-body-6",
        ],
        prompt: "prep-tell",
        sources: &["FRADKIN", "P7"],
    },
    Checklist {
        title: "prep-group-pregnancy",
        items: &["prep-pregnancy-1", "prep-pregnancy-2", "prep-pregnancy-3"],
        prompt: "prep-tell",
        sources: &["D7"],
    },
    Checklist {
        title: "prep-group-practical",
        items: &["prep-practical-1", "prep-practical-2", "prep-practical-3", "prep-practical-4"],
        prompt: "prep-tell",
        sources: &["D4"],
    },
];

/// A price that someone has named.
struct PriceFact {
    what: &'static str,
    /// US cents, both ends.
    cents: (i64, i64),
    source: &'static str,
    url: &'static str,
    when: &'static str,
}

/// Prices of care in a clinic only: a home programme is not compared with them.
const PRICES: &[PriceFact] = &[
    PriceFact {
        what: "prep-price-iv",
        cents: (40_000, 80_000),
        source: "Rejuvenate",
        url: "https://rejuvenate-az.com/insights/ketamine-therapy-cost-guide-2025-pricing-insurance-how-to-afford-treatment",
        when: "prep-when-2025-11",
    },
    PriceFact {
        what: "prep-price-iv-hospital",
        cents: (55_000, 55_000),
        source: "Brigham and Women’s Faulkner Hospital",
        url: "https://www.brighamandwomensfaulkner.org/programs-and-services/psychiatry/ketamine-infusion-program",
        when: "prep-when-undated",
    },
    PriceFact {
        what: "prep-price-series",
        cents: (200_000, 480_000),
        source: "accountinginsights.org",
        url: "https://accountinginsights.org/how-to-pay-for-ketamine-infusions",
        when: "prep-when-undated",
    },
    PriceFact {
        what: "prep-price-im",
        cents: (27_500, 40_000),
        source: "ketaminetherapyfordepression.org",
        url: "https://ketaminetherapyfordepression.org/?p=2926",
        when: "prep-when-undated",
    },
    PriceFact {
        what: "prep-price-spravato",
        cents: (80_000, 130_000),
        source: "ketaminetherapyfordepression.org",
        url: "https://ketaminetherapyfordepression.org/?p=2926",
        when: "prep-when-undated",
    },
    PriceFact {
        what: "prep-price-spravato-help",
        cents: (0, 6_200),
        source: "ketaminetherapyfordepression.org",
        url: "https://ketaminetherapyfordepression.org/?p=2926",
        when: "prep-when-undated",
    },
    PriceFact {
        what: "prep-price-medicare",
        cents: (95_259, 95_259),
        source: "Neolytix",
        url: "https://neolytix.com/articles/spravato-reimbursement-rates/",
        when: "prep-when-2026",
    },
];

/// A price, ready to show.
struct PriceLine {
    what: &'static str,
    amount: String,
    source: &'static str,
    url: &'static str,
    when: &'static str,
}

/// A way to pay, with who says so.
struct Way {
    text: &'static str,
    source: &'static str,
    url: &'static str,
}

const WAYS: &[Way] = &[
    Way {
        text: "prep-pay-plan",
        source: "ketamine-lounge.com",
        url: "https://www.ketamine-lounge.com/faqs",
    },
    Way {
        text: "prep-pay-card",
        source: "healingfoundationstherapy.com",
        url: "https://www.healingfoundationstherapy.com/care-credit",
    },
    Way {
        text: "prep-pay-superbill",
        source: "citclinics.com",
        url: "https://citclinics.com/payment/",
    },
    Way {
        text: "prep-pay-hsa",
        source: "tovanihealth.com",
        url: "https://tovanihealth.com/blog/ketamine-therapy-fsa-hsa-eligible",
    },
    Way {
        text: "prep-pay-maker",
        source: "finnastra.com",
        url: "https://finnastra.com/the-2026-spravato-with-me-savings-program-explained-eligibility-limits-and-billing-best-practices/",
    },
    Way {
        text: "prep-pay-ems",
        source: "ems1.com",
        url: "https://ems1.com/ketamine/colo-mental-health-clinic-begins-offering-ketamine-therapy-for-emts-and-paramedics",
    },
    Way {
        text: "prep-pay-military",
        source: "greatsaltlakewellness.com",
        url: "https://greatsaltlakewellness.com/?p=159",
    },
];

/// Every source that the page names, in the order of its list.
const SOURCES: &[&str] = &[
    "D1", "D2", "D3", "D4", "D5", "D7", "D8", "F1", "F3", "FRADKIN", "M6", "P1", "P6", "P7", "P14",
    "P15",
];

/// The page before a first visit.
#[get("/prepare")]
pub async fn prepare_page(shared: web::Data<Shared>, lang: Lang) -> HttpResponse {
    let app = &shared.app;
    let as_of = app.catalog.load().as_of();
    let page = PreparePage {
        p: Page::new(lang, lang.t("prep-title"), "/prepare", Section::Prepare, site(app)),
        groups: CHECKLIST,
        prices: PRICES
            .iter()
            .map(|fact| PriceLine {
                what: fact.what,
                amount: format::money_range(fact.cents.0, fact.cents.1),
                source: fact.source,
                url: fact.url,
                when: fact.when,
            })
            .collect(),
        ways: WAYS,
        law_date: format::date(lang, as_of),
        sources: sources::of(&app.rulebook, SOURCES.iter().copied()),
    };
    html(StatusCode::OK, lang, &page)
}
