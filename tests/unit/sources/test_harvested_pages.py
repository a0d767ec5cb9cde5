"""The folder of harvested pages: for one harvest at a time, checked, and listed."""

import json

import pytest
from oai_server import THREE_MONTHS, ids_of, oai_service

from adiabatic.io.errors import InputError
from adiabatic.sources.harvested_pages import PAGES, Selection, harvested_records, locked


def test_half_a_line_and_half_a_page_are_no_harm(gather, tmp_path):
    with oai_service(THREE_MONTHS) as server:
        server.trouble = {5: "gone"}
        with pytest.raises(InputError):
            gather(server)
        with open(tmp_path / "pages" / PAGES, "a") as file:
            file.write('{"url": "http')
        (tmp_path / "pages/all/2024-02-01_2024-02-29-00002.xml.part").write_bytes(b"half")
        server.trouble = {}
        found, counts, _ = gather(server)
    assert found == ids_of(THREE_MONTHS)
    assert counts.seen == 16


def test_a_folder_is_for_one_service_and_one_harvest_at_a_time(gather, tmp_path):
    with oai_service(THREE_MONTHS) as server:
        gather(server)
        with locked(tmp_path / "pages"), pytest.raises(InputError, match="another harvest"):
            gather(server)
    with (
        oai_service(THREE_MONTHS) as other,
        pytest.raises(InputError, match="needs a folder of its own"),
    ):
        gather(other)


def test_a_page_that_is_damaged_or_gone_is_named_and_its_month_is_fetched_again(gather, tmp_path):
    with oai_service(THREE_MONTHS) as server:
        gather(server)
        january, _, _, february, *_ = sorted((tmp_path / "pages/all").iterdir())
        january.write_bytes(b"")
        with pytest.raises(InputError, match="not the page that was harvested"):
            list(harvested_records(tmp_path / "list.json"))
        february.unlink()
        server.asked.clear()
        found, counts, said = gather(server)
    assert found == ids_of(THREE_MONTHS)
    assert (counts.seen, counts.kept) == (16, 16)
    assert {query["from"] for query in server.lists if "from" in query} == {
        "2024-01-01", "2024-02-01", "2024-06-30",
    }  # fmt: skip
    assert "its window is fetched again" in "\n".join(said)


@pytest.mark.parametrize("name", ["file", "file/folder"])
def test_a_folder_that_cannot_be_is_one_line(tmp_path, name):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(InputError, match=r"papers\.path: .* cannot be written to"),
        locked(tmp_path / name),
    ):
        pass


def test_only_records_of_the_selection_are_counted(gather, tmp_path):
    with oai_service(THREE_MONTHS) as server:
        gather(server)
        _, counts, _ = gather(server, Selection((), "2024-01-02", "2024-01-03"))
    assert counts.seen == 2


def test_the_list_names_what_it_is_made_of(gather, tmp_path):
    with oai_service(THREE_MONTHS) as server:
        gather(server, Selection((), "2024-01-01", "2024-01-31"))
    listed = json.loads((tmp_path / "list.json").read_text())
    assert (listed["from"], listed["until"], len(listed["pages"])) == (
        "2024-01-01", "2024-01-31", 3,
    )  # fmt: skip
    (tmp_path / "bad.json").write_text("{}")
    with pytest.raises(InputError, match=r"bad\.json: not a list of harvested pages"):
        next(harvested_records(tmp_path / "bad.json"))
