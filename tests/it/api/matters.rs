//! Flags, replies, reports and invitations over HTTP, by the people who may.

use bedside::auth::Role;
use rstest::rstest;
use serde_json::{Value as Json, json};

use crate::support::{
    Backend::{self, Postgres, Sqlite},
    accounts::Person,
    app::{Reply, TestApp},
    flows::noon,
    matters::matters,
};

fn step(app: &TestApp, who: &Person, flag: &str, verb: &str, mut more: Json) -> Reply {
    more["reason_code"] = "test".into();
    app.post_as(who, &format!("/v1/admin/flags/{flag}/{verb}"), more.to_string())
}

#[rstest]
fn a_flag_goes_from_proposal_to_history(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some((app, clock)) = TestApp::writable(backend) else { return };
    app.app().attend_to_flags().unwrap();
    let (ann, ben, cleo) = (
        app.as_role(Role::ComplianceOfficer),
        app.as_role(Role::Admin),
        app.as_role(Role::ComplianceOfficer),
    );
    let proposed = app.get_as(&ann, "/v1/admin/flags?state=proposed&rule=KTS-001").expect(200);
    let flag = proposed.json()["data"][0].clone();
    assert_eq!(flag["holds"], true);
    let id = flag["id"].as_str().unwrap();
    let slug = flag["provider"]["slug"].as_str().unwrap();
    let status = || {
        let provider = app.get(&format!("/v1/providers/{slug}")).expect(200).json();
        provider["data"]["safety"]["status"].as_str().unwrap().to_owned()
    };

    step(&app, &ann, id, "notify", json!({})).expect(400).expect_problem("invalid-body");
    step(&app, &ann, id, "publish", json!({"text": "x"})).expect(400);
    step(&app, &ann, id, "celebrate", json!({})).expect(404);
    step(&app, &ann, id, "publish", json!({})).expect(409).expect_problem("illegal-transition");
    let notice =
        json!({"method": "certified mail", "reference": "RR 1", "delivered_on": "2026-11-21"});
    let told = step(&app, &ann, id, "notify", notice).expect(200).json();
    assert_eq!(told["data"]["respond_by"], "2026-12-07");
    let token = told["reply_token"].as_str().unwrap();
    let link = format!("/v1/replies/{token}");

    let view = app.get(&link).expect(200);
    assert_eq!(view.header("cache-control"), Some("no-store"));
    assert_eq!(view.json()["data"]["rule"], "KTS-001");
    app.post(&link, json!({"kind": "reply", "text": "x", "more": 1}).to_string()).expect(400);
    app.post(&link, json!({"kind": "appeal", "text": "x"}).to_string()).expect(409);
    let said = json!({"kind": "reply", "text": "We changed this."}).to_string();
    assert_eq!(app.post(&link, said).expect(200).json()["data"]["state"], "answered");
    app.get("/v1/replies/x.y.z").expect(404).expect_problem("not-found");
    let public = || app.get("/v1/flags?rule=KTS-001&limit=200").expect(200).json().to_string();
    assert!(!public().contains(id));
    assert_eq!(status(), "insufficient_information");

    clock.set(noon("2026-12-08"));
    app.app().catch_up().unwrap();
    let (ann, ben, cleo) =
        (signed_in_again(&app, ann), signed_in_again(&app, ben), signed_in_again(&app, cleo));
    step(&app, &ann, id, "publish", json!({})).expect(409);
    step(&app, &ben, id, "publish", json!({})).expect(200);
    assert_eq!(status(), "flagged");
    let text = public();
    assert!(text.contains(id) && text.contains("We changed this."));
    let checked = app.get(&format!("/v1/check?q={slug}.example")).expect(200).json();
    assert!(checked["result"].is_string());

    app.post(&link, json!({"kind": "appeal", "text": "Look again."}).to_string()).expect(200);
    let answer = json!({"text": "We looked again."});
    step(&app, &ben, id, "uphold", answer.clone()).expect(409);
    step(&app, &cleo, id, "clear", json!({})).expect(400);
    let cleared = step(&app, &cleo, id, "clear", answer).expect(200).json();
    assert_eq!(cleared["data"]["state"], "cleared");
    assert_eq!(cleared["data"]["decisions"].as_array().unwrap().len(), 3);
    let history = app.get("/v1/flags?state=cleared&limit=200").expect(200).json();
    let mine = history["data"].as_array().unwrap().iter().find(|flag| flag["id"] == id).unwrap();
    assert_eq!(
        (&mine["published_on"], &mine["closed_on"]),
        (&json!("2026-12-08"), &json!("2026-12-08"))
    );
    assert!(!json!(history).to_string().contains(&ben.user.id.to_string()));
}

