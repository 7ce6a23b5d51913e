//! The hop from a handler to a thread that may wait: for the database, or for a hash.

use std::sync::Arc;

use actix_web::web::{self, Data};

use super::{problem::Problem, shared::Shared};
use crate::app::{App, priority::give_way};

/// Does work that blocks on a thread of its own, and gives its error as a problem.
///
/// # Errors
/// Those of the work; a panic in it is an internal error.
pub async fn blocking<T, E>(
    shared: &Data<Shared>,
    work: impl FnOnce(&App) -> Result<T, E> + Send + 'static,
) -> Result<T, Problem>
where
    T: Send + 'static,
    E: Into<Problem> + Send + 'static,
{
    let app = Arc::clone(&shared.app);
    web::block(move || {
        give_way();
        work(&app)
    })
    .await
    .map_err(Problem::internal)?
    .map_err(Into::into)
}
