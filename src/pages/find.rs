//! The first page: one box, and what it finds in three headed groups.

mod elsewhere;
mod entry;
mod form;
mod problem;

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, get, http::StatusCode, web};
use askama::Template;

use crate::{
    app::{
        App,
        answer::{ClinicItem, SearchMeta},
        request::{SearchRequest, Sort, View},
        search::{self, SearchError},
    },
    domain::{Precision, SafetyStatus},
    http::shared::Shared,
};

pub use self::entry::Shelf;

use self::{
    elsewhere::{ELSEWHERE, Elsewhere},
    entry::{Entry, Form as Shape, Kept},
    form::{Form, Quick},
    problem::{Problem, problem, too_precise},
};
use super::{
    format,
    lang::Lang,
    map::{self, Atlas, Scene, Spot},
    page::{Page, Section, html},
    query::FindQuery,
    site,
};

/// With fewer than this many in the first two groups the third one is open.
const OPEN_BELOW: u64 = 5;
/// Marks beyond this number would only cover each other.
const MOST_SPOTS: usize = 60;
/// Radius of the look around when nothing is near, miles.
const FAR: u16 = 500;
/// Sessions of a course whose clinic names no number, as the course cost assumes.
const ASSUMED_SESSIONS: u8 = 6;

#[derive(Template)]
#[template(path = "find.html")]
struct FindPage {
    p: Page,
    query: FindQuery,
    unread: String,
    form: Form,
    problem: Option<Problem>,
    results: Option<Results>,
    others: &'static [Elsewhere],
}

/// What a search found.
struct Results {
    headline: String,
    subline: String,
    paper_line: String,
    print_path: String,
    unknown_left_out: u64,
    include_unknown_path: String,
    nothing: bool,
    /// Nothing, and no listing with concerns either.
    empty: bool,
    show_else: bool,
    far: Option<Far>,
    quick: Vec<Quick>,
    groups: Vec<Group>,
    concerns_count: u64,
    concerns_path: String,
    map: Option<String>,
}

/// Clinics under one heading.
struct Group {
    id: &'static str,
    title: String,
    note: String,
    folded: bool,
    open: bool,
    entries: Vec<Entry>,
    more_path: Option<String>,
    more_text: String,
}

/// The nearest clinic when none is near.
struct Far {
    name: String,
    slug: String,
    text: String,
    means: String,
}

/// The search page.
#[get("/")]
pub async fn find_page(
    shared: web::Data<Shared>,
    shelf: web::Data<Shelf>,
    request: HttpRequest,
    lang: Lang,
) -> HttpResponse {
    let app = &shared.app;
    let query = FindQuery::read(request.query_string());
    let mut page =
        Page::new(lang, lang.t("find-title"), &query.to_path(), Section::Find, site(app));
    page.private = query.asks();
    page.print = query.print;
    let (results, problem) = match &query.too_precise {
        Some((lat, lon)) => (None, Some(too_precise(lang, lat, lon))),
        None if !query.asks() => (None, None),
        None => match Answers::ask(app, &shelf, lang, &query) {
            Ok(answers) => (Some(answers.results(app, lang, &query)), None),
            Err(error) => (None, Some(problem(lang, &query, error))),
        },
    };
    let status = problem.as_ref().map_or(StatusCode::OK, |problem| problem.status);
    let page = FindPage {
        form: Form::new(lang, &query),
        unread: query.unread.join(", "),
        p: page,
        query,
        problem,
        results,
        others: ELSEWHERE,
    };
    html(status, lang, &page)
}

/// What a search found for one group.
struct Answer {
    shown: Vec<(Option<String>, Arc<Kept>)>,
    meta: SearchMeta,
}

/// The answers that the groups of one page are made of.
struct Answers {
    accredited: Answer,
    supervised: Answer,
    unverified: Answer,
    concerns: Option<Answer>,
    far: Option<ClinicItem>,
}

