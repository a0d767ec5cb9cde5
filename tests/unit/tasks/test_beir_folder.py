import pytest
from records import write_beir_folder

from adiabatic.io.errors import InputError
from adiabatic.tasks.beir_folder import beir_files

SET = ({"1": "a"}, {"1": "b"}, {("1", "1"): 1})


def test_files_are_found_plain_or_packed(tmp_path):
    write_beir_folder(tmp_path, *SET, packed=True)
    names = ["corpus.jsonl.gz", "queries.jsonl.gz", "test.tsv.gz"]
    assert [path.name for path in beir_files(tmp_path).values()] == names
    (tmp_path / "corpus.jsonl").touch()
    # The plain file is the one that was worked on.
    assert beir_files(tmp_path)["corpus"].name == "corpus.jsonl"


def test_judgments_are_those_of_the_split(tmp_path):
    write_beir_folder(tmp_path, *SET, "dev")
    assert beir_files(tmp_path, "dev")["qrels"] == tmp_path / "qrels/dev.tsv"
    with pytest.raises(InputError, match=r"neither qrels/test\.tsv nor qrels/test\.tsv\.gz found"):
        beir_files(tmp_path)
