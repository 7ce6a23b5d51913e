//! Signing in, and who may do what.

use bedside::auth::{Permission, Role};
use rstest::rstest;
use serde_json::{Value as Json, json};

use crate::support::{
    Backend::{self, Postgres, Sqlite},
    accounts::{PASSWORD, user},
    app::{Reply, TestApp},
};

fn sign_in(app: &TestApp, name: &str, password: &str) -> Reply {
    app.post("/v1/auth/token", json!({"username": name, "password": password}).to_string())
}

#[rstest]
fn a_name_and_a_password_give_a_token_that_proves_who_it_is(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some((app, _clock)) = TestApp::writable(backend) else { return };
    let viewer = user(app.app(), &[Role::Viewer]);
    let answer: Json = sign_in(&app, &viewer.name, PASSWORD).expect(200).json();
    assert_eq!((&answer["token_type"], &answer["expires_in"]), (&"Bearer".into(), &600.into()));
    let identity = app.app().identify(answer["access_token"].as_str().unwrap()).unwrap();
    assert_eq!((identity.id, identity.name), (viewer.id, viewer.name.clone()));
    assert_eq!(Permission::ViewAdmin.granted_by(&identity.roles), Some(Role::Viewer));

    for (name, password) in [(viewer.name.as_str(), "something else"), ("nobody", PASSWORD)] {
        let refused = sign_in(&app, name, password).expect(401);
        refused.expect_problem("invalid-credentials");
        assert_eq!(refused.header("www-authenticate"), Some("Bearer"));
    }
}
