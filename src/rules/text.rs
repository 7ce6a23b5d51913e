//! Text that patients and clinics read, in the languages that the pages speak.

use serde::{Deserialize, Serialize};

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// English.
    En,
    /// Spanish.
    Es,
}

/// The same sentence in English and in Spanish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Plain {
    /// English.
    pub en: String,
    /// Spanish.
    pub es: String,
}

impl Plain {
    /// The sentence in one language.
    #[must_use]
    pub fn text(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Es => &self.es,
        }
    }

    /// What keeps this text off the pages: a missing language, or a word that promises or
    /// accuses more than evidence can carry. `None` where it may be shown.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        for (lang, text) in [("en", &self.en), ("es", &self.es)] {
            if text.trim().is_empty() {
                return Some(format!("the `{lang}` text is missing"));
            }
        }
        banned_word(&self.en, EN_BANNED, "approved", "fda").or_else(|| {
            let spoken_of_fda = self.es.to_lowercase().contains("por la fda");
            banned_word(&self.es, ES_BANNED, "", "").or_else(|| {
                let approves = words(&self.es).any(|word| word.starts_with("aprobad"));
                (approves && !spoken_of_fda).then(|| forbidden("aprobado"))
            })
        })
    }
}

/// Source: the rulebook, "Display words".
const EN_BANNED: &[&str] =
    &["safe", "approved", "recommended", "dangerous", "illegal", "fraud", "fraudulent"];

/// The same words in Spanish; "aprobado" is looked at apart, for its "por la FDA".
const ES_BANNED: &[&str] = &[
    "seguro",
    "segura",
    "seguros",
    "seguras",
    "recomendado",
    "recomendada",
    "peligroso",
    "peligrosa",
    "ilegal",
    "ilegales",
    "fraude",
    "fraudulento",
    "fraudulenta",
];

/// The first banned word, `except` being allowed right after `after`.
fn banned_word(text: &str, banned: &[&str], except: &str, after: &str) -> Option<String> {
    let mut before = String::new();
    for word in words(text) {
        if banned.contains(&word.as_str()) && !(word == except && before == after) {
            return Some(forbidden(&word));
        }
        before = word;
    }
    None
}

fn forbidden(word: &str) -> String {
    format!("the word \"{word}\" may not be used")
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}
