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
    /// Reads what was typed: an NPI or a phone, a web address, or else a name. Ten digits may be
    /// both an NPI and a phone.
    #[must_use]
    pub fn readings(text: &str) -> Vec<Self> {
        let text = text.trim();
        let npi = check::npi(text).ok().map(Self::Npi);
        let numbers: Vec<Self> = npi.into_iter().chain(phone_key(text).map(Self::Phone)).collect();
        if !numbers.is_empty() {
            return numbers;
        }
        vec![match website_key(text) {
            Some(key) => Self::Website(key),
            None => Self::Name(fold_name(text)),
        }]
    }
}

/// The key of a phone; `None` where the text is no phone in the United States.
#[must_use]
pub fn phone_key(text: &str) -> Option<String> {
    check::phone(text).ok()
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
    if is_shared(host) {
        return Some(format!("{host}{}{}", url.path().trim_end_matches('/'), named_page(&url)));
    }
    let domain = psl::domain_str(host)?;
    // A text such as "dr.smith" parses as a host; only a known ending makes it an address.
    psl::suffix(host.as_bytes())
        .is_some_and(|suffix| suffix.is_known() || host.ends_with(".example"))
        .then(|| domain.to_owned())
}

/// True for a host, or the host of a key, on which strangers share one registrable domain.
#[must_use]
pub fn is_shared(key: &str) -> bool {
    let host = key.split('/').next().unwrap_or_default();
    SHARED_HOSTS.iter().any(|shared| {
        host.strip_suffix(shared).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

/// The parameters that tell one page of a shared host from another, as `profile.php?id=1` does,
/// without those that only tell where a visitor came from.
fn named_page(url: &Url) -> String {
    const OF_VISIT: [&str; 8] =
        ["fbclid", "gclid", "hl", "igshid", "lang", "locale", "mibextid", "ref"];
    let mut named: Vec<String> = url
        .query_pairs()
        .filter(|(name, _)| !name.starts_with("utm_") && !OF_VISIT.contains(&name.as_ref()))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    named.sort_unstable();
    if named.is_empty() { String::new() } else { format!("?{}", named.join("&")) }
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
        let profile = |query| website_key(&format!("facebook.com/profile.php?{query}"));
        assert_ne!(profile("id=1"), profile("id=2"));
        assert_eq!(profile("id=1&fbclid=x&utm_source=y"), profile("id=1"));
        assert_eq!(
            website_key("https://www.facebook.com/one/?ref=page"),
            Some("facebook.com/one".to_owned())
        );
    }

    #[test]
    fn what_is_typed_is_read_as_the_key_it_is() {
        let read = |text| CheckKey::readings(text);
        let phone = || CheckKey::Phone("+13018289513".into());
        assert_eq!(read("(301) 828\u{2013}9513"), [phone()]);
        assert_eq!(read("+1-301-828-9513"), [phone()]);
        assert_eq!(read("mindbloom.com"), [CheckKey::Website("mindbloom.com".into())]);
        assert_eq!(
            read("  Dr. Müller's  Clinic & Spa "),
            [CheckKey::Name("dr mullers clinic spa".into())]
        );
        assert_eq!(read("javascript:alert(1)"), [CheckKey::Name("javascript alert 1".into())]);
    }

    #[test]
    fn ten_digits_are_looked_up_as_everything_that_they_can_be() {
        // A telephone number whose last digit happens to be the check digit of an identifier.
        let both = |digits: &str| {
            [CheckKey::Npi(digits.to_owned()), CheckKey::Phone(format!("+1{digits}"))]
        };
        assert_eq!(CheckKey::readings("2025550148"), both("2025550148"));
        assert_eq!(CheckKey::readings("2025550142"), [CheckKey::Phone("+12025550142".into())]);
        assert_eq!(phone_key("2025550148").as_deref(), Some("+12025550148"));
    }
}
