//! Adding up the parts of a course's cost.

use crate::domain::{PriceKind, Route};

use super::{Assumption, AssumptionCode, CostItem, CostState, CourseCost, select::Selected};

/// A cost while its parts are being added.
#[derive(Debug, Default)]
pub struct Sum {
    items: Vec<CostItem>,
    assumptions: Vec<Assumption>,
}

impl Sum {
    pub fn add(&mut self, kind: PriceKind, price: Selected, quantity: u32) {
        for assumption in price.assumptions {
            if !self.assumptions.contains(&assumption) {
                self.assumptions.push(assumption);
            }
        }
        self.items.push(CostItem {
            kind,
            label: label(kind),
            unit_min_cents: price.min_cents,
            unit_max_cents: price.max_cents,
            quantity,
            min_cents: price.min_cents.saturating_mul(i64::from(quantity)),
            max_cents: price.max_cents.saturating_mul(i64::from(quantity)),
            observed_on: price.observed_on,
            from: price.from,
            evidence: price.evidence,
        });
    }

    pub fn assume(&mut self, code: AssumptionCode, text: impl Into<String>) {
        self.assumptions.push(Assumption { code, text: text.into() });
    }

    pub fn into_cost(
        self,
        state: CostState,
        route: Option<Route>,
        sessions: u8,
        sessions_assumed: bool,
    ) -> CourseCost {
        let known = state != CostState::Unpublished;
        let total = |end: fn(&CostItem) -> i64| {
            known.then(|| self.items.iter().map(end).fold(0, i64::saturating_add))
        };
        CourseCost {
            state,
            min_cents: total(|item| item.min_cents),
            max_cents: total(|item| item.max_cents),
            route,
            sessions,
            sessions_assumed,
            items: self.items,
            assumptions: self.assumptions,
        }
    }
}

const fn label(kind: PriceKind) -> &'static str {
    match kind {
        PriceKind::Consultation => "First consultation",
        PriceKind::Session => "Treatment session",
        PriceKind::InductionSeries => "Series of sessions",
        PriceKind::MaintenanceSession => "Later session",
        PriceKind::IntegrationSession => "Integration session",
        PriceKind::FacilityFee => "Facility fee",
        PriceKind::Medication => "Medication",
        PriceKind::CancellationFee => "Cancellation fee",
    }
}
