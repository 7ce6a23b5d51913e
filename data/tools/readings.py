"""What each gathered row supports, decided by hand, row by row.

The rules of reading:

- a route is offered where the text says that this provider gives it, not where a page explains
  the routes that exist (P001, P002, P003, P066, P082);
- "IV", "infusion", "IM in clinic" and Spravato (which may be given in a certified setting only)
  are doses on the premises; a bare "injection" or "KAP" (ketamine-assisted psychotherapy) does
  not say where, or by whom, a dose is given;
- `offers.racemic_ketamine` is stated where a route other than Spravato is; "ketamine therapy"
  alone names no product;
- a clinician's presence and what is monitored are claims of the provider's own page: they are
  kept as such (E2, below the tier that those facts need) only where the text says so plainly;
- an amount is a price where text says whose it is and what it buys; market ranges, estimates of
  third parties, "from about" and "up to" are not;
- a date that a page or its address states replaces the day of the capture; a month stands as its
  first day.
"""

ARTICLES = {
    "000_b1e800a2f01dc0c5.txt": "The Promise of Ketamine Treatment for Depression",
    "001_9597fd816ca615a6.txt": "How Ketamine for Depression is Changing Lives",
    "002_b39dd3767fb6057f.txt": "Understanding Ketamine Therapy and Its Advantages in Treatment"
    " of Depression",
    "003_63971086e775bc0f.txt": "Exploring Ketamine-Assisted Therapy for Treatment-Resistant"
    " Depression",
}

# Source kinds that are the provider's own public statement.
OWN_SITE = {"clinic_site", "clinic_blog", "hospital_site", "article"}

# Rows that are sites, or pages, of the provider of another row.
MERGED = {"P014": "P013", "P015": "P013", "P095": "P094", "P115": "P114", "P105": "P052"}

THIRD_PARTY = "no page of its own was read, only a third party's"
NAME = "its name is known from its web address only"
NO_SERVICE = "the page that was read does not say that it offers ketamine care"
HELD_BACK = {
    "P004": "nobody knows who makes the claim",
    "P010": THIRD_PARTY, "P019": THIRD_PARTY, "P027": THIRD_PARTY, "P051": THIRD_PARTY,
    "P053": THIRD_PARTY, "P071": THIRD_PARTY, "P074": THIRD_PARTY, "P075": THIRD_PARTY,
    "P086": THIRD_PARTY, "P097": THIRD_PARTY, "P100": THIRD_PARTY, "P101": THIRD_PARTY,
    "P102": THIRD_PARTY, "P103": THIRD_PARTY, "P106": THIRD_PARTY, "P135": THIRD_PARTY,
    "P147": THIRD_PARTY, "P149": THIRD_PARTY, "P150": THIRD_PARTY,
    "P026": NAME, "P041": NAME, "P049": NAME, "P058": NAME, "P062": NAME, "P070": NAME,
    "P078": NAME, "P110": NAME, "P117": NAME, "P141": NAME, "P142": NAME, "P145": NAME,
    "P146": NAME,
    "P061": NO_SERVICE, "P077": NO_SERVICE, "P131": NO_SERVICE,
    "P073": "the page that was read is about a research study",
    "P098": "the page that was read is old and the programme may have moved",
}

# What a reviewer should know about a decision.
NOTES = {
    "P001": "the blog and the article describe routes and supervision in general, which is no"
    " statement about this clinic: what it gives, where and who is present are not known",
    "P002": "the article describes intravenous dosing in a clinic or hospital in general; of"
    " itself the clinic says only that it offers ketamine treatment",
    "P003": "the article describes routes and supervision in general and says that ketamine"
    " generally is not reimbursed; what this clinic gives is not stated",
    "P004": "the article names no business and no ketamine service",
    "P018": "KAP does not say who gives or prescribes the ketamine",
    "P005": "the $375 buys an introductory infusion together with the consultation, so that"
    " it is neither the price of a session nor that of a consultation",
    "P031": "no route or product is stated",
    "P039": "the page does not say that take-home doses are never given",
    "P047": "the page names ketamine beside Spravato and no route of it",
    "P055": "the text does not say who gives the doses and where; the session price is a market"
    " price and the $300 is for counselling",
    "P058": "the state is inferred from the web address and is left out",
    "P066": "a blog article about ketamine in general names the routes: none is taken as offered",
    "P082": "a blog article explains the routes that exist: none is taken as offered",
    "P098": "an old page: nothing on it is taken as a fact of today",
    "P099": "a peer in the room is required; no source says whether a clinician watches as well,"
    " so that who watches a dose is not known; neither is the route of the tablets. The prices"
    " are a third party's estimate and press of 2021",
    "P105": "the in-person visit is stated for Georgia only; who supervises is not stated",
    "P107": "the city is inferred from a crisis line and is left out",
    "P111": "KAP does not say who gives or prescribes the ketamine",
    "P114": "the cancellation fee is a share, not an amount",
    "P118": "the state is inferred from the business name and is left out",
    "P145": "the state is inferred from the web address and is left out",
    "P151": "the therapist's licence is not stated, so that who watches a virtual dose is not"
    " known; which routes are dosed on its premises is not stated either",
}


