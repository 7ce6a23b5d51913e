health-title = How fresh is this list?
health-lede = { $n ->
    [one] On { $date } the list holds 1 place. Here you see how much of it we looked at in the last months.
   *[other] On { $date } the list holds { $value } places. Here you see how much of it we looked at in the last months.
 }
health-shares-title = The last 90 days
health-verified = Verified within { $value } days
health-verified-note = These bear a label that says that a clinician attends each dose. Each fact behind the label is this fresh, or fresher.
health-checked = Looked at within { $value } days
health-checked-note = We saw at least one thing about these places, such as a price on their website. That is not yet a full check.
health-share = { $part } of { $whole }
health-median = { $n ->
    [0] Half of the places were looked at today.
    [one] Half of the places were looked at within the last day.
   *[other] Half of the places were looked at within the last { $value } days.
 }
health-median-none = We have not looked at any place yet.
health-ages-title = When we last looked, in days
health-age = { $from }–{ $to }
health-age-older = over a year
health-age-never = never
health-states-title = By state
health-state = State
health-listings = Places
health-col-verified = Verified
health-col-checked = Looked at
health-col-median = Median age (days)
health-words-title = How we count
health-words-1 = Places that closed for good are left out. A place with no known state is in the totals and in no row.
health-words-2 = A fact that gets too old counts as unknown. So this page shows what we still have to do. It does not say how good the care is.
health-as-of = Counted for { $date }, revision { $value } of the list.
