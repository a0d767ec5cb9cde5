import json

import pytest

from adiabatic.io.errors import InputError
from adiabatic.tasks.files import TaskFiles
from adiabatic.tasks.triplets import read_triplets


def read(path, languages, limit=None):
    return read_triplets(TaskFiles([path], languages, limit))


def test_triplets_line_up_by_line(in_language):
    record = {"query": "q", "positive": "p", "negative": "n"}
    in_language("en", json.dumps(record) + "\n" + json.dumps(record) + "\n")
    path = in_language("de", json.dumps(record) + "\n" + json.dumps(record) + "\n")
    items, _ = read(path, ["en", "de"], 1)
    assert items["item"].tolist() == ["0", "0"]
    in_language("de", json.dumps(record) + "\n")
    with pytest.raises(InputError, match="1 items found; 2 are needed"):
        read(path, ["en", "de"])
