"""How a fictional provider is put together: facts with the tier each needs, places, prices."""

import hashlib
import json
import re

from common import luhn_digit, rows

# The demonstration must not rot within weeks: what should last names its own last day.
LASTING = "2027-12-31"
CREDENTIAL_ENDS = "2028-06-30"

UNKNOWN = object()


def sets(*items, complete=True):
    return {"items": list(items), "complete": complete}


# Everything known and good: a clinic with drips and injections.
CLINIC = {
    "offers.racemic_ketamine": True, "offers.esketamine": False,
    "offers.routes_on_site": sets("iv", "im"),
    "site.dosing_on_site": True, "site.clinician_present_during_dosing": True,
    "site.prescriber_availability": "on_site", "site.acls_on_site": True,
    "site.monitor_bp": True, "site.monitor_hr": True, "site.monitor_spo2": True,
    "site.rescue_equipment": True, "site.discharge_criteria": True,
    "site.post_dose_observation_min": 60, "site.driving_policy": "until_next_day",
    "cred.dea_status": "active", "cred.license_status": "active",
    "cred.license_state_match": True, "cred.discipline_5y": "none_found",
    "excl.leie": "no_match", "excl.sam": "no_match", "enforcement.fda_or_nabp": "none_found",
    "id.npi_check": "valid_active",
    "telehealth.used": False, "telehealth.prescribes_ketamine": False,
    "telehealth.patient_states": sets(), "takehome.offered": False,
    "mobile.iv_outside_facility": False,
    "screen.medical_and_psych_eval": True, "screen.contraindications": True,
    "screen.pdmp_check": True, "screen.substance_use": True, "consent.written_off_label": True,
    "safety.emergency_and_suicide_plan": True, "followup.offers_maintenance": True,
    "followup.bladder_liver_monitoring": True, "patients.min_age_years": 18, "comp.used": False,
    "claims.fda_approved_psych": False, "claims.cure_guarantee_riskfree": False,
    "privacy.ad_trackers_on_intake": False, "price.published_or_gfe": True,
}
# The same with Spravato beside it, and with Spravato alone.
BOTH = {
    **CLINIC, "offers.esketamine": True, "offers.routes_on_site": sets("iv", "im", "nasal"),
    "esk.rems_certified": True, "esk.take_home": False, "esk.monitor_minutes": 120,
    "esk.prescriber_on_site": True, "esk.pulse_oximeter": True,
}
SPRAVATO = {
    **BOTH, "offers.racemic_ketamine": False, "offers.routes_on_site": sets("nasal"),
}
# Compounded ketamine, said and sourced as it should be.
COMPOUNDED = {
    "comp.used": True, "comp.disclosed_not_fda_approved": True, "comp.source": "503B",
    "comp.source_action_open": False,
}
# A prescriber without a place, whose patients take lozenges at home.
TELEHEALTH = {
    **{name: value for name, value in CLINIC.items() if not name.startswith("site.")},
    **COMPOUNDED, "offers.routes_on_site": sets(), "site.dosing_on_site": False,
    "comp.source": "503A_patient_specific",
    "telehealth.used": True, "telehealth.prescribes_ketamine": True,
    "telehealth.encounter_mode": "video_live", "telehealth.in_person_eval_before_rx": True,
    "telehealth.in_person_at_least_annually": True,
    "telehealth.patient_states": sets("OH", "PA"),
    "takehome.offered": True, "takehome.routes": sets("sublingual"),
    "takehome.supervision": "live_video_clinician",
}
NEVER_SEEN = {
    "telehealth.in_person_eval_before_rx": False,
    "telehealth.in_person_at_least_annually": False,
    "telehealth.federal_exception": "covid_flexibility",
}

KINDS = {
    "E1": "registry-record", "E2": "website-capture", "E3": "attestation",
    "E4": "inspection-report", "E5": "document", "E6": "patient-report",
}
SAYS = {
    "E1": "Made-up registry record",
    "E2": "Made-up page: how we treat, who is with you, and what it costs",
    "E3": "Made-up signed statement of the clinic's policies",
    "E4": "Made-up survey report",
    "E5": "Made-up newspaper article",
    "E6": "Made-up report of a patient",
}
OF_SITE = ("site.", "offers.", "esk.", "cred.dea_status")


def session(route, cents, top=None, **more):
    return {"kind": "session", "route": route, "amount_cents": cents, "amount_max_cents": top,
            "basis": "per-session", **more}


