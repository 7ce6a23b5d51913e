//! The permission in a handler's signature: `by: Authorized<EditListings>` as its first
//! argument, and the handler runs only for somebody who may.
//!
//! Name the same permission in the operation's documentation,
//! `security(("bearer" = ["edit_listings"]))`: a test asks every operation with every role and
//! compares.

use std::{
    future::{Ready, ready},
    marker::PhantomData,
    sync::Arc,
};

use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest,
    dev::{Payload, ServiceRequest},
    http::header::{self, HeaderMap},
    web::Data,
};

use super::{
    problem::{Kind, Problem},
    shared::Shared,
};
use crate::{
    app::{App, accounts::person},
    auth::{self, Identity, Permission, Scope},
    store::Actor,
};

/// What is asked of whoever calls an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// A person with a role that gives the permission.
    Permission(Permission),
    /// A program whose key has the scope, or a person who may see what is not public.
    Scope(Scope),
}

/// Stands for a permission or a scope in a signature.
pub trait Grant {
    /// What is asked.
    const ASKED: Asked;
}

macro_rules! grants {
    ($of:ident: $($(#[$doc:meta])* $name:ident,)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub struct $name;

            impl Grant for $name {
                const ASKED: Asked = Asked::$of($of::$name);
            }
        )+
    };
}

grants! {
    Scope:
    /// Read under a rate limit of one's own.
    DirectoryRead,
    /// Take all published listings at once.
    DirectoryBulk,
}

grants! {
    Permission:
    /// See what is not public.
    ViewAdmin,
    /// Create and change listings.
    EditListings,
    /// Decide what is public.
    PublishListings,
    /// Accept or refuse evidence and answers.
    VerifyEvidence,
    /// Move flags through due process.
    DecideFlags,
    /// Work on reports from the public.
    HandleReports,
    /// Read files in.
    ImportFiles,
    /// Decide who may do what.
    ManagePeople,
}

/// Somebody who has proved who they are and may do what `P` says.
#[derive(Debug, Clone)]
pub struct Authorized<P> {
    /// Who.
    pub identity: Identity,
    /// The same for the journal, in the role that allows it.
    pub actor: Actor,
    _may: PhantomData<P>,
}

impl<P: Grant> FromRequest for Authorized<P> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(identify(request).and_then(|identity| {
            let role = match P::ASKED {
                Asked::Permission(permission) => identity.role_for(permission),
                Asked::Scope(_) => identity.role_for(Permission::ViewAdmin),
            };
            let may = role.is_some()
                || matches!(P::ASKED, Asked::Scope(scope) if identity.has_scope(scope));
            if !may {
                return Err(Problem::of(refusal(&identity)));
            }
            let actor = person(&identity, role);
            Ok(Self { identity, actor, _may: PhantomData })
        }))
    }
}

/// A person who has proved who they are, whatever they may do, even nothing yet.
#[derive(Debug, Clone)]
pub struct SignedInPerson {
    /// Who.
    pub identity: Identity,
    /// The same for the journal.
    pub actor: Actor,
}

impl FromRequest for SignedInPerson {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(identify(request).and_then(|identity| {
            if identity.kind != auth::Kind::Person {
                return Err(Problem::of(Kind::Forbidden));
            }
            let actor = person(&identity, None);
            Ok(Self { identity, actor })
        }))
    }
}

/// Who is asking; every way of not proving it gets the same answer.
///
/// # Errors
/// 401, or 503 while the database does not answer: who may come in cannot be known then.
pub fn identify(request: &HttpRequest) -> Result<Identity, Problem> {
    let refused = || Problem::of(Kind::Unauthenticated);
    let shared = request
        .app_data::<Data<Shared>>()
        .map(|data| Arc::clone(data))
        .ok_or_else(|| Problem::internal("the application has no shared state"))?;
    let token = bearer(request.headers()).ok_or_else(refused)?;
    if !shared.app.takes_writes() {
        let detail = "The database does not answer; reading without signing in goes on.";
        return Err(Problem::new(Kind::Unavailable, detail));
    }
    // The gate may have met them already.
    let met = request.extensions().get::<Met>().map(|Met(identity)| identity.clone());
    met.unwrap_or_else(|| shared.app.identify(token)).ok_or_else(refused)
}

/// Whom a token proved, once it was looked at.
struct Met(Option<Identity>);

/// Who is asking, before it is known whether anybody wants to know; remembered for
/// [`identify`], since checking a signature takes its time.
#[must_use]
pub fn meet(app: &App, request: &ServiceRequest) -> Option<Identity> {
    let token = bearer(request.headers()).filter(|_| app.takes_writes())?;
    let identity = app.identify(token);
    request.extensions_mut().insert(Met(identity.clone()));
    identity
}

/// The one bearer token of a request.
#[must_use]
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION);
    let (one, more) = (values.next()?, values.next());
    let (scheme, token) = one.to_str().ok()?.split_once(' ')?;
    let good = more.is_none() && scheme.eq_ignore_ascii_case("bearer") && !token.is_empty();
    good.then_some(token)
}

fn refusal(identity: &Identity) -> Kind {
    if identity.complete { Kind::Forbidden } else { Kind::SecondFactorMissing }
}
