//! What every page shares: language, addresses, operator, banner, and how it is sent.

use std::{borrow::Cow, sync::Arc};

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use askama::Template;

use crate::config::Operator;

use super::{assets, format, lang::Lang};

/// What a page may load and whom it may talk to: this server alone.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; \
     style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'";

/// What all pages of this server have in common.
#[derive(Debug, Clone, Default)]
pub struct Site {
    /// Who runs the directory.
    pub operator: Arc<Operator>,
    /// True when every clinic in the database is made up.
    pub fictional: bool,
}

/// A part of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Finding care.
    Find,
    /// Checking a provider.
    Check,
    /// Is it for me?
    Prepare,
    /// Why trust this?
    About,
    /// A page outside the menu.
    None,
}

/// The frame around a page's content.
#[derive(Debug, Clone)]
pub struct Page {
    /// The language.
    pub lang: Lang,
    /// The title, without the directory's name.
    pub title: String,
    /// The path without language prefix, with its query: what the language link leads to.
    pub path: String,
    /// The part of the menu that it belongs to.
    pub section: Section,
    /// What all pages share.
    pub site: Site,
    /// True for the printed list, which leaves menu and forms out.
    pub print: bool,
    /// True when search engines should not list it: it says what someone looked for.
    pub private: bool,
}

impl Page {
    /// A page that search engines may list.
    #[must_use]
    pub fn new(
        lang: Lang,
        title: impl Into<String>,
        path: &str,
        section: Section,
        site: Site,
    ) -> Self {
        let (title, path) = (title.into(), path.to_owned());
        Self { lang, title, path, section, site, print: false, private: false }
    }

    /// A message of the catalogue.
    #[must_use]
    pub fn t(&self, key: &str) -> Cow<'static, str> {
        self.lang.t(key)
    }

    /// A message with one value.
    #[must_use]
    pub fn t1(&self, key: &str, value: &str) -> Cow<'static, str> {
        self.lang.t1(key, value)
    }

    /// A message that counts.
    #[must_use]
    pub fn count(&self, key: &str, n: &u64) -> Cow<'static, str> {
        self.lang.count(key, *n)
    }

    /// An address of this directory in the page's language.
    #[must_use]
    pub fn href(&self, path: &str) -> String {
        format!("{}{path}", self.lang.prefix())
    }

    /// The same page in the other language.
    #[must_use]
    pub fn href_other(&self) -> String {
        format!("{}{}", self.lang.other().prefix(), self.path)
    }

    /// True when the menu's entry is the one that the page belongs to.
    #[must_use]
    pub fn is_in(&self, name: &str) -> bool {
        matches!(
            (self.section, name),
            (Section::Find, "find")
                | (Section::Check, "check")
                | (Section::Prepare, "prepare")
                | (Section::About, "about")
        )
    }

    /// Where to report a mistake, as a link: an e-mail or a web address.
    #[must_use]
    pub fn corrections_href(&self) -> Option<String> {
        let contact = self.site.operator.corrections_contact.as_deref()?.trim();
        if format::web_link(contact).is_some() {
            return Some(contact.to_owned());
        }
        let mail = contact.contains('@') && !contact.contains(char::is_whitespace);
        mail.then(|| format!("mailto:{contact}"))
    }

    /// The address of the stylesheet.
    #[must_use]
    pub fn style(&self) -> String {
        assets::STYLE.path()
    }

    /// The address of the script.
    #[must_use]
    pub fn script(&self) -> String {
        assets::SCRIPT.path()
    }

    /// The address of the icon.
    #[must_use]
    pub fn icon(&self) -> String {
        assets::ICON.path()
    }
}

/// Bytes of a full page of results: what a page is written into need not grow under it.
const USUAL: usize = 192 * 1024;

/// Sends a page. Nothing of it is kept by a cache that others share.
pub fn html(status: StatusCode, lang: Lang, page: &impl Template) -> HttpResponse {
    let mut body = String::with_capacity(USUAL);
    if page.render_into(&mut body).is_err() {
        return HttpResponse::InternalServerError().finish();
    }
    HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((header::CONTENT_LANGUAGE, lang.tag()))
        .insert_header((header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CACHE_CONTROL, "private, no-cache"))
        .insert_header(("Permissions-Policy", "geolocation=(self)"))
        .body(body)
}
