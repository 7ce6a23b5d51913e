//! On which days a provider and its sites look as they do on the picture's day.

use std::ops::RangeInclusive;

use chrono::NaiveDate;

use super::ProviderPicture;
use crate::domain::{course_cost::StatedPrice, provider::standing};

impl ProviderPicture<'_> {
    /// The days around the picture's on which nothing ages, begins or ends: a picture for any of
    /// them is the same.
    pub(super) fn steady(&self) -> RangeInclusive<NaiveDate> {
        let as_of = self.easel.as_of;
        let (mut first, mut last) = (NaiveDate::MIN, NaiveDate::MAX);
        self.each_turning_day(|day| {
            if day <= as_of {
                first = first.max(day);
            } else {
                last = last.min(day.pred_opt().unwrap_or(day));
            }
        });
        first..=last
    }

    /// The days from which on something may differ from the day before.
    fn each_turning_day(&self, mut see: impl FnMut(NaiveDate)) {
        let provider = &self.provider;
        self.easel.rulebook.turning_days(provider).for_each(&mut see);
        for site in &provider.sites {
            for price in StatedPrice::of(provider, site) {
                price.turning_days().for_each(&mut see);
            }
            for credential in standing(&site.credentials) {
                credential.effective_on.into_iter().for_each(&mut see);
                let last_day = credential.expires_on.and_then(|day| day.succ_opt());
                last_day.into_iter().for_each(&mut see);
            }
        }
    }
}
