//! The whole route table, and what is known about each route before it is served.

use std::collections::HashMap;

use actix_web::{
    dev::{HttpServiceFactory, ResourceDef},
    guard::fn_guard,
    http::{Method, header::HeaderValue},
    web,
};
use utoipa::openapi::{OpenApi, PathItem};
use utoipa_actix_web::{OpenApiFactory, scope, service_config::ServiceConfig};

use super::{
    docs, log_files, ops,
    v1::{self, admin},
};

/// Registers every documented route; a handler without documentation does not compile here.
pub fn documented(config: &mut ServiceConfig<'_>) {
    administrative(config);
    public(config);
}

/// What everyone asks for; addresses are tried in this order.
fn public(config: &mut ServiceConfig<'_>) {
    config
        .service(v1::root::get_root)
        .service(v1::search::list_clinics)
        .service(v1::search::search_clinics)
        // Before the one that takes any name.
        .service(v1::clinics::compare_clinics)
        .service(v1::clinics::get_course_cost)
        .service(v1::clinics::get_clinic)
        .service(v1::providers::list_providers)
        .service(v1::providers::get_provider)
        .service(v1::check::get_check)
        .service(v1::check::post_check)
        .service(v1::flags::list_flags)
        .service(v1::replies::get_reply)
        .service(v1::replies::send_reply)
        .service(v1::replies::send_reply_document)
        .service(v1::reports::create_report)
        .service(v1::reports::get_report)
        .service(v1::answers::get_answers)
        .service(v1::answers::send_answers)
        .service(v1::answers::send_answer_document)
        .service(v1::rules::list_rules)
        .service(v1::rules::get_rule)
        .service(v1::rules::list_facts)
        .service(v1::rules::create_evaluation)
        .service(v1::reference::get_reference)
        .service(v1::export::export_clinics)
        .service(v1::auth::token::create_token)
        .service(v1::auth::session::refresh_token)
        .service(v1::auth::session::revoke_token)
        .service(v1::auth::session::change_password)
        .service(v1::auth::totp::offer_second_factor)
        .service(v1::auth::totp::confirm_second_factor)
        .service(v1::auth::jwks::list_signing_keys)
        .service(v1::log::list_changes)
        .service(v1::log::get_log)
        .service(v1::log::list_log_entries)
        .service(v1::log::get_log_proof)
        .service(log_files::get_checkpoint)
        .service(log_files::get_tile)
        .service(docs::get_document)
        .service(docs::get_problem_type)
        .service(ops::get_health)
        .service(ops::get_readiness)
        .service(ops::get_metrics)
        .service(ops::get_security_contact);
}

/// What people who are signed in do.
fn administrative(config: &mut ServiceConfig<'_>) {
    config
        .service(beneath("/v1/admin/flags", |config| {
            config
                .service(admin::flags::list_admin_flags)
                .service(admin::flags::get_admin_flag)
                .service(admin::flags::move_flag);
        }))
        .service(beneath("/v1/admin/reports", |config| {
            config
                .service(admin::reports::list_tasks)
                .service(admin::reports::get_task)
                .service(admin::reports::move_task);
        }))
        .service(beneath("/v1/admin/invites", |config| {
            config
                .service(admin::invites::list_invites)
                .service(admin::invites::create_invite)
                .service(admin::invites::revoke_invite);
        }))
        .service(beneath("/v1/admin/answers", |config| {
            config.service(admin::answers::list_answers).service(admin::answers::decide_answer);
        }))
        .service(beneath("/v1/admin/users", |config| {
            config
                .service(admin::users::list_users)
                .service(admin::users::create_user)
                .service(admin::users::get_user)
                .service(admin::users::update_user)
                .service(admin::users::act_on_user);
        }))
        .service(beneath("/v1/admin/clients", |config| {
            config
                .service(admin::clients::list_clients)
                .service(admin::clients::create_client)
                .service(admin::clients::get_client)
                .service(admin::clients::update_client)
                .service(admin::clients::act_on_client);
        }))
        .service(beneath("/v1/admin/queue", |config| {
            config
                .service(admin::queue::list_queue)
                .service(admin::queue::lease_queue_item)
                .service(admin::queue::release_queue_item)
                .service(admin::queue::renew_queue_item)
                .service(admin::queue::close_queue_task);
        }))
        .service(beneath("/v1/admin/evidence", |config| {
            config
                .service(admin::evidence::list_evidence)
                .service(admin::evidence::create_evidence)
                .service(admin::evidence::create_evidence_file)
                .service(admin::evidence::get_evidence_file);
        }))
        .service(beneath("/v1/admin/statements", |config| {
            config
                .service(admin::statements::list_statements)
                .service(admin::statements::create_statement)
                .service(admin::statements::verify_statement)
                .service(admin::statements::withdraw_statement);
        }))
        .service(beneath("/v1/admin/clinics", |config| {
            // Those with a name of their own before those that take any.
            config
                .service(admin::clinics::list_listings)
                .service(admin::clinics::list_duplicates)
                .service(admin::clinics::create_listing)
                .service(admin::clinics::publish_listings)
                .service(admin::clinics::get_listing)
                .service(admin::clinics::patch_listing)
                .service(admin::clinics::list_versions)
                .service(admin::clinics::get_diff)
                .service(admin::clinics::change_listing_items)
                .service(admin::clinics::submit_listing)
                .service(admin::clinics::release_hold)
                .service(admin::clinics::confirm_listing_address)
                .service(admin::clinics::merge_listing)
                .service(admin::clinics::move_listing);
        }));
}

