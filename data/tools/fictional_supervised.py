"""Fictional providers whose doses are attended: accredited, nearly accredited, and hybrid."""

from fictional_kit import (
    BOTH, CLINIC, COMPOUNDED, SPRAVATO, UNKNOWN, WEEKDAYS, accredited, at, certificate,
    consultation, course, fee, open_on, said, series, session, sets,
)

IN_PERSON, HYBRID = "supervised_in_person", "supervised_hybrid"
LATE = [open_on("mo we fr", "08:00", "18:00"), open_on("tu th", "12:00", "20:30")]
SIX_DAYS = [open_on("mo tu we th fr", "07:30", "16:00"), open_on("sa", "09:00", "13:00")]
LUNCH = [open_on("mo tu we th fr", "08:30", "12:00"), open_on("mo tu we th", "13:00", "17:30")]
EVERY_DAY = [open_on("mo tu we th fr sa su", "09:00", "19:00")]


def supervised(kit):
    make = kit.provider
    yield from around_washington(make)
    yield from around_new_york(make)
    yield from around_chicago(make)
    yield from around_los_angeles(make)
    yield from around_texas(make)
    yield from elsewhere(make)
    yield from hybrid(make)


def around_washington(make):
    yield make(
        "F001", "Example Ketamine of Bethesda", at(
            "20814", "301", hours=WEEKDAYS, accepting_patients="newpt", wait_days=7,
            referral_required=False, languages=["en", "es"], accessibility=["wheelchair"],
            indications=["treatment-resistant-depression", "depression", "anxiety"],
            minimum_age=18, first_line=False, follow_up=True,
            integration={"offered": True, "included_in_price": True, "mandatory": False},
            course=course(6), credentials=[accredited("facet-3")],
            prices=[session("iv", 45000), session("im", 35000), consultation(15000)],
        ),
        base=CLINIC, expect=IN_PERSON, aliases=[{"text": "EKB (fictional)", "type": "short"}],
        payments=["self-pay", ("payment-plan", "0 % interest, six months"), "hsa-fsa", "CCCA"],
        coverage=[{"payer": "Example Health Plan", "product": "ketamine-injectable",
                   "stance": "superbill-only", "as_of": "2026-09-01"}],
    )
    yield make(
        "F002", "Make-Believe Infusions of Silver Spring", at(
            "20910", "301", hours=LATE, accepting_patients="newpt", wait_days=21, follow_up=False,
            languages=["en", "am"], indications=["depression", "ptsd"], minimum_age=21,
            course=course(6, 8, weeks=4), credentials=[accredited("aaahc-ambulatory")],
            prices=[series("iv", 252000, 6), session("iv", 46000), consultation(0)],
        ),
        base=CLINIC, expect=IN_PERSON, payments=["self-pay", "package-discount", "superbill"],
    )
    yield make(
        "F003", "The Pretend Drip Room of Dupont Circle", at(
            "20036", "202", hours=SIX_DAYS, accepting_patients="newpt", referral_required=True,
            languages=["en", "fr", "ar"], indications=["ocd", "bipolar-depression"],
            course=course(6), credentials=[accredited("quad-a-office-based")],
            prices=[session("iv", 50000, 65000), consultation(20000)],
        ),
        base=CLINIC, expect=IN_PERSON, payments=["self-pay", "CASH", "CCCA", "CHCK", "DEBC"],
        price_guarantee={"type": "price-match", "claim": "We match a made-up price",
                         "conditions": "Within 25 miles, in writing"},
    )
    yield make(
        "F004", "Imaginary Ketamine Clinic of Arlington", at(
            "22201", "703", hours=LUNCH, accepting_patients="existptfam", wait_days=60,
            integration={"offered": False},
            indications=["chronic-pain", "crps"], course=course(5, 10, weeks=2, length=240),
            credentials=[accredited("facet-8")],
            prices=[fee("session", 60000, "per-visit", route="iv",
                        product="ketamine-injectable"),
                    fee("facility-fee", 7500), consultation(17500)],
        ),
        base=CLINIC, expect=IN_PERSON, payments=["medicare", "military-insurance",
                                                 ("military-discount", "15 %"), "self-pay"],
        coverage=[{"payer": "Medicare", "product": "ketamine-injectable",
                   "stance": "case-by-case", "prior_auth": True, "as_of": "2026-08-15"}],
    )
    yield make(
        "F005", "Lapsed Certificate Ketamine of Rockville", at(
            "20852", "301", hours=WEEKDAYS, accepting_patients="newpt", course=course(6),
            credentials=[accredited("facet-3", status="expired", effective_on="2023-07-01",
                                    expires_on="2026-06-30")],
            prices=[session("iv", 42500), consultation(10000)],
        ),
        base=CLINIC, expect=IN_PERSON, payments=["self-pay", "sliding-fee"],
    )


