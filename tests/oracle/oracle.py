#!/usr/bin/env python3
"""A second, independent implementation of the rulebook, used as a test oracle.

Written from the text that defines the rulebook and from nothing else: it shares
no code and no design with the Rust engine. Standard library only.

  python3 oracle.py self              the worked cases of rulebook/cases.json
  python3 oracle.py write             rewrite evaluations.ndjson (seeded)
  python3 oracle.py diff BINARY [N [SEED]]   N random cases against a built program
"""

import json
import random
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
RULEBOOK = HERE.parent.parent / "rulebook"
STATES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT "
    "NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY"
).split()


def load(name):
    """One JSON file of the rulebook."""
    return json.loads((RULEBOOK / name).read_text(encoding="utf-8"))


def vocabulary():
    """Fact name -> definition, with the allowed values written out."""
    facts = {}
    for fact in load("facts.json"):
        fact = dict(fact)
        if fact.get("values") == "usps_state":
            fact["values"] = STATES
        facts[fact["name"]] = fact
    return facts


# ---------------------------------------------------------------- expressions


class Bad(Exception):
    """A syntax or type error in an expression."""


def tokens(text):
    """Splits an expression into (kind, value) pairs."""
    out, i = [], 0
    while i < len(text):
        c = text[i]
        if c in " \t\r\n":
            i += 1
        elif text[i : i + 2] in ("&&", "||", "==", "!=", "<=", ">="):
            out.append(("op", text[i : i + 2]))
            i += 2
        elif c in "<>!()[],":
            out.append(("op", c))
            i += 1
        elif c == '"':
            end = text.find('"', i + 1)
            if end < 0:
                raise Bad("string without end")
            out.append(("str", text[i + 1 : end]))
            i = end + 1
        elif c.isdigit():
            j = i
            while j < len(text) and text[j].isdigit():
                j += 1
            out.append(("int", int(text[i:j])))
            i = j
        elif c.isalpha() or c == "_":
            j = i
            while j < len(text) and (text[j].isalnum() or text[j] in "_."):
                j += 1
            word = text[i:j]
            if word in ("true", "false"):
                out.append(("bool", word == "true"))
            elif word == "in":
                out.append(("op", "in"))
            else:
                out.append(("fact", word))
            i = j
        else:
            raise Bad(f"unexpected {c!r}")
    return out


RELATIONS = ("==", "!=", "<", "<=", ">", ">=", "in")


class Parser:
    """Recursive descent with CEL's precedence: ! over relations over && over ||."""

    def __init__(self, text):
        self.rest = tokens(text)[::-1]

    def take(self, *ops):
        if self.rest and self.rest[-1][0] == "op" and self.rest[-1][1] in ops:
            return self.rest.pop()[1]
        return None

    def need(self, op):
        if not self.take(op):
            raise Bad(f"expected {op}")

    def whole(self):
        tree = self.either()
        if self.rest:
            raise Bad("something left over")
        return tree

    def either(self):
        left = self.both()
        while self.take("||"):
            left = ("||", left, self.both())
        return left

    def both(self):
        left = self.relation()
        while self.take("&&"):
            left = ("&&", left, self.relation())
        return left

    def relation(self):
        left = self.unary()
        while op := self.take(*RELATIONS):
            left = (op, left, self.unary())
        return left

    def unary(self):
        if self.take("!"):
            return ("!", self.unary())
        if self.take("("):
            tree = self.either()
            self.need(")")
            return tree
        if self.take("["):
            items = []
            if not self.take("]"):
                items.append(self.literal())
                while self.take(","):
                    items.append(self.literal())
                self.need("]")
            return ("list", items)
        if self.rest and self.rest[-1][0] == "fact":
            return ("fact", self.rest.pop()[1])
        return ("lit", self.literal())

    def literal(self):
        if self.rest and self.rest[-1][0] in ("str", "int", "bool"):
            return self.rest.pop()[1]
        raise Bad("expected a value")


PARSED = {}


def parse(text):
    """The tree of an expression, parsed once."""
    if text not in PARSED:
        PARSED[text] = Parser(text).whole()
    return PARSED[text]


