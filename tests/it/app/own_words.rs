//! What we say about a provider in our own voice gives no verdict: every text that is shown
//! about flags, to everybody and to those concerned, is read. What others say (quotations,
//! replies, names, addresses) is theirs.

use bedside::{
    app::{
        flags::{
            admin::{self, AdminFlagsRequest},
            public::{self, FlagsRequest},
        },
        reports::personal::Personal,
    },
    rules::Plain,
};
use serde_json::{Value, json};

use crate::support::{
    Backend::Sqlite,
    TestDb,
    flows::{app_of, fictional_set, search},
};

/// Members whose text is somebody else's, or a name or an address.
const THEIRS: &[&str] = &[
    "excerpt",
    "note",
    "reply",
    "url",
    "website",
    "name",
    "slug",
    "email",
    "sha256",
    "links",
    "provider",
    "citations",
    "attested_by",
    "identity_claim",
    "appeal",
    "notice",
    "aliases",
    "value",
    "clause",
    "description",
    "claim",
    "conditions",
    "details",
    "payment_details",
    "price_guarantee",
];

/// Every text in our own voice within an answer.
fn own_words(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| own_words(item, found)),
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| !THEIRS.contains(&name.as_str()))
            .for_each(|(_, member)| own_words(member, found)),
        _ => {}
    }
}

/// The text without what it quotes.
fn unquoted(text: &str) -> String {
    let mut own = String::new();
    let mut depth = 0;
    for c in text.chars() {
        match c {
            '\u{201c}' => depth += 1,
            '\u{201d}' => depth -= 1,
            _ if depth == 0 => own.push(c),
            _ => {}
        }
    }
    own
}

/// Texts of the rulebook as it was given that use such a word of a product or in the name of an
/// official list, and not of a provider. This list may only shrink.
const OF_NO_PROVIDER: &[&str] = &[
    "FDA 2022 alert: no approved ketamine nasal spray, unknown amount per spray, cases of \
     psychiatric events and misuse, mostly self-administered at home. Fradkin (FRADKIN) names \
     exactly this practice.",
    "Open FDA warning letter or NABP Not Recommended entry",
    "The advertising says or implies FDA approval. As of the last check, only Spravato \
     (esketamine) is approved for depression.",
];

fn fault(text: &str) -> Option<String> {
    let own = unquoted(text);
    // The Spanish half is read where texts are written; here it stands for nothing.
    Plain { en: own, es: "texto".into() }.fault().filter(|_| !text.trim().is_empty())
}

#[test]
fn the_reader_of_words_reads() {
    assert!(fault("This clinic is not safe.").is_some());
    assert!(fault("On a day the page said \u{201c}a safe clinic\u{201d} (capture).").is_none());
    assert!(fault("Not FDA-approved for this.").is_none());
    let mut found = Vec::new();
    own_words(&json!({"text": "a", "reply": "b", "in": [{"text": "c"}]}), &mut found);
    found.sort();
    assert_eq!(found, ["a", "c"]);
}

#[test]
fn nothing_that_we_say_about_a_provider_is_a_verdict() {
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(&db, &fictional_set());
    app.attend_to_flags().unwrap();
    let all = FlagsRequest { limit: 200, ..Default::default() };
    let every = AdminFlagsRequest { limit: 200, ..Default::default() };
    let public = public::flags(&app, &all, String::new(), "").unwrap();
    assert!(public.data.len() >= 10, "{}", public.data.len());
    let admin = admin::list(&app, &every).unwrap();
    let mut answers = vec![json!(public), json!(admin), json!(search(&app, "view=all&limit=200"))];
    for item in &public.data {
        let detail = bedside::app::detail::provider(&app, &item.provider.slug, None).unwrap();
        answers.push(json!(detail));
    }
    for flag in &admin.data {
        let id = flag.id.parse().unwrap();
        if let Ok(token) = bedside::app::flags::reply::link(&app, id) {
            answers.push(json!(bedside::app::flags::reply::view(&app, &token).unwrap()));
        }
    }
    let refusals = [
        Personal::Email,
        Personal::Phone,
        Personal::SocialSecurity,
        Personal::Birth,
        Personal::Record,
    ];
    answers.extend(refusals.map(|found| json!(found.explained())));
    let mut texts = Vec::new();
    answers.iter().for_each(|answer| own_words(answer, &mut texts));
    texts.sort();
    texts.dedup();
    assert!(texts.len() > 500, "{}", texts.len());
    for known in OF_NO_PROVIDER {
        assert!(texts.iter().any(|text| text == known), "no longer said: {known}");
    }
    texts.retain(|text| !OF_NO_PROVIDER.contains(&text.as_str()));
    let faults: Vec<_> =
        texts.iter().filter_map(|text| Some(format!("{}: {text}", fault(text)?))).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}
