"""Fictional providers with concerns, gaps, flags and odd lives, and those without a place."""

from fictional_kit import (
    BOTH, CLINIC, COMPOUNDED, NEVER_SEEN, SPRAVATO, TELEHEALTH, UNKNOWN, WEEKDAYS, accredited, at,
    consultation, course, fee, said, session, sets,
)

CAUTION, FLAGGED = "caution", "flagged"
UNVERIFIED, OUT_OF_SCOPE = "insufficient_information", "out_of_scope"
IN_PERSON = "supervised_in_person"
UNWATCHED = {**NEVER_SEEN, "takehome.supervision": "lay_person"}
PER_MONTH = [fee("session", 24900, "per-month", route="sublingual")]


def concerns(kit):
    make = kit.provider
    yield from cautions(make)
    yield from flagged_places(make)
    yield from telehealth_only(make)
    yield from flags_not_shown(make)
    yield from unverified(make)
    yield from lives(make)


def clinic(make, key, name, postal_code, area_code, expect, *, base=CLINIC, site=None, **more):
    """A clinic with a published course of six sessions, so that only its point differs."""
    profile = {"hours": WEEKDAYS, "accepting_patients": "newpt", "course": course(6),
               "prices": [session("iv", 40000), consultation(15000)], **(site or {})}
    return make(key, name, at(postal_code, area_code, **profile), base=base, expect=expect,
                payments=["self-pay"], **more)


def flag(rule, state, notified="2026-09-14", published=None, closed=None, reply=None):
    return {"rule": rule, "state": state, "notified_on": notified, "published_on": published,
            "closed_on": closed, "reply": reply}


def shown(*rules, reply=None, state="published"):
    return [flag(rule, state, published="2026-10-12", reply=reply) for rule in rules]


def cautions(make):
    yield clinic(
        make, "F050", "Teenage Pretend Ketamine of Orlando", "32801", "407", CAUTION,
        changes={"patients.min_age_years": 16}, site={"minimum_age": 16})
    yield clinic(
        make, "F051", "No Cuff Ketamine of Columbus", "43215", "614", CAUTION,
        changes={"site.monitor_bp": False}, site={"credentials": [accredited("facet-3")]})
    yield clinic(
        make, "F052", "Lozenges Afterwards Imaginary Clinic of Detroit", "48226", "313", CAUTION,
        changes={**COMPOUNDED, "takehome.offered": True, "takehome.routes": sets("sublingual"),
                 "takehome.supervision": "lay_person"})
    yield clinic(
        make, "F053", "Far Away Doctor Ketamine of Charlotte", "28202", "704", CAUTION,
        changes={"site.prescriber_availability": "remote_only"})
    yield clinic(
        make, "F054", "Board Order Fable Ketamine of New Orleans", "70112", "504", CAUTION,
        changes={"cred.discipline_5y": "patient_safety",
                 "enforcement.fda_or_nabp": "fda_warning_open",
                 "claims.cure_guarantee_riskfree": True, "privacy.ad_trackers_on_intake": True})
    yield clinic(
        make, "F055", "Consulting Rooms Only Pretend Clinic of Portland", "04101", "207", CAUTION,
        changes={"site.dosing_on_site": False, "offers.routes_on_site": sets()},
        site={"prices": [consultation(20000)]})
    yield clinic(
        make, "F057", "Every Question Open Story Clinic of Trenton", "08608", "609", CAUTION,
        changes={name: False for name in (
            "site.monitor_hr", "site.monitor_spo2", "site.rescue_equipment",
            "site.discharge_criteria", "screen.medical_and_psych_eval",
            "screen.contraindications", "screen.pdmp_check", "screen.substance_use",
            "consent.written_off_label", "safety.emergency_and_suicide_plan")}
        | {"site.driving_policy": "hours_only"})
    yield clinic(
        make, "F058", "Unnamed Compounder Fable Ketamine of Topeka", "66603", "785", CAUTION,
        changes={**COMPOUNDED, "comp.disclosed_not_fda_approved": False,
                 "comp.source": "undisclosed", "comp.source_action_open": True,
                 "claims.fda_approved_psych": True, "excl.leie": "confirmed_permissive",
                 "excl.sam": "confirmed", "cred.discipline_5y": "controlled_substance",
                 "cred.license_status": "probation"})
    # Only small things: they are shown and change no label.
    yield clinic(
        make, "F059", "Small Print Pretend Ketamine of Dover", "19901", "302", IN_PERSON,
        changes={"followup.bladder_liver_monitoring": False, "price.published_or_gfe": False,
                 "privacy.ad_trackers_on_intake": True, "id.npi_check": "valid_deactivated",
                 "enforcement.fda_or_nabp": "fda_warning_closed",
                 "cred.discipline_5y": "minor_admin"},
        site={"prices": []})
    yield make(
        "F056", "Clinician on Screen Imaginary Telehealth", expect=CAUTION, base=TELEHEALTH,
        phone="+12025550190", prices=PER_MONTH, payments=["self-pay", "hsa-fsa"])