def k_not(a):
    """Kleene NOT; None is unknown."""
    return None if a is None else not a


def k_and(a, b):
    """Kleene AND: false decides."""
    if a is False or b is False:
        return False
    return None if a is None or b is None else True


def k_or(a, b):
    """Kleene OR: true decides."""
    if a is True or b is True:
        return True
    return None if a is None or b is None else False


def value(tree, facts):
    """The value of a tree; None is unknown."""
    head = tree[0]
    if head == "fact":
        return facts.get(tree[1])
    if head in ("lit", "list"):
        return tree[1]
    if head == "!":
        return k_not(value(tree[1], facts))
    left, right = value(tree[1], facts), value(tree[2], facts)
    if head == "&&":
        return k_and(left, right)
    if head == "||":
        return k_or(left, right)
    if left is None or right is None:
        return None
    if head == "in":
        if isinstance(right, dict):
            if left in right["items"]:
                return True
            return False if right["complete"] else None
        return left in right
    return {
        "==": lambda: left == right,
        "!=": lambda: left != right,
        "<": lambda: left < right,
        "<=": lambda: left <= right,
        ">": lambda: left > right,
        ">=": lambda: left >= right,
    }[head]()


# ----------------------------------------------------------------- evaluation


def outcome(rule, facts, as_of, assume):
    """(outcome, blocks, law_unconfirmed) of one rule; dates are ISO text."""
    start, end = rule["effective_from"], rule["effective_to"]
    if (start is not None and as_of < start) or (end is not None and as_of > end):
        return "not_in_force", False, False
    guard = value(parse(rule["applies_to"]), facts)
    condition = value(parse(rule["condition"]), facts)
    if rule["legal_status"] == "proposed":
        hit = guard is True and condition is True
        return ("preview_would_trigger" if hit else "preview_none"), False, False
    law = True
    if rule["kind"] == "law":
        through = assume.get(rule["id"], rule["law_confirmed_through"])
        law = True if through is not None and as_of <= through else None
    if guard is False:
        return "not_applicable", False, False
    if condition is False:
        return "clear", False, False
    if law is True and guard is True and condition is True:
        return "triggered", False, False
    mode = rule["if_undetermined"]
    fact_missing = guard is None or condition is None
    blocks = mode == "blocks" or (mode == "blocks_on_facts" and fact_missing)
    return "undetermined", blocks, law is None


def evaluate(rules, facts, as_of, assume):
    """What POST /v1/evaluations answers, as far as the text decides it."""
    found = {rule["id"]: outcome(rule, facts, as_of, assume) for rule in rules}
    severity = {rule["id"]: rule["severity"] for rule in rules}
    triggered = sorted(k for k, o in found.items() if o[0] == "triggered")
    undetermined = sorted(k for k, o in found.items() if o[0] == "undetermined")
    blocking = sorted(k for k in undetermined if found[k][1])
    counts = {"critical": 0, "major": 0, "minor": 0, "info": 0}
    for rule_id in triggered:
        counts[severity[rule_id]] += 1
    counts["undetermined"] = len(undetermined)
    return {
        "status": status(facts, counts, blocking),
        "triggered": triggered,
        "blocking": blocking,
        "undetermined": undetermined,
        "counts": counts,
        "preview": sorted(k for k, o in found.items() if o[0] == "preview_would_trigger"),
        "law_unconfirmed": sorted(k for k in undetermined if found[k][2]),
        "outcomes": {k: o[0] for k, o in found.items()},
    }


def status(facts, counts, blocking):
    """The overall status, steps 1 to 7 in their order."""
    ketamine = facts.get("offers.racemic_ketamine")
    esketamine = facts.get("offers.esketamine")
    on_site = facts.get("site.dosing_on_site")
    take_home = facts.get("takehome.offered")
    attended = facts.get("takehome.supervision") == "in_person_clinician"
    mobile = facts.get("mobile.iv_outside_facility")
    if ketamine is False and esketamine is False:
        return "out_of_scope"
    if counts["critical"] > 0:
        return "flagged"
    if blocking or on_site is None or ketamine is None or esketamine is None:
        return "insufficient_information"
    if counts["major"] > 0 or on_site is False:
        return "caution"
    # Attended is known of whatever goes home, also where nobody knows whether anything does.
    if not (take_home is False or attended) or mobile is not False:
        return "insufficient_information"
    if take_home is False and facts.get("telehealth.used") is False:
        return "supervised_in_person"
    return "supervised_hybrid"


