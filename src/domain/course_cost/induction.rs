//! The first course: single sessions or a series, whichever is cheaper.

use std::collections::BTreeMap;

use crate::domain::{PriceKind, Route};

use super::{
    AssumptionCode, CourseOffer,
    select::{Selected, StatedPrice, range, remaining},
    sum::Sum,
};

/// A way to buy the sessions of a course.
#[derive(Debug, Clone)]
pub struct Induction {
    series: Option<Series>,
    single: Option<(Selected, u32)>,
}

/// Some series of equal size.
#[derive(Debug, Clone)]
struct Series {
    price: Selected,
    count: u32,
    sessions_each: u8,
    sessions_assumed: bool,
}

impl Induction {
    /// The cheaper way, by the lower end and then the upper end; single sessions of two equal
    /// ones.
    pub fn cheapest(offer: &CourseOffer<'_>, route: Route, sessions: u8) -> Option<Self> {
        let session = offer.select(PriceKind::Session, route);
        let singles = session
            .clone()
            .map(|price| Self { series: None, single: Some((price, u32::from(sessions))) });
        let in_series = series_by_size(offer, route)
            .into_iter()
            .map(|(size, price)| Self::in_series(size, price, session.clone(), sessions));
        singles.into_iter().chain(in_series).min_by_key(Self::total)
    }

    /// A series of k stands for any number up to k. Beyond it there are as many whole ones as
    /// fit and single sessions for the rest, or one more series where there is no session price.
    fn in_series(
        (sessions_each, sessions_assumed): (u8, bool),
        price: Selected,
        session: Option<Selected>,
        sessions: u8,
    ) -> Self {
        let whole = sessions.checked_div(sessions_each).unwrap_or(0);
        let rest = sessions.checked_rem(sessions_each).unwrap_or(0);
        let series = |count: u8| {
            let count = u32::from(count);
            Some(Series { price, count, sessions_each, sessions_assumed })
        };
        match session {
            _ if whole == 0 => Self { series: series(1), single: None },
            _ if rest == 0 => Self { series: series(whole), single: None },
            Some(session) => {
                Self { series: series(whole), single: Some((session, u32::from(rest))) }
            }
            None => Self { series: series(whole.saturating_add(1)), single: None },
        }
    }

    fn total(&self) -> (i64, i64) {
        let series = self.series.as_ref().map(|series| (&series.price, series.count));
        let single = self.single.as_ref().map(|(price, count)| (price, *count));
        series.into_iter().chain(single).fold((0, 0), |(min, max), (price, count)| {
            let count = i64::from(count);
            (
                i64::saturating_add(min, price.min_cents.saturating_mul(count)),
                i64::saturating_add(max, price.max_cents.saturating_mul(count)),
            )
        })
    }

    /// Adds the items and names what is assumed.
    pub fn add_to(self, sum: &mut Sum, sessions: u8) {
        if let Some(series) = self.series {
            let Series { price, count, sessions_each, sessions_assumed } = series;
            if sessions_assumed {
                sum.assume(
                    AssumptionCode::SeriesSessionsAssumed,
                    format!(
                        "The series does not say its size; {sessions_each} sessions are assumed."
                    ),
                );
            }
            let bought = count.saturating_mul(u32::from(sessions_each));
            if self.single.is_none() && bought > u32::from(sessions) {
                sum.assume(
                    AssumptionCode::SeriesLargerThanCourse,
                    format!(
                        "Series of {sessions_each} sessions are the cheapest way to {sessions}."
                    ),
                );
            }
            sum.add(PriceKind::InductionSeries, price, count);
        }
        if let Some((price, count)) = self.single {
            sum.add(PriceKind::Session, price, count);
        }
    }
}

/// The price range of the series of each size, and whether that size is assumed.
fn series_by_size(offer: &CourseOffer<'_>, route: Route) -> BTreeMap<(u8, bool), Selected> {
    let assumed_size = offer.sessions(offer.is_esketamine(route), None).0;
    let mut by_size: BTreeMap<(u8, bool), Vec<&StatedPrice<'_>>> = BTreeMap::new();
    for stated in remaining(offer, PriceKind::InductionSeries, route) {
        let named = stated.price.sessions_included.filter(|size| *size > 0);
        let size = named.map_or((assumed_size, true), |size| (size, false));
        by_size.entry(size).or_default().push(stated);
    }
    by_size.into_iter().filter_map(|(size, prices)| Some((size, range(&prices)?))).collect()
}
