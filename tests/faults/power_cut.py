"""F2: the power goes while writes are answered. Nothing that was answered may be lost.

The database lies in a file system of its own on a loop device. The ioctl FS_IOC_SHUTDOWN makes that
file system drop whatever has not reached the device, as a power cut does; then the server is killed,
the file system mounted again, and what is there compared with what was answered.

An answer counts if it arrived before the cut began: after that nobody would be there to receive it.
The kernel needs a moment to shut the file system down, and an `fsync` that has begun before may be told
of success meanwhile though its journal was thrown away; such answers are counted apart.

The control is the same with `fsync` and `fdatasync` doing nothing (nosync.c): it must lose
something, or the cut is none. Needs root, a loop device, ext4 and a C compiler.
"""

import itertools
import pathlib
import tempfile

from common import (
    Device, Program, Server, Tally, Writers, arguments, judge, machine, moment, needs_root, report, sh,
)


def some_rounds(binary, work, tally, count, numbers, preload):
    """Cuts the power of a new database, so often in all or until something is damaged."""
    with Device(work, "cut", 256) as device:
        program = Program(binary, device.folder / "bedside.db")
        program.prepare()
        device.sync()
        whole = True
        while whole and tally.cuts() < count:
            # The control is about this program alone: everything else reaches the disk.
            try:
                server = Server(program, more_env={"LD_PRELOAD": str(preload)} if preload else None)
            except AssertionError as refused:
                tally.damaged(refused)
                return
            try:
                writers = Writers(server, server.token(), numbers)
                moment(0.3, 1.5)
                began = device.cut()
            finally:
                server.kill()
            made = writers.stop()
            device.again()
            whole = tally.count(program, began, made)


def rounds(binary, work, count, preload=None):
    """Cuts the power so often."""
    tally, numbers = Tally("without fsync" if preload else "power cuts"), itertools.count()
    while tally.cuts() < count:
        some_rounds(binary, work, tally, count, numbers, preload)
    return tally


def main():
    asked = arguments(__doc__, rounds=10, control=5)
    needs_root()
    report(f"machine: {machine()}")
    with tempfile.TemporaryDirectory(prefix="bedside-cut-") as work:
        work = pathlib.Path(work)
        preload = work / "nosync.so"
        source = pathlib.Path(__file__).with_name("nosync.c")
        sh("cc", "-shared", "-fPIC", "-O", "-o", preload, source)
        judge(rounds(asked.binary, work, asked.rounds),
              rounds(asked.binary, work, asked.control, preload))


if __name__ == "__main__":
    main()
