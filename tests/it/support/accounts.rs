//! People who are signed in, without the time that a password takes.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

use bedside::{
    app::App,
    auth::{Role, User, password},
    store::{Action, Actor, ActorKind, Credentials, Reason},
};

use super::app::{Reply, TestApp};

/// The password of everybody who is made here.
pub const PASSWORD: &str = "of everybody who is made here";

static HASH: LazyLock<String> = LazyLock::new(|| password::hash(PASSWORD).unwrap());

/// Somebody who signed in.
#[derive(Debug, Clone)]
pub struct Person {
    pub user: User,
    /// The value of `Authorization`.
    pub authorization: String,
    /// The token in it.
    pub access_token: String,
    /// What continues the session.
    pub refresh_token: String,
}

/// Makes an account with some roles; each has a name of its own.
pub fn user(app: &Arc<App>, roles: &[Role]) -> User {
    static COUNT: AtomicU32 = AtomicU32::new(1);
    let actor = Actor::new(ActorKind::Operator, "test");
    let name = format!("person-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let roles: BTreeSet<Role> = roles.iter().copied().collect();
    let id = app.clock.new_id();
    app.write(&actor, &Reason::new("test", ""), |tx| {
        let user = User {
            id,
            name,
            roles,
            disabled: false,
            version: 1,
            created_at: tx.at(),
            updated_at: tx.at(),
            password_set_at: tx.at(),
            second_factor_at: None,
            second_factor_offered_at: None,
        };
        tx.put_user(Action::Create, &user, &Credentials::new(HASH.clone()))?;
        Ok::<_, bedside::store::Error>(user)
    })
    .unwrap()
    .value
}

/// Signs somebody in, with the second factor given or not.
pub fn signed_in(app: &Arc<App>, user: User, second_factor: bool) -> Person {
    let session = app.open_session(&user, second_factor).unwrap();
    let access_token = session.access_token.expose().to_owned();
    Person {
        user,
        authorization: format!("Bearer {access_token}"),
        access_token,
        refresh_token: session.refresh_token.unwrap().expose().to_owned(),
    }
}

impl TestApp {
    /// A new person with a role, fully signed in.
    pub fn as_role(&self, role: Role) -> Person {
        signed_in(self.app(), user(self.app(), &[role]), true)
    }

    /// GET as somebody.
    pub fn get_as(&self, who: &Person, path: &str) -> Reply {
        self.get_with(path, &[("Authorization", &who.authorization)])
    }

    /// A request with a JSON body as somebody.
    pub fn send_as(
        &self,
        who: &Person,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl AsRef<[u8]>,
    ) -> Reply {
        let mut all =
            vec![("Authorization", &*who.authorization), ("Content-Type", "application/json")];
        all.extend_from_slice(headers);
        self.request(method, path, &all, body.as_ref())
    }

    /// POST of a JSON text as somebody.
    pub fn post_as(&self, who: &Person, path: &str, body: impl AsRef<[u8]>) -> Reply {
        self.send_as(who, "POST", path, &[], body)
    }
}
