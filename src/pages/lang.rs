//! The two languages of the pages and their message catalogues.
//!
//! The language is part of the address (`/es/…`), never a guess from a header or a cookie.

use std::{borrow::Cow, future::Ready, sync::LazyLock};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English as it is written in the United States.
    En,
    /// Spanish as it is written in the United States.
    Es,
}

macro_rules! catalogue {
    ($lang:literal) => {
        &[
            include_str!(concat!("../../web/locales/", $lang, "/base.ftl")),
            include_str!(concat!("../../web/locales/", $lang, "/codes.ftl")),
            include_str!(concat!("../../web/locales/", $lang, "/find.ftl")),
            include_str!(concat!("../../web/locales/", $lang, "/clinic.ftl")),
            include_str!(concat!("../../web/locales/", $lang, "/check.ftl")),
            include_str!(concat!("../../web/locales/", $lang, "/prepare.ftl")),
            include_str!(concat!("../../web/locales/", $lang, "/about.ftl")),
            include_str!(concat!("../../web/locales/", $lang, "/trust.ftl")),
            include_str!(concat!("../../web/locales/", $lang, "/errors.ftl")),
        ]
    };
}

const EN: &[&str] = catalogue!("en");
const ES: &[&str] = catalogue!("es");

static BUNDLES: LazyLock<[FluentBundle<FluentResource>; 2]> =
    LazyLock::new(|| [bundle("en-US", EN), bundle("es-US", ES)]);

/// Reads a catalogue. What cannot be read is left out and shows as its key; a test holds
/// that there is nothing of the kind.
fn bundle(language: &str, files: &[&str]) -> FluentBundle<FluentResource> {
    let id: LanguageIdentifier = language.parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    // Names from outside stand in <bdi> elements; marks inside attributes would be read aloud.
    bundle.set_use_isolating(false);
    for text in files {
        let resource = FluentResource::try_new((*text).to_owned());
        bundle.add_resource_overriding(resource.unwrap_or_else(|(readable, _)| readable));
    }
    bundle
}

impl Lang {
    /// Both languages.
    pub const ALL: [Self; 2] = [Self::En, Self::Es];

    /// The language that an address asks for.
    #[must_use]
    pub fn of_path(path: &str) -> Self {
        if path == "/es" || path.starts_with("/es/") { Self::Es } else { Self::En }
    }

    /// BCP 47.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Es => "es",
        }
    }

    /// What addresses of this language begin with.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::En => "",
            Self::Es => "/es",
        }
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::En => Self::Es,
            Self::Es => Self::En,
        }
    }

    /// The catalogue's source, file by file.
    #[must_use]
    pub const fn sources(self) -> &'static [&'static str] {
        match self {
            Self::En => EN,
            Self::Es => ES,
        }
    }

    fn bundle(self) -> &'static FluentBundle<FluentResource> {
        let [en, es] = &*BUNDLES;
        match self {
            Self::En => en,
            Self::Es => es,
        }
    }

    /// True where the catalogue has the message.
    #[must_use]
    pub fn has(self, key: &str) -> bool {
        self.bundle().get_message(key).is_some_and(|message| message.value().is_some())
    }

    /// A message without values.
    #[must_use]
    pub fn t(self, key: &str) -> Cow<'static, str> {
        self.format(key, None)
    }

    /// A message with one value, called `value` in the catalogue.
    #[must_use]
    pub fn t1(self, key: &str, value: &str) -> Cow<'static, str> {
        self.args(key, &[("value", value)])
    }

    /// A message with named values.
    #[must_use]
    pub fn args(self, key: &str, values: &[(&str, &str)]) -> Cow<'static, str> {
        let mut args = FluentArgs::with_capacity(values.len());
        for (name, value) in values {
            args.set((*name).to_owned(), (*value).to_owned());
        }
        self.format(key, Some(&args))
    }

    /// A message that counts: `n` chooses the form, `value` is the number as it is written.
    #[must_use]
    pub fn count(self, key: &str, n: u64) -> Cow<'static, str> {
        self.count_with(key, n, &[])
    }

    /// A message that counts and has further values.
    #[must_use]
    pub fn count_with(self, key: &str, n: u64, values: &[(&str, &str)]) -> Cow<'static, str> {
        let mut args = FluentArgs::with_capacity(values.len().saturating_add(2));
        args.set("n", FluentValue::from(n));
        args.set("value", super::format::number(n));
        for (name, value) in values {
            args.set((*name).to_owned(), (*value).to_owned());
        }
        self.format(key, Some(&args))
    }

    fn format(self, key: &str, args: Option<&FluentArgs<'_>>) -> Cow<'static, str> {
        let bundle = self.bundle();
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            return Cow::Owned(key.to_owned());
        };
        let mut errors = Vec::new();
        match bundle.format_pattern(pattern, args, &mut errors) {
            Cow::Borrowed(text) if args.is_none() => Cow::Borrowed(text),
            text => Cow::Owned(text.into_owned()),
        }
    }
}

impl FromRequest for Lang {
    type Error = std::convert::Infallible;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Ok(Self::of_path(request.path())))
    }
}
