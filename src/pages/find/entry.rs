//! A clinic in a list, and the shelf on which the ready part of it is kept.
//!
//! Of what a list shows of a clinic only number and distance depend on the question. The rest
//! follows from the item's bytes and the language, and takes a hundred times longer to write than
//! to copy. So it is written once and kept while there is room, with the bytes that it was
//! written from: an entry whose clinic has changed since is never shown.

use std::sync::Arc;

use askama::Template;
use quick_cache::{Weighter, sync::Cache};
use uuid::Uuid;

use crate::{
    app::{
        App,
        search::{Found, SearchError},
    },
    domain::place::LatLon,
    pages::{card::Card, format, lang::Lang},
    rules::Rulebook,
};

/// What all kept parts may weigh together, bytes: some 5,000 of them.
const ROOM: u64 = 32 * 1024 * 1024;
/// A kept part of the usual length, bytes.
const USUAL: u64 = 6 * 1024;

/// How a list shows a clinic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Form {
    /// On a screen.
    Card,
    /// On paper.
    Line,
}

/// A clinic in a list.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Its number on the page, in list and map alike.
    pub number: usize,
    /// `2.5 miles away`.
    pub distance: Option<String>,
    /// What does not depend on the question.
    pub kept: Arc<Kept>,
}

/// What is the same in every list of a language.
#[derive(Debug)]
pub(super) struct Kept {
    /// Its name in addresses.
    pub slug: String,
    /// Its name, as it writes itself.
    pub name: String,
    /// Street address, where known.
    pub street: Option<String>,
    /// City, state and ZIP, where known.
    pub town: String,
    /// How exactly its place is known.
    pub precision: Option<String>,
    /// The tone of its status.
    pub tone: &'static str,
    /// Where it is drawn.
    pub point: Option<LatLon>,
    /// Whether it is accredited.
    pub accredited: bool,
    /// The markup below its name and place.
    pub body: String,
    /// What it was written from.
    item: Box<[u8]>,
}

#[derive(Template)]
#[template(path = "find/card.html")]
struct CardBody<'a> {
    lang: Lang,
    c: &'a Card,
}

#[derive(Template)]
#[template(path = "find/line.html")]
struct LineBody<'a> {
    lang: Lang,
    c: &'a Card,
}

impl Kept {
    fn write(
        lang: Lang,
        form: Form,
        found: &Found<'_>,
        rulebook: &Rulebook,
    ) -> Result<Self, SearchError> {
        let item = found.read()?;
        let card = Card::new(lang, &item, rulebook);
        let body = match form {
            Form::Card => CardBody { lang, c: &card }.render(),
            Form::Line => LineBody { lang, c: &card }.render(),
        };
        let (head, tail) = found.bytes();
        Ok(Self {
            // Writing into memory cannot fail.
            body: body.unwrap_or_default(),
            item: [head, tail].concat().into_boxed_slice(),
            accredited: item.accredited,
            tone: card.status.tone,
            point: card.point,
            slug: card.slug,
            name: card.name,
            street: card.street,
            town: card.town,
            precision: card.precision,
        })
    }

    /// Whether it was written from these bytes.
    fn is_of(&self, found: &Found<'_>) -> bool {
        let (head, tail) = found.bytes();
        self.item.strip_prefix(head) == Some(tail)
    }
}

/// A clinic in a language and a form.
type Key = (Uuid, Lang, Form);

/// Weighs what is kept by its bytes.
#[derive(Debug, Clone)]
struct Bytes;

impl Weighter<Key, Arc<Kept>> for Bytes {
    fn weight(&self, _key: &Key, kept: &Arc<Kept>) -> u64 {
        let texts = kept.body.len() + kept.item.len() + kept.name.len() + kept.town.len();
        u64::try_from(texts + size_of::<Kept>()).unwrap_or(u64::MAX)
    }
}

/// Ready parts of entries, the most asked for.
#[derive(Debug)]
pub struct Shelf {
    kept: Cache<Key, Arc<Kept>, Bytes>,
}

impl Default for Shelf {
    fn default() -> Self {
        let usual = usize::try_from(ROOM / USUAL).unwrap_or_default();
        Self { kept: Cache::with_weighter(usual, ROOM, Bytes) }
    }
}

impl Shelf {
    /// What a list shows of a clinic, whatever its number.
    pub(super) fn take(
        &self,
        app: &App,
        lang: Lang,
        form: Form,
        found: &Found<'_>,
    ) -> Result<(Option<String>, Arc<Kept>), SearchError> {
        let key = (found.id(), lang, form);
        let kept = match self.kept.get(&key).filter(|kept| kept.is_of(found)) {
            Some(kept) => kept,
            None => {
                let kept = Arc::new(Kept::write(lang, form, found, &app.rulebook)?);
                self.kept.insert(key, Arc::clone(&kept));
                kept
            }
        };
        let distance = found.distance();
        let far = distance.map(|d| lang.t1("miles-away", &format::miles(d.mi)).into_owned());
        Ok((far, kept))
    }
}
