find-title = Ketamine care, with someone at your side
find-lede = Find clinics where a doctor or nurse stays with you for each dose. See what we could check, what a whole course costs, and what to ask.
find-label = ZIP code, city or clinic name
find-example = 20814
find-button = Find care
find-hint = We keep no record of what you look for.
find-unread = We could not read these choices, so we left them out: { $value }.
find-check-lead = Have you been offered ketamine online, or do you take it at home?
find-check-link = Check a provider
locate-button = Use my location
locate-wait = Asking your device. We use only a rough place, about half a mile wide.
locate-fail = Your device did not share a place. Type a ZIP code or a city.
quick-title = Only places that take
filters-title = Payment, price and more
filters-apply = Use these choices
filter-payment = How you want to pay
filter-route = How the drug is given
filter-condition = What it is for
filter-language = Language spoken
filter-any = Any
filter-integration = Talk therapy goes with it
filter-accepting = Takes new patients
filter-max-course = Whole course, at most (dollars)
filter-max-session = One session, at most (dollars)
filter-unknown = Also show places where this is not verified
filter-radius = How far
filter-sort = Order
radius-miles = { $value } miles
sort-distance = Nearest first
sort-course_cost = Lowest course cost first
sort-session_price = Lowest session price first
sort-name = By name
sort-verified_at = Newest check first
miles-away = { $value } miles
course-at-least = At least { $value }
course-sessions = { $n ->
    [one] 1 session
   *[other] { $value } sessions
 }
course-sessions-assumed = { $n ->
    [one] 1 session (our guess)
   *[other] { $value } sessions (our guess: the clinic names no number)
 }
course-without-consultation = first visit not included
valid-until = { $value } (until { $date })
missing-law = Whether the law behind a rule still holds
card-course = Whole first course
card-session = One session
card-payments = How to pay
card-routes = How it is given
card-present = Who is there during a dose
card-monitored = What is watched
card-rest = the rest is not verified
present-clinician-yes = Doctor or nurse until you leave
present-clinician-no = No doctor or nurse
present-acls-yes = Someone trained in rescue (ACLS)
present-acls-no = No one trained in rescue (ACLS)
present-rescue-yes = Rescue gear ready
present-rescue-no = No full set of rescue gear
prescriber-on_site = Prescriber on site
prescriber-immediately_available = Prescriber can come at once
prescriber-remote_only = Prescriber only reached from afar
watched-bp-yes = Blood pressure
watched-bp-no = Blood pressure: not watched
watched-pulse-yes = Pulse
watched-pulse-no = Pulse: not watched
watched-oxygen-yes = Oxygen
watched-oxygen-no = Oxygen: not watched
card-accredited = Accredited
card-accredited-none = Not that we could verify
card-accepting = New patients
card-found = What we found
card-missing = Not verified yet: ask about these
card-more = { $n ->
    [one] 1 more point
   *[other] { $value } more points
 }
card-verified = Last verified { $value }
card-checked = Not verified as a whole. Last looked at { $value }
card-never-checked = Never checked
card-compare = Compare
call = Call
rule-link = Rule { $value }
headline-place = { $n ->
    [0] We found no place near { $place }
    [one] 1 place near { $place }
   *[other] { $value } places near { $place }
 }
headline-name = { $n ->
    [0] We found no clinic called “{ $place }”
    [one] 1 clinic that may be “{ $place }”
   *[other] { $value } clinics that may be “{ $place }”
 }
headline-state = { $n ->
    [0] We found no place for “{ $place }”
    [one] 1 place for “{ $place }”
   *[other] { $value } places for “{ $place }”
 }
here = your rough location
subline-place = Within { $radius } miles, in a straight line from { $precision }. List as of { $date }.
subline-name = List as of { $date }.
from-zip-centroid = the middle of the ZIP code
from-city-centroid = the middle of the city
from-unknown = the place that you gave
left-out-unknown = { $n ->
    [one] 1 more place was left out, because a thing you asked for is not verified there.
   *[other] { $value } more places were left out, because a thing you asked for is not verified there.
 }
