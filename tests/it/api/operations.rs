//! Every operation that is not public or that changes something, with what it asks of its caller
//! and a request that works. Whoever adds an operation adds a row here; the tests beside this
//! file fail until it is there.

mod desk;
mod listings;
mod matters;

use bedside::{
    app::accounts::NewClient,
    auth::{Client, Role, Scope, User, totp},
    store::{Actor, ActorKind, Reason},
};
use chrono::TimeDelta;
use serde_json::{Value as Json, json};

use self::{desk::DESK, listings::LISTINGS, matters::MATTERS};
use crate::support::{
    accounts::{PASSWORD, Person, signed_in, user},
    app::TestApp,
};

/// One operation.
pub struct Row {
    /// `POST /v1/admin/users/{id}`, as the document has it.
    pub operation: &'static str,
    /// What the caller must have.
    pub asks: Asks,
    /// A request that works; every call makes its own. None where another test makes it; see
    /// [`MOST_ELSEWHERE`].
    pub works: Option<fn(&TestApp) -> Call>,
}

/// How many rows may leave their working request to another test. The number may only shrink.
pub const MOST_ELSEWHERE: usize = 1;

/// What an operation asks of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// Nothing.
    Nothing,
    /// That they are a person, whatever they may do.
    Person,
    /// A permission or a scope, as the document names it.
    Named(&'static str),
}

/// A request.
pub struct Call {
    pub authorization: Option<String>,
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Json,
    /// A file, in place of the body.
    pub file: Option<String>,
}

impl Call {
    /// A request of somebody.
    pub fn by(who: &Person, path: impl Into<String>, body: Json) -> Self {
        Self { authorization: Some(who.authorization.clone()), ..Self::open(path, body) }
    }

    /// A request of nobody.
    pub fn open(path: impl Into<String>, body: Json) -> Self {
        Self { authorization: None, path: path.into(), headers: Vec::new(), body, file: None }
    }

    /// The same for a version.
    pub fn if_match(mut self, version: i64) -> Self {
        self.headers.push(("If-Match", format!("\"{version}\"")));
        self
    }
}

/// Operations that take a body to answer a question and change nothing. The list may only
/// shrink.
pub const QUESTIONS_BY_POST: &[&str] =
    &["POST /v1/clinics/search", "POST /v1/check", "POST /v1/evaluations"];

/// How long [`QUESTIONS_BY_POST`] may be.
pub const MOST_QUESTIONS: usize = 3;

/// Makes a program with a key.
pub fn client(app: &TestApp, scopes: &[Scope]) -> (Client, String) {
    let actor = Actor::new(ActorKind::Operator, "test");
    let new = NewClient {
        name: "A program".into(),
        scopes: scopes.iter().copied().collect(),
        expires_at: app.app().clock.now() + TimeDelta::days(30),
    };
    let (client, key) = app.app().create_client(&actor, &Reason::new("test", ""), new).unwrap();
    (client, format!("Bearer {}", key.expose()))
}

fn admin(app: &TestApp) -> Person {
    app.as_role(Role::Admin)
}

fn editor(app: &TestApp) -> User {
    user(app.app(), &[Role::Editor])
}

fn why() -> Json {
    json!({"reason_code": "test", "reason": "A test."})
}

