#!/usr/bin/env python3
"""The second implementation of how statements become one fact, steps (1) to (7).

Written from the text that defines the rulebook alone, as oracle.py is.

  python3 resolve.py self     the worked table rulebook/statements.json
  python3 resolve.py write    rewrite resolutions.ndjson (seeded)
"""

import json
import random
import sys
from datetime import date, timedelta

from oracle import HERE, STATES, load, vocabulary

STRENGTH = {"E1": 4, "E4": 3, "E3": 2, "E2": 1}
NEWS = ("E5", "E6")


def day(iso):
    """A civil date from its text."""
    return date.fromisoformat(iso)


def is_adverse(fact, value):
    """Whether the vocabulary names the value as adverse."""
    return fact["adverse_values"] is not None and value in fact["adverse_values"]


def tier_reached(fact, said):
    """Whether the tier is enough for this value of this fact."""
    if "tier" not in said:
        return False
    field = "min_tier_adverse" if is_adverse(fact, said["value"]) else "min_tier_clearing"
    return STRENGTH[said["tier"]] >= STRENGTH[fact[field]]


def expired(fact, said, as_of):
    """Past its last valid day: the age limit, or what replaces it."""
    if said.get("valid_until"):
        return as_of > day(said["valid_until"])
    if not said["observed_on"]:
        return True
    return (as_of - day(said["observed_on"])).days > fact["max_age_days"]


def agree(a, b):
    """Equal values; sets disagree where one is complete and lacks the other's member."""
    if not isinstance(a, dict):
        return a == b
    if a["complete"] and not set(b["items"]) <= set(a["items"]):
        return False
    return not b["complete"] or set(a["items"]) <= set(b["items"])


def join(a, b):
    """What two statements that agree say together."""
    if not isinstance(a, dict):
        return b
    return {
        "items": sorted(set(a["items"]) | set(b["items"])),
        "complete": a["complete"] or b["complete"],
    }


def resolve(fact, statements, as_of):
    """{"value": ..., "disputed": bool} or {"reason": ...} on a day."""
    today = day(as_of)
    # (1)
    statements = [{"observed_on": "", **said} for said in statements]
    kept = [
        said
        for said in statements
        if not said.get("withdrawn")
        and said.get("tier") not in NEWS
        and (not said["observed_on"] or day(said["observed_on"]) <= today)
    ]
    valued = [said for said in kept if said["value"] is not None]
    # (3)
    reached = [said for said in valued if tier_reached(fact, said)]
    accepted = [said for said in reached if not expired(fact, said, today)]
    # (2)
    if fact["name"].startswith(("site.", "offers.")):
        if any(said.get("about") == "site" for said in accepted):
            for part in (kept, valued, reached, accepted):
                part[:] = [said for said in part if said.get("about") == "site"]
    # (5)
    held = held_back(fact, valued, reached, today)
    counted = [said for said in reached if not any(said is other for other in held)]
    standing = walk(fact, [said for said in counted if not expired(fact, said, today)])
    # (7)
    if not standing:
        if reached:
            return {"reason": "stale"}
        if valued:
            return {"reason": "below_tier"}
        given = [said for said in kept if said["value"] is None and said.get("reason")]
        given.sort(key=lambda said: said.get("observed_on") or "")
        return {"reason": given[-1]["reason"] if given else "never_asked"}
    if len(standing) > 1:
        return {"reason": "conflicting"}
    value = standing[0]["value"]
    # "An adverse stale fact takes the published flag down ..., never to clean."
    ever = walk(fact, counted)
    if len(ever) == 1 and not is_adverse(fact, value) and is_adverse(fact, ever[0]["value"]):
        if expired(fact, ever[0], today):
            return {"reason": "stale"}
    disputed = is_adverse(fact, value) and any(not expired(fact, said, today) for said in held)
    return {"value": value, "disputed": disputed}


def confirmed(fact, valued, said, today):
    """(5) A later capture of the same value, of any worth but not expired."""
    return any(
        other["tier"] == "E2"
        and other["observed_on"] > said["observed_on"]
        and agree(other["value"], said["value"])
        and not expired(fact, other, today)
        for other in valued
    )


def adverse_capture(fact, said):
    """An E2 with an adverse value."""
    return said["tier"] == "E2" and is_adverse(fact, said["value"])


