//! What most operations ask of a request before anything else, as arguments of their handlers: no
//! parameter in the address and JSON back, the version that a change is made from, and a body of
//! a known shape.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;

use super::{
    JsonBytes,
    params::Params,
    preconditions::{if_match, retry},
    problem::Problem,
    reply, typed,
};
use crate::app::editorial::Retry;

/// A request that names no parameter and takes JSON for an answer.
#[derive(Debug, Clone, Copy)]
pub struct Plain;

impl FromRequest for Plain {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let plain = Params::from_query(request.query_string()).and_then(Params::finish);
        ready(plain.and_then(|()| reply::takes_json(request)).map(|()| Self))
    }
}

/// The versions that `If-Match` names, which must be given.
#[derive(Debug)]
pub struct IfMatch(pub Vec<i64>);

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(if_match(request).map(Self))
    }
}

/// A body as a type whose members are all known.
#[derive(Debug)]
pub struct Typed<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Typed<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = JsonBytes::from_request(request, payload);
        Box::pin(async move { typed(&bytes.await?).map(Self) })
    }
}

/// The same of a request that may be sent again under one `Idempotency-Key`.
#[derive(Debug)]
pub struct Repeatable<T> {
    /// What the body says.
    pub said: T,
    /// How the request is known if it is sent again.
    pub retry: Option<Retry>,
}

impl<T: DeserializeOwned + 'static> FromRequest for Repeatable<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, bytes) = (request.clone(), JsonBytes::from_request(request, payload));
        Box::pin(async move {
            let bytes = bytes.await?;
            Ok(Self { said: typed(&bytes)?, retry: retry(&request, &bytes.0)? })
        })
    }
}