def consultation(cents, **more):
    return {"kind": "consultation", "amount_cents": cents, "basis": "per-visit", **more}


def series(route, cents, held, **more):
    return {"kind": "induction-series", "route": route, "amount_cents": cents,
            "basis": "per-series", "sessions_included": held, **more}


def fee(kind, cents, basis="per-session", **more):
    return {"kind": kind, "amount_cents": cents, "basis": basis, **more}


def course(low, high=None, weeks=3, length=60, every=30):
    return {"induction_sessions_min": low, "induction_sessions_max": high or low,
            "induction_weeks_max": weeks, "session_minutes": length,
            "maintenance_interval_days": every}


def open_on(days, opens, closes):
    return {"days": days.split(), "opens": opens, "closes": closes}


WEEKDAYS = [open_on("mo tu we th fr", "09:00", "17:00")]


def accredited(code, **more):
    """A credential that counts, unless `more` takes away from it."""
    return {"code": code, "certificate_no": "EXAMPLE-0000", "status": "active",
            "scope_covers_sedation": True, "site_match": True, "effective_on": "2025-07-01",
            "expires_on": CREDENTIAL_ENDS, "tier": "E4", **more}


def certificate(code, **more):
    """A programme certificate, a pledge or a training, with nothing said of its scope."""
    return {"code": code, "status": "active", "effective_on": "2025-07-01",
            "expires_on": CREDENTIAL_ENDS, "tier": "E1", "kind": "certificate", **more}


def at(postal_code, area_code, **site):
    """A site at a ZIP code with a phone area code and whatever else is said about it."""
    return {"postal_code": postal_code, "area_code": area_code, **site}


def said(name, value, tier, day, **more):
    """One explicit statement, in place of the base's for that fact."""
    return {"name": name, "value": value, "tier": tier, "day": day, **more}


class Kit:
    """Builds providers; holds the vocabulary and the ZIP table."""

    def __init__(self, source):
        facts = json.loads((source / "rulebook" / "facts.json").read_text(encoding="utf-8"))
        self.vocabulary = {fact["name"]: fact for fact in facts}
        self.places = {
            row["zip"]: row for row in rows(source / "data" / "geo" / "zip_master.csv")
        }
        self.count = 0
        self.phones = 0

    def npi(self):
        """The next made-up NPI: valid by its check digit, and 1999 in front."""
        self.count += 1
        nine = f"199900{self.count:03d}"
        return nine + luhn_digit(nine)

    def phone(self, area_code):
        self.phones += 1
        return f"+1{area_code}55501{self.phones % 100:02d}"

    def tier_for(self, name, value):
        """The tier that the vocabulary asks of this value."""
        fact = self.vocabulary[name]
        adverse = value in (fact["adverse_values"] or [])
        return fact["min_tier_adverse" if adverse else "min_tier_clearing"]

    def place(self, postal_code, key, precision):
        """A point near the middle of the ZIP area, the same every time."""
        row = self.places[postal_code]
        if precision == "zip-centroid":
            return {"lat": float(row["lat"]), "lon": float(row["lon"]), "precision": precision}
        digest = hashlib.sha256(key.encode()).digest()
        north, east = (byte / 255 * 0.008 - 0.004 for byte in digest[:2])
        return {"lat": round(float(row["lat"]) + north, 6),
                "lon": round(float(row["lon"]) + east, 6), "precision": precision}

    def provider(self, key, name, *sites, base=None, changes=None, said=(), house=(),
                 day="2026-10-05", lasting=True, expect=None, precision="rooftop", **more):
        """One provider; `expect` is the status that the public should see, for the matrix.

        `said` takes the base's place for its facts; `house` is said by the provider as a
        whole, beside what its sites say.
        """
        builder = Builder(self, key, name, day, lasting)
        facts = {**(base or {}), **(changes or {})}
        for statement in said:
            facts[statement["name"]] = UNKNOWN
        own = {n: v for n, v in facts.items() if not (sites and n.startswith(OF_SITE))}
        made = {
            "source_key": key, "name": f"{name} (fictional)",
            "aliases": more.pop("aliases", None), "website": builder.website,
            "phone": more.pop("phone", None), "npi": self.npi(), "fictional": True,
            "prescribers": more.pop("prescribers", None) or self.prescribers(key, sites),
            "prescribers_complete": more.pop("prescribers_complete", True),
            "description": more.pop("description", None),
            "listing_state": more.pop("listing_state", "published"),
            "sites": [], "facts": builder.facts(own),
        }
        made["facts"] += [builder.explicit(s) for s in said
                          if not (sites and s["name"].startswith(OF_SITE))]
        made["facts"] += [builder.explicit(s) for s in house]
        for number, spec in enumerate(sites, 1):
            made["sites"].append(builder.site(
                number, dict(spec), facts,
                [s for s in said if s["name"].startswith(OF_SITE)], precision))
        made["prices"] = [builder.priced(price) for price in more.pop("prices", [])]
        made["payments"] = [
            {"code": payment} if isinstance(payment, str)
            else {"code": payment[0], "details": payment[1]}
            for payment in more.pop("payments", [])
        ]
        for field in ("coverage", "price_guarantee", "flags"):
            made[field] = more.pop(field, None)
        assert not more, more
        builder.cite("E2", day)
        made["evidence"] = builder.evidence
        return expect, made

    def prescribers(self, key, sites):
        state = self.places[sites[0]["postal_code"]]["state"] if sites else "DE"
        return [{
            "name": f"Dr. Sample Prescriber of {key}", "npi": self.npi(), "role": "ph",
            "licences": [{"state": state, "number": f"EXAMPLE-{key}", "status": "active",
                          "expires_on": LASTING}],
        }]


