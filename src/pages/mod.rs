//! The pages that patients see: server-rendered, in English and Spanish, without cookies.
//!
//! Everything they show comes from the use cases that the API answers with. Spanish stands
//! under `/es/`; every page works without JavaScript.

mod about;
mod assets;
mod card;
mod check;
mod clinic;
mod compare;
mod errors;
mod evidence;
mod find;
pub mod format;
pub mod lang;
mod map;
mod page;
mod prepare;
mod query;
mod sources;

use actix_web::{
    http::Method,
    web::{self, ServiceConfig},
};

use crate::app::App;

use self::page::Site;

/// The routes of [`configure`], with their methods: what the log and the metrics may name.
pub const ROUTES: &[(&str, &[Method])] = &[
    ("/assets/{name}", &[Method::GET]),
    ("/", &[Method::GET]),
    ("/clinics/{slug}", &[Method::GET]),
    ("/compare", &[Method::GET]),
    ("/check", &[Method::GET]),
    ("/prepare", &[Method::GET]),
    ("/about", &[Method::GET]),
    ("/rules", &[Method::GET]),
    ("/rules/{id}", &[Method::GET]),
    ("/es/", &[Method::GET]),
    ("/es/clinics/{slug}", &[Method::GET]),
    ("/es/compare", &[Method::GET]),
    ("/es/check", &[Method::GET]),
    ("/es/prepare", &[Method::GET]),
    ("/es/about", &[Method::GET]),
    ("/es/rules", &[Method::GET]),
    ("/es/rules/{id}", &[Method::GET]),
];

/// Mounts the pages. The application's data must hold a `web::Data` of [`Shared`].
pub fn configure(config: &mut ServiceConfig) {
    config.service(assets::serve).service(web::scope("/es").configure(pages)).configure(pages);
}

/// The pages of one language, under its prefix.
fn pages(config: &mut ServiceConfig) {
    config
        .service(find::find_page)
        .service(clinic::clinic_page)
        .service(compare::compare_page)
        .service(check::check_page)
        .service(prepare::prepare_page)
        .service(about::about_page)
        .service(about::rules_page)
        .service(about::rule_page);
}

/// What all pages of this server have in common.
fn site(app: &App) -> Site {
    Site { operator: app.operator.clone(), fictional: app.catalog.load().fictional() }
}
