//! What is done by a link and without an account: a clinic answers its questions, and a provider
//! answers a finding. Both are forms that need no script.

use bedside::domain::FlagState;

use crate::support::{
    Backend::Sqlite,
    app::{Reply, TestApp},
    matters,
};

const FORM: &[(&str, &str)] =
    &[("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "text/html")];

fn send(server: &TestApp, path: &str, fields: &[(&str, &str)]) -> Reply {
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields {
        body.append_pair(name, value);
    }
    server.request("POST", path, FORM, body.finish().as_bytes())
}

/// The pages over a directory that takes writes.
fn served() -> (TestApp, TestApp) {
    let (owner, _clock) = TestApp::writable(Sqlite).unwrap();
    let pages = TestApp::pages_over(owner.app());
    (owner, pages)
}

#[test]
fn a_clinic_answers_its_questions_on_a_form() {
    let (owner, server) = served();
    let (_, token) = matters::invited(owner.app());
    let path = format!("/answers/{token}");
    let form = server.get(&path).expect(200).text();
    for text in ["Questions about your clinic", r#"method="post""#, "noindex", "site.monitor_spo2"]
    {
        assert!(form.contains(text), "{text}");
    }
    let spanish = server.get(&format!("/es{path}")).expect(200).text();
    assert!(spanish.contains("Preguntas sobre su clínica"));

    let signed = [("signer", "Avery Example"), ("role", "medical director")];
    let with = |more: &[(&'static str, &'static str)]| [&signed[..], more].concat();
    let refused = [
        (with(&[]), "answer at least one question"),
        (vec![("site.monitor_bp", "true")], "your full name and your role"),
        (with(&[("site.monitor_bp", "perhaps")]), "does not fit its question"),
        (with(&[("site.post_dose_observation_min", "an hour")]), "does not fit its question"),
        (with(&[("site.post_dose_observation_min", "-5")]), "does not fit its question"),
    ];
    for (fields, says) in &refused {
        let page = send(&server, &path, fields).expect(422).text();
        assert!(page.contains(says), "{fields:?}");
        let kept = fields.iter().filter(|(name, _)| *name == "signer");
        assert!(kept.clone().all(|(_, name)| page.contains(name)), "what was typed is kept");
    }
    let good = with(&[
        ("site.monitor_bp", "true"),
        ("site.post_dose_observation_min", "60"),
        ("offers.routes_on_site", "iv"),
        ("offers.routes_on_site", "im"),
        ("offers.routes_on_site:complete", "true"),
        ("site.acls_on_site", ""),
    ]);
    let taken = send(&server, &path, &good).expect(303);
    let back = server.get(taken.header("location").unwrap()).expect(200).text();
    assert!(back.contains("wait for one of us"), "thanks");
    assert_eq!(back.matches("You answered: ").count(), 3, "what was left open is no answer");
    assert!(!back.contains("Avery Example"), "who signed is shown to nobody");
    server.get("/answers/x.y.z").expect(404);
}

#[test]
fn a_provider_reads_what_is_claimed_and_replies_on_a_form() {
    let (owner, server) = served();
    let flag = matters::proposed(owner.app()).pop().unwrap();
    let path = format!("/replies/{}", matters::told(owner.app(), flag));
    let form = server.get(&path).expect(200).text();
    for text in ["A finding about you", "What it rests on", "What would clear it", "noindex"] {
        assert!(form.contains(text), "{text}");
    }
    assert!(!form.contains(r#"value="appeal""#), "there is nothing to appeal against yet");
    let spanish = server.get(&format!("/es{path}")).expect(200).text();
    assert!(spanish.contains("En qué se basa") && !spanish.contains("What it rests on"));

    for fields in [
        vec![("kind", "appeal"), ("text", "Look again.")],
        vec![("kind", "reply"), ("text", "  ")],
        vec![("text", "We changed this.")],
    ] {
        let page = send(&server, &path, &fields).expect(422).text();
        assert!(page.contains("choose what you send"), "{fields:?}");
    }
    let words = "We <b>changed</b> this.";
    let taken = send(&server, &path, &[("kind", "reply"), ("text", words)]).expect(303);
    let back = server.get(taken.header("location").unwrap()).expect(200).text();
    assert!(back.contains("We have your answer"));
    assert!(back.contains("We &#60;b&#62;changed&#60;/b&#62; this."), "unedited, as text");
    let stored = owner.app().store.read(|reader| reader.provider(flag.provider)).unwrap().unwrap();
    let kept = stored.flags.iter().find(|kept| kept.n == flag.n).unwrap();
    assert_eq!(kept.item.state, FlagState::Answered);
    let public = server.get("/v1/flags?limit=200").expect(200).text();
    assert!(!public.contains(words), "not public");
    server.get("/replies/x.y.z").expect(404);
}
