//! What the plain texts about providers never say.

use super::{assert_none, source::is_word, text};

/// A verdict that this directory does not give, in English and Spanish; each is compared with the
/// beginning of a word.
const NEVER: &[(&str, &[&str])] = &[
    (
        "en",
        &[
            "safe",
            "unsafe",
            "safely",
            "approved",
            "approves",
            "approval",
            "recommended",
            "recommend",
            "recommends",
            "dangerous",
            "danger",
            "illegal",
            "illegally",
            "fraud",
            "fraudulent",
        ],
    ),
    (
        "es",
        &[
            "aprobado",
            "aprobada",
            "aprobados",
            "aprobadas",
            "recomendado",
            "recomendada",
            "recomendamos",
            "peligroso",
            "peligrosa",
            "peligro",
            "ilegal",
            "ilegales",
            "fraude",
            "fraudulento",
            "fraudulenta",
            "inseguro",
            "insegura",
        ],
    ),
];

/// The one approval that exists is a drug regulator's, and it is named as its own.
const REGULATOR: &str = "fda";

/// True where the word stands beside the regulator's name, as in "FDA-approved".
fn is_the_regulators(words: &[String], at: usize) -> bool {
    let near = at.saturating_sub(4)..(at + 5).min(words.len());
    words[near].iter().any(|word| word == REGULATOR)
}

/// The forbidden words of a text.
fn forbidden(text: &str, language: &str) -> Vec<String> {
    let words: Vec<String> = text
        .to_lowercase()
        .split(|c: char| !is_word(c))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    let (_, never) = NEVER.iter().find(|(code, _)| *code == language).unwrap();
    let approval = |word: &str| word.starts_with("approv") || word.starts_with("aprob");
    words
        .iter()
        .enumerate()
        .filter(|(_, word)| never.contains(&word.as_str()))
        .filter(|(at, word)| !(approval(word) && is_the_regulators(&words, *at)))
        .map(|(_, word)| word.clone())
        .collect()
}

#[test]
fn plain_texts_give_no_verdict() {
    let rulebook: serde_json::Value = serde_json::from_str(&text("rulebook/rules.json")).unwrap();
    let rules = rulebook["rules"].as_array().or_else(|| rulebook.as_array()).unwrap();
    assert!(rules.len() >= 45, "{} rules", rules.len());
    let mut complaints = Vec::new();
    for rule in rules {
        let id = rule["id"].as_str().unwrap();
        for (language, _) in NEVER {
            let Some(plain) = rule["plain"][language].as_str() else {
                complaints.push(format!("{id}: no plain text in `{language}`"));
                continue;
            };
            for word in forbidden(plain, language) {
                complaints.push(format!("{id}: `{word}` in plain.{language}: {plain}"));
            }
        }
    }
    assert_none("words that a page about a provider never says", &complaints);
}

#[test]
fn the_forbidden_words_are_found() {
    assert_eq!(forbidden("This clinic is not safe, and illegal.", "en"), ["safe", "illegal"]);
    assert_eq!(forbidden("Ketamine is not FDA-approved for depression.", "en"), [""; 0]);
    assert_eq!(forbidden("An approved clinic.", "en"), ["approved"]);
    assert_eq!(forbidden("Es peligroso.", "es"), ["peligroso"]);
    assert_eq!(forbidden("Safety checks are safeguards.", "en"), [""; 0]);
}
