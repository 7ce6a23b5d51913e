//! A provider's row as it is handed out.

use uuid::Uuid;

use super::{Error, reader::uuid};
use crate::domain::provider::Provider;

/// A provider as the database keeps it. Parsing is left to the caller, who may do it on many
/// threads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The provider's id.
    pub id: Uuid,
    /// The journal entry that made it so.
    pub seq: i64,
    /// JSON of [`Provider`].
    pub text: String,
}

impl Document {
    /// Reads the text.
    ///
    /// # Errors
    /// [`Error::Corrupt`] where the text is no provider, or another one.
    pub fn provider(&self) -> Result<Provider, Error> {
        let what = || format!("the document of provider {}", self.id);
        let provider: Provider =
            serde_json::from_str(&self.text).map_err(|error| Error::corrupt(what(), error))?;
        if provider.id == self.id {
            Ok(provider)
        } else {
            Err(Error::corrupt(what(), format!("it says that its id is {}", provider.id)))
        }
    }
}

impl TryFrom<(String, i64, String)> for Document {
    type Error = Error;

    fn try_from((id, seq, text): (String, i64, String)) -> Result<Self, Error> {
        Ok(Self { id: uuid(&id)?, seq, text })
    }
}
