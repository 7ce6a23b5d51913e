//! Keys by which a provider is recognised: web address, phone, NPI, name.
//!
//! A verdict about a provider is only ever given on an exact key, so what makes two keys
//! equal is decided here and nowhere else.

use url::Url;

use crate::{catalog::fold_name, import::check};

/// Hosts on which strangers share one registrable domain: there, host and path must be equal.
const SHARED_HOSTS: &[&str] = &[
    "about.me",
    "amazonaws.com",
    "bing.com",
    "blogger.com",
    "blogspot.com",
    "business.site",
    "carrd.co",
    "doximity.com",
    "duckduckgo.com",
    "eventbrite.com",
    "facebook.com",
    "fb.com",
    "fb.me",
    "github.io",
    "godaddysites.com",
    "google.com",
    "healthgrades.com",
    "herokuapp.com",
    "instagram.com",
    "issuu.com",
    "linkedin.com",
    "linktr.ee",
    "mapquest.com",
    "medium.com",
    "myshopify.com",
    "netlify.app",
    "notion.site",
    "pages.dev",
    "patch.com",
    "pinterest.com",
    "psychologytoday.com",
    "reddit.com",
    "sites.google.com",
    "square.site",
    "squarespace.com",
    "substack.com",
    "t.me",
    "tiktok.com",
    "tumblr.com",
    "twitter.com",
    "vercel.app",
    "webflow.io",
    "webmd.com",
    "weebly.com",
    "wix.com",
    "wixsite.com",
    "wordpress.com",
    "x.com",
    "yahoo.com",
    "yelp.com",
    "youtube.com",
    "zocdoc.com",
];

/// What a person typed into "check a provider".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckKey {
    /// A web address, as its key.
    Website(String),
    /// A phone in E.164.
    Phone(String),
    /// A national provider identifier, ten digits.
    Npi(String),
    /// A name, folded.
    Name(String),
}

impl CheckKey {
    /// Reads what was typed: an NPI, a phone, a web address, or else a name.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let text = text.trim();
        if let Some(digits) = only_digits(text) {
            if digits == text && check::npi(text).is_ok() {
                return Self::Npi(digits);
            }
            if let Some(phone) = us_phone(&digits) {
                return Self::Phone(phone);
            }
        }
        match website_key(text) {
            Some(key) => Self::Website(key),
            None => Self::Name(fold_name(text)),
        }
    }
}

/// The digits of a text that holds nothing but digits and the marks used in phone numbers.
fn only_digits(text: &str) -> Option<String> {
    let mark = |c: char| " ()-.+/\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{a0}".contains(c);
    let known = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || mark(c));
    known.then(|| text.chars().filter(char::is_ascii_digit).collect())
}

/// Ten digits, or eleven that begin with 1, as E.164.
fn us_phone(digits: &str) -> Option<String> {
    let ten = if digits.len() == 11 { digits.strip_prefix('1')? } else { digits };
    (ten.len() == 10).then(|| format!("+1{ten}"))
}

/// The key of a web address: its registrable domain, or host and path on a shared host.
///
/// `None` where the text is no web address.
#[must_use]
pub fn website_key(text: &str) -> Option<String> {
    let text = text.trim();
    if text.chars().any(char::is_whitespace) || text.contains('@') {
        return None;
    }
    let url = match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => url,
        Ok(url) if url.has_host() => return None,
        _ => Url::parse(&format!("https://{text}")).ok()?,
    };
    let host = url.host_str()?.trim_end_matches('.').to_ascii_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    let shared = SHARED_HOSTS.iter().any(|shared| {
        host.strip_suffix(shared).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    });
    if shared {
        return Some(format!("{host}{}", url.path().trim_end_matches('/')));
    }
    let domain = psl::domain_str(host)?;
    // A text such as "dr.smith" parses as a host; only a known ending makes it an address.
    psl::suffix(host.as_bytes())
        .is_some_and(|suffix| suffix.is_known() || host.ends_with(".example"))
        .then(|| domain.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_business_has_one_web_key_however_it_is_typed() {
        for typed in
            ["calliope.health", "https://www.calliope.health/about?x=1", "HTTP://CALLIOPE.HEALTH."]
        {
            assert_eq!(website_key(typed).as_deref(), Some("calliope.health"), "{typed}");
        }
        assert_eq!(website_key("shop.clinic.co.uk").as_deref(), Some("clinic.co.uk"));
        assert_eq!(website_key("nimbus.example").as_deref(), Some("nimbus.example"));
    }

    #[test]
    fn strangers_on_a_shared_host_are_told_apart() {
        assert_eq!(website_key("facebook.com/one"), Some("facebook.com/one".to_owned()));
        assert_ne!(website_key("facebook.com/one"), website_key("facebook.com/two"));
        assert_eq!(
            website_key("https://one.wixsite.com/home/").as_deref(),
            Some("one.wixsite.com/home")
        );
        assert_eq!(website_key("notfacebook.com").as_deref(), Some("notfacebook.com"));
    }

    #[test]
    fn what_is_typed_is_read_as_the_key_it_is() {
        assert_eq!(CheckKey::read("1234567893"), CheckKey::Npi("1234567893".into()));
        assert_eq!(CheckKey::read("(301) 828\u{2013}9513"), CheckKey::Phone("+13018289513".into()));
        assert_eq!(CheckKey::read("+1-301-828-9513"), CheckKey::Phone("+13018289513".into()));
        assert_eq!(CheckKey::read("mindbloom.com"), CheckKey::Website("mindbloom.com".into()));
        assert_eq!(
            CheckKey::read("  Dr. Müller's  Clinic & Spa "),
            CheckKey::Name("dr mullers clinic spa".into())
        );
        assert_eq!(
            CheckKey::read("javascript:alert(1)"),
            CheckKey::Name("javascript alert 1".into())
        );
    }
}
