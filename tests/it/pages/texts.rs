//! What patients read: both languages complete, no text outside the catalogues, no word that
//! promises or accuses, and sentences that are easy to read.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use bedside::{
    domain::{
        Accepting, CoverageStance, CredentialCode, CredentialStatus, CredentialTier, EvidenceKind,
        FlagState, Indication, OperatingStatus, PaymentCode, Precision, PriceKind, Product, Route,
        SafetyStatus, Severity, Tier, UnknownReason, UsState,
    },
    pages::lang::Lang,
};

use crate::support::app::TestApp;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of a folder with this extension, as name and text.
fn files(folder: &str, extension: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == extension) {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path.display().to_string(), text));
            }
        }
    }
    found.sort();
    found
}

fn keys(lang: Lang) -> Vec<String> {
    let starts_message = |line: &&str| line.starts_with(|c: char| c.is_ascii_alphabetic());
    let lines = lang.sources().iter().flat_map(|text| text.lines());
    lines.filter(starts_message).map(|line| line.split_once(" =").unwrap().0.to_owned()).collect()
}

/// The texts of a catalogue, without their keys and placeholders.
fn texts(lang: Lang) -> Vec<String> {
    let lines = lang.sources().iter().flat_map(|text| text.lines());
    lines
        .map(|line| match line.split_once(" = ") {
            Some((_, text)) if !line.starts_with(' ') => text.to_owned(),
            _ => line.to_owned(),
        })
        .collect()
}

#[test]
fn both_languages_have_the_same_messages() {
    let [en, es] = Lang::ALL.map(keys);
    let unique: BTreeSet<_> = en.iter().collect();
    assert_eq!(unique.len(), en.len(), "a key stands twice");
    assert_eq!(en, es);
    for lang in Lang::ALL {
        let unread: Vec<_> = keys(lang).into_iter().filter(|key| !lang.has(key)).collect();
        assert!(unread.is_empty(), "{lang:?}: cannot be read: {unread:?}");
    }
}

#[test]
fn every_code_has_a_name() {
    let mut wanted: Vec<String> = Vec::new();
    macro_rules! all {
        ($($kind:literal: $code:ty,)+) => {
            $(wanted.extend(<$code>::ALL.iter().map(|code| format!("{}-{code}", $kind)));)+
        };
    }
    all! {
        "route": Route, "route-short": Route, "product": Product, "indication": Indication,
        "payment": PaymentCode, "stance": CoverageStance, "kind": PriceKind,
        "accepting": Accepting, "operating": OperatingStatus, "precision": Precision,
        "credential": CredentialCode, "credtier": CredentialTier, "credstatus": CredentialStatus,
        "tier": Tier, "reason": UnknownReason, "severity": Severity, "flag": FlagState,
        "evidence": EvidenceKind, "status": SafetyStatus, "status-name": SafetyStatus,
        "state": UsState,
    }
    for lang in Lang::ALL {
        let missing: Vec<_> = wanted.iter().filter(|key| !lang.has(key)).collect();
        assert!(missing.is_empty(), "{lang:?}: {missing:?}");
    }
}

/// The text between two marks, each time it occurs.
fn between<'t>(text: &'t str, start: &str, end: &str) -> Vec<&'t str> {
    text.split(start).skip(1).filter_map(|rest| rest.split(end).next()).collect()
}

#[test]
fn every_message_that_is_asked_for_exists() {
    let mut asked: Vec<(String, String)> = Vec::new();
    for (name, text) in files("web/templates", "html").into_iter().chain(files("src/pages", "rs")) {
        for start in ["t(\"", "t1(\"", "count(\"", "args(\"", "count_with(\""] {
            asked.extend(
                between(&text, start, "\"").into_iter().map(|key| (name.clone(), key.to_owned())),
            );
        }
    }
    assert!(asked.len() > 100, "only {} found", asked.len());
    let missing: Vec<_> = asked
        .iter()
        .filter(|(_, key)| !key.contains(['{', '/']) && key.contains('-') && !Lang::En.has(key))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// A template without its tags, expressions and comments.
fn bare_text(template: &str) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '<']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = match rest.get(..2) {
            Some("{{") => "}}",
            Some("{%") => "%}",
            Some("{#") => "#}",
            _ if rest.starts_with('<') => {
                rest = skip_tag(rest, &mut out);
                continue;
            }
            _ => {
                rest = &rest[1..];
                continue;
            }
        };
        rest = rest.find(end).map_or("", |end| &rest[end + 2..]);
    }
    out + rest
}

/// Skips a tag and keeps the values of the attributes that people read.
fn skip_tag<'t>(tag: &'t str, out: &mut String) -> &'t str {
    let mut depth = 0_i32;
    let mut end = tag.len();
    for (at, c) in tag.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            '>' if depth == 0 => {
                end = at + 1;
                break;
            }
            _ => {}
        }
    }
    for name in ["aria-label=\"", "title=\"", "placeholder=\"", "alt=\""] {
        for value in between(&tag[..end], name, "\"") {
            if !value.starts_with("{{") {
                out.push_str(value);
            }
        }
    }
    &tag[end..]
}