impl Answers {
    fn ask(app: &App, shelf: &Shelf, lang: Lang, query: &FindQuery) -> Result<Self, SearchError> {
        let shape = if query.print { Shape::Line } else { Shape::Card };
        let page = |view, statuses| {
            let request = query.request(view, statuses);
            let (shown, meta) =
                search::each(app, &request, |found| shelf.take(app, lang, shape, found))?;
            Ok::<_, SearchError>(Answer { shown, meta })
        };
        let supervised = page(View::Supervised, Vec::new())?;
        let mut answers = Self {
            accredited: page(View::Default, Vec::new())?,
            unverified: page(View::All, vec![SafetyStatus::InsufficientInformation])?,
            concerns: None,
            far: None,
            supervised,
        };
        if query.concerns {
            let statuses = vec![SafetyStatus::Flagged, SafetyStatus::Caution];
            answers.concerns = Some(page(View::All, statuses)?);
        }
        if answers.supervised.meta.total == 0 && answers.supervised.meta.origin.is_some() {
            let far = FindQuery { radius: Some(FAR), sort: Sort::Distance, ..query.clone() };
            let request = SearchRequest { limit: 1, ..far.request(View::Supervised, Vec::new()) };
            answers.far = search::answer(app, &request)?.data.into_iter().next();
        }
        Ok(answers)
    }

    fn results(&self, app: &App, lang: Lang, query: &FindQuery) -> Results {
        let meta = &self.supervised.meta;
        let mut number = 0_usize;
        let mut group = |id: &'static str, total: u64, answer: &Answer| {
            // The accredited are supervised, and stand in their own group.
            let listed =
                answer.shown.iter().filter(|(_, kept)| id != "supervised" || !kept.accredited);
            let entries = listed
                .map(|(distance, kept)| {
                    number = number.saturating_add(1);
                    Entry { number, distance: distance.clone(), kept: Arc::clone(kept) }
                })
                .collect();
            Group::new(lang, query, id, total, entries)
        };
        let total_accredited = self.accredited.meta.total;
        let total_supervised = meta.total.saturating_sub(total_accredited);
        let total_unverified = self.unverified.meta.total;
        let mut groups = vec![
            group("accredited", total_accredited, &self.accredited),
            group("supervised", total_supervised, &self.supervised),
            group("unverified", total_unverified, &self.unverified),
        ];
        if let Some(last) = groups.last_mut() {
            last.folded = true;
            last.open = meta.total < OPEN_BELOW || query.more || query.print;
        }
        if let Some(found) = &self.concerns {
            groups.push(group("concerns", found.meta.total, found));
        }
        let concerns_count = if query.concerns {
            0
        } else {
            meta.left_out.flagged.saturating_add(meta.left_out.caution)
        };
        let total = meta.total.saturating_add(total_unverified);
        Results {
            headline: headline(lang, query, meta, total),
            subline: subline(lang, query, meta),
            paper_line: paper_line(app, lang, meta),
            print_path: query.with(|changed| changed.print = true),
            unknown_left_out: if query.filters_set() { meta.left_out.unknown } else { 0 },
            include_unknown_path: query.with(|changed| changed.include_unknown = true),
            nothing: total == 0,
            empty: total == 0 && concerns_count == 0 && self.concerns.is_none(),
            show_else: meta.total == 0 && meta.origin.is_some(),
            far: self.far.as_ref().map(|item| Far::new(lang, item)),
            map: draw(app, lang, query, meta, &groups),
            quick: Quick::all(lang, query),
            groups,
            concerns_count,
            concerns_path: query.with(|changed| changed.concerns = true),
        }
    }
}

impl Group {
    fn new(
        lang: Lang,
        query: &FindQuery,
        id: &'static str,
        total: u64,
        entries: Vec<Entry>,
    ) -> Self {
        let shown = format::number(total);
        let all_shown = u64::try_from(entries.len()).is_ok_and(|shown| shown >= total);
        let more = (!all_shown && !query.more && !query.print)
            .then(|| query.with(|changed| changed.more = true));
        Self {
            id,
            title: lang.t1(&format!("group-{id}"), &shown).into_owned(),
            note: lang.t(&format!("group-{id}-note")).into_owned(),
            folded: false,
            open: true,
            entries,
            more_path: more,
            more_text: lang.t1("group-more", &shown).into_owned(),
        }
    }
}