/// A token lasts ten minutes, and days have passed.
fn signed_in_again(app: &TestApp, who: Person) -> Person {
    crate::support::accounts::signed_in(app.app(), who.user, true)
}

/// What shows that someone else is meant comes with the claim, for those who decide and nobody
/// else.
#[test]
fn a_claim_of_mistaken_identity_comes_with_a_document() {
    let (app, _) = TestApp::writable(Sqlite).unwrap();
    let made = matters(app.app());
    let ann = app.as_role(Role::ComplianceOfficer);
    let link = format!("/v1/replies/{}", made.reply);
    let plain = [("Content-Type", "application/octet-stream")];
    let send = |bytes: &[u8]| app.request("POST", &format!("{link}/documents"), &plain, bytes);
    let public = || app.get("/v1/flags?limit=200").expect(200).json().to_string();
    let before = public();
    send(b"words").expect(415).expect_problem("unsupported-media-type");
    let kept = send(b"%PDF-1.7 our licence").expect(201).json();
    let sha256 = kept["data"]["sha256"].as_str().unwrap();
    assert_eq!(send(b"%PDF-1.7 our licence").expect(201).json(), kept, "the same bytes are one");
    assert_eq!(app.get(&link).expect(200).json()["data"]["documents"], json!([sha256]));
    let say = |kind: &str, documents: Json| {
        let body = json!({"kind": kind, "text": "Another clinic.", "documents": documents});
        app.post(&link, body.to_string())
    };
    for (kind, documents) in [("reply", json!([sha256])), ("identity_error", json!(["0000"]))] {
        let refused = say(kind, documents).expect(400).expect_problem("invalid-body");
        assert_eq!(refused["errors"][0]["pointer"], "/documents");
    }
    for n in 0..4 {
        send(format!("%PDF-1.7 number {n}").as_bytes()).expect(201);
    }
    send(b"%PDF-1.7 one too many").expect(409).expect_problem("illegal-transition");
    let told = say("identity_error", json!([sha256])).expect(200).json();
    assert_eq!(told["data"]["identity_claim"]["documents"], json!([sha256]));
    send(b"%PDF-1.7 too late").expect(409).expect_problem("illegal-transition");
    assert_eq!(public(), before);

    app.get(&format!("/v1/admin/evidence/files/{sha256}")).expect(401);
    let flags = app.get_as(&ann, "/v1/admin/flags?limit=200").expect(200).json();
    let flags = flags["data"].as_array().unwrap();
    let flag = flags.iter().find(|flag| flag["identity_claim"].is_object()).unwrap();
    assert_eq!(flag["identity_claim"]["documents"], json!([sha256]));
    assert_eq!(flag["documents"].as_array().unwrap().len(), 5);
    let file = app.get_as(&ann, &format!("/v1/admin/evidence/files/{sha256}")).expect(200);
    assert_eq!(file.text(), "%PDF-1.7 our licence");
}

#[test]
fn appeals_wait_for_a_third_person() {
    let (app, clock) = TestApp::writable(Sqlite).unwrap();
    let made = matters(app.app());
    let (ann, ben) = (app.as_role(Role::ComplianceOfficer), app.as_role(Role::Admin));
    let id = made.proposed.to_string();
    let notice = json!({"method": "letter", "reference": "1", "delivered_on": "2026-11-21"});
    let told = step(&app, &ann, &id, "notify", notice).expect(200).json();
    clock.set(noon("2026-12-08"));
    app.app().catch_up().unwrap();
    let ben = signed_in_again(&app, ben);
    step(&app, &ben, &id, "publish", json!({})).expect(200);
    let link = format!("/v1/replies/{}", told["reply_token"].as_str().unwrap());
    let appeal = json!({"kind": "appeal", "text": "Look again."}).to_string();
    app.post(&link, &appeal).expect(409).expect_problem("too-few-deciders");
    app.as_role(Role::ComplianceOfficer);
    app.post(&link, &appeal).expect(200);
}