def around_new_york(make):
    yield make(
        "F006", "Example Ketamine and Spravato of Kips Bay", at(
            "10016", "212", hours=LATE, accepting_patients="newpt", wait_days=3,
            languages=["en", "es", "zh", "ru"], accessibility=["wheelchair"],
            indications=["treatment-resistant-depression", "suicidal-ideation"],
            minimum_age=18, maximum_age=75, follow_up=True, course=course(6),
            credentials=[accredited("facet-4"), certificate("spravato-rems-outpatient")],
            prices=[session("iv", 60000, product="ketamine-injectable"),
                    session("nasal", 35000, product="esketamine-spravato"),
                    fee("medication", 65000, "per-dose", route="nasal",
                        product="esketamine-spravato"),
                    consultation(30000)],
        ),
        base=BOTH, expect=IN_PERSON,
        payments=["private-insurance", "medicaid", "medicare", "payment-assistance"],
        coverage=[
            {"payer": payer, "product": "esketamine-spravato", "stance": stance,
             "prior_auth": True, "as_of": "2026-10-01"}
            for payer, stance in (("Aetna", "in-network"), ("Example Mutual", "out-of-network"),
                                  ("Sample Medicaid", "in-network"), ("Medicare", "unknown"))
        ],
    )
    yield make(
        "F007", "Fable Street Ketamine of Brooklyn", at(
            "11201", "718", hours=EVERY_DAY, accepting_patients="newpt",
            languages=["en", "es", "ht"], indications=["ptsd", "substance-use-disorder"],
            integration={"offered": True, "included_in_price": False, "mandatory": True},
            course=course(4, weeks=4, length=90),
            credentials=[accredited("achc-ambulatory-infusion"), certificate("askp3-member")],
            prices=[session("im", 27500), consultation(12500),
                    fee("integration-session", 9000, route="im")],
        ),
        base=CLINIC, expect=IN_PERSON, changes={"offers.routes_on_site": sets("im")},
        payments=["self-pay", "sliding-fee", "no-charge"],
    )
    yield make(
        "F008", "Nowhere Ketamine of Long Island City", at(
            "11101", "718", hours=SIX_DAYS, accepting_patients="newpt",
            indications=["neuropathic-pain", "fibromyalgia"], course=course(6),
            credentials=[accredited("carf-behavioral-health")],
            prices=[session("iv", 38000), fee("medication", 4500, "per-dose", route="iv"),
                    consultation(14000)],
        ),
        base=CLINIC, expect=IN_PERSON, payments=["self-pay", "third-party-financing", "CCCA"],
    )
    yield make(
        "F009", "Two Rivers Make-Believe Ketamine",
        at("07024", "201", name="Two Rivers Make-Believe Ketamine, Fort Lee (fictional)",
           hours=WEEKDAYS, accepting_patients="newpt", course=course(6), languages=["en", "ko"],
           indications=["depression"], credentials=[accredited("facet-3")]),
        at("07030", "201", name="Two Rivers Make-Believe Ketamine, Hoboken (fictional)",
           hours=LATE, accepting_patients="existptonly", operating_status="limited",
           course=course(6), indications=["depression"], credentials=[accredited("facet-3")],
           prices=[session("iv", 52000)]),
        base=CLINIC, expect=IN_PERSON, payments=["self-pay", "hsa-fsa"],
        prices=[session("iv", 49000), consultation(15000),
                fee("maintenance-session", 45000, route="iv"),
                fee("cancellation-fee", 10000, "per-visit")],
    )
    yield make(
        "F010", "Merchant Seal Pretend Ketamine of Chelsea", at(
            "10001", "212", hours=WEEKDAYS, accepting_patients="newpt", course=course(6),
            credentials=[certificate("legitscript-healthcare"),
                         certificate("nabp-healthcare-merchant")],
            prices=[session("iv", 70000, 90000), consultation(25000)],
        ),
        base=CLINIC, expect=IN_PERSON, payments=["self-pay"],
        price_guarantee={"type": "lowest-price-claim", "claim": "Lowest made-up price in town"},
    )


