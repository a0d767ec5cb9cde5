"""Programs in processes of their own that need not import the heavy libraries first.

Each is forked from a server that has imported them and does nothing else: arguments, environment,
folder, streams, modules of this project and exit status are its own, as in a process started
afresh. Its hash seed is the server's: what must not depend on that is started afresh instead.
"""

import multiprocessing
import os
import runpy
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
CONTEXT = multiprocessing.get_context("forkserver")
# Installed libraries only: a server does not find those of this project.
HEAVY = [
    "matplotlib.pyplot", "pandas", "scipy.stats", "sklearn", "snakemake.cli",
    "torch.distributed.tensor", "transformers.models.auto.modeling_auto",
    "transformers.models.auto.tokenization_auto", "transformers.models.bert.modeling_bert",
]  # fmt: skip
CONTEXT.set_forkserver_preload(HEAVY)
# What reads environment variables when it is imported.
IMPORTED_AGAIN = "huggingface_hub"


def run_file(path, *arguments):
    """What `python PATH ARGUMENTS` does: the finished process with its texts."""
    return _run(Path(path), arguments, Path.cwd())


def run_module(name, *arguments, folder):
    """What `python -m NAME ARGUMENTS` does in a folder: the finished process with its texts."""
    return _run(name, arguments, folder)


def _run(program, arguments, folder):
    arguments = [*map(str, arguments)]
    with TemporaryDirectory() as streams:
        output, errors = Path(streams, "stdout"), Path(streams, "stderr")
        settings = (program, arguments, folder, dict(os.environ), output, errors)
        process = CONTEXT.Process(target=_start, args=settings)
        process.start()
        process.join()
        texts = output.read_text(encoding="utf-8"), errors.read_text(encoding="utf-8")
    return subprocess.CompletedProcess([program, *arguments], process.exitcode, *texts)


def _start(program, arguments, folder, environment, output, errors):
    """Write the streams to files, and become the program."""
    for path, descriptor in ((output, 1), (errors, 2)):
        with path.open("wb") as file:
            os.dup2(file.fileno(), descriptor)
    become(program, arguments, folder, environment)


def become(program, arguments, folder, environment):
    """Make a forked process what Python would be that was started for a program: file or module."""
    os.environ.clear()
    os.environ.update(environment)
    for name in [name for name in sys.modules if name.split(".")[0] == IMPORTED_AGAIN]:
        del sys.modules[name]
    os.chdir(folder)
    sys.argv = [str(program), *arguments]
    # The paths that pytest adds are no program's.
    ours = (f"{ROOT}/tests", f"{ROOT}/workflow")
    kept = [path for path in sys.path if not path.startswith(ours)]
    if isinstance(program, Path):
        sys.path[:] = [str(program.resolve().parent), *kept]
        runpy.run_path(str(program), run_name="__main__")
    else:
        sys.path[:] = [str(folder), *kept]
        runpy.run_module(program, run_name="__main__", alter_sys=True)
