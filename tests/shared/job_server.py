"""A `python` for Snakemake and its jobs that need not import the heavy libraries first.

A server has imported them; the `python` that stands for the real one hands it what is to be run,
and ends as that does. Where it is killed, so is what it started, with all of its processes.
"""

import json
import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path
from signal import SIGKILL

from forked_processes import become

CONTEXT = get_context("fork")
HEAVY = ["matplotlib.pyplot", "pandas", "scipy.stats", "sklearn", "snakemake.cli", "snakemake.api"]
HEAVY += ["torch.distributed.tensor", "transformers.models.bert.modeling_bert", "jinja2"]
HEAVY += ["transformers.models.auto.modeling_auto", "transformers.models.auto.tokenization_auto"]
HEAVY += ["bm25s", "pyarrow.parquet", "safetensors.torch", "sklearn.feature_extraction.text"]
CLIENT = """#!{python} -IS
import json, os, socket, sys
server = socket.socket(socket.AF_UNIX)
server.connect({address!r})
told = json.dumps([__file__, sys.argv[1:], os.getcwd(), dict(os.environ)]) + "\\n"
socket.send_fds(server, [told.encode()], [0, 1, 2])
sys.exit(int(server.recv(8) or 1))
"""


@contextmanager
def served_python(folder):
    """A `python` in a folder, which is made."""
    folder.mkdir(parents=True)
    python, address = folder / "python", str(folder / "server")
    python.write_text(CLIENT.format(python=sys.executable, address=address))
    python.chmod(0o755)
    # Paths that pytest has are no program's.
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    server = subprocess.Popen(
        [sys.executable, __file__, address], env=environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert server.stdout.readline() == b"ready\n"
        yield python
    finally:
        server.kill()
        server.wait()
        server.stdin.close()
        server.stdout.close()


def serve(address):
    """Start what clients ask for, each in a process of its own."""
    for name in HEAVY:
        import_module(name)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen(64)
        print("ready", flush=True)
        # Until the end of what started it, which closes its standard input.
        while sys.stdin not in wait([server, sys.stdin]):
            client, _ = server.accept()
            CONTEXT.Process(target=watch, args=(client,)).start()
            client.close()
            # Those that have ended are no longer waited for.
            active_children()
        os._exit(0)


def watch(client):
    """Run what a client asks for; tell it how that ended, or end it with the client."""
    told, streams, _, _ = socket.recv_fds(client, 1 << 20, 3)
    while not told.endswith(b"\n"):
        told += client.recv(1 << 20)
    job = CONTEXT.Process(target=run, args=(streams, *json.loads(told)))
    job.start()
    for stream in streams:
        os.close(stream)
    if job.sentinel not in wait([client, parent_process().sentinel, job.sentinel]):
        os.killpg(job.pid, SIGKILL)
    job.join()
    # As a shell counts those that a signal has ended.
    code = job.exitcode if job.exitcode >= 0 else 128 - job.exitcode
    client.sendall(str(code).encode())


def run(streams, python, arguments, folder, environment):
    """Become what `python` with these arguments would be."""
    os.setpgid(0, 0)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    sys.executable = python
    sys.path.remove(str(Path(__file__).parent))
    environment.pop("PYTHONPATH", None)
    is_module = arguments[0] == "-m"
    program = arguments[1] if is_module else Path(folder, arguments[0])
    become(program, arguments[1 + is_module :], folder, environment)


if __name__ == "__main__":
    serve(sys.argv[1])
