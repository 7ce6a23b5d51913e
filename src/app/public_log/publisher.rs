//! Says to the store what the public may see of a provider.

use std::{sync::Arc, thread};

use chrono::NaiveDate;

use crate::{
    app::picture::{Easel, ProviderPicture, RECORD_VERSION},
    domain::provider::Provider,
    gazetteer::Gazetteer,
    rules::Rulebook,
    store::Publisher,
};

/// Fewer providers are not worth a second thread.
const SHARE: usize = 16;

/// Draws public records by a rulebook.
#[derive(Debug, Clone)]
pub struct PublicRecords {
    rulebook: Arc<Rulebook>,
    gazetteer: &'static Gazetteer,
}

impl PublicRecords {
    /// By this rulebook and gazetteer.
    #[must_use]
    pub const fn new(rulebook: Arc<Rulebook>, gazetteer: &'static Gazetteer) -> Self {
        Self { rulebook, gazetteer }
    }

    /// By those that are part of the program.
    ///
    /// # Errors
    /// Where they are damaged.
    pub fn built_in() -> anyhow::Result<Self> {
        use anyhow::Context as _;
        let rulebook = Rulebook::built_in().context("the built-in rulebook is damaged")?;
        let gazetteer = Gazetteer::embedded().context("the built-in gazetteer is damaged")?;
        Ok(Self::new(Arc::new(rulebook), gazetteer))
    }

    /// The rules that it draws by.
    #[must_use]
    pub fn rulebook(&self) -> &Rulebook {
        &self.rulebook
    }

    /// What decides a record beside the provider itself: the date, the rules and the form.
    #[must_use]
    pub fn edition(rulebook: &Rulebook, on: NaiveDate) -> String {
        format!("{on} rulebook {} record {RECORD_VERSION}", rulebook.hash())
    }

    fn drawn(&self, providers: &[&Provider], on: NaiveDate) -> Vec<String> {
        let easel =
            Easel { rulebook: &self.rulebook, gazetteer: self.gazetteer, as_of: on, today: on };
        providers
            .iter()
            .map(|provider| ProviderPicture::new(easel, (*provider).clone()).public_record())
            .collect()
    }
}

impl Publisher for PublicRecords {
    fn records(&self, providers: &[&Provider], on: NaiveDate) -> Vec<String> {
        if providers.len() <= SHARE {
            return self.drawn(providers, on);
        }
        let threads = thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        let share = providers.len().div_ceil(threads).max(SHARE);
        thread::scope(|scope| {
            let workers: Vec<_> = providers
                .chunks(share)
                .map(|share| scope.spawn(move || self.drawn(share, on)))
                .collect();
            workers
                .into_iter()
                .flat_map(|worker| {
                    worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                })
                .collect()
        })
    }
}
