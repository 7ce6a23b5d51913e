//! The sets of providers that ship with the program.

use super::import::{Form, ImportError, ImportOptions, Knowledge, import};
use crate::{clock::Clock, config::Demo, gazetteer::Gazetteer, rules::Rulebook, store::Store};

/// Real providers, as far as their sources go.
const REAL: &[u8] = include_bytes!("../../data/providers.ndjson");

/// Made-up providers that show every case.
const FICTIONAL: &[u8] = include_bytes!("../../data/fictional.ndjson");

/// Fills an empty database with a set; one that holds providers is left as it is.
///
/// # Errors
/// When the database fails.
pub fn fill(
    store: &Store,
    set: Demo,
    rulebook: &Rulebook,
    gazetteer: &Gazetteer,
    clock: &dyn Clock,
) -> Result<(), ImportError> {
    if store.read(|reader| reader.provider_count())? > 0 {
        tracing::info!("the database holds providers already: the demonstration set was not read");
        return Ok(());
    }
    let mut file = match set {
        Demo::Real => REAL,
        Demo::Fictional => FICTIONAL,
    };
    let report = import(
        store,
        Knowledge { gazetteer, rulebook },
        clock.now(),
        (&mut file, Some(Form::Ndjson)),
        ImportOptions { initial: true, strict: false, dry_run: false },
        &mut |_rows| {},
    )?;
    tracing::info!(created = report.created, refused = report.failed, "read the demonstration set");
    Ok(())
}
