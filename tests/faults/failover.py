"""F9: the primary of PostgreSQL is lost, its standby takes over, and the program goes on.

Two servers of PostgreSQL, one of them a synchronous standby, are given in one URL. In each round
writers and a reader are at work while the primary is killed, or is told to take no writes any more
and stays up, and the standby is promoted. Nothing that was answered may be lost, reads must never
fail, and writes must come back within seconds without a restart. Then the old primary begins anew
as the standby of the new one, and the roles are changed. Needs root and Debian's postgresql.
"""

import http.client
import itertools
import pathlib
import sys
import tempfile
import threading
import time

from common import Server, Writers, arguments, machine, moment, needs_root, report
from postgres import Cluster, OnPostgres

# Seconds from the moment at which a server takes writes again to the first answered one.
BACK = 5


class Reader:
    """A thread that asks for a search again and again."""

    def __init__(self, server):
        self.asked, self.failed, self.slowest, self._stop = 0, 0, 0.0, threading.Event()
        self._thread = threading.Thread(target=self._read, args=(server,))
        self._thread.start()

    def _read(self, server):
        while not self._stop.wait(0.01):
            began = time.monotonic()
            try:
                self.failed += server.reads() != 200
            except (OSError, http.client.HTTPException):
                self.failed += 1
            self.asked += 1
            self.slowest = max(self.slowest, time.monotonic() - began)

    def stop(self):
        self._stop.set()
        self._thread.join()


def synchronous(primary):
    """Nothing is answered any more before the standby has it too."""
    primary.set("synchronous_standby_names", "standby")
    patience = time.monotonic() + 30
    while ("sync",) not in primary.query("SELECT sync_state FROM pg_stat_replication"):
        assert time.monotonic() < patience, "the standby does not follow"
        time.sleep(0.05)


def take_over(primary, standby, demoted):
    """The standby becomes the primary: how long it took."""
    began = time.monotonic()
    if demoted:
        primary.set("default_transaction_read_only", "on")
        # What is being written is waiting for the standby, which is still there.
        writing = "SELECT 1 FROM pg_stat_activity WHERE state LIKE '%transaction%' AND backend_xid IS NOT NULL"
        while primary.query(writing):
            time.sleep(0.02)
    else:
        primary.kill()
    standby.promote()
    return time.monotonic() - began


def a_round(program, server, numbers, demoted):
    """One failover: what to report, and what went wrong."""
    primary, standby = program.clusters
    writers, reader = Writers(server, server.token(), numbers), Reader(server)
    moment(0.5, 2)
    before = len(writers.answered)
    took = take_over(primary, standby, demoted)
    there, refused = time.monotonic(), writers.refused
    while not (back := [at for at, _ in writers.answered[before:] if at > there]):
        if time.monotonic() - there > 60:
            break
        time.sleep(0.01)
    time.sleep(1)
    made = writers.stop()
    reader.stop()
    back = back[0] - there if back else 60
    program.database = standby
    lost = {one for _, one in made} - program.ids()
    said = (f"{'demoted' if demoted else 'killed'}: promoted after {took:.1f} s, writes back "
            f"{back:.2f} s later; {len(made)} answered, {writers.refused} refused "
            f"({writers.refused - refused} of them after the promotion), {len(lost)} lost; "
            f"{reader.asked} reads, {reader.failed} failed, slowest {reader.slowest * 1000:.0f} ms")
    bad = [f"lost: {lost}"] if lost else []
    bad += ["nothing was answered before"] if not before else []
    bad += [f"writes came back after {back:.1f} s"] if back > BACK else []
    bad += [f"{reader.failed} reads failed"] if reader.failed else []
    bad += program.sound()
    return said, bad


def main():
    asked = arguments(__doc__, rounds=4)
    needs_root()
    report(f"machine: {machine()}")
    bad, numbers = [], itertools.count()
    with tempfile.TemporaryDirectory(prefix="bedside-failover-") as work:
        work = pathlib.Path(work)
        work.chmod(0o755)
        primary, standby = Cluster(work / "one"), Cluster(work / "other")
        primary.make()
        standby.make()
        assert primary.start()
        program = OnPostgres(asked.binary, primary, standby)
        server = None
        try:
            for number in range(asked.rounds):
                standby.follow(primary)
                if not server:
                    program.prepare()
                    server = Server(program)
                synchronous(primary)
                said, found = a_round(program, server, numbers, demoted=number % 2 == 1)
                report(f"round {number + 1}, {said}")
                bad += [f"round {number + 1}: {one}" for one in found]
                primary.kill()
                primary, standby = standby, primary
                program.clusters = [primary, standby]
        finally:
            for running in (server, primary, standby):
                if running and running.process and running.process.poll() is None:
                    running.kill()
    if bad:
        sys.exit("FAILED:\n" + "\n".join(bad))
    report("ok")


if __name__ == "__main__":
    main()