def around_chicago(make):
    yield make(
        "F011", "Example Ketamine of the Loop", at(
            "60601", "312", hours=WEEKDAYS, accepting_patients="newpt", wait_days=10,
            languages=["en", "pl", "es"], indications=["depression", "anxiety", "migraine"],
            course=course(6), credentials=[accredited("facet-3", effective_on="2024-01-15")],
            prices=[session("iv", 47500), consultation(17500)],
        ),
        base=CLINIC, expect=IN_PERSON, payments=["self-pay", "payment-plan"],
    )
    yield make(
        "F012", "Once Upon a Drip of Lincoln Park", at(
            "60614", "773", hours=LATE, accepting_patients="newpt", course=course(6, 6, weeks=2),
            indications=["ptsd"], credentials=[accredited("quad-a-office-based")],
            prices=[series("iv", 270000, 6), consultation(0)],
        ),
        base=CLINIC, expect=IN_PERSON, payments=["self-pay", "military-discount"],
    )
    yield make(
        "F013", "Imaginary Lakefront Ketamine of Evanston", at(
            "60201", "847", hours=SIX_DAYS, accepting_patients="nopt",
            credentials=[accredited("aaahc-ambulatory")], indications=["depression"],
            # No course is stated, so that six sessions are assumed.
            prices=[session("iv", 41000), session("sc", 30000), consultation(9900)],
        ),
        base=CLINIC, expect=IN_PERSON,
        changes={"offers.routes_on_site": sets("iv", "sc")}, payments=["self-pay", "superbill"],
    )
    yield make(
        "F014", "Pledge Only Ketamine of Springfield", at(
            "62701", "217", hours=WEEKDAYS, accepting_patients="newpt", course=course(6),
            credentials=[certificate("askp3-pledge"), certificate("kap-training", tier="E4")],
            prices=[session("iv", 39500)],
        ),
        base=CLINIC, expect=IN_PERSON, payments=["self-pay", "state-financed"],
    )
    yield make(
        "F015", "Other Address Ketamine of Edwardsville", at(
            "62025", "618", hours=WEEKDAYS, accepting_patients="newpt", course=course(6),
            credentials=[accredited("facet-8", site_match=False)],
            prices=[session("iv", 36000), consultation(12000)],
        ),
        base=CLINIC, expect=IN_PERSON, payments=["self-pay"], precision="street",
    )


