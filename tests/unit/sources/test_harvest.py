"""The harvest against a service that oai_repo answers for, and that misbehaves on demand."""

import json

import numpy as np
import pytest
from oai_server import BOMB, Paper, oai_service

from adiabatic.io.errors import InputError
from adiabatic.sources.harvest import harvest, missing_windows
from adiabatic.sources.harvested_pages import (
    PAGES,
    PageEntry,
    Selection,
    count_records,
    harvested_records,
    locked,
    write_list,
)
from adiabatic.sources.oai_pages import BadAnswer, answered, list_part, page_records, parse_answer
from adiabatic.sources.oai_service import Manners, Service
from adiabatic.sources.papers import write_papers

ALL = Selection((), None, None)
# Three months of papers: 3 pages of January, 2 of February, 1 of March.
PAPERS = [
    Paper(f"2401.{n:05d}", f"2024-{month:02d}-{day:02d}")
    for n, (month, day) in enumerate(
        [(1, d) for d in range(1, 9)]
        + [(2, d) for d in range(1, 6)]
        + [(3, d) for d in range(1, 4)]
    )
]


@pytest.fixture
def gather(tmp_path):
    """Harvest into the test's folder; returns the ids of papers, the counts, and what was said."""

    def through(server, selection=ALL, seconds=0.0, timeout=0.5):
        said = []
        service = Service(server.url, Manners("me@example.org", seconds, timeout), said.append)
        try:
            pages = harvest(service, tmp_path / "pages", selection, said.append)
        finally:
            service.close()
        write_list(tmp_path / "list.json", tmp_path / "pages", selection, pages)
        counts = write_papers(harvested_records(tmp_path / "list.json"), 1, tmp_path / "p.parquet")
        headers = count_records(tmp_path / "pages", pages, selection.start, selection.end)
        assert headers.seen == counts.seen
        return ids(tmp_path), counts, said

    return through


def ids(folder):
    import pyarrow.parquet as pq

    return sorted(pq.read_table(folder / "p.parquet")["id"].to_pylist())


def ids_of(papers):
    return sorted(paper.id for paper in papers)


def test_all_records_come_in_pages_month_by_month(gather):
    with oai_service(PAPERS) as server:
        found, counts, _ = gather(server)
        months = [q["from"][:7] for q in server.lists if "from" in q]
    assert found == ids_of(PAPERS)
    assert (counts.seen, counts.kept) == (16, 16)
    assert months == [f"2024-0{month}" for month in range(1, 7)]
    assert len(server.lists) == 3 + 2 + 1 + 3
    assert server.agents == {"adiabatic-query-tuning (contact: me@example.org)"}


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("busy", "HTTP status 503"),
        ("reset", "reset"),
        ("truncated", "no well-formed XML"),
        ("bomb", "no well-formed XML"),
        ("wrong_encoding", "encoding"),
        ("bad_datestamp", "a record with datestamp 'soon"),
        ("headless", "a record without header"),
        ("silence", "timed out"),
        ("page_of_a_proxy", "<html> found"),
        ("expired", "this window starts again"),
        ("cut_short", "the list ended after"),
        ("repeated", "an old page came"),
    ],
)
def test_after_trouble_the_records_are_exactly_the_right_ones(gather, trouble, words):
    with oai_service(PAPERS) as server:
        server.trouble = {2: trouble, 5: trouble}
        found, counts, said = gather(server)
    assert found == ids_of(PAPERS)
    assert (counts.seen, counts.replaced, counts.kept) == (16, 0, 16)
    assert words in "\n".join(said)


@pytest.mark.parametrize("trouble", ["busy_for_a_second", "busy_until"])
def test_retry_after_is_obeyed_as_seconds_and_as_a_date(gather, trouble):
    with oai_service(PAPERS) as server:
        server.trouble = {2: trouble}
        found, _, _ = gather(server)
        gaps = np.diff(server.times)
    assert found == ids_of(PAPERS)
    assert max(gaps) >= 0.9


def test_requests_keep_their_distance_whatever_happens(gather):
    with oai_service(PAPERS[:8]) as server:
        server.trouble = {2: "reset", 3: "busy"}
        gather(server, Selection((), "2024-01-01", "2024-01-31"), seconds=0.15)
        gaps = np.diff(server.times)
    assert len(gaps) == 6
    assert min(gaps) >= 0.15


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("gone", "HTTP status 404 to verb=ListRecords"),
        ("bomb", "in 8 attempts"),
        ("truncated", "run again to go on"),
        ("expired", "badResumptionToken"),
        ("repeated", "an old page again and again"),
        ("cut_short", "the list ended after 3 of 5 records"),
        ("without_records", "an old page again and again"),
        ("busy_for_a_day", "asks to come back in 24.0 hours"),
    ],
)
def test_trouble_without_end_is_one_line_and_the_harvest_can_go_on(gather, trouble, words):
    with oai_service(PAPERS) as server:
        server.trouble = dict.fromkeys(range(3, 50), trouble)
        with pytest.raises(InputError, match=words) as error:
            gather(server)
        assert "\n" not in str(error.value)
        server.trouble, before = {}, len(server.lists)
        found, counts, _ = gather(server)
        afresh = [query for query in server.lists[before:] if query.get("from") == "2024-01-01"]
    assert found == ids_of(PAPERS)
    assert counts.seen == 16
    assert not afresh or trouble == "without_records"


