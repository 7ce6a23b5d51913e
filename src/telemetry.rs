//! Logs: one JSON object a line on standard error. What a person typed is never among them.

use tracing_subscriber::{EnvFilter, layer::SubscriberExt, util::SubscriberInitExt};

/// Starts logging at the level of `BEDSIDE_LOG` (default `info`).
///
/// A second call changes nothing.
pub fn start() {
    let filter =
        EnvFilter::try_from_env("BEDSIDE_LOG").unwrap_or_else(|_unset| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_writer(std::io::stderr);
    // It fails only where logging has already been started.
    let _ = tracing_subscriber::registry().with(filter).with(lines).try_init();
    // The message of a panic may quote what a person asked for; its place never does.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "a panic");
    }));
}
