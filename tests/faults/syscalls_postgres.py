"""F3 and F5 on PostgreSQL: system calls of its processes fail while the program writes.

F3: strace makes the Nth call of one kind in each of PostgreSQL's processes fail with EIO or ENOSPC,
or kills the process there, while an import runs. Afterwards PostgreSQL recovers, the database is
sound, the import is there whole where it said so, and the same import succeeds.

F5: from some moment on every fsync and fdatasync of PostgreSQL fails under a server that writes. No
write is answered any more, reads go on, and once PostgreSQL runs again without the fault writes come
back without a restart of the server, and nothing that was answered is lost. Needs root, strace and
Debian's postgresql.
"""

import itertools
import pathlib
import shutil
import sys
import tempfile
import time

from common import Server, Writers, arguments, failing, machine, moment, needs_root, report, rows
from postgres import Cluster, OnPostgres, family

CALLS = ["pwrite64", "fdatasync", "fsync", "openat"]
FAULTS = ["error=EIO", "error=ENOSPC", "signal=KILL"]


def recovered(cluster):
    """Waits until PostgreSQL answers again, and starts it where it gave up."""
    while not cluster.answers():
        assert cluster.start(), "PostgreSQL does not start"


def failing_calls(program, cluster, most, work):
    """F3. Gives the number of runs, how many imports failed, and what went wrong."""
    runs, failed, bad = 0, 0, []
    file = work / "some.ndjson"
    for call, fault, number in itertools.product(CALLS, FAULTS, range(1, most + 1)):
        some = range(8 * runs, 8 * runs + 8)
        file.write_text("\n".join(rows(some)))
        keys = {f"I{one}" for one in some}
        command = ["import", "providers", str(file), "--initial"]
        with failing(family(cluster.process.pid), f"{call}:{fault}:when={number}"):
            ran = program.run(*command)
        recovered(cluster)
        runs += 1
        failed += ran.returncode != 0
        name = f"{call} {number} {fault} (exit {ran.returncode})"
        if ran.returncode == 0 and not keys <= program.ids():
            bad.append(f"{name}: said that it was done")
        again = program.run(*command)
        if again.returncode != 0 or not keys <= program.ids():
            bad.append(f"{name}: does not go on: {again.stderr.strip()[:200]}")
        bad += [f"{name}: {fault_found}" for fault_found in program.sound()]
    return runs, failed, bad


def failing_fsync(program, cluster):
    """F5. Gives what went wrong, and how many writes were answered and refused."""
    server, numbers, bad = Server(program), itertools.count(), []
    try:
        token = server.token()
        writers = Writers(server, token, numbers)
        moment(1, 2)
        with failing(family(cluster.process.pid), "fdatasync,fsync:error=EIO"):
            began, refused = time.monotonic(), writers.refused
            time.sleep(5)
            late = [at for at, _ in writers.answered if at > began + 0.1]
            if late:
                bad.append(f"{len(late)} writes were answered while nothing reached the disk")
            if writers.refused == refused:
                bad.append("no write was refused")
            if server.reads() != 200:
                bad.append("reads do not go on")
        recovered(cluster)
        there = time.monotonic()
        while not (back := [at for at, _ in writers.answered if at > there]):
            if time.monotonic() - there > 30:
                bad.append("writes do not come back")
                break
            time.sleep(0.05)
        made = writers.stop()
    finally:
        server.kill()
    lost = {one for _, one in made} - program.ids()
    bad += [f"lost: {lost}"] if lost else []
    bad += program.sound()
    after = f"{back[0] - there:.1f} s" if back else "never"
    return bad, f"{len(made)} writes answered, {writers.refused} refused, back after {after}"


def main():
    asked = arguments(__doc__, most=4)
    needs_root()
    if not shutil.which("strace"):
        sys.exit("strace is not here (Debian: apt-get install strace)")
    report(f"machine: {machine()}")
    with tempfile.TemporaryDirectory(prefix="bedside-calls-") as work:
        work = pathlib.Path(work)
        work.chmod(0o755)
        cluster = Cluster(work / "server")
        cluster.make()
        assert cluster.start()
        try:
            program = OnPostgres(asked.binary, cluster)
            program.prepare()
            bad, said = failing_fsync(program, cluster)
            report(f"F5: {said}; {len(bad)} bad")
            runs, failed, found = failing_calls(program, cluster, asked.most, work)
            report(f"F3: {runs} runs, {failed} imports failed, {len(found)} bad states")
        finally:
            cluster.kill()
    if bad + found:
        sys.exit("FAILED:\n" + "\n".join(bad + found))
    report("ok")


if __name__ == "__main__":
    main()
