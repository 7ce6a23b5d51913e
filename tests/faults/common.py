"""What the fault scripts share: the program, a server, writers that note what was answered."""

import argparse
import contextlib
import fcntl
import http.client
import json
import os
import pathlib
import platform
import random
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time

PASSWORD = "of whoever writes while it breaks"
ROOT = pathlib.Path(__file__).resolve().parents[2]


def arguments(what, **numbers):
    """The command line: the program, and numbers with their defaults."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--binary", default=str(ROOT / "target/debug/bedside"))
    for name, default in numbers.items():
        parser.add_argument("--" + name.replace("_", "-"), type=int, default=default)
    found = parser.parse_args()
    if not os.access(found.binary, os.X_OK):
        sys.exit(f"no program at {found.binary}; build it, or give --binary")
    return found


def report(line):
    print(line, flush=True)


def machine():
    return f"{platform.system()} {platform.release()}, {os.cpu_count()} processors"


def needs_root():
    if os.geteuid() != 0:
        sys.exit("this mounts file systems: run it as root")


def sh(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def unmount(folder):
    """Unmounts what a killed process may hold for another moment."""
    for _ in range(100):
        done = subprocess.run(["umount", folder], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
        time.sleep(0.1)
    raise AssertionError(done.stderr)


@contextlib.contextmanager
def failing(pids, inject, *more):
    """Meanwhile calls fail in these processes and in all that they start; strace makes them."""
    told = [part for pid in pids for part in ("-p", str(pid))]
    strace = subprocess.Popen(
        ["strace", "-f", "-o", "/dev/null", "-e", "signal=none", *more, "-e", f"inject={inject}", *told],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )
    # It says so once it has attached to each of them.
    for _ in pids:
        strace.stderr.readline()
    try:
        yield
    finally:
        strace.terminate()
        strace.communicate()


def rows(numbers):
    """Published listings of the made-up set under other names."""
    lines = (ROOT / "data/fictional.ndjson").read_text().splitlines()
    pattern = next(row for row in map(json.loads, lines) if row["source_key"] == "F001")
    for number in numbers:
        yield json.dumps(pattern | {"source_key": f"I{number}", "name": f"Imported {number} (fictional)"})


class Program:
    """The program on one database: a file of SQLite's, unless a subclass says otherwise."""

    def __init__(self, binary, database):
        self.binary, self.database = binary, database
        clean = {k: v for k, v in os.environ.items() if not k.startswith("BEDSIDE_")}
        self.env = clean | {"DATABASE_URL": self.url()}

    def url(self):
        return f"sqlite://{self.database}"

    def command(self, *args, around=()):
        return [*around, self.binary, *args]

    def run(self, *args, around=(), text=None):
        return subprocess.run(
            self.command(*args, around=around), env=self.env, input=text,
            capture_output=True, text=True, timeout=300, check=False,
        )

    def must(self, *args, text=None):
        ran = self.run(*args, text=text)
        if ran.returncode != 0:
            raise AssertionError(f"{args}: {ran.returncode}\n{ran.stdout}{ran.stderr}")
        return ran.stdout

    def prepare(self):
        """Tables, a few public listings, an account that writes, a signed log."""
        with tempfile.NamedTemporaryFile("w", suffix=".ndjson") as first:
            first.write("\n".join(rows(range(9_000_000, 9_000_003))))
            first.flush()
            self.must("import", "providers", first.name, "--initial")
        self.must("admin", "create", "writer", "--role", "editor", text=PASSWORD + "\n")
        self.must("log", "checkpoint")

    def integrity(self):
        """What the database itself finds wrong."""
        found = self.query("PRAGMA integrity_check")
        return [] if found == [("ok",)] else [f"integrity: {found[:3]}"]

    def sound(self):
        """What does not fit together, by the database and by the program."""
        faults = self.integrity()
        ran = self.run("log", "fsck")
        if ran.returncode != 0:
            faults.append(f"fsck {ran.returncode}: {ran.stderr.strip()[:300]}")
        return faults

    def ids(self):
        found = self.query("SELECT id, source_key FROM providers")
        return {text for row in found for text in row}

    def query(self, sql):
        with contextlib.closing(sqlite3.connect(self.database)) as connection:
            return connection.execute(sql).fetchall()


