//! Statements, prices, credentials, flags and the evidence behind them.

use chrono::NaiveDate;

use super::{Check, KEY, NAME, REMARK, REPLY};
use crate::{
    domain::{
        EvidenceKind, Tier,
        fact::FactValue,
        offer::{Credential, Flag, Price},
        provider::{Evidence, Statement},
    },
    import::problem::Path,
};

/// Highest amount that is a price and no slip of the keyboard: 100,000 dollars, in cents.
const MOST_CENTS: i64 = 10_000_000;

impl Check<'_> {
    pub(super) fn statement(&mut self, statement: &mut Statement, at: Path<'_>) {
        let Statement { name, value, reason, evidence, observed_on, valid_until, attested_by } =
            statement;
        if name == "site.state" {
            let mend = "leave it out and write the state in the site's address";
            self.refuse(at.key("name"), "`site.state` is read from the address", mend);
        } else if let Err(misfit) = self.by.facts.check(name, value.as_ref()) {
            self.refuse(at.key(misfit.part), misfit.problem, misfit.mend);
        }
        if let Some(FactValue::Set(set)) = value {
            remove_repeated(&mut set.items);
        }
        if value.is_some() && reason.is_some() {
            let mend = "write `value` null, or leave `reason` out";
            self.refuse(at.key("reason"), "a known value has no reason to be unknown", mend);
        }
        self.cited(evidence, value.is_some(), at.key("evidence"));
        self.seen_on(*observed_on, at.key("observed_on"));
        self.day(*valid_until, at.key("valid_until"));
        let observed = observed_on.or_else(|| self.newest_capture(evidence));
        if value.is_some() && observed.is_none() && !evidence.is_empty() {
            let mend = "write `observed_on`, or `captured_on` in its evidence";
            self.refuse(at.key("observed_on"), "nobody says when this was seen", mend);
        }
        self.ordered(observed, *valid_until, at.key("valid_until"));
        self.optional_text(attested_by, NAME, at.key("attested_by"));
        if attested_by.is_some() && !self.backed_by(evidence, &[Tier::E3]) {
            let mend = "cite the attestation (tier E3) as evidence, or leave `attested_by` out";
            self.refuse(at.key("attested_by"), "no evidence of it is an attestation", mend);
        }
    }

    pub(super) fn price(&mut self, price: &mut Price, at: Path<'_>) {
        let amounts = [
            (Some(price.amount_cents), at.key("amount_cents")),
            (price.amount_max_cents, at.key("amount_max_cents")),
        ];
        for (amount, at) in amounts {
            self.within(amount, 0, MOST_CENTS, at);
        }
        self.ordered(Some(price.amount_cents), price.amount_max_cents, at.key("amount_max_cents"));
        self.within(price.sessions_included, 1, 200, at.key("sessions_included"));
        self.day(price.valid_from, at.key("valid_from"));
        self.day(price.valid_to, at.key("valid_to"));
        self.ordered(price.valid_from, price.valid_to, at.key("valid_to"));
        self.seen_on(price.observed_on, at.key("observed_on"));
        self.optional_text(&mut price.conditions, REMARK, at.key("conditions"));
        self.cited(&mut price.evidence, true, at.key("evidence"));
    }

    pub(super) fn credential(&mut self, credential: &mut Credential, at: Path<'_>) {
        self.optional_text(&mut credential.certificate_no, KEY, at.key("certificate_no"));
        self.day(credential.effective_on, at.key("effective_on"));
        self.day(credential.expires_on, at.key("expires_on"));
        self.ordered(credential.effective_on, credential.expires_on, at.key("expires_on"));
        self.cited(&mut credential.evidence, false, at.key("evidence"));
        if !self.backed_by(&credential.evidence, &[Tier::E1, Tier::E4]) {
            let mend = "cite a registry record, a certificate or a survey (tier E1 or E4)";
            self.warn(at.key("evidence"), "the credential is kept and does not count", mend);
        }
    }

    pub(super) fn flag(&mut self, flag: &mut Flag, at: Path<'_>) {
        if !self.by.facts.knows_rule(&flag.rule) {
            let problem = format!("no rule is called `{}`", super::shortened(&flag.rule));
            self.refuse(at.key("rule"), problem, "write a rule's id, such as KTS-002");
        }
        self.seen_on(flag.notified_on, at.key("notified_on"));
        self.seen_on(flag.published_on, at.key("published_on"));
        self.seen_on(flag.closed_on, at.key("closed_on"));
        self.ordered(flag.notified_on, flag.published_on, at.key("published_on"));
        self.ordered(flag.published_on, flag.closed_on, at.key("closed_on"));
        self.optional_text(&mut flag.reply, REPLY, at.key("reply"));
    }

    /// The positions in the evidence list: each must exist, and they are kept in order.
    fn cited(&mut self, evidence: &mut Vec<u32>, needed: bool, at: Path<'_>) {
        if evidence.is_empty() {
            if needed {
                let mend = "name the evidence by its position in the provider's `evidence`, from 0";
                self.refuse(at, "nothing backs it", mend);
            }
            return;
        }
        for (index, position) in evidence.iter().enumerate() {
            if self.backing(*position).is_none() {
                let problem = format!("there is no evidence {position}");
                let mend = match self.evidence.len() {
                    0 => "add the evidence to the provider's `evidence`".to_owned(),
                    n => format!("write a position from 0 to {}", n.saturating_sub(1)),
                };
                self.refuse(at.index(index), problem, mend);
            }
        }
        evidence.sort_unstable();
        evidence.dedup();
    }

    fn backing(&self, position: u32) -> Option<super::Backing> {
        self.evidence.get(usize::try_from(position).ok()?).copied()
    }

    fn newest_capture(&self, evidence: &[u32]) -> Option<NaiveDate> {
        evidence.iter().filter_map(|at| self.backing(*at)?.captured_on).max()
    }

    fn backed_by(&self, evidence: &[u32], tiers: &[Tier]) -> bool {
        evidence.iter().filter_map(|at| self.backing(*at)).any(|e| tiers.contains(&e.tier))
    }
}