# --------------------------------------------------------------- random cases

EDGES = (
    "2000-01-01 2022-07-11 2023-05-12 2023-07-01 2023-12-31 2024-05-01 2024-12-31 "
    "2026-11-21 2026-12-31 2027-01-01 2027-03-31 2027-06-30 2100-12-30"
).split()
ADVERSE_ROUTES = ["nasal", "iv", "im", "sc", "sublingual", "oral", "rectal"]
LAW_STATES = ["AL", "GA", "SC", "NH", "TX"]


def near(rng, iso):
    """A date at an edge, a day before it or a day after it."""
    return (date.fromisoformat(iso) + timedelta(days=rng.choice([-1, 0, 0, 1]))).isoformat()


def some_value(rng, fact, boldness):
    """A value for a fact: unknown, adverse, clearing or any other, sets open or complete."""
    if rng.random() < 0.3:
        return None
    kind = fact["type"]
    adverse = fact["adverse_values"]
    if adverse and rng.random() < boldness:
        return rng.choice(adverse)
    if kind == "tri":
        if adverse and rng.random() < 0.7:
            return not adverse[0]
        return rng.choice([True, False])
    if kind == "int":
        edge = 18 if fact["unit"] == "years" else 120
        pick = rng.choice([edge - 1, edge, edge + 1, fact["min"], fact["max"]])
        return pick
    if kind == "enum":
        if fact["name"] == "site.state":
            return rng.choice(["TX", "TX", "NJ", "AL"])
        return rng.choice(fact["values"])
    pool = fact["values"]
    if fact["name"] == "telehealth.patient_states":
        pool = LAW_STATES + rng.sample(STATES, 3)
    else:
        pool = [route for route in ADVERSE_ROUTES if route in pool]
    pool = sorted(set(pool))
    return {
        "items": sorted(rng.sample(pool, rng.choice([0, 1, 1, 2, 3]))),
        "complete": rng.random() < 0.5,
    }


PIVOTS = [
    "offers.racemic_ketamine",
    "offers.esketamine",
    "site.dosing_on_site",
    "takehome.offered",
    "takehome.supervision",
    "takehome.routes",
    "telehealth.used",
    "telehealth.prescribes_ketamine",
    "telehealth.in_person_eval_before_rx",
    "telehealth.in_person_at_least_annually",
    "telehealth.patient_states",
    "telehealth.federal_exception",
    "mobile.iv_outside_facility",
    "esk.monitor_minutes",
]


def some_case(rng, facts, rules, rewritten):
    """One adversarial request: a base, a patch, a date near an edge, assumed laws."""
    base = rng.choice(["CLINIC", "TELE", "TELE", "ESK", "BOTH", "HYBRID", "HYBRID", "EMPTY"])
    changes = {}
    names = sorted(facts)
    style = rng.random()
    if style < 0.02:
        picks = names
    elif style < 0.55:
        picks = rng.sample(PIVOTS, rng.randint(1, 4))
    else:
        picks = rng.sample(PIVOTS, rng.randint(0, 3)) + rng.sample(names, rng.randint(1, 4))
    boldness = rng.choice([0.0, 0.1, 0.5])
    for name in picks:
        changes[name] = some_value(rng, facts[name], boldness)
    as_of = near(rng, rng.choice(EDGES))
    assume = {}
    laws = [rule["id"] for rule in rules if rule["kind"] == "law"]
    if rng.random() < 0.5:
        for rule_id in rng.sample(laws, rng.randint(1, 3)):
            edge = as_of if rng.random() < 0.7 else rng.choice(EDGES)
            assume[rule_id] = near(rng, edge)
    case = {"base": base, "changes": changes, "as_of": as_of, "assume": assume}
    if rewritten:
        case["rules"], read = some_rules(rng, facts, as_of)
        for name in sorted(set(read)):
            case["changes"][name] = some_value(rng, facts[name], 0.4)
    return case


