"""F3 and F5: system calls on the database's files fail, one after another.

F3: an import, and the signing of what it added to the public log, run under strace, which makes the
Nth call of one kind on the database's files fail with EIO or ENOSPC, or kills the program there.
Afterwards the database is sound, what was done is there whole where the program said so, each
provider is there whole or not at all where it did not, and the same succeeds when nothing fails.

F5: a server whose fdatasync and fsync fail from some moment on answers no write with success, goes
on reading, and has lost nothing of what it answered before. Needs strace.
"""

import itertools
import pathlib
import re
import shutil
import sys
import tempfile
import time

from common import Program, Server, Writers, arguments, failing, machine, moment, report, rows

CALLS = ["pwrite64", "write", "fdatasync", "fsync", "openat", "ftruncate", "unlink", "rename", "renameat"]
FAULTS = ["error=EIO", "error=ENOSPC", "signal=KILL"]
ENDS = ["", "-wal", "-shm", "-journal", ".checkpoint"]


def places(database):
    """What has strace look at the database's files and their folder, and at no others."""
    files = [database.parent, *(f"{database}{end}" for end in ENDS)]
    return [part for file in files for part in ("-P", str(file))]


def around(database, *more):
    """strace around a program."""
    return ["strace", "-f", "-qq", "-e", "signal=none", *places(database), *more]


def sites(program, command):
    """How often a clean run does each call."""
    trace = program.database.with_suffix(".trace")
    ran = program.run(
        *command,
        around=around(program.database, "-o", str(trace), "-e", "trace=" + ",".join(CALLS)),
    )
    assert ran.returncode == 0, ran.stderr
    text = trace.read_text()
    return {call: len(re.findall(rf"^\d+ +{call}\(", text, re.MULTILINE)) for call in CALLS}


def spread(count, most):
    """At most so many of 1 to count, evenly, with both ends."""
    if count <= most:
        return range(1, count + 1)
    return sorted({1 + round(i * (count - 1) / (most - 1)) for i in range(most)})


def copied(binary, template, folder):
    """The program on a copy of a database."""
    shutil.copytree(template, folder)
    return Program(binary, folder / "bedside.db")


def imported(program):
    """Whether the import is there."""
    return {f"I{number}" for number in range(8)} <= program.ids()


def signed(program):
    """Whether the newest entry of the log is under a head that is kept apart."""
    kept = pathlib.Path(f"{program.database}.checkpoint").read_text().splitlines()[1]
    return [(int(kept),)] == program.query("SELECT count(*) FROM log_entries")


def every_call(asked, work, template, command, done):
    """F3 for one command. Gives the number of runs, how many failed, and what went wrong."""
    runs, bad, failed = 0, [], 0
    counts = sites(copied(asked.binary, template, work / f"counting-{command[0]}"), command)
    report(f"calls of {' '.join(command[:2])}: {counts}")
    for call, fault in itertools.product(CALLS, FAULTS):
        for number in spread(counts[call], asked.most):
            program = copied(asked.binary, template, work / "run")
            inject = f"inject={call}:{fault}:when={number}"
            around_it = around(program.database, "-o", "/dev/null", "-e", inject)
            ran = program.run(*command, around=around_it)
            runs += 1
            failed += ran.returncode != 0
            name = f"{command[0]}, {call} {number} {fault} (exit {ran.returncode})"
            bad += [f"{name}: {fault_found}" for fault_found in program.sound()]
            if ran.returncode == 0 and not done(program):
                bad.append(f"{name}: said that it was done")
            again = program.run(*command)
            if again.returncode != 0 or not done(program):
                bad.append(f"{name}: does not go on: {again.stderr.strip()[:200]}")
            bad += [f"{name}, again: {fault_found}" for fault_found in program.sound()]
            shutil.rmtree(work / "run")
        report(f"  {command[0]}, {call} with {fault}: {runs} runs so far, {len(bad)} bad states")
    return runs, failed, bad


def every_call_of_all(asked, work):
    """F3."""
    file = work / "some.ndjson"
    file.write_text("\n".join(rows(range(8))))
    importing = ["import", "providers", str(file), "--initial"]
    before, unsigned = work / "before", work / "unsigned"
    before.mkdir()
    Program(asked.binary, before / "bedside.db").prepare()
    copied(asked.binary, before, unsigned).must(*importing)
    deeds = [(before, importing, imported), (unsigned, ["log", "checkpoint"], signed)]
    runs, failed, bad = zip(*(every_call(asked, work, *deed) for deed in deeds))
    return sum(runs), sum(failed), sum(bad, [])


def failing_fsync(asked, work):
    """F5. Gives what went wrong, and how many writes were answered and refused."""
    folder = work / "fsync"
    folder.mkdir()
    program = Program(asked.binary, folder / "bedside.db")
    program.prepare()
    server, numbers, bad = Server(program), itertools.count(), []
    writers = Writers(server, server.token(), numbers, threads=1)
    moment(1, 2)
    with failing([server.process.pid], "fdatasync,fsync:error=EIO", *places(program.database)):
        began, patience = time.monotonic(), time.monotonic() + 60
        while writers.refused < 5 and time.monotonic() < patience:
            time.sleep(0.05)
        time.sleep(2)
        made = writers.stop()
        # One that was on its way when the calls began to fail may have reached the disk.
        late = sum(at > began + 0.1 for at, _ in made)
        if writers.refused < 5:
            bad.append("no write was refused")
        if late:
            bad.append(f"{late} writes were answered while nothing reached the disk")
        if not made:
            bad.append("no write was answered before")
        if server.reads() != 200:
            bad.append("reads do not go on")
        server.kill()
    lost = {one for _, one in made} - program.ids()
    bad += [f"lost: {lost}"] if lost else []
    bad += program.sound()
    return bad, len(made), writers.refused


def main():
    asked = arguments(__doc__, most=6)
    if not shutil.which("strace"):
        sys.exit("strace is not here (Debian: apt-get install strace)")
    report(f"machine: {machine()}")
    with tempfile.TemporaryDirectory(prefix="bedside-calls-") as work:
        work = pathlib.Path(work)
        bad, answered, refused = failing_fsync(asked, work)
        report(f"F5: {answered} writes answered, then {refused} refused; {len(bad)} bad")
        started = time.monotonic()
        runs, failed, found = every_call_of_all(asked, work)
        took = time.monotonic() - started
        report(f"F3: {runs} runs in {took:.0f} s, {failed} failed as told, {len(found)} bad states")
    bad += found
    if bad:
        sys.exit("FAILED:\n" + "\n".join(bad))
    report("ok")


if __name__ == "__main__":
    main()