def clearing_signature(fact, said):
    """An E3 with a clearing value of a fact that has adverse ones."""
    known = fact["adverse_values"] is not None
    return known and said["tier"] == "E3" and not is_adverse(fact, said["value"])


def held_back(fact, valued, reached, today):
    """(5) The signatures that do not count, because they follow an adverse capture.

    A clearing statement that counts ends that; once it has expired, it has ended it only
    for the captures that have expired too.
    """
    held, captures = [], []
    for when in sorted({said["observed_on"] for said in reached}):
        same = [said for said in reached if said["observed_on"] == when]
        for said in sorted(same, key=lambda s: STRENGTH[s["tier"]]):
            if not captures or is_adverse(fact, said["value"]):
                continue
            if clearing_signature(fact, said) and not confirmed(fact, valued, said, today):
                held.append(said)
            elif expired(fact, said, today):
                captures = [c for c in captures if not expired(fact, c, today)]
            else:
                captures = []
        captures += [said for said in same if adverse_capture(fact, said)]
    return held


def walk(fact, said_so_far):
    """(4) and (6): a list of what stands at the end, in the order of days.

    One entry is a value, two or more are a conflict. What is said on one day is weighed
    together. After a conflict the next day must do to every side what (4) asks of it.
    """
    sides = []
    for when in sorted({said["observed_on"] for said in said_so_far}):
        said = together([said for said in said_so_far if said["observed_on"] == when])
        if len(sides) == len(said) == 1 and agree(sides[0]["value"], said[0]["value"]):
            sides = [{**said[0], "value": join(sides[0]["value"], said[0]["value"])}]
        elif all(replaces(fact, new, old) for new in said for old in sides):
            sides = said
        else:
            sides = sides + said
    return sides


def together(same_day):
    """The statements of one day: one with the strongest tier where no two disagree."""
    if any(not agree(a["value"], b["value"]) for a in same_day for b in same_day):
        return same_day
    one = max(same_day, key=lambda said: STRENGTH[said["tier"]])
    value = one["value"]
    for other in same_day:
        value = join(value, other["value"])
    return [{**one, "value": value}]


def replaces(fact, said, side):
    """(4) Whether the later statement takes the place of the earlier."""
    if agree(side["value"], said["value"]):
        return True
    if STRENGTH[said["tier"]] >= STRENGTH[side["tier"]]:
        return True
    return adverse_capture(fact, said) and clearing_signature(fact, side)


# ---------------------------------------------------------------- random lists


def some_value(rng, fact):
    """A value, adverse as often as clearing; a set open as often as complete."""
    if fact["type"] == "tri":
        return rng.choice([True, False])
    if fact["type"] == "int":
        return rng.choice([60, 119, 120])
    if fact["type"] == "enum":
        values = fact["values"]
        if fact["adverse_values"]:
            rest = [v for v in values if v not in fact["adverse_values"]]
            return rng.choice(rng.choice([rest, fact["adverse_values"]]))
        return rng.choice(values[:2])
    pool = ["AL", "TX"] if fact["values"] is STATES else ["iv", "im", "nasal"]
    items = sorted(rng.sample(pool, rng.choice([0, 1, 1, 2])))
    return {"items": items, "complete": rng.random() < 0.4}


def some_list(rng, fact, as_of):
    """Up to five statements whose ages sit at the limits and on one another."""
    limit = fact["max_age_days"]
    ages = [0, 1, 2, 10, 30, limit - 1, limit, limit + 1, limit + 30]
    pool = rng.sample(ages, 4)
    reasons, statements = {}, []
    for _ in range(rng.choice([0, 1, 1, 2, 2, 2, 3, 3, 3, 4, 5])):
        age = -1 if rng.random() < 0.04 else rng.choice(pool)
        seen = day(as_of) - timedelta(days=age)
        tier = rng.choice(["E1", "E2", "E2", "E2", "E2", "E3", "E3", "E3", "E4", "E5", "E6"])
        if fact["min_tier_clearing"] == "E1" and rng.random() < 0.6:
            tier = "E1"
        said = {"value": some_value(rng, fact), "tier": tier, "observed_on": seen.isoformat()}
        if rng.random() < 0.08:
            said["value"] = None
            some = rng.choice(["not_found", "no_answer", "unresolved_name_match"])
            said["reason"] = reasons.setdefault(age, some)
        elif rng.random() < 0.2:
            until = day(as_of) + timedelta(days=rng.choice([-1, 0, 1, 400]))
            said["valid_until"] = max(until, seen).isoformat()
        if rng.random() < 0.07:
            said["withdrawn"] = True
        if rng.random() < 0.4:
            said["about"] = "site"
        statements.append(said)
    return statements


