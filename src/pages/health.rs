//! How fresh the directory is: as numbers, and as charts that we draw ourselves.

use actix_web::{HttpResponse, get, http::StatusCode, web};
use askama::Template;

use crate::{
    app::freshness::{self, AGE_GROUPS, Freshness, RECENT_DAYS, Share},
    http::shared::Shared,
};

use super::{
    chart::{self, Bar},
    format,
    lang::Lang,
    page::{Page, Section, html},
    site,
};

#[derive(Template)]
#[template(path = "health.html")]
struct HealthPage {
    p: Page,
    lede: String,
    meters: Vec<Meter>,
    median: String,
    ages: String,
    states: Vec<StateRow>,
    as_of: String,
}

/// A share of all listings.
struct Meter {
    label: String,
    text: String,
    percent: u64,
    note: String,
}

/// One state.
struct StateRow {
    name: String,
    total: String,
    verified: String,
    checked: String,
    checked_percent: u64,
    median: String,
}

/// How fresh the directory is.
#[get("/health-of-the-directory")]
pub async fn health_page(shared: web::Data<Shared>, lang: Lang) -> HttpResponse {
    let app = &shared.app;
    let fresh = freshness::freshness(app);
    let path = "/health-of-the-directory";
    let all = &fresh.all;
    let date = format::date(lang, fresh.as_of);
    let page = HealthPage {
        p: Page::new(lang, lang.t("health-title"), path, Section::About, site(app)),
        lede: lang.count_with("health-lede", all.total, &[("date", &date)]).into_owned(),
        meters: vec![
            meter(lang, "health-verified", all.verified, all.total),
            meter(lang, "health-checked", all.checked, all.total),
        ],
        median: match all.median_days {
            Some(days) => lang.count("health-median", days.into()).into_owned(),
            None => lang.t("health-median-none").into_owned(),
        },
        ages: ages(lang, &fresh),
        states: fresh
            .states
            .iter()
            .map(|(state, share)| StateRow::new(lang, state.as_str(), share))
            .collect(),
        as_of: lang
            .args("health-as-of", &[("date", &date), ("value", &fresh.revision.to_string())])
            .into_owned(),
    };
    html(StatusCode::OK, lang, &page)
}

/// A part of a whole in whole percent, rounded down: ninety-nine and a half is not all.
fn percent(part: u64, whole: u64) -> u64 {
    part.saturating_mul(100).checked_div(whole).unwrap_or_default()
}

fn meter(lang: Lang, key: &str, part: u64, whole: u64) -> Meter {
    let share = percent(part, whole);
    let values = [
        ("part", format::number(part)),
        ("whole", format::number(whole)),
        ("percent", share.to_string()),
    ];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    let days = RECENT_DAYS.to_string();
    Meter {
        label: lang.t1(key, &days).into_owned(),
        text: lang.args("health-share", &values).into_owned(),
        percent: share,
        note: lang.t(&format!("{key}-note")).into_owned(),
    }
}

/// The chart of how long ago listings were looked at.
fn ages(lang: Lang, fresh: &Freshness) -> String {
    let mut bars: Vec<Bar> = Vec::new();
    let mut from = 0_u32;
    for (at, count) in fresh.ages.iter().enumerate() {
        let label = match AGE_GROUPS.get(at) {
            Some(to) => {
                let values = [("from", from.to_string()), ("to", to.to_string())];
                let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
                from = to.saturating_add(1);
                lang.args("health-age", &values).into_owned()
            }
            None => lang.t("health-age-older").into_owned(),
        };
        bars.push(Bar { label, count: *count });
    }
    let never = fresh.all.total.saturating_sub(fresh.all.ever);
    bars.push(Bar { label: lang.t("health-age-never").into_owned(), count: never });
    chart::columns(&lang.t("health-ages-title"), &bars)
}

impl StateRow {
    fn new(lang: Lang, code: &str, share: &Share) -> Self {
        let with_percent =
            |part: u64| format!("{} ({}%)", format::number(part), percent(part, share.total));
        Self {
            name: lang.t(&format!("state-{code}")).into_owned(),
            total: format::number(share.total),
            verified: with_percent(share.verified),
            checked: with_percent(share.checked),
            checked_percent: percent(share.checked, share.total),
            median: share.median_days.map(|days| days.to_string()).unwrap_or_default(),
        }
    }
}