def doses(*routes, esketamine=False, **more):
    """Facts of a provider that gives these routes on its premises."""
    facts = {}
    if routes:
        facts["offers.racemic_ketamine"] = True
    if esketamine:
        facts["offers.esketamine"] = True
    facts["offers.routes_on_site"] = [*routes, *(["nasal"] if esketamine else [])]
    facts["site.dosing_on_site"] = True
    return {**facts, **more}


def reading(facts=None, **more):
    return {"facts": facts or {}, **more}


def infusion(**more):
    return reading(doses("iv"), **more)


def minutes(value):
    return {"course": {"session_minutes": value}}


def course(low, high=None, weeks=None, length=None):
    first, last = weeks or (None, None)
    return {"course": {
        "induction_sessions_min": low, "induction_sessions_max": high or low,
        "induction_weeks_min": first, "induction_weeks_max": last, "session_minutes": length,
    }}


def paid(code, details=None):
    return {"code": code, "details": details}


def covers(stance, product=None, payer=None, as_of="2026-11-21"):
    return {"payer": payer, "product": product, "stance": stance, "as_of": as_of}


NOT_FOUND = (None, "not_found")
PRESENT = {"site.clinician_present_during_dosing": True}
INJECTABLE = "ketamine-injectable"
# Read to the end and silent on all of these.
SILENT = {name: NOT_FOUND for name in (
    "offers.racemic_ketamine", "offers.esketamine", "offers.routes_on_site",
    "site.dosing_on_site", "site.clinician_present_during_dosing", "site.monitor_bp",
    "site.monitor_hr", "site.monitor_spo2", "site.rescue_equipment", "telehealth.used",
)}