def around_los_angeles(make):
    yield make(
        "F016", "Example Ketamine of Downtown Los Angeles", at(
            "90017", "213", hours=WEEKDAYS, accepting_patients="newpt", wait_days=5,
            languages=["en", "es", "ko", "tl"], course=course(6),
            indications=["depression", "anxiety", "ptsd"], credentials=[accredited("facet-8")],
            prices=[session("iv", 52500), consultation(20000)],
        ),
        base=CLINIC, expect=IN_PERSON, payments=["self-pay", "third-party-financing"],
    )
    yield make(
        "F017", "Make-Believe Ketamine of Santa Monica", at(
            "90401", "310", hours=LATE, accepting_patients="newpt", course=course(6),
            indications=["depression"], credentials=[accredited("achc-ambulatory-infusion")],
            integration={"offered": True, "included_in_price": True, "mandatory": True},
            prices=[session("sublingual", 45000, product="ketamine-compounded"),
                    session("im", 48000), consultation(25000)],
        ),
        base=CLINIC, expect=IN_PERSON, payments=["self-pay", "superbill"],
        changes={**COMPOUNDED, "offers.routes_on_site": sets("im", "sublingual")},
    )
    yield make(
        "F018", "Fairy Tale Infusions of Pasadena", at(
            "91101", "626", hours=SIX_DAYS, accepting_patients="newpt", course=course(6),
            languages=["en", "zh", "hy"], indications=["depression", "ocd"],
            credentials=[accredited("facet-3")],
            prices=[session("iv", 43000), consultation(15000)],
        ),
        base=CLINIC, expect=IN_PERSON, payments=["self-pay", "payment-plan"],
    )
    yield make(
        "F019", "Unstated Scope Ketamine of Beverly Hills", at(
            "90210", "310", hours=WEEKDAYS, accepting_patients="newpt", course=course(6),
            credentials=[accredited("aaahc-ambulatory", scope_covers_sedation=None)],
            prices=[session("iv", 95000), consultation(45000)],
        ),
        base=CLINIC, expect=IN_PERSON, payments=["self-pay"],
    )


def around_texas(make):
    yield make(
        "F020", "Example Ketamine of Downtown Houston", at(
            "77002", "713", hours=WEEKDAYS, accepting_patients="newpt", wait_days=4,
            languages=["en", "es", "vi"], course=course(6), indications=["depression", "ptsd"],
            credentials=[accredited("facet-3")],
            prices=[session("iv", 40000), consultation(12500)],
        ),
        base=CLINIC, expect=IN_PERSON, payments=["self-pay", "hsa-fsa"],
    )
    yield make(
        "F021", "Tall Tale Ketamine of Uptown Houston", at(
            "77056", "713", hours=LATE, accepting_patients="newpt", course=course(6),
            indications=["anxiety"], credentials=[accredited("aaahc-ambulatory")],
            prices=[series("iv", 228000, 6), session("iv", 42000), consultation(0)],
        ),
        base=CLINIC, expect=IN_PERSON, payments=["self-pay", "package-discount"],
    )
    yield make(
        "F022", "Only Spravato Pretend Clinic of Houston", at(
            "77030", "713", hours=WEEKDAYS, accepting_patients="newpt",
            course=course(8, weeks=4, length=120),
            indications=["treatment-resistant-depression", "suicidal-ideation"],
            credentials=[accredited("facet-4"), certificate("spravato-rems-outpatient")],
            prices=[session("nasal", 30000, product="esketamine-spravato"),
                    consultation(22500)],
        ),
        base=SPRAVATO, expect=IN_PERSON, payments=["private-insurance", "medicare"],
        coverage=[{"payer": "UnitedHealthcare", "product": "esketamine-spravato",
                   "stance": "in-network", "prior_auth": True, "as_of": "2026-10-01"}],
    )
    yield make(
        "F023", "Nearby Physician Ketamine of Dallas", at(
            "75201", "214", hours=SIX_DAYS, accepting_patients="newpt", course=course(6),
            credentials=[accredited("carf-behavioral-health")],
            changes={"site.prescriber_availability": "immediately_available",
                     # A rule that Texas has only proposed: it changes nothing.
                     "state_auth.tx_pkt_registered": False},
            prices=[session("iv", 37500), consultation(15000)],
        ),
        base=CLINIC, expect=IN_PERSON, payments=["self-pay"],
    )
    # What this one says runs out at the end of the year, and so does its accreditation.
    yield make(
        "F024", "Last Day of the Year Ketamine of El Paso", at(
            "79901", "915", hours=WEEKDAYS, accepting_patients="newpt", course=course(6),
            languages=["es", "en"], credentials=[
                accredited("facet-3", expires_on="2026-12-31")],
            prices=[session("iv", 35000, valid_to="2026-12-31"), consultation(10000)],
        ),
        base=CLINIC, expect=IN_PERSON, payments=["self-pay"], said=[
            said("site.clinician_present_during_dosing", True, "E3", "2026-10-05",
                 valid_until="2026-12-31"),
        ],
    )


