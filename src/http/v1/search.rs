//! Clinics near a place: the search, by address and by body.

use std::{num::NonZeroU32, sync::Arc};

use actix_web::{
    HttpRequest, HttpResponse, get, post,
    web::{Data, block},
};
use serde_json::json;
use utoipa::{PartialSchema, ToSchema};

use super::search_params::{self, CURSOR, SEARCH, SearchQuery};
use crate::{
    app::{
        App,
        answer::{ClinicItem, PageLinks, SearchAnswer, SearchMeta},
        request::SearchRequest,
        search::{Rendering, Shape, search, to_evaluate},
    },
    http::{
        body::JsonBytes,
        limits::Class,
        openapi::{SearchBodyErrors, SearchErrors},
        params::{Params, body_schema, documented_params},
        problem::Problem,
        reply::{self, Caching, Media},
        shared::Shared,
    },
};

/// Search for clinics
///
/// Nearest first by default. Values of one parameter are alternatives, parameters add up. Every
/// answer says what its view left out and why; a value that is not known never passes a filter.
#[utoipa::path(
    tag = "search",
    operation_id = "list_clinics",
    security(()),
    params(SearchQuery),
    responses(
        (status = 200, description = "A page of clinics", content(
            (SearchAnswer = "application/json"),
            (ClinicFeatures = "application/geo+json"),
        ), headers(
            ("ETag" = String, description = "Changes whenever the answer does"),
            ("Link" = String, description = "This page and the next (RFC 8288)"),
        )),
        (status = 304, description = "The client has this answer already"),
        SearchErrors,
    ),
)]
#[get("/v1/clinics")]
pub async fn list_clinics(
    request: HttpRequest,
    shared: Data<Shared>,
) -> Result<HttpResponse, Problem> {
    let address = request.query_string();
    let mut params = Params::from_query(address)?;
    let question = search_params::read(&mut params);
    params.finish()?;
    let media = reply::negotiate(&request, &[Media::Json, Media::GeoJson])?;

    let page = question.cursor.as_deref().unwrap_or_default();
    let tag = shared.answer_tag(
        question.as_of,
        media,
        &[&question.canonical(), &question.limit.to_le_bytes(), page.as_bytes()],
    );
    if reply::is_unchanged(&request, &tag) {
        return Ok(reply::unchanged(&tag, Caching::Revalidate));
    }
    let links = Links::of_address(address);
    let form = (media, Caching::Revalidate);
    let mut response = answer(&request, &shared, question, form, &links).await?;
    reply::set_tag(&mut response, &tag);
    Ok(response)
}

/// Search for clinics near an exact point
///
/// The same parameters as `GET /v1/clinics`, as members of a JSON object: numbers as numbers,
/// repeated values as arrays, coordinates as exact as they are. Nothing of it is stored or
/// logged. For the next page send the same body to `links.next`.
#[utoipa::path(
    tag = "search",
    operation_id = "search_clinics",
    security(()),
    params(CursorQuery),
    request_body(content = SearchBody, description = "The question"),
    responses(
        (status = 200, description = "A page of clinics", content(
            (SearchAnswer = "application/json"),
            (ClinicFeatures = "application/geo+json"),
        )),
        SearchBodyErrors,
    ),
)]
#[post("/v1/clinics/search")]
pub async fn search_clinics(
    request: HttpRequest,
    shared: Data<Shared>,
    body: JsonBytes,
) -> Result<HttpResponse, Problem> {
    let mut address = Params::from_query(request.query_string())?;
    let page = address.text(&CURSOR);
    address.finish()?;
    let mut params = Params::from_json(&body.0)?;
    let mut question = search_params::read(&mut params);
    if page.is_some() && question.cursor.is_some() {
        params.fail(&CURSOR, "duplicate", "the address has a cursor already".into());
    }
    params.finish()?;
    question.cursor = question.cursor.or(page);
    let media = reply::negotiate(&request, &[Media::Json, Media::GeoJson])?;

    answer(&request, &shared, question, (media, Caching::NoStore), &Links::of_body()).await
}

