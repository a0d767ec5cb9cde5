import pytest
from mteb_data import ENGLISH, write_repository

from adiabatic.evaluation.mteb_tasks import chosen_tasks, folder_digest, loaded_task
from adiabatic.io.errors import InputError


@pytest.mark.parametrize(
    ("names", "languages", "splits", "words"),
    [
        (["Xnli2"], [], [], "tasks[0]: 'Xnli2' found; did you mean XNLIV2"),
        (["XNLI", "nothing like it"], [], [], "tasks[1]: 'nothing like it' found; the name of a"),
        (["CQADupstackRetrieval"], [], [], "made of tasks; name them: CQADupstackAndroid"),
        (["CIFAR10"], [], [], "a task of image; one of text alone"),
        (["XNLI"], ["jpn"], [], "no subset of XNLI is in jpn alone; its languages are ara, bul"),
        (["XNLI"], [], ["train"], "splits: train found; XNLI has test, validation"),
    ],
)
def test_what_mteb_does_not_have_is_one_line(names, languages, splits, words):
    with pytest.raises(InputError) as caught:
        chosen_tasks(names, languages, splits)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_data_that_is_not_to_be_had_names_task_and_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    (task,) = chosen_tasks(["XNLI"], ["eng"], [])
    with pytest.raises(InputError) as caught, loaded_task(task, tmp_path):
        pass
    assert "XNLI: the hub's dataset mteb/xnli cannot be loaded (" in str(caught.value)
    assert f"its files are needed in {tmp_path}/XNLI" in str(caught.value)
    (tmp_path / "XNLI").mkdir()
    with (
        pytest.raises(InputError, match=f"XNLI: {tmp_path}/XNLI cannot be loaded"),
        loaded_task(*chosen_tasks(["XNLI"], ["eng"], []), tmp_path),
    ):
        pass


def test_local_data_is_read_as_it_is_now(tmp_path):
    digests = set()
    for count in (3, 2):
        # The datasets package knows a local dataset by the names of its files alone.
        rows = [{"lang": "de-en", "sentence1": a, "sentence2": a} for a in ENGLISH[:count]]
        write_repository(tmp_path / "BUCC.v2", {"default": {"test": rows}})
        (task,) = chosen_tasks(["BUCC.v2"], ["deu", "eng"], [])
        with loaded_task(task, tmp_path) as source:
            assert len(task.dataset["de-en"]["test"]) == count
        assert source["folder"] == f"{tmp_path}/BUCC.v2"
        digests.add(source["sha256"])
    assert len(digests) == 2
    # Tasks that are made later are not changed by it.
    (other,) = chosen_tasks(["BUCC.v2"], [], [])
    assert other.metadata.dataset["path"] == "mteb/bucc-bitext-mining"


def test_a_digest_knows_names_and_contents(tmp_path):
    (tmp_path / "a").write_text("1")
    digests = [folder_digest(tmp_path)]
    (tmp_path / "a").rename(tmp_path / "b")
    digests.append(folder_digest(tmp_path))
    (tmp_path / "b").write_text("2")
    assert len({*digests, folder_digest(tmp_path)}) == 3