def flagged_places(make):
    yield clinic(
        make, "F060", "Nobody in the Room Ketamine of Las Vegas", "89101", "702", FLAGGED,
        changes={"site.clinician_present_during_dosing": False}, flags=shown(
            "KTS-030", reply="We are made up, and so is our nurse: she is in the next room."))
    yield clinic(
        make, "F061", "Revoked in Fiction Ketamine of Milwaukee", "53202", "414", FLAGGED,
        changes={"cred.license_status": UNKNOWN}, said=[
            said("cred.license_status", "revoked", "E1", "2026-10-19",
                 kind="regulator-action")],
        prescribers=[{"name": "Dr. Former Sample", "role": "ph", "licences": [
            {"state": "WI", "number": "EXAMPLE-F061", "status": "revoked"}]}],
        flags=[flag("KTS-021", "published", notified="2026-10-20", published="2026-10-20")])
    yield clinic(
        make, "F062", "Excluded Once Upon a Time of Cleveland", "44113", "216", FLAGGED,
        changes={"excl.leie": "confirmed_mandatory"}, flags=[
            flag("KTS-022", "published", notified="2026-10-20", published="2026-10-20")])
    yield clinic(
        make, "F063", "Uncertified Spray Pretend Clinic of Tampa", "33602", "813", FLAGGED,
        base=SPRAVATO, changes={"esk.rems_certified": False}, flags=shown("KTS-050"),
        site={"prices": [session("nasal", 50000, product="esketamine-spravato")]})
    yield clinic(
        make, "F064", "Hotel Room Drip Imaginary Service of Scottsdale", "85251", "480", FLAGGED,
        changes={"mobile.iv_outside_facility": True,
                 "mobile.prescriber_in_person_eval_first": False},
        flags=shown("KTS-004", state="appealed", reply="We appeal, in this story."))
    yield clinic(
        make, "F065", "Short Watch Make-Believe Spravato of Indianapolis", "46204", "317",
        FLAGGED, base=BOTH, changes={"esk.monitor_minutes": 90}, flags=shown("KTS-052"))


    yield clinic(
        make, "F066", "Lapsed Registration Story of Charleston", "25301", "304", FLAGGED,
        changes={"cred.dea_status": "surrendered", "cred.license_state_match": False},
        flags=shown("KTS-020", "KTS-021"))
    yield clinic(
        make, "F067", "Spray in Your Bag Pretend Clinic of Topeka", "66603", "785", FLAGGED,
        base=SPRAVATO, changes={"esk.take_home": True, "esk.prescriber_on_site": False,
                                "esk.pulse_oximeter": False},
        flags=shown("KTS-051", "KTS-052"))


def telehealth_only(make):
    """No address, no site: a directory of places cannot show them, a check can."""
    yield make(
        "F070", "Spray by Post Pretend Telehealth", expect=FLAGGED, base=TELEHEALTH,
        changes={**NEVER_SEEN, "takehome.routes": sets("nasal"), "takehome.supervision": "none"},
        phone="+12025550191", prices=[fee("session", 25000, "per-month", route="nasal")],
        payments=["self-pay", "CCCA"],
        flags=shown("KTS-001", "KTS-002", reply="Our made-up patients are told to sit down."))
    yield make(
        "F071", "Sofa Session Imaginary Lozenges", expect=FLAGGED, base=TELEHEALTH,
        changes=UNWATCHED, phone="+12025550192", prices=PER_MONTH, payments=["hsa-fsa"],
        flags=shown("KTS-001"))
    yield make(
        "F072", "Questionnaire Only Fable Ketamine", expect=FLAGGED, base=TELEHEALTH,
        changes={**UNWATCHED, "telehealth.encounter_mode": "async_or_questionnaire"},
        prices=[fee("session", 4900, "per-dose", route="sublingual")],
        flags=shown("KTS-001", "KTS-007"))
    yield make(
        "F075", "Coach on Screen Pretend Telehealth", expect=FLAGGED, base=TELEHEALTH,
        changes={**NEVER_SEEN, "telehealth.encounter_mode": "audio_only",
                 "takehome.supervision": "live_video_nonclinician"},
        prices=PER_MONTH, payments=["price-match"], flags=shown("KTS-001"))
    yield make(
        "F073", "Who Watches Pretend Telehealth", expect=UNVERIFIED, base=TELEHEALTH,
        changes={**NEVER_SEEN, "takehome.supervision": (None, "no_answer")},
        phone="+12025550193", prices=PER_MONTH)
    # In person first, once a year: the laws of these four states have nothing to say.
    yield make(
        "F074", "Four Careful States Imaginary Telehealth", expect=CAUTION, base=TELEHEALTH,
        changes={"telehealth.patient_states": sets("AL", "GA", "SC", "NH"),
                 "state_auth.sc_schedule_iii": True}, prices=PER_MONTH)


