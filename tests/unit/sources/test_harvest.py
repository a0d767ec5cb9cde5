"""The harvest against a service that oai_repo answers for, and that misbehaves on demand."""

import pytest
from oai_server import THREE_MONTHS, Paper, ids_of, oai_service

from adiabatic.io.errors import InputError
from adiabatic.sources.harvest import missing_windows
from adiabatic.sources.harvested_pages import PageEntry, Selection
from adiabatic.sources.oai_service import Service


def test_all_records_come_in_pages_month_by_month(gather):
    with oai_service(THREE_MONTHS) as server:
        found, counts, _ = gather(server)
        months = [q["from"][:7] for q in server.lists if "from" in q]
    assert found == ids_of(THREE_MONTHS)
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
    with oai_service(THREE_MONTHS) as server:
        server.trouble = {2: trouble, 5: trouble}
        found, counts, said = gather(server)
    assert found == ids_of(THREE_MONTHS)
    assert (counts.seen, counts.replaced, counts.kept) == (16, 0, 16)
    assert words in "\n".join(said)


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
    with oai_service(THREE_MONTHS) as server:
        server.trouble = dict.fromkeys(range(3, 50), trouble)
        with pytest.raises(InputError, match=words) as error:
            gather(server)
        assert "\n" not in str(error.value)
        server.trouble, before = {}, len(server.lists)
        found, counts, _ = gather(server)
        afresh = [query for query in server.lists[before:] if query.get("from") == "2024-01-01"]
    assert found == ids_of(THREE_MONTHS)
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
    with oai_service(THREE_MONTHS) as server:
        gather(server)
        server.asked.clear()
        server.today = "2024-07-10"
        changed = Paper(THREE_MONTHS[0].id, "2024-07-01", title="A newer title")
        gone = Paper(THREE_MONTHS[1].id, "2024-07-02", deleted=True)
        server.archive.papers = [
            changed,
            gone,
            *THREE_MONTHS[2:],
            Paper("2407.00001", "2024-07-03"),
        ]
        found, counts, _ = gather(server)
    assert sorted(query["from"] for query in server.lists) == ["2024-06-30", "2024-07-01"]
    assert found == ids_of([THREE_MONTHS[0], *THREE_MONTHS[2:], Paper("2407.00001", "")])
    assert (counts.seen, counts.deleted, counts.replaced, counts.kept) == (19, 1, 2, 16)


def test_a_harvest_that_is_complete_asks_for_no_records(gather):
    selection = Selection((), "2024-01-01", "2024-03-31")
    with oai_service(THREE_MONTHS) as server:
        first = gather(server, selection)
        server.asked.clear()
        assert gather(server, selection)[:2] == first[:2]
    assert [query["verb"] for query in server.asked] == ["Identify"]


def test_sets_and_datestamps_select(gather):
    papers = [
        *THREE_MONTHS,
        Paper("m", "2024-01-05", "math"),
        Paper("h", "2024-01-06", "physics:hep-th"),
    ]
    with oai_service(papers) as server:
        found, _, _ = gather(server, Selection(("math", "physics:hep-th"), None, None))
        assert found == ["h", "m"]
        found, _, _ = gather(server, Selection(("cs",), "2024-01-03", "2024-02-02"))
        assert found == ids_of(THREE_MONTHS[2:10])
        with pytest.raises(InputError, match=r"papers\.oai\.sets: 'hep-th' found; .* has 3 sets"):
            gather(server, Selection(("hep-th",), None, None))
        with pytest.raises(InputError, match=r"papers\.oai\.from: 2025-01-01 found"):
            gather(server, Selection((), "2025-01-01", None))


def test_a_total_that_cannot_be_had_stops_nothing(gather, monkeypatch):
    ask = Service.ask

    def without_total(self, verb, **arguments):
        if verb == "ListIdentifiers":
            raise InputError("no such thing")
        return ask(self, verb, **arguments)

    monkeypatch.setattr(Service, "ask", without_total)
    with oai_service(THREE_MONTHS) as server:
        found, _, said = gather(server)
    assert found == ids_of(THREE_MONTHS)
    assert said[-1] == "fetched: 16 records"


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
