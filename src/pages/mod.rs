//! The pages that patients see: server-rendered, in English and Spanish, without cookies.
//!
//! Everything they show comes from the use cases that the API answers with. Spanish stands
//! under `/es/`; every page works without JavaScript.

mod about;
mod answers;
mod assets;
mod card;
mod check;
mod clinic;
mod compare;
mod documents;
mod errors;
mod evidence;
mod find;
pub mod format;
mod health;
pub mod lang;
mod log;
mod map;
mod page;
mod prepare;
mod query;
mod reasoned;
mod replies;
mod report;
mod sources;

use actix_web::{
    HttpResponse, get,
    http::{Method, header},
    web::{self, ServiceConfig},
};

use crate::app::App;

pub use self::errors::error_page;

use self::page::Site;

/// The only method of a page.
const GET: &[Method] = &[Method::GET];

/// The methods of a page with a form that is sent.
const FORM: &[Method] = &[Method::GET, Method::POST];

/// The routes of [`routes`], which the server must know by their templates.
pub const ROUTES: &[(&str, &[Method])] = &[
    ("/assets/{name}", GET),
    ("/", GET),
    ("/clinics/{slug}", GET),
    ("/clinics/{slug}/report", FORM),
    ("/answers/{token}", FORM),
    ("/replies/{token}", FORM),
    ("/reports/{token}", GET),
    ("/compare", GET),
    ("/check", GET),
    ("/prepare", GET),
    ("/about", GET),
    ("/rules", GET),
    ("/rules/{id}", GET),
    ("/health-of-the-directory", GET),
    ("/log", GET),
    ("/es", GET),
    ("/es/", GET),
    ("/es/clinics/{slug}", GET),
    ("/es/clinics/{slug}/report", FORM),
    ("/es/answers/{token}", FORM),
    ("/es/replies/{token}", FORM),
    ("/es/reports/{token}", GET),
    ("/es/compare", GET),
    ("/es/check", GET),
    ("/es/prepare", GET),
    ("/es/about", GET),
    ("/es/rules", GET),
    ("/es/rules/{id}", GET),
    ("/es/health-of-the-directory", GET),
    ("/es/log", GET),
];

/// Mounts the pages, with one shelf of ready entries for all that the result mounts them on. The
/// application's data must hold a `web::Data` of [`Shared`](crate::http::shared::Shared).
pub fn routes() -> impl Fn(&mut ServiceConfig) + Clone + Send + Sync + 'static {
    let shelf = web::Data::new(find::Shelf::default());
    move |config| {
        let spanish = web::scope("/es").service(spanish_start).configure(pages);
        config.app_data(web::Data::clone(&shelf));
        config.service(assets::serve).service(spanish).configure(pages);
    }
}

/// The pages of one language, under its prefix.
fn pages(config: &mut ServiceConfig) {
    config
        .service(find::find_page)
        .service(clinic::clinic_page)
        .service(report::report_form)
        .service(report::take_report)
        .service(report::report_status)
        .service(answers::answers_form)
        .service(answers::take_answers)
        .service(replies::reply_form)
        .service(replies::take_reply)
        .service(compare::compare_page)
        .service(check::check_page)
        .service(prepare::prepare_page)
        .service(about::about_page)
        .service(about::rules_page)
        .service(about::rule_page)
        .service(health::health_page)
        .service(log::log_page);
}

/// `/es` without a slash leads to the first page in Spanish.
#[get("")]
async fn spanish_start() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/es/")).finish()
}

/// What all pages of this server have in common.
fn site(app: &App) -> Site {
    Site { operator: app.operator.clone(), fictional: app.catalog.load().fictional() }
}