def test_deleted_replaced_and_bare_records(gather):
    papers = [
        Paper("1", "2024-01-01"),
        Paper("2", "2024-01-02", deleted=True),
        Paper("3", "2024-02-01", abstract=None),
        Paper("4", "2024-02-02", title="Poincar\\'e", comments="Withdrawn"),
    ]
    with oai_service(papers) as server:
        found, counts, _ = gather(server)
    assert found == ["1"]
    assert (counts.seen, counts.deleted, counts.incomplete, counts.withdrawn) == (4, 1, 1, 1)


def test_a_second_run_fetches_only_what_changed_since(gather):
    with oai_service(PAPERS) as server:
        gather(server)
        server.asked.clear()
        server.today = "2024-07-10"
        changed = Paper(PAPERS[0].id, "2024-07-01", title="A newer title")
        gone = Paper(PAPERS[1].id, "2024-07-02", deleted=True)
        server.archive.papers = [changed, gone, *PAPERS[2:], Paper("2407.00001", "2024-07-03")]
        found, counts, _ = gather(server)
    assert sorted(query["from"] for query in server.lists) == ["2024-06-30", "2024-07-01"]
    assert found == ids_of([PAPERS[0], *PAPERS[2:], Paper("2407.00001", "")])
    assert (counts.seen, counts.deleted, counts.replaced, counts.kept) == (19, 1, 2, 16)


def test_a_harvest_that_is_complete_asks_for_no_records(gather):
    selection = Selection((), "2024-01-01", "2024-03-31")
    with oai_service(PAPERS) as server:
        first = gather(server, selection)
        server.asked.clear()
        assert gather(server, selection)[:2] == first[:2]
    assert [query["verb"] for query in server.asked] == ["Identify"]


def test_sets_and_datestamps_select(gather):
    papers = [*PAPERS, Paper("m", "2024-01-05", "math"), Paper("h", "2024-01-06", "physics:hep-th")]
    with oai_service(papers) as server:
        found, _, _ = gather(server, Selection(("math", "physics:hep-th"), None, None))
        assert found == ["h", "m"]
        found, _, _ = gather(server, Selection(("cs",), "2024-01-03", "2024-02-02"))
        assert found == ids_of(PAPERS[2:10])
        with pytest.raises(InputError, match=r"papers\.oai\.sets: 'hep-th' found; .* has 3 sets"):
            gather(server, Selection(("hep-th",), None, None))
        with pytest.raises(InputError, match=r"papers\.oai\.from: 2025-01-01 found"):
            gather(server, Selection((), "2025-01-01", None))


def test_half_a_line_and_half_a_page_are_no_harm(gather, tmp_path):
    with oai_service(PAPERS) as server:
        server.trouble = {5: "gone"}
        with pytest.raises(InputError):
            gather(server)
        with open(tmp_path / "pages" / PAGES, "a") as file:
            file.write('{"url": "http')
        (tmp_path / "pages/all/2024-02-01_2024-02-29-00002.xml.part").write_bytes(b"half")
        server.trouble = {}
        found, counts, _ = gather(server)
    assert found == ids_of(PAPERS)
    assert counts.seen == 16


def test_a_folder_is_for_one_service_and_one_harvest_at_a_time(gather, tmp_path):
    with oai_service(PAPERS) as server:
        gather(server)
        with locked(tmp_path / "pages"), pytest.raises(InputError, match="another harvest"):
            gather(server)
    with oai_service(PAPERS) as other, pytest.raises(InputError, match="needs a folder of its own"):
        gather(other)


def test_a_page_that_is_damaged_or_gone_is_named_and_its_month_is_fetched_again(gather, tmp_path):
    with oai_service(PAPERS) as server:
        gather(server)
        january, _, _, february, *_ = sorted((tmp_path / "pages/all").iterdir())
        january.write_bytes(b"")
        with pytest.raises(InputError, match="not the page that was harvested"):
            list(harvested_records(tmp_path / "list.json"))
        february.unlink()
        server.asked.clear()
        found, counts, said = gather(server)
    assert found == ids_of(PAPERS)
    assert (counts.seen, counts.kept) == (16, 16)
    assert {query["from"] for query in server.lists if "from" in query} == {
        "2024-01-01", "2024-02-01", "2024-06-30",
    }  # fmt: skip
    assert "its window is fetched again" in "\n".join(said)


def test_only_records_of_the_selection_are_counted(gather, tmp_path):
    with oai_service(PAPERS) as server:
        gather(server)
        _, counts, _ = gather(server, Selection((), "2024-01-02", "2024-01-03"))
    assert counts.seen == 2


