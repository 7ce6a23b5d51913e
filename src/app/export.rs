//! Giving files out: every provider as the line that imports to the same state.

use std::io::{self, Write};

use crate::{import, store::Store};

/// Providers that are read from the store at once.
const BATCH: usize = 1_000;

/// Why an export stopped.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] crate::store::Error),
    /// The output cannot be written.
    #[error("the output cannot be written")]
    Output(#[from] io::Error),
}

/// Writes every provider as a provider file and says how many there were.
///
/// # Errors
/// When the database or the output fails.
pub fn providers(store: &Store, output: &mut dyn Write) -> Result<u64, ExportError> {
    let mut written = 0;
    store.read(|reader| {
        reader.for_each_batch(BATCH, |documents| {
            for document in documents {
                import::export::write(&document.provider()?, &mut *output)?;
                written += 1;
            }
            Ok::<_, ExportError>(())
        })
    })?;
    output.flush()?;
    Ok(written)
}