#[test]
fn only_those_who_may_see_and_move() {
    let app = TestApp::with_database();
    let made = matters(app.app());
    let people: Vec<(Role, Person)> =
        Role::ALL.iter().map(|role| (*role, app.as_role(*role))).collect();
    let why = r#"{"reason_code": "test"}"#;
    let operations: Vec<(&str, String, &str, &[Role])> = {
        use Role::{Admin, ComplianceOfficer, Editor, Verifier, Viewer};
        let all: &[Role] = &[Viewer, Editor, Verifier, ComplianceOfficer, Admin];
        let deciders: &[Role] = &[ComplianceOfficer, Admin];
        let handlers: &[Role] = &[Verifier, ComplianceOfficer, Admin];
        let editors: &[Role] = &[Editor, Verifier, ComplianceOfficer, Admin];
        vec![
            ("GET", "/v1/admin/flags".into(), "", all),
            ("GET", format!("/v1/admin/flags/{}", made.proposed), "", all),
            ("POST", "/v1/admin/flags/x.1/dismiss".into(), why, deciders),
            ("GET", "/v1/admin/reports".into(), "", handlers),
            ("GET", format!("/v1/admin/reports/{}", made.task), "", handlers),
            ("POST", format!("/v1/admin/reports/{}/x", made.task), why, handlers),
            ("GET", "/v1/admin/invites".into(), "", all),
            ("POST", "/v1/admin/invites".into(), "{}", editors),
            ("POST", format!("/v1/admin/invites/{}/x", made.invite), why, editors),
            ("GET", "/v1/admin/answers".into(), "", all),
            ("POST", format!("/v1/admin/answers/{}/x", made.answer), why, handlers),
        ]
    };
    let head = |app: &TestApp| app.app().store.read(|reader| reader.head()).unwrap();
    let before = head(&app);
    for (method, path, body, may) in &operations {
        let anonymous =
            app.request(method, path, &[("Content-Type", "application/json")], body.as_bytes());
        anonymous.expect(401).expect_problem("unauthenticated");
        for (role, person) in &people {
            let reply = app.send_as(person, method, path, &[], body);
            let allowed = may.contains(role);
            assert_eq!(
                reply.status != 403,
                allowed,
                "{method} {path} as {role:?}: {}",
                reply.status
            );
            assert!(allowed || reply.expect_problem("forbidden")["title"].is_string());
        }
    }
    assert_eq!(head(&app), before, "nothing of this changed anything");
}

