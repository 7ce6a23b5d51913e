"""PostgreSQL for the fault scripts: servers that are killed, followed and promoted."""

import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import time

from common import Program

# The newest that Debian has installed.
PROGRAMS = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), default=pathlib.Path())


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Cluster:
    """One server, on a port of its own."""

    def __init__(self, folder):
        self.folder, self.data, self.port = folder, folder / "data", free_port()
        self.process = None

    def run(self, program, *args):
        """A program of PostgreSQL's, as the account that it wants."""
        ran = subprocess.run(
            [PROGRAMS / program, *args], user="postgres", group="postgres", cwd=self.folder,
            env={"LC_ALL": "C"}, capture_output=True, text=True, timeout=120, check=False,
        )
        assert ran.returncode == 0, f"{program}: {ran.stdout}{ran.stderr}"
        return ran.stdout

    def make(self):
        self.folder.mkdir(exist_ok=True)
        subprocess.run(["chown", "postgres:postgres", self.folder], check=True)
        self.run("initdb", "--pgdata", self.data, "--username=postgres", "--auth=trust",
                 "--encoding=UTF8", "--locale=C", "--data-checksums")

    def start(self, *settings, around=()):
        """Starts it, with strace around it where wanted, and waits until it answers; false
        where it ends instead."""
        options = [
            f"port={self.port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", *settings,
        ]
        command = [*around, PROGRAMS / "postgres", "-D", self.data]
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                command + [part for option in options for part in ("-c", option)],
                user="postgres", group="postgres", cwd=self.folder, env={"LC_ALL": "C"},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )
        return self.answers()

    def answers(self):
        """Waits until it does; false where it has ended."""
        for _ in range(600):
            if self.process.poll() is not None:
                return False
            with contextlib.suppress(AssertionError):
                self.query("SELECT 1")
                return True
            time.sleep(0.05)
        raise AssertionError("the server of PostgreSQL does not answer")

    def kill(self):
        """SIGKILL to the server and all its processes."""
        for pid in reversed(family(self.process.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """Ends it at once, but in good order; the first of its processes is the one to tell."""
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            os.kill(int((self.data / "postmaster.pid").read_text().split()[0]), signal.SIGINT)
        self.process.wait(timeout=60)

    def follow(self, primary):
        """Becomes a standby of another server, beginning with a copy of it, and starts."""
        subprocess.run(["rm", "-rf", self.data], check=True)
        self.run("pg_basebackup", "--pgdata", self.data, "--write-recovery-conf", "--checkpoint=fast",
                 "--dbname", f"host=127.0.0.1 port={primary.port} user=postgres application_name=standby")
        assert self.start()

    def promote(self):
        self.run("pg_ctl", "promote", "--wait", "--silent", "--pgdata", self.data)

    def query(self, sql):
        """The rows, each as its texts."""
        said = self.run("psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d",
                        "postgres", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-F", "\t", "-c", sql)
        return [tuple(line.split("\t")) for line in said.splitlines()]

    def set(self, name, value):
        """A setting for everybody, from now on."""
        self.query(f"ALTER SYSTEM SET {name} = '{value}'")
        self.query("SELECT pg_reload_conf()")


def family(pid):
    """A process and all that descend from it."""
    try:
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [pid, *(one for child in children for one in family(int(child)))]


class OnPostgres(Program):
    """The program on one server, or on whichever of several takes writes; the first is asked."""

    def __init__(self, binary, *clusters):
        self.clusters = list(clusters)
        super().__init__(binary, clusters[0])

    def url(self):
        hosts = ",".join(f"127.0.0.1:{cluster.port}" for cluster in self.clusters)
        return f"postgres://postgres@{hosts}/postgres"

    def integrity(self):
        try:
            self.database.run("pg_amcheck", "-h", "127.0.0.1", "-p", str(self.database.port), "-U",
                              "postgres", "--install-missing", "postgres")
        except AssertionError as found:
            return [str(found)[:300]]
        return []

    def query(self, sql):
        return self.database.query(sql)
