//! What is done by a link and without an account: a clinic answers its questions, and a provider
//! answers a finding. Both are forms that need no script.

use std::io::Write as _;

use bedside::{
    app::{flags, invites},
    config::LimitArgs,
    domain::FlagState,
};

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

/// Files of a form, each with its name.
type Files<'a> = &'a [(&'a str, &'a [u8])];

/// The head and the body of a form with files, as a browser sends it: without a name where no file
/// was chosen.
fn with_files(
    fields: &[(&str, &str)],
    files: Files<'_>,
) -> ([(&'static str, &'static str); 2], Vec<u8>) {
    let mut body = Vec::new();
    for (name, value) in fields {
        let head = format!("Content-Disposition: form-data; name=\"{name}\"");
        write!(body, "--edge\r\n{head}\r\n\r\n{value}\r\n").unwrap();
    }
    for (name, bytes) in files {
        let head = format!("Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"");
        write!(body, "--edge\r\n{head}\r\nContent-Type: application/octet-stream\r\n\r\n").unwrap();
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--edge--\r\n");
    let kind = ("Content-Type", "multipart/form-data; boundary=edge");
    ([kind, ("Accept", "text/html")], body)
}

fn send_files(server: &TestApp, path: &str, fields: &[(&str, &str)], files: Files<'_>) -> Reply {
    let (head, body) = with_files(fields, files);
    server.request("POST", path, &head, &body)
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
    // Who names no kind of answer gets a page too; who asks for JSON gets a problem.
    let nowhere = server.get("/answers/x.y.z").expect(404);
    assert!(nowhere.text().contains("<html lang=\"en\""));
    let json = [("Accept", "application/json")];
    server.get_with("/answers/x.y.z", &json).expect(404).expect_problem("not-found");
}

#[test]
fn a_clinic_sends_documents_with_its_answers() {
    let server = TestApp::writable_with_rate_limits(&LimitArgs::default());
    let app = server.app();
    let (_, token) = matters::invited(app);
    let path = format!("/answers/{token}");
    let form = server.get(&path).expect(200).text();
    for text in [r#"enctype="multipart/form-data""#, r#"type="file""#, "up to 10 MiB"] {
        assert!(form.contains(text), "{text}");
    }
    let pdf: &[u8] = b"%PDF-1.7 a made-up policy";
    let large = [pdf, &vec![b' '; 10 * 1024 * 1024]].concat();
    let answered = [("signer", "Avery Example"), ("role", "owner"), ("site.monitor_bp", "true")];
    let six = [("1.pdf", pdf); 6];
    let refused: [(&str, Files<'_>, &str); 5] = [
        ("", &[("large.pdf", &large)], "larger than 10 MiB"),
        ("/es", &[("large.pdf", &large)], "pasa de 10 MiB"),
        ("", &[("good.pdf", pdf), ("notes.txt", b"words")], "no PDF, PNG or JPEG"),
        ("", &[("empty.pdf", b"")], "no PDF, PNG or JPEG"),
        ("", &six, "at most five documents"),
    ];
    for (language, files, says) in refused {
        let page = send_files(&server, &format!("{language}{path}"), &answered, files).expect(422);
        let page = page.text();
        assert!(page.contains(says), "{says}");
        assert!(page.contains("Avery Example") && page.contains(r#""true" selected"#), "{says}");
    }
    let kept = || invites::form::form(app, &token).unwrap().documents;
    assert_eq!(kept(), [""; 0], "where one is refused none is kept");

    // The documents wait with the form until its answers can be taken.
    let page = send_files(&server, &path, &answered[1..], &[("a.pdf", pdf)]).expect(422).text();
    assert!(page.contains("your full name") && page.contains("One document has come"));
    let sha256 = kept().remove(0);
    assert!(page.contains(&format!(r#"name="document" value="{sha256}""#)));
    let png: &[u8] = b"\x89PNG\r\n\x1A\n a made-up picture";
    let fields = [&answered[..], &[("document", sha256.as_str())]].concat();
    let taken = send_files(&server, &path, &fields, &[("b.png", png)]).expect(303);
    let back = server.get(taken.header("location").unwrap()).expect(200).text();
    assert!(back.contains("wait for one of us") && back.contains("2 documents have come"));
    let answer = invites::answers::list(app, &[], None, None, 1).unwrap().remove(0);
    assert_eq!((answer.fact.as_str(), &answer.documents), ("site.monitor_bp", &kept()));
    assert_eq!(app.file(&answer.documents[1]).unwrap().1, png);

    // No file chosen is no file; and a document may come alone.
    send_files(&server, &path, &answered, &[("", b"")]).expect(303);
    assert_eq!(kept().len(), 2);
    send_files(&server, &path, &[], &[("c.pdf", b"%PDF-1.7 another")]).expect(303);
    assert_eq!(kept().len(), 3);
    let forged = [&answered[..], &[("document", "0000")]].concat();
    send_files(&server, &path, &forged, &[]).expect(422);
    for n in 3..20 {
        invites::documents::send(app, &token, format!("%PDF-1.7 {n}").as_bytes()).unwrap();
    }
    let page = send_files(&server, &path, &answered, &[("d.pdf", b"%PDF-1.7 d")]).expect(422);
    assert!(page.text().contains("as many documents as it can"));
    send_files(&server, "/answers/x.y.z", &answered, &[("a.pdf", pdf)]).expect(404);
}

#[test]
fn what_is_no_form_is_refused_and_a_slow_file_is_not_waited_for() {
    let server = TestApp::writable_with_rate_limits(&LimitArgs::default());
    let (_, token) = matters::invited(server.app());
    let path = format!("/answers/{token}");
    let (head, body) = with_files(&[("signer", "Avery Example")], &[("a.pdf", b"%PDF-1.7 a")]);
    server.request("POST", &path, &head, &body[..body.len() - 9]).expect(400);
    let long = "x".repeat(65 * 1024);
    send_files(&server, &path, &[("signer", &long)], &[]).expect(413);
    server.request("POST", &path, &[("Content-Type", "text/plain")], b"words").expect(415);
    let kind = [("Content-Type", "multipart/form-data"), ("Accept", "text/html")];
    server.request("POST", &path, &kind, &body).expect(400);

    let mut connection = server.connect();
    let [kind, accept] = head.map(|(name, value)| format!("{name}: {value}\r\n"));
    let length = body.len();
    let start = format!(
        "POST {path} HTTP/1.1\r\nHost: test\r\n{kind}{accept}Content-Length: {length}\r\n\r\n"
    );
    connection.write_all(start.as_bytes()).unwrap();
    connection.write_all(&body[..body.len() - 9]).unwrap();
    let page = Reply::read(&mut connection, "POST").expect(422).text();
    assert!(
        page.contains("took too long") && page.contains("Avery Example"),
        "what was typed is kept"
    );
}

#[test]
fn a_provider_shows_that_someone_else_is_meant() {
    let server = TestApp::writable_with_rate_limits(&LimitArgs::default());
    let app = server.app();
    let flag = matters::proposed(app).pop().unwrap();
    let path = format!("/replies/{}", matters::told(app, flag));
    assert!(server.get(&path).expect(200).text().contains(r#"type="file""#));
    let pdf: &[u8] = b"%PDF-1.7 a made-up licence";
    let claim = [("kind", "identity_error"), ("text", "Another clinic of that name.")];
    let reply = [("kind", "reply"), ("text", "We changed this.")];
    let refused: [(&str, _, Files<'_>, &str); 4] = [
        ("", claim, &[("a.txt", b"words")], "no PDF, PNG or JPEG"),
        ("", reply, &[("a.pdf", pdf)], "Documents can only come with"),
        ("/es", reply, &[("a.pdf", pdf)], "Los documentos solo pueden"),
        ("", [claim[0], ("text", " ")], &[("a.pdf", pdf)], "choose what you send"),
    ];
    for (language, fields, files, says) in refused {
        let page = send_files(&server, &format!("{language}{path}"), &fields, files).expect(422);
        let page = page.text();
        assert!(page.contains(says) && page.contains(fields[1].1.trim()), "{says}");
        assert!(page.contains(&format!(r#"value="{}" selected"#, fields[0].1)), "{says}");
    }
    let one = || flags::admin::one(app, flag).unwrap();
    assert_eq!(one().documents, [""; 0]);
    let public = || server.get("/v1/flags?limit=200").expect(200).body;
    let before = public();
    let taken = send_files(&server, &path, &claim, &[("a.pdf", pdf), ("b.pdf", b"%PDF-1.7 b")]);
    let back = server.get(taken.expect(303).header("location").unwrap()).expect(200).text();
    assert!(back.contains("We have your answer") && !back.contains(r#"type="file""#));
    let claimed = one().identity_claim.unwrap();
    assert_eq!((claimed.text.as_str(), claimed.documents.len()), (claim[1].1, 2));
    assert_eq!(app.file(&claimed.documents[0]).unwrap().1, pdf);
    assert_eq!(public(), before, "not public");
    send_files(&server, &path, &reply, &[]).expect(303);
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