def some_story(rng, fact, as_of):
    """A flag and what people say about it afterwards, mostly on different days."""
    limit = fact["max_age_days"]
    ages = sorted(rng.choices([0, 1, 5, 40, 90, limit - 1, limit, limit + 1], k=5), reverse=True)
    clearing = [v for v in fact.get("values", [True, False]) if v not in fact["adverse_values"]]
    turns = [("E2", True)] * 5 + [("E3", False)] * 6 + [("E2", False)] * 3
    turns += [("E3", True), ("E3", True), ("E4", False), ("E1", False), ("E4", True)]
    statements = []
    for age in ages[: rng.choice([2, 3, 3, 4, 5])]:
        tier, adverse = rng.choice(turns)
        seen = day(as_of) - timedelta(days=age)
        value = rng.choice(fact["adverse_values"] if adverse else clearing)
        said = {"value": value, "tier": tier, "observed_on": seen.isoformat()}
        if rng.random() < 0.25:
            until = day(as_of) + timedelta(days=rng.choice([-1, 0, 1, 400]))
            said["valid_until"] = max(until, seen).isoformat()
        if rng.random() < 0.04:
            said["withdrawn"] = True
        statements.append(said)
    rng.shuffle(statements)
    return statements


STORIES = [
    "takehome.offered",
    "takehome.supervision",
    "telehealth.prescribes_ketamine",
    "telehealth.encounter_mode",
    "offers.racemic_ketamine",
    "site.driving_policy",
    "claims.fda_approved_psych",
]

FAVOURITES = [
    "takehome.offered",
    "takehome.supervision",
    "telehealth.prescribes_ketamine",
    "offers.racemic_ketamine",
    "site.driving_policy",
    "site.monitor_bp",
    "site.dosing_on_site",
    "offers.routes_on_site",
    "takehome.routes",
    "telehealth.patient_states",
    "telehealth.federal_exception",
    "claims.fda_approved_psych",
    "excl.leie",
    "esk.monitor_minutes",
]


def cases(count, seed):
    """Yields (case, expected), the same ones for the same seed."""
    rng = random.Random(seed)
    facts = vocabulary()
    names = sorted(name for name in facts if name != "site.state")
    for _ in range(count):
        name = rng.choice(FAVOURITES if rng.random() < 0.8 else names)
        as_of = rng.choice(["2026-11-21", "2027-01-01", "2028-02-29"])
        if rng.random() < 0.5:
            name = rng.choice(STORIES)
            statements = some_story(rng, facts[name], as_of)
        else:
            statements = some_list(rng, facts[name], as_of)
        case = {"fact": name, "as_of": as_of, "statements": statements}
        yield case, resolve(facts[name], statements, as_of)


# ------------------------------------------------------------------ commands


def command_self():
    """The worked table beside the rulebook."""
    facts, wrong = vocabulary(), 0
    table = load("statements.json")
    for row in table:
        got = resolve(facts[row["fact"]], row["statements"], row["as_of"])
        want = row["expect"]
        for side in (got, want):
            if isinstance(side.get("value"), dict):
                side["value"] = {**side["value"], "items": sorted(side["value"]["items"])}
        same = got.get("value") == want.get("value") and got.get("reason") == want.get("reason")
        same = same and bool(got.get("disputed")) == bool(want.get("disputed_by"))
        if not same:
            wrong += 1
            print(json.dumps(row, indent=1), "\n  oracle:", got)
    print(f"{len(table)} worked lists, {wrong} differences")
    return wrong


def command_write(count=1000, seed=1307):
    """The committed lists that the Rust test replays."""
    lines = []
    for case, expect in cases(count, seed):
        lines.append(json.dumps({**case, "expect": expect}, separators=(",", ":")))
    (HERE / "resolutions.ndjson").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} lists written")
    return 0


if __name__ == "__main__":
    COMMANDS = {"self": command_self, "write": command_write}
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    sys.exit(1 if COMMANDS[sys.argv[1]]() else 0)