def some_leaf(rng, facts):
    """A question about one fact, in one of the ways to write it."""
    kind = rng.choice(["tri", "tri", "enum", "int", "set", "literal"])
    if kind == "literal" and rng.random() < 0.8:
        kind = "tri"
    if kind == "literal":
        return rng.choice(["true", "false"])
    name = rng.choice(sorted(n for n, f in facts.items() if f["type"] == kind))
    fact = facts[name]
    if kind == "tri":
        truth = rng.choice(["true", "false"])
        forms = [f"{name} == {truth}", f"{name} != {truth}", name, f"!{name}"]
        return rng.choice(forms + [f"{truth} == {name}", f"!({name} == {truth})"])
    if kind == "int":
        number, sign = rng.choice([17, 18, 119, 120]), rng.choice(RELATIONS[:6])
        return rng.choice([f"{name} {sign} {number}", f"{number} {sign} {name}"])
    if kind == "set":
        return f'"{rng.choice(fact["values"][:8])}" in {name}'
    some = rng.sample(fact["values"], rng.randint(1, min(3, len(fact["values"]))))
    listed = ",".join(f'"{v}"' for v in some)
    forms = [f"{name} in [{listed}]", f'{name} == "{some[0]}"', f'{name} != "{some[0]}"']
    return rng.choice(forms)


def some_expression(rng, facts, depth):
    """A random condition; brackets stand where they must and where they need not."""
    if depth == 0 or rng.random() < 0.25:
        return some_leaf(rng, facts)
    form = rng.random()
    inner = lambda: some_expression(rng, facts, depth - 1)
    if form < 0.12:
        return f"!({inner()})"
    if form < 0.2:
        # Not around a bare literal: that no fact can change it is an error of its own.
        return f"({inner()} || {some_leaf(rng, facts)}) == {rng.choice(['true', 'false'])}"
    if form < 0.3:
        return f"({inner()})"
    signs = rng.choices([" && ", " || ", "&&", "||"], k=rng.randint(1, 2))
    return inner() + "".join(sign + inner() for sign in signs)


def facts_in(text):
    """The names of the facts that an expression reads."""
    return [token[1] for token in tokens(text) if token[0] == "fact"]


def some_rules(rng, facts, as_of):
    """Two rules rewritten at random, with facts that their expressions read."""
    patch, read = {}, []
    for rule_id in ("KTS-034", "KTS-AL-01"):
        guard = some_expression(rng, facts, 1)
        condition = some_expression(rng, facts, 2)
        read += facts_in(guard) + facts_in(condition)
        patch[rule_id] = {
            "severity": rng.choice(["critical", "major", "minor", "info"]),
            "if_undetermined": rng.choice(["blocks", "blocks_on_facts", "discloses"]),
            "applies_to": guard,
            "condition": condition,
        }
    law = patch["KTS-AL-01"]
    law["legal_status"] = rng.choice(["in_force", "scheduled", "proposed", "in_force"])
    law["effective_from"] = rng.choice([None, near(rng, as_of)])
    law["law_confirmed_through"] = rng.choice([None, near(rng, as_of)])
    if law["effective_from"] is None or law["legal_status"] != "scheduled":
        law["effective_to"] = None
    return patch, read


def bases():
    """The bases of cases.json, one with both products and one whose doses go home attended."""
    out = load("cases.json")["bases"]
    out["BOTH"] = {**out["ESK"], **out["CLINIC"], "offers.esketamine": True}
    attended = {"items": ["sublingual"], "complete": True}
    out["HYBRID"] = {
        **out["CLINIC"],
        "telehealth.used": True,
        "takehome.offered": True,
        "takehome.routes": attended,
        "takehome.supervision": "in_person_clinician",
    }
    return out