/// Routes whose addresses all begin with one path, so that no other request is held against their
/// patterns one by one.
fn beneath(
    path: &'static str,
    routes: impl FnOnce(&mut ServiceConfig<'_>),
) -> impl HttpServiceFactory + OpenApiFactory {
    let begins = fn_guard(move |request| request.head().uri.path().starts_with(path));
    scope("").guard(begins).configure(routes)
}

/// Registers what is for people only: the pages of the documentation.
pub fn undocumented(config: &mut web::ServiceConfig) {
    config.service(docs::get_docs).service(docs::get_docs_file);
}

/// Where the server serves a fixed body if it is told to.
pub const FIXED_BODY: &str = "/bench/fixed";

/// The routes that the document leaves out, with their methods.
pub const UNDOCUMENTED: &[(&str, &[Method])] =
    &[("/docs", &[Method::GET]), ("/docs/{file:.*}", &[Method::GET]), (FIXED_BODY, &[Method::GET])];

/// Templates whose last part may hold slashes, which a document cannot say, with the pattern that
/// says so.
const DEEP: &[(&str, &str)] = &[(log_files::TILE, log_files::TILE_PATTERN)];

/// One route.
#[derive(Debug)]
pub struct Route {
    /// The template of its address: the only form of an address that a log line or a metric
    /// ever holds.
    pub template: String,
    /// The methods that it serves, apart from HEAD and OPTIONS.
    pub methods: Vec<Method>,
    /// The value of its `Allow` header.
    pub allow: HeaderValue,
    /// True for an operation of the document, whose errors are problem documents for everybody.
    pub documented: bool,
}

impl Route {
    /// Whether it serves the method.
    #[must_use]
    pub fn takes(&self, method: &Method) -> bool {
        self.methods.contains(served_as(method))
    }
}

/// The method that a handler is asked with: HEAD is GET without its body.
#[must_use]
pub fn served_as(method: &Method) -> &Method {
    if method == Method::HEAD { &Method::GET } else { method }
}

/// Every route, found by path.
#[derive(Debug)]
pub struct Routes {
    routes: Vec<Route>,
    exact: HashMap<String, usize>,
    patterns: Vec<Pattern>,
}

/// A template with parameters.
#[derive(Debug)]
struct Pattern {
    /// What stands before the first parameter: most addresses differ already there.
    start: String,
    whole: ResourceDef,
    /// The number of its route.
    at: usize,
}

impl Pattern {
    fn is_match(&self, path: &str) -> bool {
        path.starts_with(&self.start) && self.whole.is_match(path)
    }
}

impl Routes {
    /// The routes of a document and some that it leaves out.
    #[must_use]
    pub fn new(document: &OpenApi, more: &[(&str, &[Method])]) -> Self {
        let mut found = Self { routes: Vec::new(), exact: HashMap::new(), patterns: Vec::new() };
        for (path, item) in &document.paths.paths {
            found.add(path, methods_of(item), true);
        }
        for (path, methods) in UNDOCUMENTED.iter().chain(more) {
            found.add(path, methods.to_vec(), false);
        }
        found
    }

    /// Every route.
    #[must_use]
    pub fn all(&self) -> &[Route] {
        &self.routes
    }

    /// The route that serves a path, by its number in [`all`](Self::all). Where none takes the
    /// method, it is the one that would serve another.
    #[must_use]
    pub fn find(&self, path: &str, method: &Method) -> Option<usize> {
        let takes = |at: &usize| self.routes.get(*at).is_some_and(|route| route.takes(method));
        let exact = self.exact.get(path).copied();
        if exact.as_ref().is_some_and(takes) {
            return exact;
        }
        // `POST /v1/clinics/search` leaves GET to the clinic of that name.
        let matching = self.patterns.iter().filter(|pattern| pattern.is_match(path));
        let mut patterns = matching.map(|pattern| pattern.at);
        let first = patterns.next();
        // A word that has a route of its own is no verb: POST there is refused as a method.
        let is_verb = |at: &usize| {
            self.routes.get(*at).is_some_and(|route| route.template.ends_with("/{verb}"))
        };
        let others = patterns.filter(|at| !is_verb(at));
        let taking = first.into_iter().chain(others).find(takes);
        taking.or(exact).or(first)
    }

    fn add(&mut self, path: &str, methods: Vec<Method>, documented: bool) {
        let at = self.routes.len();
        if let Some((start, _)) = path.split_once('{') {
            let deep = DEEP.iter().find(|(template, _)| *template == path);
            let pattern = deep.map_or(path, |(_, pattern)| *pattern);
            let (start, whole) = (start.to_owned(), ResourceDef::new(pattern));
            self.patterns.push(Pattern { start, whole, at });
        } else {
            self.exact.insert(path.to_owned(), at);
        }
        let mut allow: Vec<&str> = methods.iter().map(Method::as_str).collect();
        if methods.contains(&Method::GET) {
            allow.push("HEAD");
        }
        allow.push("OPTIONS");
        let allow = HeaderValue::from_str(&allow.join(", "))
            .unwrap_or_else(|_| HeaderValue::from_static("OPTIONS"));
        self.routes.push(Route { template: path.to_owned(), methods, allow, documented });
    }
}

fn methods_of(item: &PathItem) -> Vec<Method> {
    [
        (item.get.is_some(), Method::GET),
        (item.post.is_some(), Method::POST),
        (item.put.is_some(), Method::PUT),
        (item.patch.is_some(), Method::PATCH),
        (item.delete.is_some(), Method::DELETE),
    ]
    .into_iter()
    .filter_map(|(there, method)| there.then_some(method))
    .collect()
}