/// Accounts, and what programs take at once.
pub const ROWS: &[Row] = &[
    Row {
        operation: "POST /v1/auth/token",
        asks: Asks::Nothing,
        works: Some(|app| {
            let body = json!({"username": editor(app).name, "password": PASSWORD});
            Call::open("/v1/auth/token", body)
        }),
    },
    Row {
        operation: "POST /v1/auth/refresh",
        asks: Asks::Nothing,
        works: Some(|app| {
            let person = app.as_role(Role::Viewer);
            Call::open("/v1/auth/refresh", json!({"refresh_token": person.refresh_token}))
        }),
    },
    Row {
        operation: "POST /v1/auth/revoke",
        asks: Asks::Person,
        works: Some(|app| Call::by(&app.as_role(Role::Viewer), "/v1/auth/revoke", json!({}))),
    },
    Row {
        operation: "POST /v1/auth/password",
        asks: Asks::Person,
        works: Some(|app| {
            let body = json!({"present": PASSWORD, "password": "another one that is long"});
            Call::by(&app.as_role(Role::Viewer), "/v1/auth/password", body)
        }),
    },
    Row {
        operation: "POST /v1/auth/totp",
        asks: Asks::Person,
        works: Some(|app| Call::by(&app.as_role(Role::Viewer), "/v1/auth/totp", json!({}))),
    },
    Row {
        operation: "POST /v1/auth/totp/confirm",
        asks: Asks::Person,
        works: Some(|app| {
            let person = signed_in(app.app(), editor(app), false);
            app.post_as(&person, "/v1/auth/totp", "{}").expect(200);
            let read = app.app().store.read(|reader| reader.user(person.user.id));
            let secret = read.unwrap().unwrap().1.totp_offered.unwrap();
            let code = totp::code_now(&secret, app.app().clock.now());
            Call::by(&person, "/v1/auth/totp/confirm", json!({"code": code}))
        }),
    },
    Row {
        operation: "GET /v1/export/clinics",
        asks: Asks::Named("directory.bulk"),
        works: Some(|app| Call::by(&admin(app), "/v1/export/clinics", Json::Null)),
    },
    Row {
        operation: "GET /v1/admin/users",
        asks: Asks::Named("manage_people"),
        works: Some(|app| Call::by(&admin(app), "/v1/admin/users", Json::Null)),
    },
    Row {
        operation: "POST /v1/admin/users",
        asks: Asks::Named("manage_people"),
        works: Some(|app| {
            let admin = admin(app);
            let name = format!("{}-made", admin.user.name);
            let body = json!({"name": name, "password": PASSWORD, "roles": ["editor"]});
            Call::by(&admin, "/v1/admin/users", body)
        }),
    },
    Row {
        operation: "GET /v1/admin/users/{id}",
        asks: Asks::Named("manage_people"),
        works: Some(|app| {
            let path = format!("/v1/admin/users/{}", editor(app).id);
            Call::by(&admin(app), path, Json::Null)
        }),
    },
    Row {
        operation: "PATCH /v1/admin/users/{id}",
        asks: Asks::Named("manage_people"),
        works: Some(|app| {
            let path = format!("/v1/admin/users/{}", editor(app).id);
            Call::by(&admin(app), path, json!({"roles": ["verifier"]})).if_match(1)
        }),
    },
    Row {
        operation: "POST /v1/admin/users/{id}/{verb}",
        asks: Asks::Named("manage_people"),
        works: Some(|app| {
            let path = format!("/v1/admin/users/{}/disable", editor(app).id);
            Call::by(&admin(app), path, why())
        }),
    },
    Row {
        operation: "GET /v1/admin/clients",
        asks: Asks::Named("manage_people"),
        works: Some(|app| Call::by(&admin(app), "/v1/admin/clients", Json::Null)),
    },
    Row {
        operation: "POST /v1/admin/clients",
        asks: Asks::Named("manage_people"),
        works: Some(|app| {
            let expires_at = app.app().clock.now() + TimeDelta::days(365);
            let body = json!({
                "name": "A program", "scopes": ["directory.read"], "expires_at": expires_at,
            });
            Call::by(&admin(app), "/v1/admin/clients", body)
        }),
    },
    Row {
        operation: "GET /v1/admin/clients/{id}",
        asks: Asks::Named("manage_people"),
        works: Some(|app| {
            let path = format!("/v1/admin/clients/{}", client(app, &[]).0.id);
            Call::by(&admin(app), path, Json::Null)
        }),
    },
    Row {
        operation: "PATCH /v1/admin/clients/{id}",
        asks: Asks::Named("manage_people"),
        works: Some(|app| {
            let path = format!("/v1/admin/clients/{}", client(app, &[]).0.id);
            Call::by(&admin(app), path, json!({"name": "Another name"})).if_match(1)
        }),
    },
    Row {
        operation: "POST /v1/admin/clients/{id}/{verb}",
        asks: Asks::Named("manage_people"),
        works: Some(|app| {
            let path = format!("/v1/admin/clients/{}/replace_key", client(app, &[]).0.id);
            Call::by(&admin(app), path, why())
        }),
    },
];

/// Every row of every table.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    ROWS.iter().chain(LISTINGS).chain(DESK).chain(MATTERS)
}

/// The operations of the document: `METHOD /path` with the operation itself.
pub fn operations() -> Vec<(String, Json)> {
    let document: Json = serde_json::from_str(&bedside::http::openapi::text()).unwrap();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            found.push((format!("{} {path}", method.to_uppercase()), operation.clone()));
        }
    }
    found
}

/// What the document says that an operation asks.
pub fn asked(operation: &Json) -> Result<Asks, String> {
    let security = operation["security"].as_array().ok_or("security is not said")?;
    let [one] = security.as_slice() else { return Err("security has not one entry".into()) };
    let one = one.as_object().ok_or("security is no object")?;
    if one.is_empty() {
        return Ok(Asks::Nothing);
    }
    let names = one.get("bearer").and_then(Json::as_array).ok_or("not by bearer")?;
    match names.as_slice() {
        [] => Ok(Asks::Person),
        [name] => {
            let name = name.as_str().ok_or("a name that is no text")?.to_owned();
            Ok(Asks::Named(name.leak()))
        }
        _ => Err("more than one name".into()),
    }
}

/// Sends a call.
pub fn send(app: &TestApp, operation: &str, call: &Call) -> crate::support::app::Reply {
    let (method, _) = operation.split_once(' ').unwrap();
    let mut headers: Vec<(&str, &str)> =
        call.headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
    if let Some(authorization) = &call.authorization {
        headers.push(("Authorization", authorization));
    }
    let (kind, body) = match &call.file {
        Some(file) => ("application/octet-stream", file.clone()),
        None if call.body.is_null() => ("application/json", String::new()),
        None => ("application/json", call.body.to_string()),
    };
    headers.push(("Content-Type", kind));
    app.request(method, &call.path, &headers, body.as_bytes())
}