/// What one types into a terminal is the same in every language.
fn without_commands(template: &str) -> String {
    const COMMAND: &str = "<code>bedside ";
    let mut parts = template.split(COMMAND);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + &part[part.find(['<', '{']).unwrap_or(0)..])
}

#[test]
fn no_template_holds_a_text_of_its_own() {
    for (name, template) in files("web/templates", "html") {
        let letters: String = bare_text(&without_commands(&template))
            .split_whitespace()
            // Phone numbers, a map's name and entities are the same in every language.
            .filter(|word| word.chars().any(char::is_alphabetic) && *word != "OpenStreetMap)")
            .collect::<Vec<_>>()
            .join(" ");
        let letters = letters.replace(": OpenStreetMap", "");
        assert_eq!(letters, "", "{name}");
    }
}

#[test]
fn no_word_promises_or_accuses() {
    let banned = [
        (Lang::En, &["safe", "recommended", "dangerous", "illegal", "fraud"][..]),
        (
            Lang::Es,
            &["segura", "seguros", "seguras", "recomendado", "peligroso", "ilegal", "fraude"][..],
        ),
    ];
    for (lang, words) in banned {
        for text in texts(lang) {
            let found = text
                .split(|c: char| !c.is_alphabetic())
                .find(|word| words.contains(&word.to_lowercase().as_str()));
            assert_eq!(found, None, "{lang:?}: {text}");
            let lower = text.to_lowercase();
            if lower.contains("approved") || lower.contains("aprobad") {
                assert!(lower.contains("fda"), "approved by whom? {text}");
            }
        }
    }
}

/// Vowel groups, a silent final e left out: near enough for an average.
fn syllables(word: &str) -> usize {
    let word = word.to_lowercase();
    let mut groups = 0;
    let mut inside = false;
    for c in word.chars() {
        let vowel = "aeiouy".contains(c);
        groups += usize::from(vowel && !inside);
        inside = vowel;
    }
    if word.ends_with('e') && !word.ends_with("le") && groups > 1 {
        groups -= 1;
    }
    groups.max(1)
}

/// The reading grade after Flesch and Kincaid.
fn grade(text: &str) -> f64 {
    let sentences = text.split(['.', '?', '!', ':']).filter(|s| s.trim().len() > 1).count().max(1);
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphabetic() && c != '’' && c != '\'')
        .filter(|word| !word.is_empty())
        .collect();
    let sounds: usize = words.iter().map(|word| syllables(word)).sum();
    0.39 * words.len() as f64 / sentences as f64 + 11.8 * sounds as f64 / words.len() as f64 - 15.59
}

#[test]
fn english_pages_are_easy_to_read() {
    let names = ["base", "codes", "find", "clinic", "check", "prepare", "about", "trust", "errors"];
    for (name, source) in names.iter().zip(Lang::En.sources()) {
        // Sentences only: labels of two words say nothing about how a page reads.
        let sentences: Vec<&str> = source
            .lines()
            .filter_map(|line| line.split_once(" = ").map(|(_, text)| text))
            .filter(|text| text.ends_with(['.', '?', '!']) && !text.contains('{'))
            .collect();
        if sentences.len() < 3 {
            continue;
        }
        let grade = grade(&sentences.join(" "));
        assert!(grade <= 8.0, "{name}.ftl reads at grade {grade:.1}");
    }
}

#[test]
fn messages_with_values_are_filled_in() {
    for lang in Lang::ALL {
        let one = lang.count("course-sessions", 1);
        let six = lang.count("course-sessions", 6);
        assert!(one.starts_with("1 ") && six.starts_with("6 "), "{lang:?}: {one}, {six}");
        assert!(lang.t1("rule-link", "KTS-001").ends_with("KTS-001"));
    }
}

#[test]
fn every_rule_is_explained_in_spanish() {
    let app = TestApp::pages();
    let texts: BTreeMap<String, BTreeMap<String, String>> =
        serde_json::from_str(include_str!("../../../web/locales/es/rules.json")).unwrap();
    let rules = app.shared.app.rulebook.rules();
    assert_eq!(texts.len(), rules.len(), "no text of a rule that is gone");
    for rule in rules {
        let page = app.get(&format!("/es/rules/{}", rule.id)).expect(200).text();
        for text in [&texts[&rule.id]["why"], &texts[&rule.id]["clears"]] {
            let start: String =
                text.chars().take_while(|c| c.is_alphanumeric() || *c == ' ').collect();
            assert!(page.contains(&start) && !start.is_empty(), "{}: {start}", rule.id);
        }
        assert!(!page.contains(&rule.clears_when), "{}: no English left", rule.id);
    }
}