def patched(base, changes):
    """A base with changes applied; null makes a fact unknown."""
    facts = {**base, **changes}
    return {name: v for name, v in facts.items() if v is not None}


CODE = {
    "triggered": "T",
    "clear": "c",
    "not_applicable": "-",
    "not_in_force": "x",
    "preview_would_trigger": "P",
    "preview_none": "p",
}


def letters(answer):
    """One letter a rule in the order of ids; U blocks, u only discloses."""
    out = []
    for rule_id in sorted(answer["outcomes"]):
        name = answer["outcomes"][rule_id]
        out.append(CODE.get(name) or ("U" if rule_id in answer["blocking"] else "u"))
    return "".join(out)


def cases(count, seed, rewritten=0):
    """Yields (case, facts, answer), the same ones for the same seed.

    The last `rewritten` of them have two rules whose expressions are random too.
    """
    rng = random.Random(seed)
    based, facts, rules = bases(), vocabulary(), load("rules.json")
    for index in range(count):
        case = some_case(rng, facts, rules, index >= count - rewritten)
        known = patched(based[case["base"]], case["changes"])
        patch = case.get("rules", {})
        used = [{**rule, **patch.get(rule["id"], {})} for rule in rules]
        yield case, known, evaluate(used, known, case["as_of"], case["assume"])


# ----------------------------------------------------------------- commands


def command_self():
    """The worked cases, with rule patches applied to the rules."""
    data, rules = load("cases.json"), load("rules.json")
    wrong = 0
    for case in data["cases"]:
        patch = case["rule_changes"]
        used = [{**rule, **patch.get(rule["id"], {})} for rule in rules]
        known = patched(data["bases"][case["base"]], case["changes"])
        got = evaluate(used, known, case["as_of"], {})
        for key in ("status", "triggered", "blocking", "undetermined"):
            if got[key] != case[key]:
                wrong += 1
                print(f"case {case['n']}: {key} is {got[key]}, expected {case[key]}")
    print(f"{len(data['cases'])} worked cases, {wrong} differences")
    return wrong


def command_write(count=1530, seed=829):
    """The committed cases that the Rust test replays."""
    lines, based = [], bases()
    for case, _, answer in cases(count, seed, 100):
        base = based[case["base"]]
        changes = case["changes"].items()
        case["changes"] = {name: v for name, v in changes if base.get(name) != v}
        expect = {
            "status": answer["status"],
            "outcomes": letters(answer),
            "counts": list(answer["counts"].values()),
        }
        if answer["law_unconfirmed"]:
            expect["law_unconfirmed"] = answer["law_unconfirmed"]
        lines.append(json.dumps({**case, "expect": expect}, separators=(",", ":")))
    # The first line has the bases, so that the replay reads nothing else.
    lines.insert(0, json.dumps({"bases": based}, separators=(",", ":"), sort_keys=True))
    (HERE / "evaluations.ndjson").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines) - 1} cases written")
    return 0


def command_diff(binary, count="500", seed="1"):
    """Random cases against the built program, one process each."""
    wrong = 0
    for index, (case, known, answer) in enumerate(cases(int(count), int(seed))):
        request = {"as_of": case["as_of"], "facts": known}
        if case["assume"]:
            request["assume"] = {"law_confirmed_through": case["assume"]}
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(request, file)
            file.flush()
            run = subprocess.run(
                [binary, "rules", "eval", file.name, "--as-of", case["as_of"]],
                capture_output=True,
                text=True,
                check=False,
            )
        try:
            got = json.loads(run.stdout)
        except ValueError:
            got = {"stdout": run.stdout, "stderr": run.stderr}
        for key in ("status", "triggered", "blocking", "undetermined", "counts"):
            if got.get(key) != answer[key]:
                wrong += 1
                print(f"case {index} {case}\n  {key}: program {got.get(key)}, oracle {answer[key]}")
    print(f"{count} random cases, {wrong} differences")
    return wrong


if __name__ == "__main__":
    COMMANDS = {"self": command_self, "write": command_write, "diff": command_diff}
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    sys.exit(1 if COMMANDS[sys.argv[1]](*sys.argv[2:]) else 0)
