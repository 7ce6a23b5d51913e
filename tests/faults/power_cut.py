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

import fcntl
import itertools
import os
import pathlib
import struct
import sys
import tempfile
import time

from common import Program, Server, Writers, arguments, machine, moment, needs_root, report, sh, unmount

FS_IOC_SHUTDOWN = 0x8004587D
WITHOUT_FLUSHING = 2


def cut(folder):
    """Drops what the device does not have yet; the moment at which that began."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        began = time.monotonic()
        fcntl.ioctl(handle, FS_IOC_SHUTDOWN, struct.pack("I", WITHOUT_FLUSHING))
        return began
    finally:
        os.close(handle)


def rounds(binary, work, count, preload=None):
    """Cuts the power so often: answered writes, those lost in each round, those that were answered
    during a cut and lost, and rounds after which something was damaged."""
    name = "control" if preload else "kept"
    image, folder = work / f"{name}.img", work / name
    folder.mkdir()
    with open(image, "wb") as file:
        file.truncate(256 << 20)
    sh("mkfs.ext4", "-q", "-F", image)
    sh("mount", "-o", "loop", image, folder)
    program = Program(binary, folder / "bedside.db")
    numbers, answered, lost, late, broken = itertools.count(), 0, [], 0, []
    try:
        program.prepare()
        sh("sync", "-f", folder)
        for number in range(count):
            # The control is about this program alone: everything else reaches the disk.
            server = Server(program, more_env={"LD_PRELOAD": str(preload)} if preload else None)
            writers = Writers(server, server.token(), numbers)
            moment(0.3, 1.5)
            began = cut(folder)
            server.kill()
            made = writers.stop()
            unmount(folder)
            sh("mount", "-o", "loop", image, folder)
            faults = program.sound()
            if faults:
                broken.append(f"round {number}: {faults}")
                break
            there = program.ids()
            missing = [at for at, one in made if one not in there]
            answered += sum(at < began for at, _ in made)
            lost.append(sum(at < began for at in missing))
            late += sum(at >= began for at in missing)
            if number % 10 == 9:
                report(f"  {name}: {number + 1} cuts, {answered} answered, {sum(lost)} lost, {late} late")
    finally:
        unmount(folder)
    return answered, lost, late, broken


def main():
    asked = arguments(__doc__, rounds=10, control=5)
    needs_root()
    with tempfile.TemporaryDirectory(prefix="bedside-cut-") as work:
        work = pathlib.Path(work)
        preload = work / "nosync.so"
        source = pathlib.Path(__file__).with_name("nosync.c")
        sh("cc", "-shared", "-fPIC", "-O", "-o", preload, source)
        report(f"machine: {machine()}")
        answered, lost, late, broken = rounds(asked.binary, work, asked.rounds)
        report(f"power cuts: {len(lost)} rounds, {answered} answered writes, {sum(lost)} lost, "
               f"{len(broken)} damaged {broken}; {late} answered during a cut and lost")
        unsynced, gone, _, damaged = rounds(asked.binary, work, asked.control, preload)
        hurt = sum(1 for number in gone if number) + len(damaged)
        report(f"control without fsync: {len(gone) + len(damaged)} rounds, {unsynced} answered "
               f"writes, {sum(gone)} lost, {len(damaged)} damaged")
    if sum(lost) or broken or not answered:
        sys.exit("FAILED: something that was answered is lost")
    if not hurt:
        sys.exit("FAILED: the control lost nothing, so the cut is none")
    report("ok")


if __name__ == "__main__":
    main()
