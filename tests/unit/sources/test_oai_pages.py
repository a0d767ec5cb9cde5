import pytest
from oai_server import BOMB

from adiabatic.sources.oai_pages import BadAnswer, answered, list_part, page_records, parse_answer

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