def test_a_total_that_cannot_be_had_stops_nothing(gather, monkeypatch):
    ask = Service.ask

    def without_total(self, verb, **arguments):
        if verb == "ListIdentifiers":
            raise InputError("no such thing")
        return ask(self, verb, **arguments)

    monkeypatch.setattr(Service, "ask", without_total)
    with oai_service(PAPERS) as server:
        found, _, said = gather(server)
    assert found == ids_of(PAPERS)
    assert said[-1] == "fetched: 16 records"


@pytest.mark.parametrize("name", ["file", "file/folder"])
def test_a_folder_that_cannot_be_is_one_line(tmp_path, name):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(InputError, match=r"papers\.path: .* cannot be written to"),
        locked(tmp_path / name),
    ):
        pass


def test_a_service_that_is_not_there_is_one_line(tmp_path):
    service = Service("http://127.0.0.1:9/oai", Manners("me@example.org", 0, 0.2), print)
    with pytest.raises(InputError, match="no answer to verb=Identify in 3 attempts"):
        harvest(service, tmp_path, ALL, print)


def entry(start, end, response, token=None, number=1, name=None):
    return PageEntry("", name, start, end, number, None, None, 0, token, f"{response}T00:00:00Z")


def test_missing_windows_are_months_without_what_is_covered():
    spans = [(w.start, w.end) for w in missing_windows([], None, "2024-01-15", "2024-03-02")]
    assert spans == [
        ("2024-01-15", "2024-01-31"),
        ("2024-02-01", "2024-02-29"),
        ("2024-03-01", "2024-03-02"),
    ]
    entries = [
        entry("2024-01-15", "2024-01-31", "2024-03-02"),
        entry("2024-02-01", "2024-02-29", "2024-03-02", token="next"),
        entry("2024-03-01", "2024-03-02", "2024-03-02"),
        entry("2024-03-03", "2024-03-09", "2024-04-01", name="cs"),
    ]
    spans = [(w.start, w.end) for w in missing_windows(entries, None, "2024-01-10", "2024-03-05")]
    assert spans == [
        ("2024-02-01", "2024-02-29"),
        ("2024-01-10", "2024-01-14"),
        ("2024-03-02", "2024-03-05"),
    ]


def test_a_first_page_makes_void_what_was_fetched_of_its_window_before():
    entries = [
        entry("2024-01-01", "2024-01-31", "2024-02-05"),
        entry("2024-01-01", "2024-01-31", "2024-02-06", token="next"),
    ]
    assert len(missing_windows(entries, None, "2024-01-01", "2024-01-31")) == 1


ANSWER = """<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
<responseDate>2016-01-18T15:33:12Z</responseDate><request/><ListRecords>
<record><header><identifier>oai:arXiv.org:hep-th/9901001</identifier><datestamp>2015-01-16</datestamp>
<setSpec>cs</setSpec></header><metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/">
 <id>hep-th/9901001</id><created>1999-01-01</created><title>One &amp;
  two</title><categories>hep-th math.AG</categories><abstract>  Text.\n</abstract></arXiv>
</metadata>
</record>
<record><header status="deleted"><identifier>oai:arXiv.org:0704.0002</identifier>
<datestamp>2015-01-17</datestamp></header></record>
<resumptionToken cursor="0" completeListSize="40">1|2</resumptionToken></ListRecords></OAI-PMH>"""


def test_a_page_is_read_whole():
    root = parse_answer(ANSWER.encode())
    part = list_part(answered(root, "ListRecords"))
    assert (part.token, part.size, len(part.headers)) == ("1|2", 40, 2)
    first, second = page_records(root).to_pylist()
    assert first["id"] == "hep-th/9901001"
    assert first["title"].split() == ["One", "&", "two"]
    assert (first["update_date"], first["deleted"]) == ("2015-01-16", False)
    assert (second["id"], second["title"], second["deleted"]) == ("0704.0002", None, True)


def test_a_text_with_elements_and_comments_in_it_is_whole():
    text = "Water H<sub>2</sub>O <!-- note --> and <![CDATA[x < y]]> end"
    root = parse_answer(ANSWER.replace("One &amp;", text).encode())
    title = page_records(root).to_pylist()[0]["title"]
    assert title.split() == ["Water", "H2O", "and", "x", "<", "y", "end", "two"]


def test_an_entity_is_never_expanded():
    with pytest.raises(BadAnswer):
        parse_answer(BOMB)
    small = ANSWER.replace("<OAI-PMH", '<!DOCTYPE a [<!ENTITY e "x">]><OAI-PMH', 1)
    with pytest.raises(BadAnswer, match="declares a document type"):
        parse_answer(small.encode())


def test_the_list_names_what_it_is_made_of(gather, tmp_path):
    with oai_service(PAPERS) as server:
        gather(server, Selection((), "2024-01-01", "2024-01-31"))
    listed = json.loads((tmp_path / "list.json").read_text())
    assert (listed["from"], listed["until"], len(listed["pages"])) == (
        "2024-01-01", "2024-01-31", 3,
    )  # fmt: skip
    (tmp_path / "bad.json").write_text("{}")
    with pytest.raises(InputError, match=r"bad\.json: not a list of harvested pages"):
        next(harvested_records(tmp_path / "bad.json"))