#[test]
fn a_report_is_taken_answered_and_never_logged_by_name() {
    let app = TestApp::with_database();
    let slug = app.get("/v1/providers").expect(200).json()["data"][0]["slug"].clone();
    let body = |text: &str| json!({"listing": slug, "topic": "hours", "text": text}).to_string();
    let taken = app.post("/v1/reports", body("Closed on Mondays.")).expect(201);
    let address = taken.header("location").unwrap().to_owned();
    assert_eq!(app.get(&address).expect(200).json()["data"]["state"], "open");
    let refused = app.post("/v1/reports", body("Write to ann@mail.example.")).expect(400);
    let problem = refused.expect_problem("invalid-body");
    assert_eq!(problem["errors"][0]["pointer"], "/text");
    assert!(!problem.to_string().contains("ann@"), "{problem}");
    let with_contact =
        json!({"listing": slug, "topic": "hours", "text": "x", "contact": "a@b.example"});
    let refused = app.post("/v1/reports", with_contact.to_string()).expect(400);
    assert_eq!(refused.expect_problem("invalid-body")["errors"][0]["pointer"], "/contact");
    for (bad, status) in [
        (r#"{"listing": "nobody", "topic": "hours", "text": "x"}"#, 404),
        (r#"{"listing": "x", "topic": "gossip", "text": "x"}"#, 400),
        (r#"{"listing": "x", "topic": "hours", "text": "x", "age": 40}"#, 400),
        ("[]", 400),
        ("", 400),
    ] {
        app.post("/v1/reports", bad).expect(status);
    }
    app.get("/v1/reports/nothing").expect(404).expect_problem("not-found");

    let verifier = app.as_role(Role::Verifier);
    let tasks = app.get_as(&verifier, "/v1/admin/reports?state=open").expect(200).json();
    let task = tasks["data"][0]["id"].as_str().unwrap();
    let path = |verb: &str| format!("/v1/admin/reports/{task}/{verb}");
    let move_as = |verb: &str, body: Json| app.post_as(&verifier, &path(verb), body.to_string());
    move_as("take", json!({"reason_code": "test", "outcome": "corrected"})).expect(400);
    move_as("take", json!({"reason_code": "test"})).expect(200);
    move_as("close", json!({"reason_code": "test"})).expect(400);
    let close = json!({"reason_code": "test", "outcome": "corrected", "answer": "Thank you."});
    move_as("close", close).expect(200);
    let told = app.get(&address).expect(200).json();
    assert_eq!(
        (&told["data"]["outcome"], &told["data"]["answer"]),
        (&json!("corrected"), &json!("Thank you."))
    );
}

#[test]
fn an_invited_clinic_answers_and_a_verifier_accepts() {
    let app = TestApp::with_database();
    let made = matters(app.app());
    let (editor, verifier) = (app.as_role(Role::Editor), app.as_role(Role::Verifier));
    let form = app.get(&format!("/v1/answers/{}", made.answers)).expect(200);
    assert!(form.json()["data"]["questions"].as_array().unwrap().len() > 20);
    let bad = json!({"attested_by": {"name": "A", "role": "B"}, "answers": [{"fact": "site.monitor_bp", "value": 3}]});
    let refused = app.post(&format!("/v1/answers/{}", made.answers), bad.to_string()).expect(400);
    assert_eq!(refused.expect_problem("invalid-body")["errors"][0]["pointer"], "/answers/0/value");

    let documents = format!("/v1/answers/{}/documents", made.answers);
    let plain = [("Content-Type", "application/octet-stream")];
    let send = |path: &str, bytes: &[u8]| app.request("POST", path, &plain, bytes);
    let kept = send(&documents, b"%PDF-1.7 made up").expect(201).json();
    send(&documents, b"words").expect(415);
    send("/v1/answers/x.y.z/documents", b"%PDF-1.7 made up").expect(404);
    let sha256 = kept["data"]["sha256"].as_str().unwrap();
    let backed = |by: &str| {
        let answer = json!({"fact": "site.monitor_hr", "value": true, "documents": [by]});
        let answers = json!({"attested_by": {"name": "A", "role": "B"}, "answers": [answer]});
        app.post(&format!("/v1/answers/{}", made.answers), answers.to_string())
    };
    let refused = backed("0000").expect(400).expect_problem("invalid-body");
    assert_eq!(refused["errors"][0]["pointer"], "/answers/0/documents/0");
    assert_eq!(backed(sha256).expect(200).json()["data"]["documents"], json!([sha256]));
    app.get(&format!("/v1/admin/evidence/files/{sha256}")).expect(401);
    let seen = app.get_as(&verifier, &format!("/v1/admin/evidence/files/{sha256}")).expect(200);
    assert_eq!(seen.text(), "%PDF-1.7 made up");

    let why = r#"{"reason_code": "test"}"#;
    let path = format!("/v1/admin/answers/{}/accept", made.answer);
    app.post_as(&editor, &path, why).expect(403);
    assert_eq!(app.post_as(&verifier, &path, why).expect(200).json()["data"]["state"], "accepted");
    app.post_as(&verifier, &path, why).expect(409).expect_problem("illegal-transition");
    let revoke = format!("/v1/admin/invites/{}/revoke", made.invite);
    app.post_as(&editor, &revoke, why).expect(200);
    let ended = app.get(&format!("/v1/answers/{}", made.answers)).expect(410);
    ended.expect_problem("link-expired");
}
