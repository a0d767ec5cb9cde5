"""What is installed: locks resolved from the lists beside this file, and conda environments.

python envs/locks.py          resolve each LIST.in into LIST.txt anew, then as below
python envs/locks.py conda    write the environments NAME.yaml, with the versions of the locks
"""

import json
import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
# The first lock is complete; each other one has what its list needs on top of the first.
LOCKS = (
    *("results", "tests", "mteb", "faiss", "pgvector", "qdrant", "servers"),
    *("bench", "docs", "export"),
)
# Resolved by itself; it has what differs from the first lock, and is installed into a folder apart.
EARLIER = "earlier-loaders"
LOCK = """\
# The lock: exact versions of {what},
# for pip on Python 3.11 and newer.
"""
CUDA = re.compile(r"(cuda|nvidia)-|triton$")
CUDA_NOTE = """\
# torch's own CUDA packages are left to pip, which takes those that the platform needs.
"""

# The conda environments: what for, then the packages that are used directly.
TABLES = ("numpy", "pandas", "pyarrow", "scipy", "scikit-learn")
ENCODER = (
    *("torch", "transformers", "tokenizers", "safetensors", "huggingface_hub", "peft"),
    *("PyYAML", "tqdm"),
)
ENVIRONMENTS = {
    "data": (
        "reading sources and building pairs",
        *(*TABLES, "joblib", "sentencex", "pylatexenc", "lxml", "httpx2", "tenacity", "filelock"),
        *("PyYAML", "tqdm"),
    ),
    "torch": (
        "everything that runs the encoder",
        *(*TABLES, *ENCODER, "bm25s", "PyStemmer", "faiss-cpu"),
    ),
    "index": (
        "reading an index that exists",
        *(*TABLES, "PyYAML", "faiss-cpu", "psycopg", "psycopg-binary", "qdrant-client"),
    ),
    "mteb": ("tasks of the mteb package", *TABLES, *ENCODER, "mteb", "datasets"),
    "export": (
        "exports of tuned encoders",
        *(*TABLES, *ENCODER, "Jinja2", "onnx", "onnxscript", "onnxruntime"),
        "sentence-transformers",
    ),
    "report": (
        "statistics, tables and figures",
        *(*TABLES, "safetensors", "matplotlib", "Jinja2", "tabulate"),
    ),
}
ENVIRONMENT = """\
# For `snakemake --software-deployment-method conda`: {purpose}.
# Written by `make conda-envs`, with the versions of the locks.
channels:
  - conda-forge
  - nodefaults
dependencies:
  - python=3.12
  - pip
  - pip:
"""


def write_locks() -> None:
    """Resolve the lists one after the other, each so that it agrees with those before."""
    for number, name in enumerate(LOCKS):
        pins = resolved(name, LOCKS[:number])
        what = f"all that {name}.in needs"
        if number:
            what += f" on top of {LOCKS[0]}.txt"
            pins = {package: pins[package] for package in pins.keys() - pins_of(LOCKS[0]).keys()}
        write_lock(name, what, pins)
    pins = dict(resolved(EARLIER, ()).items() - pins_of(LOCKS[0]).items())
    write_lock(EARLIER, f"all of {EARLIER}.in that differs from {LOCKS[0]}.txt", pins)


def write_lock(name: str, what: str, pins: dict[str, str]) -> None:
    """Write the lock of a list."""
    text = LOCK.format(what=what) + (CUDA_NOTE if "torch" in pins else "")
    text += "".join(f"{package}=={pins[package]}\n" for package in sorted(pins, key=str.lower))
    (FOLDER / f"{name}.txt").write_text(text, encoding="utf-8")


def resolved(name: str, agreeing: tuple[str, ...]) -> dict[str, str]:
    """Versions of all that a list needs, by package, as pip would install them; it does not.

    Args:
        agreeing: names of the locks whose versions are taken where they have one.
    """
    command = ["pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--report", "-"]
    command += ["--requirement", FOLDER / f"{name}.in"]
    for lock in agreeing:
        command += ["--constraint", FOLDER / f"{lock}.txt"]
    done = subprocess.run([sys.executable, "-m", *command], check=True, stdout=subprocess.PIPE)
    packages = [package["metadata"] for package in json.loads(done.stdout)["install"]]
    # What follows a plus says for which platform something was built.
    versions = {about["name"]: about["version"].split("+")[0] for about in packages}
    return {package: versions[package] for package in versions if not CUDA.match(package)}


def pins_of(lock: str) -> dict[str, str]:
    """The versions that a lock names, by package."""
    lines = (FOLDER / f"{lock}.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


def conda_environments() -> dict[str, str]:
    """The text of each conda environment, by name."""
    pins = {package: version for lock in LOCKS for package, version in pins_of(lock).items()}
    return {
        name: ENVIRONMENT.format(purpose=purpose)
        + "".join(f"      - {package}=={pins[package]}\n" for package in packages)
        for name, (purpose, *packages) in ENVIRONMENTS.items()
    }


def write_conda_environments() -> None:
    """Write the conda environments beside the locks."""
    for name, text in conda_environments().items():
        (FOLDER / f"{name}.yaml").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] != ["conda"]:
        write_locks()
    write_conda_environments()