/// What stands on paper: the day of the list, and the checkpoint of the public log that anyone
/// can compare it with later.
fn paper_line(app: &App, lang: Lang, meta: &SearchMeta) -> String {
    let (date, revision) = (format::date(lang, meta.as_of), meta.revision.to_string());
    let line = lang.args("paper-line", &[("date", &date), ("value", &revision)]);
    match app.log.head() {
        Some(head) => {
            format!("{line} {}", lang.t1("paper-checkpoint", &format::number(head.size)))
        }
        None => line.into_owned(),
    }
}

fn headline(lang: Lang, query: &FindQuery, meta: &SearchMeta, total: u64) -> String {
    let key = match (&meta.origin, meta.interpreted.as_deref()) {
        (Some(_), _) => "headline-place",
        (None, Some("place")) => "headline-state",
        (None, _) => "headline-name",
    };
    let here = lang.t("here");
    let place = match (&query.point, &meta.origin) {
        (Some(_), _) => here.as_ref(),
        (None, Some(origin)) => &origin.label,
        (None, None) => &query.q,
    };
    lang.count_with(key, total, &[("place", place)]).into_owned()
}

fn subline(lang: Lang, query: &FindQuery, meta: &SearchMeta) -> String {
    let date = format::date(lang, meta.as_of);
    let Some(origin) = &meta.origin else {
        return lang.args("subline-name", &[("date", &date)]).into_owned();
    };
    let from = match origin.precision {
        Precision::ZipCentroid => "from-zip-centroid",
        Precision::CityCentroid => "from-city-centroid",
        _ => "from-unknown",
    };
    let radius = query.radius_mi().to_string();
    let values = [("date", date.as_str()), ("radius", &radius), ("precision", &lang.t(from))];
    lang.args("subline-place", &values).into_owned()
}

impl Far {
    fn new(lang: Lang, item: &ClinicItem) -> Self {
        let mi = item.distance.map_or(0.0, |distance| distance.mi);
        let known = item.course_cost.sessions.filter(|_| !item.course_cost.sessions_assumed);
        let sessions = known.unwrap_or(ASSUMED_SESSIONS);
        let total = format::miles(mi * 2.0 * f64::from(sessions));
        let sessions = sessions.to_string();
        let values = [("sessions", sessions.as_str()), ("total", &total)];
        let mut means = lang.args("far-means", &values).into_owned();
        if known.is_none() {
            means.push(' ');
            means.push_str(&lang.args("far-assumed", &values));
        }
        Self {
            name: item.name.clone(),
            slug: item.slug.clone(),
            text: lang.args("far-text", &[("miles", &format::miles(mi))]).into_owned(),
            means,
        }
    }
}

/// The map of the clinics in the list, under the same numbers.
fn draw(
    app: &App,
    lang: Lang,
    query: &FindQuery,
    meta: &SearchMeta,
    groups: &[Group],
) -> Option<String> {
    let origin = meta.origin.as_ref()?;
    let entries = groups.iter().flat_map(|group| &group.entries);
    let spots: Vec<Spot> = entries
        .filter_map(|Entry { number, distance, kept }| {
            let where_ = distance.as_deref().unwrap_or(&kept.town);
            let text = number.to_string();
            let values = [("number", text.as_str()), ("name", &kept.name), ("where", where_)];
            Some(Spot {
                number: *number,
                point: kept.point?,
                href: format!("{}/clinics/{}", lang.prefix(), kept.slug),
                name: lang.args("map-spot", &values).into_owned(),
                tone: match kept.tone {
                    "ok" | "hybrid" => "",
                    "flag" | "ask" => "flag",
                    _ => "open",
                },
            })
        })
        .take(MOST_SPOTS)
        .collect();
    if spots.is_empty() || query.print {
        return None;
    }
    map::draw(&Scene {
        title: &lang.t("map-title"),
        here: Some(crate::domain::place::LatLon { lat: origin.lat, lon: origin.lon }),
        radius_mi: f64::from(query.radius_mi()),
        spots: &spots,
        atlas: Atlas::get(app.gazetteer),
        state_name: &|code| lang.t(&format!("state-{code}")).into_owned(),
    })
}