class Builder:
    """Collects one provider's evidence while its statements are made."""

    def __init__(self, kit, key, name, day, lasting):
        self.kit, self.key, self.day, self.lasting = kit, key, day, lasting
        host = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        self.website = f"https://{host}.example/"
        self.evidence = []

    def cite(self, tier, day, kind=None):
        """The position of the evidence of a tier and day; it is added on first use."""
        made = {"tier": tier, "kind": kind or KINDS[tier], "captured_on": day}
        if tier == "E2":
            made["url"] = f"{self.website}care"
        made["excerpt"] = SAYS[tier]
        made["note"] = "Fictional: made for demonstrations."
        if made not in self.evidence:
            self.evidence.append(made)
        return self.evidence.index(made)

    def statement(self, name, value, tier, day, **more):
        made = {"name": name, "value": value}
        if isinstance(value, tuple):
            made["value"], made["reason"] = value
        made["evidence"] = [self.cite(tier, day, more.pop("kind", None))]
        known = made["value"] is not None
        if self.lasting and known:
            made["valid_until"] = LASTING
        if tier == "E3" and known:
            made["attested_by"] = "Dr. Avery Example, medical director (fictional)"
        return {**made, **more}

    def explicit(self, spec):
        spec = dict(spec)
        return self.statement(
            spec.pop("name"), spec.pop("value"), spec.pop("tier"), spec.pop("day"), **spec)

    def facts(self, facts):
        made = []
        for name, value in facts.items():
            if value is UNKNOWN:
                continue
            unknown = isinstance(value, tuple)
            tier = "E2" if unknown else self.kit.tier_for(name, value)
            made.append(self.statement(name, value, tier, self.day))
        return made

    def priced(self, price):
        price = dict(price)
        # Registries and surveys say nothing of prices; the page does.
        day = price.pop("day", self.day)
        return {**price, "evidence": [self.cite("E2", day)]}

    def credential(self, spec):
        spec = dict(spec)
        tier, kind = spec.pop("tier"), spec.pop("kind", None)
        return {**spec, "evidence": [self.cite(tier, self.day, kind)]}

    def site(self, number, spec, facts, explicit, precision):
        postal_code = spec.pop("postal_code")
        place = self.kit.places[postal_code]
        own = {name: value for name, value in facts.items() if name.startswith(OF_SITE)}
        own.update(spec.pop("changes", {}))
        precision = spec.pop("precision", precision)
        key = f"{self.key}-{number}"
        made = {
            "source_key": key, "name": spec.pop("name", None),
            "address": spec.pop("address", {
                "line1": f"{100 + 10 * number} Example Avenue", "line2": spec.pop("line2", None),
                "city": place["city"], "state": place["state"], "postal_code": postal_code,
            }),
            "position": self.kit.place(postal_code, key, precision) if precision else None,
            "phone": self.kit.phone(spec.pop("area_code")),
            "operating_status": spec.pop("operating_status", "normal"),
            "facts": self.facts(own) + [self.explicit(s) for s in explicit],
            "prices": [self.priced(price) for price in spec.pop("prices", [])],
            "credentials": [self.credential(c) for c in spec.pop("credentials", [])],
        }
        return {**made, **spec}
