#!/usr/bin/env python3
"""Plays the whole story of a listing and of a flag against the program itself.

    play.py BINARY DATABASE_URL

DATABASE_URL names an empty database, BINARY a built `bedside`. The server is started on a free
port of the loopback, and again on later days: libfaketime (Debian's package `faketime`) turns its
clock, and nothing else of it is changed. Everything is asked for over HTTP or with the program's
own commands, as people would. Exit code 0: the story went as told; else the first thing that did
not is on standard error.
"""

import base64
import contextlib
import datetime
import glob
import hashlib
import hmac
import json
import os
import pathlib
import re
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FIRST_DAY = datetime.date(2026, 11, 23)
CLINIC, TELEHEALTH = "F001", "F071"


class Failed(Exception):
    """The story did not go as told."""


def tell(text):
    print(f"- {text}", flush=True)


def expect(held, text):
    if not held:
        raise Failed(text)


def after(days):
    return FIRST_DAY + datetime.timedelta(days=days)


class Person:
    """An account with its second factor, signed in anew on each day."""

    def __init__(self, name, password):
        self.name, self.password, self.secret, self.token = name, password, None, None


class Directory:
    """The program over one database."""

    def __init__(self, binary, database, folder):
        self.binary, self.database, self.folder = binary, database, folder
        self.server, self.url, self.day = None, None, None
        libraries = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
        expect(libraries, "libfaketime is missing: install Debian's package faketime")
        self.library = libraries[0]
        self.started = 0

    def environment(self):
        # From noon of the day on the clock runs as it does; what only measures time is left alone.
        return {
            **os.environ, "DATABASE_URL": self.database, "LD_PRELOAD": self.library,
            "FAKETIME": f"@{self.day} 12:00:00", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "TZ": "UTC",
            "BEDSIDE_EVIDENCE_DIR": str(self.folder / "evidence"),
        }

    def now(self):
        """The server's time, near enough for a one-time code."""
        noon = datetime.datetime.combine(self.day, datetime.time(12), datetime.timezone.utc)
        return noon.timestamp() + time.monotonic() - self.started

    def run(self, *arguments, input=None, code=0):
        """A command of the program, on the day that it is."""
        done = subprocess.run(
            [self.binary, *arguments], env=self.environment(), input=input, text=True,
            capture_output=True,
        )
        expect(
            done.returncode == code,
            f"bedside {' '.join(arguments)}: exit code {done.returncode}\n{done.stdout}{done.stderr}",
        )
        return done.stdout

    def start(self, day):
        """Starts the server at noon of a day."""
        self.stop()
        self.day = day
        log = open(self.folder / "serve.log", "ab")
        self.started = time.monotonic()
        self.server = subprocess.Popen(
            [self.binary, "serve", "--listen", "127.0.0.1:0"], env=self.environment(),
            stdout=subprocess.PIPE, stderr=log, text=True,
        )
        line = self.server.stdout.readline()
        expect(line.startswith("listening on "), f"the server did not start: {self.tail()}")
        self.url = line.split()[-1]

    def tail(self):
        return (self.folder / "serve.log").read_text()[-2_000:]

    def stop(self):
        if self.server:
            self.server.terminate()
            expect(self.server.wait(30) == 0, f"the server did not end well: {self.tail()}")
            self.server = None

    def ask(self, method, path, body=None, by=None, status=200, headers=()):
        """A request; its answer as JSON, and its headers."""
        got, text, headers = self.send(method, path, body, by, headers)
        expect(got == status, f"{method} {path}: {got} in place of {status}: {text.decode()[:1500]}")
        kind = headers.get("Content-Type", "")
        return (json.loads(text) if "json" in kind else text.decode()), headers

    def send(self, method, path, body=None, by=None, headers=()):
        """A request; the status of its answer, the bytes, and the headers."""
        sent = {"Accept": "*/*", **dict(headers)}
        if by:
            sent["Authorization"] = f"Bearer {by.token}"
        data = None
        if body is not None:
            sent["Content-Type"], data = "application/json", json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read(), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, error.read(), error.headers

    def get(self, path, **more):
        return self.ask("GET", path, **more)[0]

    def post(self, path, body, **more):
        return self.ask("POST", path, body, **more)[0]

    def until(self, wanted, text, seconds=15):
        """Waits for what the server does by itself."""
        end = time.monotonic() + seconds
        while not (found := wanted()):
            expect(time.monotonic() < end, f"{text}, but not within {seconds} s")
            time.sleep(0.2)
        return found

    def sign_in(self, person):
        body = {"username": person.name, "password": person.password}
        if person.secret:
            # A code opens once; each day is signed in once.
            body["code"] = one_time_code(person.secret, self.now())
        answer = self.post("/v1/auth/token", body)
        person.token = answer["access_token"]
        if answer["second_factor_missing"]:
            person.secret = self.post("/v1/auth/totp", {}, by=person)["secret"]
            code = {"code": one_time_code(person.secret, self.now())}
            person.token = self.post("/v1/auth/totp/confirm", code, by=person)["access_token"]
        return person


