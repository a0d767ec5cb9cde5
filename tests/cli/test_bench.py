"""A benchmark whose numbers the documentation tells starts and ends, at its smallest."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_simulation_of_the_whole_choice_runs():
    command = [sys.executable, ROOT / "bench/choice.py", "--experiments", "1"]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "workflow/scripts")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "1.05 margins in one language" in done.stdout