class Server:
    """A server on a port of its own."""

    def __init__(self, program, around=(), more_env=None):
        self.process = subprocess.Popen(
            program.command("serve", "--listen", "127.0.0.1:0", around=around),
            env=program.env | (more_env or {}), stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, start_new_session=True,
        )
        line = self.process.stdout.readline()
        if not line.startswith("listening on http://"):
            raise AssertionError(f"the server did not start: {line!r} {self.process.wait()}")
        self.address = line.strip().removeprefix("listening on http://")

    def ask(self, method, path, body=None, token=None, timeout=30):
        """Status, headers and body; raises where there is no whole answer."""
        connection = http.client.HTTPConnection(self.address, timeout=timeout)
        try:
            headers = {"Content-Type": "application/json", "Connection": "close"}
            if token:
                headers["Authorization"] = f"Bearer {token}"
            connection.request(method, path, body and json.dumps(body), headers)
            reply = connection.getresponse()
            return reply.status, dict(reply.getheaders()), reply.read()
        finally:
            connection.close()

    def token(self):
        """An access token. Hashing a password is what a busy machine takes too long for first."""
        body = {"username": "writer", "password": PASSWORD}
        for _ in range(20):
            status, _, answer = self.ask("POST", "/v1/auth/token", body)
            if status != 503:
                break
            time.sleep(1)
        assert status == 200, answer
        return json.loads(answer)["access_token"]

    def write(self, token, number):
        """Makes a listing: status, headers, and the id that was answered with success."""
        site = {"source_key": "main", "address": {"city": "Bethesda", "state": "MD"}}
        listing = {
            "source_key": f"W{number}", "name": f"Written {number} (fictional)", "fictional": True,
            "website": f"https://written-{number}.example/", "sites": [site], "evidence": [],
        }
        body = {"reason_code": "test", "listing": listing}
        status, headers, answer = self.ask("POST", "/v1/admin/clinics", body, token)
        return status, headers, json.loads(answer)["data"]["id"] if status == 201 else None

    def reads(self):
        return self.ask("GET", "/v1/clinics?postal_code=20814&view=all")[0]

    def kill(self):
        """SIGKILL to the server and whatever was started around it, if it still runs."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def stop(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        return self.process.wait(timeout=30)


class Device:
    """An ext4 file system of its own on a loop device, whose power can be cut."""

    FS_IOC_SHUTDOWN = 0x8004587D
    WITHOUT_FLUSHING = 2

    def __init__(self, work, name, megabytes):
        self.image, self.folder = work / f"{name}.img", work / name
        self.folder.mkdir(exist_ok=True)
        with open(self.image, "wb") as file:
            file.truncate(megabytes << 20)

    def __enter__(self):
        sh("mkfs.ext4", "-q", "-F", self.image)
        self._mount()
        return self

    def __exit__(self, *_):
        unmount(self.folder)

    def _mount(self):
        sh("mount", "-o", "loop", self.image, self.folder)

    def sync(self):
        sh("sync", "-f", self.folder)

    def cut(self):
        """Drops what the device does not have yet; the moment at which that began."""
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            began = time.monotonic()
            fcntl.ioctl(handle, self.FS_IOC_SHUTDOWN, struct.pack("I", self.WITHOUT_FLUSHING))
            return began
        finally:
            os.close(handle)

    def again(self):
        """The power is back, and nobody uses the file system any more."""
        unmount(self.folder)
        self._mount()


class Tally:
    """What became of answered writes, cut by cut."""

    def __init__(self, name):
        self.name, self.answered, self.lost, self.late, self.broken = name, 0, [], 0, []

    def count(self, program, began, made):
        """After a cut that began at a moment: what was answered before, and what is there. False
        where something is damaged, after which nothing can be said."""
        faults = program.sound()
        if faults:
            return self.damaged(faults)
        there = program.ids()
        missing = [at for at, one in made if one not in there]
        self.answered += sum(at < began for at, _ in made)
        self.lost.append(sum(at < began for at in missing))
        self.late += sum(at >= began for at in missing)
        if self.cuts() % 10 == 0:
            report(f"  {self}")
        return True

    def damaged(self, faults):
        self.broken.append(f"after cut {self.cuts()}: {faults}")
        return False

    def cuts(self):
        return len(self.lost) + len(self.broken)

    def hurt(self):
        """After how many cuts something was lost or damaged."""
        return sum(1 for number in self.lost if number) + len(self.broken)

    def __str__(self):
        return (f"{self.name}: {self.cuts()} cuts, {self.answered} answered writes, "
                f"{sum(self.lost)} lost, {len(self.broken)} damaged {self.broken or ''}; "
                f"{self.late} answered during a cut and lost")


def judge(kept, control):
    """The end of a script: what must not be lost, beside a control that must lose something."""
    report(str(kept))
    report(str(control))
    if kept.hurt() or not kept.answered:
        sys.exit("FAILED: something that was answered is lost")
    if not control.hurt():
        sys.exit("FAILED: the control lost nothing, so the cut is none")
    report("ok")


class Writers:
    """Threads that write as fast as they are answered, and note what was."""

    def __init__(self, server, token, numbers, threads=2):
        self.answered, self.refused, self._stop = [], 0, threading.Event()
        self._work = (server, token, numbers)
        self._threads = [threading.Thread(target=self._write) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def _write(self):
        server, token, numbers = self._work
        while not self._stop.is_set():
            try:
                status, _, made = server.write(token, next(numbers))
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.01)
                continue
            if status == 201:
                self.answered.append((time.monotonic(), made))
            else:
                self.refused += 1
                time.sleep(0.01)

    def stop(self):
        """Ends them: what was answered with success, each with the moment at which it was."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        return self.answered


def moment(least, most):
    """Sleeps until some moment."""
    time.sleep(random.uniform(least, most))
