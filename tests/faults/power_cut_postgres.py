"""F2 on PostgreSQL: the power of its disk goes while writes are answered, and nothing is lost.

The data of PostgreSQL lies in a file system of its own on a loop device, which is cut as in
power_cut.py; the program runs elsewhere, lives through all cuts, and must write again after each
without a restart. The control is PostgreSQL with `fsync = off`: it must lose something, or the cut
is none. Needs root, a loop device, ext4 and Debian's postgresql.
"""

import itertools
import pathlib
import tempfile
import time

from common import (
    Device, Server, Tally, Writers, arguments, judge, machine, moment, needs_root, report,
)
from postgres import Cluster, OnPostgres


def writes_again(server, token, numbers):
    """Writes until one is answered with success."""
    patience = time.monotonic() + 30
    while time.monotonic() < patience:
        if server.write(token, next(numbers))[0] == 201:
            return
        time.sleep(0.05)
    raise AssertionError("writes do not come back")


def rounds(binary, work, count, *settings):
    """Cuts the power so often."""
    tally, numbers = Tally(f"PostgreSQL {' '.join(settings)}".strip()), itertools.count()
    with Device(work, "control" if settings else "kept", 1024) as device:
        cluster = Cluster(device.folder)
        cluster.make()
        assert cluster.start(*settings)
        program = OnPostgres(binary, cluster)
        program.prepare()
        cluster.query("CHECKPOINT")
        device.sync()
        server = Server(program)
        try:
            token = server.token()
            for _ in range(count):
                writes_again(server, token, numbers)
                writers = Writers(server, token, numbers)
                moment(0.3, 1.5)
                began = device.cut()
                cluster.kill()
                made = writers.stop()
                device.again()
                if not cluster.start(*settings):
                    tally.broken.append("PostgreSQL does not start")
                    break
                if not tally.count(program, began, made):
                    break
                token = server.token()
        finally:
            server.kill()
            cluster.kill()
    return tally


def main():
    asked = arguments(__doc__, rounds=10, control=5)
    needs_root()
    report(f"machine: {machine()}")
    with tempfile.TemporaryDirectory(prefix="bedside-cut-") as work:
        work = pathlib.Path(work)
        work.chmod(0o755)
        judge(rounds(asked.binary, work, asked.rounds),
              rounds(asked.binary, work, asked.control, "fsync=off"))


if __name__ == "__main__":
    main()
