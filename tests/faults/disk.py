"""F4: the disk is full, or turns read-only, while a server runs.

Full: the database lies on a tmpfs of a few megabytes that is filled up. Writes are refused with 503
or 507 and say when to ask again, reads go on, and writes work again within seconds once there is
space, without a restart. Read-only: the database lies on ext4 on a loop device that is told of an
error and turns read-only, as it does after a real one. Writes are refused, reads go on, and nothing
that was answered is lost after a repair. Needs root, a loop device and ext4.
"""

import itertools
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from common import Program, Server, arguments, machine, needs_root, report, sh, unmount


def refused(server, token, numbers, bad, what):
    """Some writes that must all be refused, while reads go on."""
    for _ in range(5):
        status, headers, _ = server.write(token, next(numbers))
        if status not in (503, 507):
            bad.append(f"{what}: a write is answered with {status}")
        elif "retry-after" not in {name.lower() for name in headers}:
            bad.append(f"{what}: {status} without Retry-After")
        elif not headers.get("content-type", "").startswith("application/problem+json"):
            bad.append(f"{what}: {status} is no problem document")
        if server.reads() != 200:
            bad.append(f"{what}: reads do not go on")


def written(server, token, numbers, made, count):
    for _ in range(count):
        status, _, one = server.write(token, next(numbers))
        assert status == 201, status
        made.append(one)


def full(binary, folder, bad):
    sh("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder)
    try:
        program = Program(binary, folder / "bedside.db")
        program.prepare()
        server, numbers, made = Server(program), itertools.count(), []
        token = server.token()
        written(server, token, numbers, made, 5)
        filler = folder / "filler"
        with open(filler, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass
        # What the write-ahead log has room for may still be taken, and is kept.
        for _ in range(200):
            status, _, one = server.write(token, next(numbers))
            if status != 201:
                break
            made.append(one)
        refused(server, token, numbers, bad, "full")
        filler.unlink()
        since = time.monotonic()
        while server.write(token, next(numbers))[0] != 201:
            if time.monotonic() - since > 20:
                bad.append("full: writes do not come back")
                break
            time.sleep(0.1)
        healed = time.monotonic() - since
        server.stop()
        lost = set(made) - program.ids()
        bad += [f"full: lost {lost}"] if lost else []
        bad += [f"full: {fault}" for fault in program.sound()]
        return healed
    finally:
        unmount(folder)


def read_only(binary, folder, image, bad):
    with open(image, "wb") as file:
        file.truncate(128 << 20)
    sh("mkfs.ext4", "-q", "-F", image)
    sh("mount", "-o", "loop,errors=remount-ro", image, folder)
    try:
        device = subprocess.run(
            ["findmnt", "-n", "-o", "SOURCE", folder], capture_output=True, text=True, check=True,
        ).stdout.strip()
        program = Program(binary, folder / "bedside.db")
        program.prepare()
        server, numbers, made = Server(program), itertools.count(), []
        token = server.token()
        written(server, token, numbers, made, 5)
        trigger = pathlib.Path("/sys/fs/ext4") / os.path.basename(device) / "trigger_fs_error"
        trigger.write_text("of a test\n")
        refused(server, token, numbers, bad, "read-only")
        server.kill()
        unmount(folder)
        # It mends what the error left, and says so with its exit code.
        subprocess.run(["e2fsck", "-fy", image], capture_output=True, check=False)
        sh("mount", "-o", "loop", image, folder)
        lost = set(made) - program.ids()
        bad += [f"read-only: lost {lost}"] if lost else []
        bad += [f"read-only: {fault}" for fault in program.sound()]
    finally:
        unmount(folder)


def main():
    asked = arguments(__doc__)
    needs_root()
    report(f"machine: {machine()}")
    bad = []
    with tempfile.TemporaryDirectory(prefix="bedside-disk-") as work:
        folder = pathlib.Path(work) / "mounted"
        folder.mkdir()
        healed = full(asked.binary, folder, bad)
        report(f"F4, disk full: writes came back {healed:.1f} s after there was space")
        read_only(asked.binary, folder, pathlib.Path(work) / "image", bad)
        report("F4, file system read-only: done")
    if bad:
        sys.exit("FAILED:\n" + "\n".join(bad))
    report("ok")


if __name__ == "__main__":
    main()
