//! The code lists hold exactly the codes of the domain, with sources and dates.

use bedside::{
    domain::{CredentialCode, Indication, PaymentCode, Route, UsState},
    http::v1::reference::{CodeList, LISTS},
};

use crate::support::app::TestApp;

fn codes<T: Copy>(all: &[T], text: fn(T) -> &'static str) -> Option<Vec<&'static str>> {
    Some(all.iter().map(|code| text(*code)).collect())
}

#[test]
fn every_list_has_the_codes_of_the_domain_and_says_where_they_come_from() {
    let app = TestApp::start();
    for (name, _) in LISTS {
        let reply = app.get(&format!("/v1/reference/{name}")).expect(200);
        assert_eq!(reply.header("cache-control"), Some("public, max-age=3600"));
        let list: CodeList = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!(list.name, *name);
        assert!(!list.sources.is_empty(), "{name}");
        assert!(list.sources.iter().all(|source| source.taken_in_on <= list.as_of), "{name}");
        let mut given: Vec<&str> = list.codes.iter().map(|code| code.code.as_str()).collect();
        let expected = match *name {
            "routes" => codes(Route::ALL, Route::as_str),
            "indications" => codes(Indication::ALL, Indication::as_str),
            "payments" => codes(PaymentCode::ALL, PaymentCode::as_str),
            "credentials" => codes(CredentialCode::ALL, CredentialCode::as_str),
            "states" => codes(UsState::ALL, UsState::as_str),
            _ => None,
        };
        given.sort_unstable();
        assert!(given.windows(2).all(|pair| pair[0] != pair[1]), "{name}: a code twice");
        if let Some(mut expected) = expected {
            expected.sort_unstable();
            assert_eq!(given, expected, "{name}");
        }
    }
}

#[test]
fn a_credential_stands_in_the_group_of_its_tier() {
    let (_, file) = LISTS.iter().find(|(name, _)| *name == "credentials").unwrap();
    let list: CodeList = serde_json::from_str(file).unwrap();
    for code in list.codes {
        let tier = code.code.parse::<CredentialCode>().unwrap().tier();
        assert!(code.group.as_ref().unwrap().starts_with(tier.as_str()), "{code:?}");
    }
}

#[test]
fn an_unknown_list_is_told_the_known_ones() {
    let app = TestApp::start();
    let problem = app.get("/v1/reference/colours").expect(404).expect_problem("not-found");
    assert!(problem["detail"].as_str().unwrap().contains("adverse-effects"), "{problem}");
    app.get("/v1/reference/%ff").expect(404).expect_problem("not-found");
}
