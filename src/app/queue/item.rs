//! Items of the queue: what is missing, stale, below its tier, conflicting or about to expire.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    domain::UnknownCode,
    rules::{FactId, Vocabulary},
};

/// What is wrong.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// Nobody has said it yet, or nobody found out.
    Missing,
    /// What was said is too old, or has run out.
    Stale,
    /// Said, with evidence below the tier that the fact needs.
    BelowTier,
    /// Statements disagree.
    Conflicting,
    /// It counts today, and stops to count within 90 days.
    Expiring,
    /// An entry of an official list may be about a provider.
    Review,
}

/// Lets a code be read from a text and listed.
macro_rules! texts {
    ($name:ident { $($variant:ident = $text:literal,)+ }) => {
        impl $name {
            /// Every one, in the declared order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The text of the API.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownCode;

            fn from_str(text: &str) -> Result<Self, UnknownCode> {
                let found = Self::ALL.iter().copied().find(|known| known.as_str() == text);
                found.ok_or_else(|| UnknownCode { list: stringify!($name), code: text.to_owned() })
            }
        }
    };
}

texts! {
    ItemKind {
        Missing = "missing",
        Stale = "stale",
        BelowTier = "below_tier",
        Conflicting = "conflicting",
        Expiring = "expiring",
        Review = "review",
    }
}

texts! {
    Risk {
        Critical = "critical",
        Label = "label",
        Disclosure = "disclosure",
        Display = "display",
    }
}

/// What depends on it, the gravest first.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// A critical rule: without it, or once it has run out, there is no supervised label.
    Critical,
    /// The supervised label, by a rule that is not critical or directly.
    Label,
    /// A rule that only tells what is not verified.
    Disclosure,
    /// What is shown, and nothing else.
    Display,
}

/// What an item is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Topic {
    /// Facts that are missing together.
    Facts(Box<[FactId]>),
    /// One fact.
    Fact(FactId),
    /// A credential, by its number within its provider.
    Credential(u32),
    /// A task, by its id.
    Task(Box<str>),
}

/// One item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What is wrong.
    pub kind: ItemKind,
    /// What depends on it.
    pub risk: Risk,
    /// The site; none where it is about the whole provider.
    pub site: Option<Uuid>,
    /// About what.
    pub topic: Topic,
    /// Since when, or until when where it is about to expire: the older, the sooner it is due.
    pub since: NaiveDate,
}

/// What an item that is not a task is called: provider, site and topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemName<'t> {
    /// The provider.
    pub provider: Uuid,
    /// The site; none where it is about the whole provider.
    pub site: Option<Uuid>,
    /// `facts`, `credential-` and a number, or a fact's name.
    pub topic: &'t str,
}

impl Item {
    /// The item's id: the same every day while the matter is open, whatever its kind becomes.
    #[must_use]
    pub fn id(&self, provider: Uuid, vocabulary: &Vocabulary) -> String {
        let topic = match &self.topic {
            Topic::Task(id) => return id.to_string(),
            Topic::Facts(_) => "facts".to_owned(),
            Topic::Fact(fact) => vocabulary.name(*fact).to_owned(),
            Topic::Credential(n) => format!("credential-{n}"),
        };
        match self.site {
            Some(site) => format!("{provider}.{site}.{topic}"),
            None => format!("{provider}.provider.{topic}"),
        }
    }
}

impl<'t> ItemName<'t> {
    /// Reads an id that [`Item::id`] made; `None` for a task and for anything else.
    #[must_use]
    pub fn read(id: &'t str) -> Option<Self> {
        let mut parts = id.splitn(3, '.');
        let provider = parts.next()?.parse().ok()?;
        let site = match parts.next()? {
            "provider" => None,
            site => Some(site.parse().ok()?),
        };
        Some(Self { provider, site, topic: parts.next().filter(|topic| !topic.is_empty())? })
    }
}
