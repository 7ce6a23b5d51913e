"""Checks provider files against the format, without the program that reads them.

    python3 check.py FACTS.json FILE.ndjson...

Prints every problem with file, line and place; ends with 1 where there is one.
"""

import json
import re
import sys
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from common import luhn_digit

USPS = set(
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ"
    " NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI".split()
)
CODES = {
    "route": "iv im sc nasal sublingual oral rectal",
    "product": "ketamine-injectable ketamine-compounded esketamine-spravato unspecified",
    "indication": "depression treatment-resistant-depression suicidal-ideation anxiety ptsd ocd"
    " bipolar-depression chronic-pain neuropathic-pain fibromyalgia crps migraine"
    " substance-use-disorder palliative-care",
    "payment": "private-insurance medicaid medicare military-insurance ihs-tribal-urban"
    " state-financed self-pay no-charge payment-assistance sliding-fee payment-plan"
    " third-party-financing hsa-fsa superbill package-discount military-discount price-match"
    " CASH CCCA CHCK DEBC",
    "stance": "in-network out-of-network superbill-only not-reimbursed case-by-case unknown",
    "price_kind": "consultation session induction-series maintenance-session integration-session"
    " facility-fee medication cancellation-fee",
    "basis": "per-session per-series per-visit per-dose per-month",
    "accepting": "newpt nopt existptonly existptfam",
    "operating": "normal notice limited closed",
    "listing": "draft submitted in_review published suspended delisted merged",
    "flag": "proposed notified answered published appealed display_suspended cleared dismissed"
    " expired",
    "precision": "rooftop parcel street zip-centroid city-centroid unknown",
    "credential": "facet-3 facet-4 facet-8 aaahc-ambulatory quad-a-office-based"
    " achc-ambulatory-infusion carf-behavioral-health urac-telehealth spravato-rems-outpatient"
    " spravato-rems-inpatient legitscript-healthcare nabp-healthcare-merchant"
    " nabp-digital-pharmacy facet-1018 askp3-pledge askp3-member kap-training",
    "credential_status": "active inactive issued-in-error revoked pending unknown expired"
    " suspended",
    "licence_status": "active expired suspended revoked probation surrendered unknown",
    "role": "ph pa crnp apn rn py co sw mt",
    "alias": "dba former short",
    "guarantee": "price-match beat-by-percent lowest-price-claim",
    "day": "mo tu we th fr sa su",
    "reason": "never_asked no_answer not_found unresolved_name_match stale below_tier conflicting"
    " withdrawn",
}
CODES = {name: set(text.split()) for name, text in CODES.items()}
CODES["state"] = USPS
# What each kind of evidence may weigh; any other kind is E5.
TIERS = {
    "registry-record": {"E1"}, "regulator-action": {"E1"}, "certificate": {"E1", "E4"},
    "inspection-report": {"E4"}, "attestation": {"E3"}, "website-capture": {"E2"},
    "patient-report": {"E6"}, "phone-verification": {"E5"}, "document": {"E5"},
}


