"""F3 and F5: system calls on the database's files fail, one after another.

F3: an import runs under strace, which makes the Nth call of one kind on the database's files fail
with EIO or ENOSPC, or kills the program there. Afterwards the database is sound, the import is there
whole where it said so, each of its providers is there whole or not at all where it did not, and the
same import succeeds when nothing fails.

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

from common import Program, Server, Writers, arguments, machine, report, rows

CALLS = ["pwrite64", "write", "fdatasync", "fsync", "openat", "ftruncate", "unlink", "rename"]
FAULTS = ["error=EIO", "error=ENOSPC", "signal=KILL"]
ENDS = ["", "-wal", "-shm", "-journal", ".checkpoint"]


def around(database, *more):
    """strace over the calls on the database's files and no others."""
    paths = [part for end in ENDS for part in ("-P", f"{database}{end}")]
    return ["strace", "-f", "-qq", "-e", "signal=none", *paths, *more]


def sites(program, file):
    """How often a clean import does each call."""
    trace = program.database.with_suffix(".trace")
    ran = program.run(
        "import", "providers", str(file), "--initial",
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


def every_call(asked, work):
    """F3. Gives the number of runs and what went wrong."""
    file = work / "some.ndjson"
    keys = [f"I{number}" for number in range(8)]
    file.write_text("\n".join(rows(range(8))))
    template = work / "template"
    template.mkdir()
    Program(asked.binary, template / "bedside.db").prepare()
    runs, bad, failed = 0, [], 0
    counting = work / "counting"
    shutil.copytree(template, counting)
    counts = sites(Program(asked.binary, counting / "bedside.db"), file)
    report(f"calls of one import: {counts}")
    for call, fault in itertools.product(CALLS, FAULTS):
        for number in spread(counts[call], asked.most):
            folder = work / "run"
            shutil.copytree(template, folder)
            program = Program(asked.binary, folder / "bedside.db")
            inject = f"inject={call}:{fault}:when={number}"
            ran = program.run(
                "import", "providers", str(file), "--initial",
                around=around(program.database, "-o", "/dev/null", "-e", inject),
            )
            runs += 1
            failed += ran.returncode != 0
            name = f"{call} {number} {fault} (exit {ran.returncode})"
            # A checkpoint that was signed is kept apart; an import signs none.
            bad += [f"{name}: {fault_found}" for fault_found in program.sound()]
            there = program.ids()
            if ran.returncode == 0 and not all(key in there for key in keys):
                bad.append(f"{name}: said that it was done")
            again = program.run("import", "providers", str(file), "--initial")
            if again.returncode != 0 or not all(key in program.ids() for key in keys):
                bad.append(f"{name}: does not go on: {again.stderr.strip()[:200]}")
            bad += [f"{name}, again: {fault_found}" for fault_found in program.sound()]
            shutil.rmtree(folder)
    return runs, failed, bad


def failing_fsync(asked, work):
    """F5. Gives what went wrong, and how many writes were answered and refused."""
    folder = work / "fsync"
    folder.mkdir()
    program = Program(asked.binary, folder / "bedside.db")
    program.prepare()
    calls = "fdatasync,fsync"
    # Enough calls for a start and some writes; every later one fails.
    server = Server(
        program,
        around(program.database, "-o", "/dev/null", "-e", f"inject={calls}:error=EIO:when=40+"),
    )
    token, numbers, bad = server.token(), itertools.count(), []
    writers = Writers(server, token, numbers, threads=1)
    patience = time.monotonic() + 60
    while writers.refused < 5 and time.monotonic() < patience:
        time.sleep(0.05)
    answered = len(writers.answered)
    time.sleep(2)
    made = writers.stop()
    if writers.refused < 5:
        bad.append("no write was refused")
    if len(made) != answered:
        bad.append(f"{len(made) - answered} writes were answered after the first that failed")
    if not made:
        bad.append("no write was answered before the first that failed")
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
        runs, failed, found = every_call(asked, work)
        took = time.monotonic() - started
        report(f"F3: {runs} runs in {took:.0f} s, {failed} failed as told, {len(found)} bad states")
    bad += found
    if bad:
        sys.exit("FAILED:\n" + "\n".join(bad))
    report("ok")


if __name__ == "__main__":
    main()