left-out-unknown-show = Show them too
group-accredited = Accredited, and a clinician attends each dose ({ $value })
group-accredited-note = An outside body has surveyed this place, at this address, for care with sedation. We also checked who attends each dose.
group-supervised = A clinician attends each dose ({ $value })
group-supervised-note = We checked who attends each dose. We found no accreditation that is valid today and covers sedation.
group-unverified = Not verified yet ({ $value })
group-unverified-note = We do not know enough about these places. That is not a bad mark, and it is not a good one. Ask about the points that are missing.
group-concerns = Safety concern, or points to ask about ({ $value })
group-concerns-note = Each one shows what we found, with a link to the rule.
group-empty = None here.
group-more = Show all { $value }
concerns-count = { $n ->
    [one] 1 more listing here has a safety concern or points to ask about.
   *[other] { $value } more listings here have a safety concern or points to ask about.
 }
concerns-show = Show what was found
nothing-talk-title = If things feel too much right now
nothing-talk = A person is there for you, day and night, at no cost.
far-title = Nothing checked is near you
far-text = The nearest place on our list that meets your choices is { $miles } miles away in a straight line:
far-means = A first course there is { $sessions } trips. That is about { $total } miles in all, there and back in straight lines; the road is longer. You need someone to drive you home each time.
far-assumed = (We count { $sessions } sessions, because the clinic names no number.)
else-title = What else there is
else-spravato-title = Spravato under Medicare.
else-spravato = A nasal spray with FDA approval, given only in certified places. Medicare has codes to pay for it.
else-spravato-source = Medicare contractor CGS, May 2023
else-medicaid-title = Spravato under Medicaid.
else-medicaid = Of 165 Medicaid plans and agencies, 75 said in writing that they cover it. Nearly all of them ask for an OK first. Call your plan.
else-medicaid-source = Review of plan papers from August 2025
else-findtreatment-title = FindTreatment.gov.
else-findtreatment = The federal list of places that treat mental health and drug problems. It lets you choose how to pay.
else-findtreatment-source = HHS news, October 2019
else-211-title = Call 211.
else-211 = They know local help with rides, rent and care. Calls are free.
else-211-source = 211.org (we have not checked the date)
else-va-title = Veterans.
else-va = Some VA hospitals give Spravato. Ask your VA mental health team for a referral.
else-va-source = VA news report (we have not checked the date)
else-academic-title = University hospitals.
else-academic = Many have clinics or studies for depression that is hard to treat. Studies may be free.
else-academic-source = ClinicalTrials.gov, the federal list of studies (search it for your state)
map-title = Map of the places in the list, under the same numbers
map-caption = The same places as in the list, under the same numbers. Drawn by us from public maps of the US Census Bureau.
map-spot = { $number }. { $name }, { $where }
print-list = A list to print
paper-checkpoint = Checkpoint { $value } of the public log.
paper-line = Bedside list as of { $date }, revision { $value }. Call before you go.
compare-hint = Tick up to five places to compare.
compare-button = Compare
promise-room-title = Who is in the room
promise-room = We check who stays with you while the drug works, and what is watched. What we do not know, we say.
promise-cost-title = The cost of it all
promise-cost = Not just one session: the first visit, each dose and the fees, as far as the clinic tells.
promise-proof-title = Proof, not ads
promise-proof = Each line has a source and a date. No one can pay to be listed or to rank higher.
ambiguous-title = Which place do you mean?
ambiguous = More than one place has the name “{ $value }”.
place-unknown-title = We do not know this place
place-unknown = “{ $value }” is not a ZIP code or city that we know. Check the digits, or try the nearest town with its state, such as “Bethesda, MD”.
too-precise-title = That place is too exact
too-precise = To guard your privacy, we take a place only to two decimals.
too-precise-link = Search near { $value }
search-failed-title = The search did not work
search-failed = Please try a ZIP code.