def flags_not_shown(make):
    """Flags that the public must not see, or sees no more."""
    yield make(
        "F080", "Under the Lamp Fable Telehealth", expect=UNVERIFIED, base=TELEHEALTH,
        changes=UNWATCHED, flags=[flag("KTS-001", "proposed", notified=None)])
    yield make(
        "F081", "Needles by Post Imaginary Telehealth", expect=UNVERIFIED, base=TELEHEALTH,
        changes={**NEVER_SEEN, "takehome.routes": sets("im", "sc")},
        flags=[flag("KTS-003", "notified", notified="2026-11-16")])
    yield make(
        "F082", "Answered Letter Pretend Telehealth", expect=UNVERIFIED, base=TELEHEALTH,
        changes={"telehealth.encounter_mode": "async_or_questionnaire"},
        flags=[flag("KTS-007", "answered", notified="2026-11-09",
                    reply="Our made-up form asks good questions.")])
    yield make(
        "F083", "Mistaken Namesake Fiction Telehealth", expect=UNVERIFIED, base=TELEHEALTH,
        changes=UNWATCHED, flags=[
            flag("KTS-001", "display_suspended", published="2026-10-12",
                 reply="That is another made-up business.")])
    yield clinic(
        make, "F084", "Ended Home Doses Story Clinic of Omaha", "68102", "402", IN_PERSON,
        changes=COMPOUNDED, flags=[
            flag("KTS-001", "cleared", notified="2026-03-02", published="2026-03-20",
                 closed="2026-07-01", reply="We stopped on the first of June.")],
        said=[statement for name in (
            "telehealth.used", "telehealth.prescribes_ketamine", "takehome.offered")
            for statement in (
                said(name, True, "E2", "2026-02-10"),
                said(name, False, "E3", "2026-06-01"),
                said(name, False, "E2", "2026-06-15"))])
    yield clinic(
        make, "F085", "Misread Page Fable Clinic of Boise", "83702", "208", IN_PERSON, flags=[
            flag("KTS-030", "dismissed", notified="2026-05-04", closed="2026-05-18",
                 reply="The made-up nurse stays until you leave.")])
    yield make(
        "F086", "Old Capture Imaginary Telehealth", expect=UNVERIFIED, base=TELEHEALTH,
        lasting=False, day="2026-01-20", changes=UNWATCHED, flags=[
            flag("KTS-001", "expired", notified="2026-02-02", published="2026-02-20",
                 closed="2026-07-19")])


def unverified(make):
    yield make(
        "F090", "Never Asked Ketamine of Hartford", at("06103", "860"), expect=UNVERIFIED)
    yield clinic(
        make, "F091", "Dusty Answers Ketamine of Albuquerque", "87102", "505", UNVERIFIED,
        day="2025-03-01", lasting=False)
    yield clinic(
        make, "F092", "Two Stories Ketamine of Birmingham", "35203", "205", UNVERIFIED, said=[
            said("site.clinician_present_during_dosing", True, "E3", "2026-09-01"),
            said("site.clinician_present_during_dosing", False, "E3", "2026-09-01",
                 attested_by="Rowan Sample, former nurse (fictional)")])
    yield clinic(
        make, "F093", "Only Says So Ketamine of Charleston", "29401", "843", UNVERIFIED, said=[
            said(name, True, "E2", "2026-09-20") for name in (
                "site.clinician_present_during_dosing", "site.monitor_bp", "site.monitor_hr",
                "site.monitor_spo2", "site.rescue_equipment")])
    yield clinic(
        make, "F094", "No Finger Clip Known Ketamine of Wichita", "67202", "316", UNVERIFIED,
        changes={"site.monitor_spo2": (None, "no_answer")})
    yield clinic(
        make, "F095", "Common Name Ketamine of Providence", "02903", "401", UNVERIFIED,
        changes={"excl.leie": (None, "unresolved_name_match")})
    yield clinic(
        make, "F096", "Seen First Mobile Story of Tucson", "85701", "520", UNVERIFIED,
        changes={"mobile.iv_outside_facility": True,
                 "mobile.prescriber_in_person_eval_first": True})
    # The provider disputes what its page said; its page has not changed since.
    yield clinic(
        make, "F097", "Says Otherwise Ketamine of Burlington", "05401", "802", UNVERIFIED,
        said=[said("takehome.offered", True, "E2", "2026-07-06"),
              said("takehome.offered", False, "E3", "2026-08-03")])
    # Here the page followed.
    yield clinic(
        make, "F098", "Mended Page Ketamine of Manchester", "03101", "603", IN_PERSON,
        said=[said("takehome.offered", True, "E2", "2026-03-06"),
              said("takehome.offered", False, "E3", "2026-06-03"),
              said("takehome.offered", False, "E2", "2026-06-10")])
    # Newspaper and hearsay open a review and nothing else.
    yield clinic(
        make, "F099", "Hearsay Ketamine of Jackson", "39201", "601", UNVERIFIED, said=[
            said("site.clinician_present_during_dosing", True, "E5", "2026-09-20"),
            said("takehome.offered", True, "E6", "2026-09-21")],
        changes={"takehome.supervision": (None, "never_asked")})
    yield clinic(
        make, "F100", "Taken Back Ketamine of Cheyenne", "82001", "307", UNVERIFIED,
        changes={"site.rescue_equipment": (None, "withdrawn")})


