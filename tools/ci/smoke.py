"""A newcomer's questions, asked of a server that runs.

    smoke.py real URL              the real directory: what it knows and what it refuses to claim
    smoke.py fictional URL [URL…]  the fictional one; several servers must answer alike
    smoke.py log FILE              a server's log holds no place and no query
"""

import json
import pathlib
import re
import sys
import urllib.error
import urllib.request

# What differs between two databases with the same content: ids, and with them links and cursors.
VOLATILE = {"id", "links", "revision", "self", "next"}


def ask(url, path, body=None):
    """One request; (status, headers, parsed JSON or text)."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url + path, data, {"Content-Type": "application/json"} if data else {})
    try:
        response = urllib.request.urlopen(request, timeout=20)
    except urllib.error.HTTPError as error:
        response = error
    text = response.read().decode()
    is_json = "json" in response.headers.get("Content-Type", "")
    return response.status, response.headers, json.loads(text) if is_json else text


def get(url, path, body=None):
    status, _, answer = ask(url, path, body)
    assert status == 200, f"{path}: {status} {answer}"
    return answer


def check(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")
    print(f"ok: {what}")


def common(url):
    status, headers, problem = ask(url, "/v1/clinics?postal_code=99999")
    check(status == 404 and problem["type"].endswith("place-not-found"), "an unknown ZIP code is a 404 problem")
    check(headers["Content-Type"].startswith("application/problem+json"), "errors are problem documents")
    status, _, problem = ask(url, "/v1/clinics?lat=38.98123&lon=-77.1")
    check(status == 400 and "/v1/clinics/search" in json.dumps(problem), "a finer point in a GET is refused and the POST named")
    status, headers, _ = ask(url, "/v1/clinics/search", {"lat": 38.98123, "lon": -77.10001})
    check(status == 200 and "no-store" in headers["Cache-Control"], "the POST takes it and is not stored")
    status, _, problem = ask(url, "/v1/clinics?postal_code=20814&treatment=iv")
    check(status == 400 and "treatment" in json.dumps(problem), "an unknown parameter is named")
    for path in ("/healthz", "/readyz", "/metrics", "/docs", "/openapi.json", "/v1/rules", "/v1/facts", "/v1/reference/states"):
        check(ask(url, path)[0] == 200, f"{path} answers")
    check(ask(url, "/v1/nothing")[0] == 404, "an unknown path is a 404")


def mailed_spray(url):
    cases = json.loads(pathlib.Path("rulebook/cases.json").read_text())
    facts = dict(cases["bases"]["TELE"])
    facts["takehome.routes"] = {"items": ["nasal"], "complete": True}
    answer = get(url, "/v1/evaluations", {"as_of": "2026-11-21", "facts": facts})
    check(answer["status"] == "flagged" and {"KTS-001", "KTS-002"} <= set(answer["triggered"]),
          "mailed nasal spray is flagged by KTS-001 and KTS-002")


def real(url):
    common(url)
    mailed_spray(url)
    near = get(url, "/v1/clinics?postal_code=20814&view=all&limit=200")
    named = [item for item in near["data"] if item["name"].startswith("Calliope Health Ketamine")]
    check(len(named) == 1, "Calliope Health Ketamine is found near 20814")
    clinic = named[0]
    check(all(clinic[field] for field in ("address", "phone", "website")), "with address, phone and website")
    check(clinic["safety"]["status"] == "insufficient_information", "and its key safety facts could not be verified")
    default = get(url, "/v1/clinics?postal_code=20814")
    check(default["data"] == [] and sum(default["meta"]["left_out"].values()) > 0,
          "nobody real is known to be accredited, and the answer says what it left out")
    check(near["meta"]["fictional"] is False, "the directory is the real one")


def normal(value):
    """A value without what differs from database to database."""
    if isinstance(value, dict):
        return {key: normal(part) for key, part in value.items() if key not in VOLATILE}
    return [normal(part) for part in value] if isinstance(value, list) else value


def fictional(*urls):
    searches = [
        "/v1/clinics?city=Chicago&state=IL&radius=100&limit=200",
        "/v1/clinics?postal_code=10001&radius=500&view=supervised&limit=200",
        "/v1/clinics?postal_code=10001&radius=500&view=all&limit=200&sort=name",
        "/v1/clinics?bbox=-125,24,-66,50&view=all&limit=200&route=iv&sort=course_cost",
        "/v1/clinics?bbox=-125,24,-66,50&view=all&limit=0",
        "/v1/providers?limit=200",
        "/v1/rules",
    ]
    for url in urls:
        common(url)
        mailed_spray(url)
    found = 0
    for place in ("city=Chicago&state=IL", "city=New+York&state=NY", "city=Los+Angeles&state=CA"):
        answer = get(urls[0], f"/v1/clinics?{place}&radius=100")
        check(answer["meta"]["fictional"] is True, f"the answer for {place} says that it is fictional")
        for item in answer["data"]:
            check(item["accredited"] and item["safety"]["status"].startswith("supervised"),
                  f"{item['name']} is accredited and supervised")
            found += item["course_cost"]["state"] == "complete"
    check(found > 0, "near a big city an accredited, supervised clinic tells the cost of its course")
    for path in searches:
        answers = [normal(get(url, path)) for url in urls]
        for answer in answers:
            if isinstance(answer.get("data"), list):
                # Ties are ordered by id, which each database makes for itself.
                answer["data"].sort(key=lambda item: json.dumps(item, sort_keys=True))
        check(all(answer == answers[0] for answer in answers), f"the same answer everywhere: {path}")


def log(file):
    text = pathlib.Path(file).read_text()
    check(len(text.splitlines()) > 100, "the log tells of the requests")
    lines = [json.loads(line) for line in text.splitlines()]
    check(all(isinstance(line, dict) for line in lines), "one JSON object a line")
    # What the server measures and makes up itself may hold any digits: only the rest can tell of
    # a visitor. Its own address, which it says once when it starts, is no visitor's.
    own = ("timestamp", "duration_ms", "request_id")
    told = [json.dumps({name: line[name] for name in line if name not in own}) for line in lines]
    told = [line for line in told if "listening on" not in line]
    for sign in (r"postal_code=", r"\blat=", r"\blon=", r"20814", r"Chicago", r"38\.98", r"127\.0\.0\.1:", r"\?"):
        near = next((line for line in told if re.search(sign, line)), None)
        check(near is None, f"no `{sign}` in the log{'' if near is None else ': ' + near[:300]}")
    check(not re.search(r"/v1/clinics/[0-9a-f]{8}-", text), "no path with an id in the log")


{"real": real, "fictional": fictional, "log": log}[sys.argv[1]](*sys.argv[2:])