/// Runs the search: at once where the catalog knows the answer, beside the workers and counted as
/// an evaluation where it has to evaluate listings for another date first.
async fn answer(
    request: &HttpRequest,
    shared: &Shared,
    question: SearchRequest,
    (media, caching): (Media, Caching),
    links: &Links,
) -> Result<HttpResponse, Problem> {
    let app = &shared.app;
    let shape = if media == Media::GeoJson { Shape::GeoJson } else { Shape::Json };
    let ask = move |app: &App, question: &SearchRequest, links: &Links| {
        let rendering = Rendering { shape, this: &links.this, next_prefix: &links.next_prefix };
        search(app, question, rendering)
    };
    let other_date = question.as_of.is_some_and(|date| date != app.catalog.load().as_of());
    let page = if other_date {
        let anew = to_evaluate(app, &question)?;
        shared.limiter.count_also(Class::Evaluation, evaluations(anew), request)?;
        let turn = shared.other_dates.take().await?;
        let (app, links) = (Arc::clone(app), links.clone());
        block(move || {
            let _turn = turn;
            ask(&app, &question, &links)
        })
        .await
        .map_err(Problem::internal)?
    } else {
        ask(app, &question, links)
    }?;
    let next = page.next_cursor.map(|cursor| format!("{}{cursor}", links.next_prefix));
    let mut response = reply::whole(media, caching, page.body);
    reply::set_links(&mut response, &links.this, next.as_deref());
    Ok(response)
}

/// As how many evaluations of given facts a search counts that evaluates so many listings. By this
/// a client that spends all of its evaluations so costs about twenty times as much as one that
/// spends all of its reads on ordinary searches, and no more.
fn evaluations(listings: u64) -> NonZeroU32 {
    const LISTINGS: u64 = 200;
    let requests = u32::try_from(listings.div_ceil(LISTINGS)).unwrap_or(u32::MAX);
    NonZeroU32::new(requests).unwrap_or(NonZeroU32::MIN)
}

/// The address of a page, and what the cursor of the next one is appended to.
#[derive(Clone)]
struct Links {
    this: String,
    next_prefix: String,
}

impl Links {
    fn of_address(address: &str) -> Self {
        let (this, next_prefix) = reply::page_links("/v1/clinics", address);
        Self { this, next_prefix }
    }

    fn of_body() -> Self {
        Self { this: "/v1/clinics/search".into(), next_prefix: "/v1/clinics/search?cursor=".into() }
    }
}

documented_params! {
    /// The cursor in the address of a search by body.
    CursorQuery, &[&CURSOR]
}

/// The body of a search, written from the table of its parameters.
pub struct SearchBody;

impl PartialSchema for SearchBody {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        body_schema(
            "A question to the search. One place: `postal_code`, `city` and `state`, `lat` and `lon`, `bbox`, or `q` or `state` alone.",
            SEARCH,
            json!({"lat": 38.984652, "lon": -77.094709, "radius": 25, "route": ["iv", "im"], "view": "all"}),
        )
        .into()
    }
}

impl ToSchema for SearchBody {
    fn name() -> std::borrow::Cow<'static, str> {
        "SearchBody".into()
    }
}

/// A page of clinics as a GeoJSON feature collection (RFC 7946).
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what the search writes byte by byte")]
pub struct ClinicFeatures {
    /// Always `FeatureCollection`.
    #[schema(rename = "type", example = "FeatureCollection")]
    kind: String,
    /// One feature a clinic.
    features: Vec<ClinicFeature>,
    /// What the answer rests on.
    meta: SearchMeta,
    /// This page and the next.
    links: PageLinks,
}

/// A clinic as a GeoJSON feature.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what the search writes byte by byte")]
pub struct ClinicFeature {
    /// Always `Feature`.
    #[schema(rename = "type", example = "Feature")]
    kind: String,
    /// The clinic's id.
    id: uuid::Uuid,
    /// Where it is; `null` = not known.
    geometry: Option<PointGeometry>,
    /// The clinic.
    properties: ClinicItem,
}

/// A GeoJSON point.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what the search writes byte by byte")]
pub struct PointGeometry {
    /// Always `Point`.
    #[schema(rename = "type", example = "Point")]
    kind: String,
    /// Degrees east, then degrees north.
    #[schema(min_items = 2, max_items = 2, example = json!([-77.1, 38.98]))]
    coordinates: Vec<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_hundred_listings_count_as_one_evaluation() {
        let counted = [0, 1, 200, 201, 20_000].map(|listings| evaluations(listings).get());
        assert_eq!(counted, [1, 1, 1, 2, 100]);
    }
}
