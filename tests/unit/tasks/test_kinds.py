"""Rows of the registry of kinds, against the code and the files that they name."""

import pytest
from records import ONE_ITEM

from adiabatic.plan.registry import implementation
from adiabatic.tasks.files import TaskFiles
from adiabatic.tasks.kinds import FILE, KINDS, RETRIEVAL_CLAIM, TRIPLETS

EVERY_KIND = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))


@EVERY_KIND
def test_a_row_names_code_that_exists(kind):
    for place in filter(None, (kind.read, kind.score, kind.open, kind.list_items)):
        assert callable(implementation(place))


@EVERY_KIND
def test_the_relevant_document_is_one_of_the_documents(kind):
    assert kind.relevant in kind.documents
    assert kind.cluster in ("query", *kind.documents)


@pytest.mark.parametrize("kind", ONE_ITEM)
def test_a_reader_gives_the_columns_of_its_row(write_file, kind):
    row = KINDS[kind]
    items, _ = implementation(row.read)(TaskFiles([write_file("set.csv", ONE_ITEM[kind])], ["en"]))
    assert {"language", "item", "query", row.cluster, *row.documents} <= set(items)


def test_sets_of_the_generated_world_have_a_file_for_each_language():
    made = [kind for kind in KINDS.values() if kind.synthetic]
    assert all("{language}" in kind.synthetic for kind in made)
    assert {kind.files for kind in made} == {FILE}


def test_triplets_are_a_kind():
    assert KINDS[TRIPLETS].documents == ("positive", "negative")


def test_a_claim_about_retrieval_counts_what_is_retrieved():
    claimed = {kind.name for kind in KINDS.values() if kind.claim == RETRIEVAL_CLAIM}
    assert claimed == {"qa-retrieval", "mixed-pool", "triplets", "own", "beir"}
    # Lines of a bitext are aligned, not retrieved; pairs of XNLI are compared.
    assert not KINDS["bitext"].claim