def elsewhere(make):
    for key, name, place, code, price, more in (
        ("F025", "Example Ketamine of Rittenhouse", ("19103", "215"), "facet-3", 45000,
         {"hours": WEEKDAYS}),
        ("F026", "Cuento de Hadas Ketamine of Miami", ("33130", "305"), "quad-a-office-based",
         40000, {"hours": LATE, "languages": ["es", "en", "pt"]}),
        ("F027", "Peach Fable Ketamine of Atlanta", ("30309", "404"), "aaahc-ambulatory", 47000,
         {"hours": SIX_DAYS}),
        ("F028", "Rain Story Infusions of Seattle", ("98101", "206"),
         "achc-ambulatory-infusion", 55000, {"hours": WEEKDAYS, "operating_status": "notice"}),
        ("F029", "Mile High Make-Believe of Denver", ("80202", "303"), "facet-8", 44000,
         {"hours": LATE, "precision": "parcel"}),
        ("F030", "No Daylight Saving Ketamine of Phoenix", ("85004", "602"), "facet-3", 42000,
         {"hours": WEEKDAYS}),
        ("F031", "Pretend Pacific Ketamine of Honolulu", ("96813", "808"),
         "carf-behavioral-health", 58000, {"hours": WEEKDAYS, "languages": ["en", "haw", "ja"]}),
        ("F032", "Midnight Sun Imaginary Ketamine of Anchorage", ("99501", "907"),
         "quad-a-office-based", 62000, {"hours": SIX_DAYS}),
        ("F033", "Ketamina de Ejemplo of San Juan", ("00907", "787"), "facet-3", 33000,
         {"hours": LUNCH, "languages": ["es"]}),
    ):
        yield make(
            key, name, at(*place, accepting_patients="newpt", course=course(6),
                          indications=["depression"], credentials=[accredited(code)],
                          prices=[session("iv", price), consultation(15000)], **more),
            base=CLINIC, expect=IN_PERSON, payments=["self-pay", "CCCA"],
        )
    yield make(
        "F034", "Thousand Stories Ketamine of Minneapolis", at(
            "55402", "612", hours=WEEKDAYS, accepting_patients="newpt", course=course(6),
            credentials=[accredited("facet-3")],
            # The consultation is not published: the course costs "at least" so much.
            prices=[session("iv", 43500)],
        ),
        base=CLINIC, expect=IN_PERSON, payments=["ihs-tribal-urban", "medicaid", "self-pay"],
    )
    yield make(
        "F035", "Sample Hospital Ketamine Programme of Boston", at(
            "02116", "617", line2="Floor 0", hours=WEEKDAYS, accepting_patients="newpt",
            wait_days=90, referral_required=True, indications=["treatment-resistant-depression"],
            course=course(8, weeks=4), follow_up=True,
            credentials=[accredited("facet-3"), certificate("spravato-rems-inpatient"),
                         certificate("facet-1018")],
            prices=[fee("session", 55000, "per-visit", route="iv", day="2024-01-15")],
        ),
        # The only price is older than 730 days: it does not count.
        base=BOTH, expect=IN_PERSON, payments=["private-insurance", "medicare", "no-charge"],
        coverage=[{"product": "ketamine-injectable", "stance": "not-reimbursed",
                   "as_of": "2026-06-01"}],
    )
    yield make(
        "F036", "Weak Paper Ketamine of Oklahoma City", at(
            "73102", "405", hours=WEEKDAYS, accepting_patients="newpt", course=course(6),
            # A logo on a page proves no accreditation.
            credentials=[accredited("facet-3", tier="E2")],
            prices=[session("iv", 32500, valid_to="2026-06-30")],
        ),
        base=CLINIC, expect=IN_PERSON, payments=["self-pay"], precision="zip-centroid",
        prescribers=[
            {"name": f"Sample Prescriber {role} (fictional)", "role": role,
             "licences": [{"state": "OK", "status": "active"}]}
            for role in ("ph", "pa", "crnp", "apn", "rn")
        ],
        prescribers_complete=False,
    )
    yield make(
        "F037", "Suspended Survey Ketamine of Louisville", at(
            "40202", "502", hours=WEEKDAYS, accepting_patients="newpt",
            credentials=[accredited("facet-3", status="suspended"),
                         accredited("quad-a-office-based", status="pending",
                                    effective_on=None, expires_on=None),
                         accredited("aaahc-ambulatory", status="revoked"),
                         certificate("kap-training", status="unknown"),
                         certificate("askp3-member", status="inactive"),
                         certificate("askp3-pledge", status="issued-in-error")],
        ),
        base=CLINIC, expect=IN_PERSON, changes={"price.published_or_gfe": False},
    )
    # No last day is named here: the labels fall as the facts age.
    yield make(
        "F038", "Ages Like Milk Ketamine of Albany", at(
            "12207", "518", hours=WEEKDAYS, accepting_patients="newpt", course=course(6),
            credentials=[accredited("facet-3")],
            prices=[session("iv", 41000), consultation(15000)],
        ),
        base=CLINIC, expect=IN_PERSON, lasting=False, day="2026-11-10", payments=["self-pay"],
    )
    yield make(
        "F039", "No Sedation Scope Ketamine of Des Moines", at(
            "50309", "515", hours=WEEKDAYS, accepting_patients="newpt", course=course(6),
            credentials=[accredited("facet-4", scope_covers_sedation=False)],
            prices=[session("iv", 34000), consultation(11000)],
        ),
        base=CLINIC, expect=IN_PERSON, payments=["self-pay"], precision=None,
    )