def lives(make):
    """Out of scope, closed, without doses on site, and every listing state."""
    yield clinic(
        make, "F110", "Magnets Only Pretend Clinic of Alexandria", "22314", "703", OUT_OF_SCOPE,
        changes={"offers.racemic_ketamine": False, "offers.routes_on_site": sets(),
                 "site.dosing_on_site": False}, site={"prices": []})
    yield clinic(
        make, "F111", "Vitamin Story Lounge of White Plains", "10605", "914", OUT_OF_SCOPE,
        changes={"offers.racemic_ketamine": False, "offers.routes_on_site": sets()},
        site={"prices": []})
    yield clinic(
        make, "F112", "The End Ketamine of Pittsburgh", "15222", "412", IN_PERSON,
        site={"operating_status": "closed"}, description="Made up, and closed since June 2026.")
    yield make(
        "F113", "Two Doors Make-Believe Ketamine of Kansas City",
        at("64106", "816", name="Two Doors, treatment rooms (fictional)", course=course(6),
           accepting_patients="newpt", hours=WEEKDAYS, credentials=[accredited("facet-3")],
           prices=[session("iv", 36500), consultation(10000)]),
        at("66101", "913", name="Two Doors, consulting rooms (fictional)",
           changes={"site.dosing_on_site": False, "offers.routes_on_site": sets()}),
        at("66101", "913", name="Two Doors, the old house (fictional)",
           operating_status="closed"),
        base=CLINIC, expect=f"{IN_PERSON}, {CAUTION} and closed", payments=["self-pay"],
        aliases=[{"text": "Old Doors Ketamine (fictional)", "type": "former"},
                 {"text": "Two Doors (fictional)", "type": "dba"}])
    # The provider's own statement holds where the site has none, and gives way where it has.
    yield make(
        "F114", "House Rules Imaginary Ketamine of San Antonio",
        at("78205", "210", accepting_patients="newpt", hours=WEEKDAYS, course=course(6),
           prices=[session("iv", 39000), consultation(14000)], changes={
               "site.acls_on_site": False, "site.rescue_equipment": UNKNOWN}),
        base=CLINIC, expect=CAUTION, payments=["self-pay"], prescribers_complete=False,
        house=[said("site.acls_on_site", True, "E3", "2026-10-05"),
               said("site.rescue_equipment", True, "E3", "2026-10-05")])
    # Known to the city and to the state only: one has a rough point, the other none.
    yield make(
        "F115", "City Known Imaginary Ketamine of Huntsville",
        at("35801", "256", address={"city": "Huntsville", "state": "AL"}),
        expect=UNVERIFIED, precision=None)
    yield make(
        "F116", "Somewhere in Montana Pretend Ketamine",
        at("59101", "406", address={"state": "MT"}), expect=UNVERIFIED, precision=None)
    for key, state, name, place in (
        ("F120", "draft", "Unwritten Ketamine of Reno", ("89501", "775")),
        ("F121", "submitted", "Waiting Ketamine of Fargo", ("58102", "701")),
        ("F122", "in_review", "On the Desk Ketamine of Billings", ("59101", "406")),
        ("F123", "suspended", "Paused Ketamine of Sioux Falls", ("57104", "605")),
        ("F124", "delisted", "Taken Down Ketamine of Little Rock", ("72201", "501")),
    ):
        yield clinic(make, key, name, *place, None, listing_state=state)