READINGS = {
    "P001": reading(
        SILENT, cites={name: [0, 1] for name in SILENT},
        more_evidence=[{
            "article": "003_63971086e775bc0f.txt",
            "note": "It gives the clinic's name, address, phone and web address.",
        }],
    ),
    "P002": reading({**SILENT, "offers.racemic_ketamine": True}),
    "P003": reading(SILENT),
    "P004": reading(
        no_site=True, anonymous=True, listing_state="draft",
        name="Unnamed online mental health clinic (anonymous claim)",
        description="Not a business that anyone could identify: a price claim without a name.",
        price_guarantee={
            "type": "beat-by-percent", "discount_bp": 2000,
            "claim": "Says that it is the most affordable online mental health clinic and takes"
            " 20 % off where a better price is found",
        },
    ),
    "P005": reading(
        doses("iv", **{"price.published_or_gfe": True}), site=course(6, 8),
        prices=[{
            "kind": "induction-series", "route": "iv", "amount_cents": 302500,
            "amount_max_cents": 392500, "basis": "per-series",
            "conditions": "6-8 treatments $3,025-$3,925",
        }],
        payments=[
            paid("self-pay", "Payment in full at treatment, or the clinic's plan"),
            paid("payment-plan", "In-house: 0 % interest, no credit check, at least $375 a month,"
                 " card on file"),
        ],
    ),
    "P006": infusion(payments=[paid("superbill")]),
    "P007": reading(
        doses("iv", esketamine=True), site_name="Hopemark Health (one of several in Illinois)",
        payments=[
            paid("private-insurance", "The page lists plans that it accepts; IV ketamine is"
                 " usually not covered, Spravato is"),
            paid("medicare", "Traditional Medicare; on Medicare Advantage the page contradicts"
                 " itself"),
            paid("military-insurance", "Tricare"),
        ],
        # "Accepts" does not say in or out of network.
        coverage=[
            *(covers("unknown", payer=payer) for payer in (
                "BCBS Illinois PPO", "Aetna PPO", "Cigna PPO", "Humana",
                "UnitedHealthcare/Optum", "Tricare", "Magellan", "Medicare",
            )),
            covers("not-reimbursed", payer="Medicaid"),
        ],
    ),
    "P009": infusion(),
    "P010": infusion(
        site=course(6, weeks=(2, 3), length=45),
        prices=[{
            "kind": "session", "route": "iv", "amount_cents": 42500, "basis": "per-session",
        }],
        coverage=[covers("not-reimbursed", INJECTABLE)],
    ),
    "P011": reading(doses("iv", **{"telehealth.used": True})),
    "P013": reading(doses("iv", esketamine=True), name="Keta Medical Center",
                    site_name="Keta Medical Center - New Jersey"),
    "P014": reading(doses("iv", esketamine=True), site_name="Keta Medical Center - Westchester"),
    "P015": reading(doses("iv", esketamine=True),
                    site_name="Keta Medical Center - New York City"),
    "P017": infusion(name="Principium Psychiatry",
                     site_name="Principium Psychiatry - Columbus Circle"),
    "P018": reading(name="Perceptual"),
    "P019": reading(),
    "P021": infusion(),
    "P022": infusion(),
    "P023": infusion(),
    "P025": infusion(),
    "P026": reading(
        doses("iv", **{"site.monitor_hr": True, "site.monitor_spo2": True,
                       "followup.offers_maintenance": True}),
        name="Ascend",
        payments=[paid("self-pay", "Payment at the time of care"),
                  paid("package-discount", "Discounts for packages and maintenance")],
        coverage=[covers("not-reimbursed", INJECTABLE)],
    ),
    "P027": infusion(observed_on="2021-03-01"),
    "P029": infusion(site=minutes(60)),
    "P030": reading({"offers.racemic_ketamine": True}),
    "P031": reading(),
    "P033": infusion(),
    "P034": reading(),
    "P035": reading(doses(esketamine=True)),
    "P037": infusion(
        name="Arizona Ketamine Treatment and Research Institute",
        aliases=[{"text": "AKTARI", "type": "short"}], site=minutes(45),
    ),
    "P038": infusion(),
    "P039": reading(doses("im", esketamine=True)),
    "P041": reading(
        doses(esketamine=True, **{"offers.racemic_ketamine": False}), name="Axis",
        payments=[paid("private-insurance", "Spravato; as little as $10 a visit, as stated"),
                  paid("medicaid", "Spravato; free, as stated")],
    ),
    "P042": infusion(),
    "P043": reading({"offers.racemic_ketamine": True, "takehome.offered": NOT_FOUND,
                     "telehealth.in_person_eval_before_rx": True}),
    "P045": reading(doses(esketamine=True)),
    "P046": infusion(),
    "P047": reading(doses(esketamine=True), name="Psych Atlanta",
                    site_name="Psych Atlanta - Marietta"),
    "P049": infusion(name="Georgia Ketamine", site=minutes(40)),
    "P050": infusion(site=minutes(40), observed_on="2023-03-01"),
    "P051": reading(),
    "P053": infusion(observed_on="2023-07-19"),
    "P054": reading({"site.dosing_on_site": True}, site=course(6, weeks=(3, 3))),
    "P055": reading(),
    "P057": reading(),
    "P058": reading({"offers.racemic_ketamine": True}, name="IHL Ohio", place_inferred=True),
    "P059": infusion(),
    "P061": reading(no_site=True, payments=[
        paid("self-pay", "In full before treatment; no refunds; several forms of payment")]),
    "P062": infusion(name="santafeketamine.com (business name not known)", site=minutes(40)),
    "P063": reading(doses("im", esketamine=True)),
    "P065": reading(),
    "P066": reading(),
    "P067": reading(
        {"offers.racemic_ketamine": True, "offers.esketamine": True,
         "offers.routes_on_site": ["nasal"], "site.dosing_on_site": True}, site=course(6)),
    "P069": infusion(),
    "P070": infusion(name="indyat.com (business name not known)", site=minutes(45)),
    "P071": infusion(observed_on="2023-11-05"),
    "P073": reading(),
    "P074": reading(
        payments=[paid("private-insurance", "As a news article states")],
        coverage=[covers("in-network", payer=payer, as_of=None)
                  for payer in ("Cigna", "Aetna", "UnitedHealthcare")],
    ),
    "P075": reading(),
    "P077": reading(
        no_site=True,
        payments=[paid("self-pay", "Card on file required"), paid("superbill", "With CPT codes"),
                  paid("CCCA", "All major cards"), paid("CASH", "On request"),
                  paid("CHCK", "On request")],
        coverage=[covers("out-of-network"), covers("not-reimbursed", payer="Medicare")],
    ),
    "P078": reading(no_site=True, name="PMC"),
    "P079": reading(doses("iv", **PRESENT), site=course(7, weeks=(4, 4))),
    "P081": reading(
        doses("iv", "im", esketamine=True, **{"esk.monitor_minutes": 120}),
        coverage=[covers("not-reimbursed", INJECTABLE)],
    ),
    "P082": reading(),
    "P083": infusion(site=minutes(40)),
    "P085": reading(site={"referral_required": True}),
    "P086": infusion(),
    "P087": infusion(site=minutes(40)),
    "P089": reading(doses("iv", **PRESENT)),
    "P090": infusion(site={"hours": [
        {"days": ["we", "th", "fr", "sa", "su"], "opens": "08:00", "closes": "17:30"}]}),
    "P091": reading(
        doses("im", esketamine=True, **{"price.published_or_gfe": True}),
        prices=[
            {"kind": "consultation", "route": "im", "amount_cents": 15000, "basis": "per-visit"},
            {"kind": "session", "route": "im", "amount_cents": 15000, "basis": "per-visit",
             "conditions": "Including medication, administration and observation"},
        ],
        payments=[paid("self-pay", "IM visits"),
                  paid("private-insurance", "The intake, where the insurer is in network")],
    ),
    "P093": infusion(),
    "P094": reading(
        doses("sublingual"), name="Great Salt Lake Wellness",
        site_name="Great Salt Lake Wellness - Kaysville",
        payments=[
            paid("self-pay", "The medicine session"),
            paid("private-insurance", "Not the medicine session; panels for other sessions:"
                 " Aetna, BCBS, DMBA, GEHA, Optum, PEHP, SelectHealth, University of Utah,"
                 " UnitedHealthcare"),
            paid("medicare", "Not the medicine session"),
            paid("military-insurance", "Not the medicine session; Tricare, TriWest (VA)"),
            paid("payment-assistance", "Clergy pay"), paid("CASH"), paid("hsa-fsa", "HSA cards"),
        ],
    ),
    "P095": reading(doses("sublingual"), site_name="Great Salt Lake Wellness - Bountiful"),
    "P097": reading(),
    "P098": reading(),
    "P107": infusion(place_inferred=True),
    "P109": reading(),
    "P110": infusion(site=minutes(40)),
    "P111": reading(),
    "P113": reading(
        doses("iv", **{"takehome.offered": True, "takehome.routes": ["oral"]}),
        name="Northern Virginia Ketamine Infusion Center",
        aliases=[{"text": "NOVA Health Recovery", "type": "dba"}],
        site=course(6, weeks=(2, 2), length=40),
    ),
    "P114": reading(
        doses("iv", **PRESENT), name="MindPeace Clinics",
        site_name="MindPeace Clinics - Arlington",
        site={"hours": [
            {"days": ["mo", "tu", "we", "th", "fr"], "opens": "09:00", "closes": "18:00"}]},
    ),
    "P115": reading(
        doses("iv", **PRESENT), site_name="MindPeace Clinics - Norfolk",
        site={"hours": [
            {"days": ["mo", "tu", "we", "th", "fr"], "opens": "09:00", "closes": "18:00"}]},
    ),
    "P117": reading(doses("iv", **{"site.monitor_spo2": True}),
                    coverage=[covers("not-reimbursed", INJECTABLE)]),
    "P118": infusion(place_inferred=True, site=course(4)),
    "P119": infusion(coverage=[covers("out-of-network", INJECTABLE)]),
    "P121": infusion(site={"referral_required": True}),
    "P122": infusion(),
    "P123": reading(
        doses("iv", **{"price.published_or_gfe": True}),
        site={"course": {"induction_sessions_max": 8, "session_minutes": 40}},
        prices=[{
            "kind": "session", "route": "iv", "amount_cents": 55000, "basis": "per-session",
        }],
        payments=[paid("self-pay", "The patient pays the full cost")],
        coverage=[covers("not-reimbursed", INJECTABLE)],
    ),
    "P125": reading(doses("iv", esketamine=True)),
    "P126": reading(doses("iv", esketamine=True)),
    "P127": infusion(),
    "P129": infusion(),
    "P130": infusion(site=course(6)),
    "P131": reading(no_site=True),
    "P133": reading(
        name="Ketamine Wellness Centers", listing_state="published",
        description="News of March 2023 says that this chain closed all its clinics in nine"
        " states.",
        site={"operating_status": "closed"}, observed_on="2023-03-01",
    ),
    "P134": infusion(),
    "P135": infusion(
        name="Ember Health", site_name="Ember Health - Brooklyn Heights",
        observed_on="2021-12-01",
        prices=[{
            "kind": "session", "route": "iv", "amount_cents": 50000, "basis": "per-session",
        }],
    ),
    "P137": infusion(name="Michigan Progressive Health",
                     site_name="Michigan Progressive Health - Ann Arbor"),
    "P138": infusion(site=course(3, 6)),
    "P139": infusion(site=minutes(45)),
    "P141": infusion(name="Ketamine OK"),
    "P142": infusion(name="Mind Mood Pain", site=course(6, weeks=(3, 3))),
    "P143": reading(),
    "P145": reading(no_site=True, name="Rejuvenate"),
    "P146": reading(
        no_site=True, name="AltFamMed",
        payments=[paid("superbill", "Out of network"), paid("CASH"), paid("CHCK"),
                  paid("CCCA", "Visa, MasterCard, Discover, Amex"), paid("hsa-fsa"),
                  paid("third-party-financing", "CareCredit")],
        coverage=[covers("out-of-network")],
    ),
    "P147": reading(),
    "P149": reading(),
    "P150": reading(doses("iv", esketamine=True), no_site=True),
    "P151": reading({"offers.racemic_ketamine": True, "telehealth.used": True,
                     "takehome.offered": True, "takehome.supervision": NOT_FOUND}),
    "P153": infusion(site=minutes(45)),
    # Telehealth.
    "P052": reading(
        {"offers.racemic_ketamine": True, "telehealth.used": True, "takehome.offered": True,
         "takehome.routes": ["sublingual"], "takehome.supervision": NOT_FOUND},
        no_site=True,
    ),
    "P105": reading(
        {"offers.racemic_ketamine": True, "telehealth.used": True, "takehome.offered": True,
         "takehome.routes": ["sublingual"], "takehome.supervision": NOT_FOUND},
        no_site=True,
    ),
    "P099": reading(
        {"offers.racemic_ketamine": True, "telehealth.used": True,
         "telehealth.prescribes_ketamine": True, "takehome.offered": True,
         "takehome.supervision": NOT_FOUND, "comp.used": True,
         "comp.disclosed_not_fda_approved": True},
        no_site=True, cites={"comp.used": [0, 1], "comp.disclosed_not_fda_approved": [1]},
        more_evidence=[{
            "tier": "E2", "kind": "website-capture", "url": "https://mindbloom.com/safety",
            "excerpt": "states 503A compounded, not FDA-approved",
            "note": "Named in the notes of row P099. What the row says is a reader's summary.",
        }],
    ),
    "P100": reading({"telehealth.used": True, "takehome.offered": True}, no_site=True),
    "P101": reading({"telehealth.used": True, "takehome.offered": True}, no_site=True),
    "P102": reading({"telehealth.used": True, "takehome.offered": True}, no_site=True),
    "P103": reading(
        {"offers.racemic_ketamine": True, "telehealth.used": True, "takehome.offered": True,
         "takehome.routes": ["sublingual"]},
        no_site=True, observed_on="2021-01-01",
    ),
    "P104": reading(
        {"offers.racemic_ketamine": True, "telehealth.used": True,
         "telehealth.prescribes_ketamine": True, "takehome.offered": True,
         "takehome.routes": ["sublingual"], "takehome.supervision": NOT_FOUND,
         "comp.used": True},
        no_site=True, observed_on="2026-06-28",
    ),
    "P106": reading(
        {"offers.racemic_ketamine": True, "offers.esketamine": True, "telehealth.used": True,
         "takehome.offered": True, "takehome.supervision": NOT_FOUND},
        no_site=True, name="Journey Clinical",
        payments=[paid("private-insurance", "Major insurance, as stated"), paid("hsa-fsa")],
    ),
}