def one_time_code(secret, at):
    """RFC 6238 with SHA-1, six digits, 30 seconds."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">q", int(at) // 30), hashlib.sha1)
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start:start + 4])[0] & 0x7FFF_FFFF
    return f"{number % 1_000_000:06}"


def made_up(key, **changes):
    """A provider of the fictional set."""
    lines = (ROOT / "data" / "fictional.ndjson").read_text().splitlines()
    row = next(row for row in map(json.loads, lines) if row["source_key"] == key)
    return {**row, **changes}


class Story:
    """The story, chapter by chapter."""

    def __init__(self, directory):
        self.d = directory
        self.folder = directory.folder

    def play(self):
        self.people()
        self.clinic()
        self.flag()
        self.appeal()
        self.clock()
        self.withdrawal()
        self.verification()

    # --- Who works here.

    def people(self):
        d = self.d
        d.day = FIRST_DAY
        password = "three quiet herons on a pier"
        d.run("migrate")
        d.run("admin", "create", "ada", input=password + "\n")
        d.start(FIRST_DAY)
        self.ada = d.until(lambda: self.try_sign_in(Person("ada", password)), "ada can sign in")
        self.vera, self.olga, self.otto, self.ed = (
            Person(name, f"{name} and the quiet herons of the pier")
            for name in ("vera", "olga", "otto", "ed")
        )
        roles = [
            (self.ed, "editor"), (self.vera, "verifier"),
            (self.olga, "compliance_officer"), (self.otto, "compliance_officer"),
        ]
        for person, role in roles:
            body = {"name": person.name, "password": person.password, "roles": [role]}
            d.post("/v1/admin/users", body, by=self.ada, status=201)
        for person, _ in roles:
            d.sign_in(person)
        users = d.get("/v1/admin/users", by=self.ada)["data"]
        expect(len(users) == 5, "five accounts")
        d.post("/v1/admin/users", {"name": "eve", "password": "x" * 12, "roles": ["admin"]},
               by=self.vera, status=403)
        tell("ada made the first account at the terminal and four more over the API")

    def try_sign_in(self, person):
        try:
            return self.d.sign_in(person)
        except Failed:
            return None

    # --- A clinic is taken in, verified, published and found.

    def clinic(self):
        d = self.d
        rows = [made_up(CLINIC), made_up(TELEHEALTH, flags=[])]
        file = self.folder / "two.ndjson"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        d.run("import", "providers", str(file))
        listing = lambda key: next(
            (row for row in d.get("/v1/admin/clinics?limit=200", by=self.vera)["data"]
             if row["name"].startswith(made_up(key)["name"][:20])), None)
        clinic = d.until(lambda: listing(CLINIC), "the import is seen")
        self.clinic_id, self.tele_id = clinic["id"], listing(TELEHEALTH)["id"]
        expect(clinic["listing_state"] == "submitted", "an import lands as submitted")
        expect(self.found() is None, "nobody finds what nobody has published")
        statements = d.get(f"/v1/admin/statements?provider={self.clinic_id}", by=self.vera)["data"]
        expect(len(statements) > 20, "the file's statements are there")
        for statement in statements[:3]:
            body = {"method": "read_at_source", "reason_code": "routine_check"}
            d.post(f"/v1/admin/statements/{statement['id']}/verify", body, by=self.vera)
        self.publish(self.clinic_id, self.vera, self.ada)
        self.publish(self.tele_id, self.vera, self.ada)
        found = d.until(self.found, "the clinic is found")
        expect(found["safety"]["status"] == "supervised_in_person", "it is supervised")
        (self.folder / "first.checkpoint").write_text(self.checkpoint(2))
        tell("a clinic was imported, verified by vera, published by ada, and is found from 20814")

    def found(self):
        hits = self.d.get("/v1/clinics?postal_code=20814")["data"]
        return next((hit for hit in hits if hit["name"] == made_up(CLINIC)["name"]), None)

    def step(self, listing, verb, by, body=None):
        """One step of a listing, from the version that it has now."""
        path = f"/v1/admin/clinics/{listing}"
        body = {"reason_code": "story", "reason": "As the story has it.", **(body or {})}
        # The engine may write a finding between the two requests: whoever hears 412 reads again.
        for _ in range(5):
            _, headers = self.d.ask("GET", path, by=by)
            version = [("If-Match", headers["ETag"])]
            got, text, _ = self.d.send("POST", f"{path}/{verb}", body, by, version)
            if got != 412:
                break
        expect(got == 200, f"{verb} {listing}: {got} in place of 200: {text.decode()[:1500]}")

    def publish(self, listing, verifier, publisher):
        """What the four-eyes rule and the holds ask for."""
        d = self.d
        self.step(listing, "take", verifier)
        answer = d.get(f"/v1/admin/clinics/{listing}", by=verifier)
        provider = answer["data"]
        independent = next(at for at, kept in enumerate(provider["evidence"])
                           if kept["item"]["tier"] in ("E1", "E4", "E5"))
        for site in provider["sites"]:
            body = {"site": site["id"], "evidence": independent}
            self.step(listing, "confirm-address", verifier, body)
        for hold in d.get(f"/v1/admin/clinics/{listing}", by=verifier)["holds"]:
            body = {"kind": hold["kind"], "key": hold["key"], "reason": "It is one group."}
            self.step(listing, "release", verifier, body)
        self.step(listing, "publish", publisher)

    # --- A telehealth provider is flagged with due process.

    def flag(self):
        d = self.d
        flags = d.until(lambda: d.get("/v1/admin/flags?state=proposed", by=self.olga)["data"],
                        "the engine proposes a flag")
        self.flag_id = next(flag["id"] for flag in flags if flag["rule"] == "KTS-001")
        expect(self.checked() == "insufficient_information", "a proposal looks like an unknown fact")
        expect(self.flag_id not in json.dumps(d.get("/v1/flags?limit=200")), "it is not shown")
        notice = {"method": "certified mail", "reference": "RR 1", "delivered_on": str(d.day),
                  "reason_code": "story"}
        token = self.move("notify", self.olga, notice)["reply_token"]
        self.link = f"/v1/replies/{token}"
        d.post(self.link, {"kind": "reply", "text": "We will have a nurse on video."})
        self.move("publish", self.otto, {"reason_code": "story"}, status=409)
        d.start(after(17))
        self.all_sign_in()
        self.move("publish", self.olga, {"reason_code": "story"}, status=409)
        self.move("publish", self.otto, {"reason_code": "story"})
        d.until(lambda: self.checked() == "flagged", "check says so")
        shown = json.dumps(d.get("/v1/flags?limit=200"))
        expect(self.flag_id in shown and "We will have a nurse on video." in shown,
               "the flag is shown with the reply")
        tell("a telehealth provider was proposed, notified, answered, published by a second person, "
             "and check finds it flagged")

    def checked(self):
        name = made_up(TELEHEALTH)["website"]
        answer = self.d.get("/v1/check?q=" + urllib.request.quote(name, safe=""))
        text = json.dumps(answer)
        match = re.search(r'"status": "([a-z_]+)"', text)
        expect(match, f"check knows the provider: {text[:600]}")
        return match.group(1)

    def move(self, verb, by, body, **more):
        return self.d.post(f"/v1/admin/flags/{self.flag_id}/{verb}", body, by=by, **more)

    def all_sign_in(self):
        for person in (self.ada, self.ed, self.vera, self.olga, self.otto):
            self.d.sign_in(person)

    # --- An appeal clears the flag.

    def appeal(self):
        d = self.d
        d.post(self.link, {"kind": "appeal", "text": "The program ended."})
        answer = {"text": "We looked again, and it has ended.", "reason_code": "appeal_heard"}
        self.move("clear", self.otto, answer, status=409)
        self.move("clear", self.ada, answer)
        cleared = d.get("/v1/flags?state=cleared&limit=200")["data"]
        mine = next((flag for flag in cleared if flag["id"] == self.flag_id), None)
        expect(mine and mine["published_on"] and mine["closed_on"], "it is history with both dates")
        expect(self.checked() != "flagged", "check flags it no longer")
        tell("an appeal was heard by somebody who had not decided, and cleared the flag")

    # --- Evidence ages by the clock alone.

    def clock(self):
        d = self.d
        expect(self.found(), "the clinic is found before its evidence ends")
        d.start(datetime.date(2028, 1, 15))
        d.until(lambda: not self.found(), "the clinic's label ends with its evidence")
        changes = d.until(
            lambda: [c for c in d.get("/v1/changes?since=0&limit=500")["data"]
                     if c["provider"] == self.clinic_id and c["at"] > "2028"],
            "the log says that the clock changed the listing")
        expect(changes[-1]["action"] == "changed", "as a change")
        tell("evidence ended by the clock: the clinic lost its label, and the log says so")

    # --- A payload is taken back.

    def withdrawal(self):
        d = self.d
        first = next(c for c in d.get("/v1/changes?since=0&limit=500")["data"]
                     if c["provider"] == self.tele_id)
        d.run("log", "withdraw", str(first["index"]), "--reason", "court_order")
        gone = d.get(f"/v1/changes?since={first['index']}&limit=1")["data"][0]
        expect(gone["record"] is None and gone["withdrawn"] == "court_order", "its payload is gone")
        tell("a payload was withdrawn, and its leaf stays")

    # --- Anyone can verify it all.

    def checkpoint(self, at_least):
        def size():
            try:
                text = self.d.get("/checkpoint")
            except Failed:
                return None
            return text if int(text.splitlines()[1]) >= at_least else None
        return self.d.until(size, f"a checkpoint of {at_least} entries is signed")

    def verification(self):
        d = self.d
        size = d.get("/v1/log/entries?from=0&limit=1")["meta"]["size"]
        last = self.checkpoint(size)
        (self.folder / "last.checkpoint").write_text(last)
        first = str(self.folder / "first.checkpoint")
        d.run("log", "verify", d.url, "--checkpoint", first)
        d.run("log", "verify", "--database-url", d.database, "--checkpoint", first)
        d.run("log", "replay", d.url)
        d.run("log", "fsck", "--database-url", d.database)
        key = d.get("/v1/log")["vkey"]
        entries = self.folder / "entries.ndjson"
        with entries.open("w") as file:
            at = 0
            while at < size:
                page = d.get(f"/v1/log/entries?from={at}&limit=500")
                for entry in page["data"]:
                    file.write(json.dumps(entry) + "\n")
                at = page["meta"]["next"]
        files = [str(self.folder / "last.checkpoint"), str(entries), first]
        self.python(0, "entries", key, *files)
        proof = self.folder / "proof"
        proof.write_text(d.get(f"/v1/log/proof/{size - 1}"))
        self.python(0, "proof", key, str(proof))
        # One letter of one payload.
        lines = entries.read_text().splitlines()
        at = next(i for i, line in enumerate(lines) if json.loads(line)["payload"])
        entry = json.loads(lines[at])
        entry["payload"] = entry["payload"].replace("published", "publishes", 1)
        if entry["payload"] == json.loads(lines[at])["payload"]:
            entry["payload"] += " "
        tampered = self.folder / "tampered.ndjson"
        tampered.write_text("\n".join([*lines[:at], json.dumps(entry), *lines[at + 1:]]) + "\n")
        self.python(1, "entries", key, files[0], str(tampered), first)
        d.stop()
        self.tampered_copy(first)
        tell("the log is what it was: the program and the Python verifier agree from the checkpoint "
             "of the first day, and both refuse a tampered copy")

    def python(self, code, *arguments):
        script = ROOT / "tests" / "log" / "verify.py"
        done = subprocess.run([sys.executable, str(script), *arguments], text=True,
                              capture_output=True)
        expect(done.returncode == code, f"verify.py {arguments[0]}: {done.stdout}{done.stderr}")

    def tampered_copy(self, checkpoint):
        """Somebody changes a payload in the database itself."""
        d = self.d
        change = ("UPDATE log_entries SET payload = replace(payload, 'record', 'recorD') "
                  "WHERE idx = (SELECT min(idx) FROM log_entries WHERE payload IS NOT NULL)")
        if d.database.startswith("sqlite:"):
            copy = self.folder / "copy.db"
            source = pathlib.Path(d.database.removeprefix("sqlite://"))
            shutil.copy(source, copy)
            with contextlib.closing(sqlite3.connect(copy)) as database, database:
                expect(database.execute(change).rowcount == 1, "one row was changed")
            url = f"sqlite://{copy}"
        else:
            subprocess.run(["psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--command", change,
                            d.database], check=True, capture_output=True)
            url = d.database
        d.run("log", "fsck", "--database-url", url, code=1)
        d.run("log", "verify", "--database-url", url, "--checkpoint", checkpoint, code=1)


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        directory = Directory(os.path.abspath(arguments[0]), arguments[1], pathlib.Path(folder))
        try:
            Story(directory).play()
        except Failed as failed:
            print(f"the story broke off: {failed}", file=sys.stderr)
            return 1
        finally:
            if directory.server:
                directory.server.kill()
                directory.server.wait()
    print("the story went as told")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