def hybrid(make):
    yield make(
        "F040", "Bridge of Fiction Ketamine of Portland", at(
            "97205", "503", hours=WEEKDAYS, accepting_patients="newpt", course=course(6),
            indications=["depression", "palliative-care"],
            credentials=[accredited("facet-3"), certificate("urac-telehealth")],
            prices=[session("iv", 46000), consultation(12500)],
        ),
        base=CLINIC, changes={"telehealth.used": True}, expect=HYBRID, payments=["self-pay"],
    )
    yield make(
        "F041", "Silent About Video Ketamine of Salt Lake City", at(
            "84101", "801", hours=SIX_DAYS, accepting_patients="newpt", course=course(6),
            prices=[session("iv", 38000), consultation(12500)],
        ),
        base=CLINIC, changes={"telehealth.used": UNKNOWN}, expect=HYBRID, payments=["self-pay"],
    )
    yield make(
        "F042", "Attended at Home Pretend Ketamine of Nashville", at(
            "37203", "615", hours=WEEKDAYS, accepting_patients="newpt", course=course(6),
            credentials=[accredited("aaahc-ambulatory")],
            prices=[session("iv", 44000), consultation(15000)],
        ),
        base=CLINIC, expect=HYBRID, payments=["self-pay"], changes={
            "takehome.offered": True, "takehome.routes": sets("sublingual"),
            "takehome.supervision": "in_person_clinician", **COMPOUNDED,
        },
    )
    yield make(
        "F043", "Gateway Daydream Ketamine of Saint Louis", at(
            "63101", "314", hours=LATE, accepting_patients="newpt", course=course(6),
            credentials=[certificate("nabp-digital-pharmacy")],
            prices=[session("oral", 25000, product="ketamine-compounded"),
                    fee("session", 20000, "per-month", route="oral")],
        ),
        base=CLINIC, expect=HYBRID, payments=["self-pay"], changes={
            **COMPOUNDED, "telehealth.used": True,
            "offers.routes_on_site": sets("oral", "nasal"),
        },
    )