/// Which tiers a kind of evidence can have.
const fn tiers_of(kind: EvidenceKind) -> &'static [Tier] {
    match kind {
        EvidenceKind::RegistryRecord | EvidenceKind::RegulatorAction => &[Tier::E1],
        EvidenceKind::Certificate => &[Tier::E1, Tier::E4],
        EvidenceKind::InspectionReport => &[Tier::E4],
        EvidenceKind::Attestation => &[Tier::E3],
        EvidenceKind::WebsiteCapture => &[Tier::E2],
        EvidenceKind::PatientReport => &[Tier::E6],
        EvidenceKind::PhoneVerification | EvidenceKind::Document => &[Tier::E5],
    }
}

/// Kind and tier belong together, and a capture without a hash must let a reader find it.
pub(super) fn kind_and_tier(check: &mut Check<'_>, evidence: &Evidence, at: Path<'_>) {
    let tiers = tiers_of(evidence.kind);
    if !tiers.contains(&evidence.tier) {
        let problem = format!("a {} is not {}", evidence.kind, evidence.tier);
        let codes: Vec<&str> = tiers.iter().map(|tier| tier.as_str()).collect();
        let mend = format!("write {}, or another kind", codes.join(" or "));
        check.refuse(at.key("tier"), problem, mend);
    }
    if evidence.tier == Tier::E2 && evidence.sha256.is_none() {
        let parts = [
            ("url", evidence.url.is_some()),
            ("captured_on", evidence.captured_on.is_some()),
            ("excerpt", evidence.excerpt.is_some()),
        ];
        for (part, _) in parts.iter().filter(|(_, there)| !there) {
            let mend = "add it, or the SHA-256 of the capture";
            check.refuse(at.key(part), "an E2 without a hash needs it", mend);
        }
    }
}

/// SHA-256 in lower-case hexadecimal.
pub(super) fn hash(check: &mut Check<'_>, hash: &mut Option<String>, at: Path<'_>) {
    let Some(hash) = hash else { return };
    if hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit()) {
        hash.make_ascii_lowercase();
    } else {
        check.refuse(at, "it is no SHA-256", "write 64 hexadecimal digits");
    }
}

/// Keeps the first of equal members, in their order.
pub(super) fn remove_repeated<T: PartialEq>(items: &mut Vec<T>) {
    let mut kept: Vec<T> = Vec::with_capacity(items.len());
    for item in items.drain(..) {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    *items = kept;
}