class Check:
    """The problems of one line, each with the place where it is."""

    def __init__(self, vocabulary):
        self.vocabulary = vocabulary
        self.problems = []

    def add(self, where, what):
        self.problems.append(f"{where}: {what}")

    def fields(self, where, value, shape):
        """Checks an object: every field known, each by its own check."""
        if not isinstance(value, dict):
            return self.add(where, "not an object")
        for key, item in value.items():
            if key not in shape:
                self.add(f"{where}/{key}", "unknown field")
            else:
                shape[key](f"{where}/{key}", item)

    def code(self, name):
        def check(where, value):
            if value not in CODES[name]:
                self.add(where, f"{value!r} is no {name} code")
        return check

    def each(self, check):
        def checks(where, value):
            if not isinstance(value, list):
                return self.add(where, "not a list")
            for at, item in enumerate(value):
                check(f"{where}/{at}", item)
        return checks

    def object(self, **shape):
        return lambda where, value: self.fields(where, value, shape)

    def text(self, longest=2000):
        def check(where, value):
            if not isinstance(value, str) or not value.strip():
                self.add(where, "not a text")
            elif len(value.encode()) > longest:
                self.add(where, f"longer than {longest} bytes")
        return check

    def matches(self, pattern, what):
        def check(where, value):
            if not isinstance(value, str) or not re.fullmatch(pattern, value):
                self.add(where, f"{value!r} is no {what}")
        return check

    def whole(self, low, high):
        def check(where, value):
            if type(value) is not int or not low <= value <= high:
                self.add(where, f"{value!r} is no whole number from {low} to {high}")
        return check

    def flag(self, where, value):
        if type(value) is not bool:
            self.add(where, "neither true nor false")

    def day(self, where, value):
        try:
            date.fromisoformat(value)
        except (TypeError, ValueError):
            self.add(where, f"{value!r} is no date")

    def url(self, where, value):
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or " " in value:
            self.add(where, f"{value!r} is no web address")

    def npi(self, where, value):
        if not re.fullmatch(r"[12]\d{9}", value) or luhn_digit(value[:9]) != value[9]:
            self.add(where, f"{value!r} is no valid NPI")

    def position(self, where, value):
        self.fields(where, value, {
            "lat": lambda w, v: None if -15 <= v <= 72 else self.add(w, "not in the country"),
            "lon": lambda w, v: None if -180 <= v <= 180 else self.add(w, "no longitude"),
            "precision": self.code("precision"),
        })
        if value.get("lat") == 0 and value.get("lon") == 0:
            self.add(where, "(0, 0)")

    def evidence_list(self, where, value):
        self.each(self.evidence)(where, value)

    def evidence(self, where, value):
        self.fields(where, value, {
            "tier": lambda w, v: None if v in ("E1", "E2", "E3", "E4", "E5", "E6")
            else self.add(w, "no tier"),
            "kind": lambda w, v: None if v in TIERS else self.add(w, "no kind"),
            "url": self.url, "captured_on": self.day,
            "sha256": self.matches(r"[0-9a-f]{64}", "SHA-256"),
            "excerpt": self.text(1024), "note": self.text(1000),
        })
        if value.get("tier") not in TIERS.get(value.get("kind"), ()):
            self.add(where, f"{value.get('kind')} cannot be {value.get('tier')}")
        if value.get("tier") == "E2" and "sha256" not in value:
            for needed in ("url", "captured_on", "excerpt"):
                if needed not in value:
                    self.add(where, f"E2 without a hash needs {needed}")

    def statement(self, where, value):
        self.fields(where, value, {
            "name": self.text(), "value": lambda w, v: None, "reason": self.code("reason"),
            "evidence": self.cited, "observed_on": self.day, "valid_until": self.day,
            "attested_by": self.text(),
        })
        fact = self.vocabulary.get(value.get("name"))
        if fact is None or value["name"] == "site.state":
            return self.add(where, f"no fact {value.get('name')!r}")
        self.fact_value(where, fact, value)

    def fact_value(self, where, fact, statement):
        if "value" not in statement:
            return self.add(where, "no value")
        value = statement["value"]
        if value is None:
            return None if "reason" in statement else self.add(where, "unknown without a reason")
        if "reason" in statement:
            self.add(where, "known with a reason")
        allowed = fact.get("values")
        allowed = USPS if allowed == "usps_state" else allowed
        match fact["type"]:
            case "tri":
                self.flag(where, value)
            case "int":
                self.whole(fact["min"], fact["max"])(where, value)
            case "enum":
                if value not in allowed:
                    self.add(where, f"{value!r} is no value of {fact['name']}")
            case "set":
                if set(value) != {"items", "complete"} or type(value["complete"]) is not bool:
                    return self.add(where, "not a set")
                for item in value["items"]:
                    if item not in allowed:
                        self.add(where, f"{item!r} is no member of {fact['name']}")

    def cited(self, where, value):
        if not isinstance(value, list) or not value:
            return self.add(where, "no evidence")
        for at in value:
            if type(at) is not int or not 0 <= at < self.evidence_count:
                self.add(where, f"no evidence {at!r}")

    def price(self, where, value):
        self.fields(where, value, {
            "kind": self.code("price_kind"), "route": self.code("route"),
            "product": self.code("product"), "amount_cents": self.whole(0, 10_000_000),
            "amount_max_cents": self.whole(0, 10_000_000), "basis": self.code("basis"),
            "sessions_included": self.whole(1, 60), "valid_from": self.day, "valid_to": self.day,
            "observed_on": self.day, "conditions": self.text(), "evidence": self.cited,
        })
        if value.get("amount_max_cents", value["amount_cents"]) < value["amount_cents"]:
            self.add(where, "a range upside down")
        if (value["kind"] == "induction-series") != (value["basis"] == "per-series"):
            self.add(where, f"{value['kind']} {value['basis']}")

    def site(self, where, value):
        self.fields(where, value, {
            "source_key": self.text(), "name": self.text(),
            "address": self.object(
                line1=self.text(), line2=self.text(), city=self.text(), state=self.code("state"),
                postal_code=self.matches(r"\d{5}", "ZIP code"),
                plus4=self.matches(r"\d{4}", "ZIP+4"),
            ),
            "position": self.position, "phone": self.matches(r"\+1[2-9]\d{9}", "phone"),
            "hours": self.each(self.object(
                days=self.each(self.code("day")),
                opens=self.matches(r"([01]\d|2[0-3]):[0-5]\d", "time"),
                closes=self.matches(r"([01]\d|2[0-3]):[0-5]\d", "time"),
            )),
            "operating_status": self.code("operating"),
            "accepting_patients": self.code("accepting"), "wait_days": self.whole(0, 1000),
            "referral_required": self.flag,
            "languages": self.each(self.matches(r"[a-z]{2,3}(-[A-Za-z0-9]+)*", "language")),
            "accessibility": self.each(self.text()),
            "indications": self.each(self.code("indication")),
            "minimum_age": self.whole(0, 120), "maximum_age": self.whole(0, 120),
            "first_line": self.flag,
            "integration": self.object(
                offered=self.flag, included_in_price=self.flag, mandatory=self.flag),
            "follow_up": self.flag,
            "course": self.object(
                induction_sessions_min=self.whole(1, 60),
                induction_sessions_max=self.whole(1, 60),
                induction_weeks_min=self.whole(1, 52), induction_weeks_max=self.whole(1, 52),
                session_minutes=self.whole(1, 600),
                maintenance_interval_days=self.whole(1, 400),
            ),
            "facts": self.each(self.statement), "prices": self.each(self.price),
            "credentials": self.each(self.object(
                code=self.code("credential"), certificate_no=self.text(),
                status=self.code("credential_status"), scope_covers_sedation=self.flag,
                site_match=self.flag, effective_on=self.day, expires_on=self.day,
                evidence=self.cited,
            )),
        })

    def provider(self, value):
        self.evidence_count = len(value.get("evidence", []))
        for needed in ("source_key", "name", "evidence"):
            if not value.get(needed):
                self.add("", f"no {needed}")
        self.fields("", value, {
            "source_key": self.text(), "name": self.text(),
            "aliases": self.each(self.object(text=self.text(), type=self.code("alias"))),
            "website": self.url, "phone": self.matches(r"\+1[2-9]\d{9}", "phone"),
            "npi": self.npi, "fictional": self.flag,
            "prescribers": self.each(self.object(
                name=self.text(), npi=self.npi, role=self.code("role"),
                licences=self.each(self.object(
                    state=self.code("state"), number=self.text(),
                    status=self.code("licence_status"), expires_on=self.day,
                )),
            )),
            "prescribers_complete": self.flag, "description": self.text(),
            "listing_state": self.code("listing"), "sites": self.each(self.site),
            "facts": self.each(self.statement), "prices": self.each(self.price),
            "payments": self.each(
                self.object(code=self.code("payment"), details=self.text())),
            "coverage": self.each(self.object(
                payer=self.text(), product=self.code("product"), stance=self.code("stance"),
                prior_auth=self.flag, as_of=self.day,
            )),
            "price_guarantee": self.object(
                type=self.code("guarantee"), discount_bp=self.whole(0, 10_000),
                claim=self.text(), conditions=self.text(),
            ),
            "flags": self.each(self.object(
                rule=self.matches(r"KTS-[A-Z0-9-]+", "rule"), state=self.code("flag"),
                notified_on=self.day, published_on=self.day, closed_on=self.day,
                reply=self.text(),
            )),
            "evidence": self.evidence_list,
        })
        keys = [site.get("source_key") for site in value.get("sites", [])]
        if len(keys) != len(set(keys)):
            self.add("/sites", "a site key twice")
        self.fictional_marks(value)

    def fictional_marks(self, value):
        """What nobody could mistake, and what only a fictional provider may have."""
        if not value.get("fictional"):
            if value.get("flags"):
                self.add("/flags", "flags of a real provider")
            if any(site.get("credentials") for site in value.get("sites", [])):
                self.add("/sites", "credentials of a real provider: none is known")
            return
        if "(fictional)" not in value["name"]:
            self.add("/name", "does not say that it is fictional")
        hosts = [value["website"]] if "website" in value else []
        hosts += [item["url"] for item in value["evidence"] if "url" in item]
        for host in hosts:
            if not urlsplit(host).hostname.endswith(".example"):
                self.add("", f"{host} is no .example address")
        for place in (value, *value.get("sites", [])):
            if not re.fullmatch(r"\+1[2-9]\d\d55501\d\d", place.get("phone", "+12025550100")):
                self.add("", f"{place['phone']} is no 555-01xx phone")
        for npi in (value, *value.get("prescribers", [])):
            if not npi.get("npi", "1999").startswith("1999"):
                self.add("", f"{npi['npi']} does not look made up")


def main():
    if len(sys.argv) < 3:
        sys.exit("usage: python3 check.py FACTS.json FILE.ndjson...")
    facts = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    vocabulary = {fact["name"]: fact for fact in facts}
    bad = 0
    for file in sys.argv[2:]:
        keys, npis, kinds = set(), set(), set()
        for number, line in enumerate(Path(file).read_text(encoding="utf-8").splitlines(), 1):
            check = Check(vocabulary)
            provider = json.loads(line)
            check.provider(provider)
            kinds.add(bool(provider.get("fictional")))
            for seen, value in ((keys, provider.get("source_key")), (npis, provider.get("npi"))):
                if value and value in seen:
                    check.add("", f"{value} stands on an earlier line")
                seen.add(value)
            for problem in check.problems:
                print(f"{file}:{number} {provider.get('source_key')} {problem}")
            bad += len(check.problems)
        if len(kinds) > 1:
            print(f"{file}: real and fictional providers in one file")
            bad += 1
        print(f"{file}: {len(keys)} providers")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
