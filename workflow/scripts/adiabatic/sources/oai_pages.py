"""Answers of an OAI-PMH service: what they list, and the arXiv records in them."""

from dataclasses import dataclass
from datetime import date

import pyarrow as pa
from lxml import etree

OAI = "{http://www.openarchives.org/OAI/2.0/}"
# What a list has: records, or (for ListIdentifiers) headers alone.
_LISTED = (f"{OAI}record", f"{OAI}header")
ARXIV = "{http://arxiv.org/OAI/arXiv/}"
# Elements of format `arXiv` that a paper is made of; the datestamp comes from the header.
ELEMENTS = ("id", "title", "abstract", "comments", "categories")
RECORDS = pa.schema(
    [(name, pa.string()) for name in (*ELEMENTS, "update_date")] + [("deleted", pa.bool_())]
)


class BadAnswer(Exception):
    """What a service sent is no OAI-PMH answer; asking again may help."""


class OaiError(Exception):
    """The service answered with an error of the protocol, on the day `response_date`."""

    def __init__(self, code: str, text: str, response_date: str):
        super().__init__(f"{code}: {text}" if text else code)
        self.code, self.response_date = code, response_date


@dataclass(frozen=True)
class Header:
    """Of one record: its identifier, the day of its last change, and whether it was deleted."""

    identifier: str
    datestamp: str
    deleted: bool


@dataclass(frozen=True)
class ListPart:
    """What a page says of itself: its records, what to ask for next, and the size of the list."""

    headers: list[Header]
    token: str | None
    size: int | None


def parse_answer(content: bytes) -> etree._Element:
    """The root of an answer, parsed strictly: nothing broken is mended, no entity is expanded.

    Raises:
        BadAnswer: it is no well-formed XML, no OAI-PMH answer, or declares a document type.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise BadAnswer(f"no well-formed XML ({error.msg})") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadAnswer("it declares a document type, with which entities could be smuggled in")
    if root.tag != f"{OAI}OAI-PMH":
        raise BadAnswer(f"<{etree.QName(root).localname}> found; <OAI-PMH> is needed")
    return root


def answered(root: etree._Element, verb: str) -> etree._Element:
    """The element of an answer that holds what was asked for.

    Raises:
        OaiError: the service answered with an error.
        BadAnswer: neither is there.
    """
    if (error := root.find(f"{OAI}error")) is not None:
        text = " ".join((error.text or "").split())
        raise OaiError(error.get("code", "error"), text, response_date(root))
    if (element := root.find(f"{OAI}{verb}")) is None:
        raise BadAnswer(f"neither <{verb}> nor <error> found")
    return element


def response_date(root: etree._Element) -> str:
    """When the service answered, by its own clock: 2024-05-01T12:00:00Z."""
    return root.findtext(f"{OAI}responseDate", "").strip()


def list_part(listed: etree._Element) -> ListPart:
    """Headers, resumption token and size of the whole list, where the service tells it.

    Raises:
        BadAnswer: a record has no identifier or no datestamp.
    """
    token = listed.find(f"{OAI}resumptionToken")
    size = None if token is None else token.get("completeListSize")
    return ListPart(
        headers=[_header(element) for element in listed.iterchildren(*_LISTED)],
        token=None if token is None else (token.text or "").strip() or None,
        size=int(size) if size and size.isdigit() else None,
    )


def page_records(root: etree._Element) -> pa.Table:
    """The records of a page in format `arXiv`, as RECORDS; what a record lacks is null."""
    rows = []
    for record in root.iter(f"{OAI}record"):
        header = _header(record)
        paper = record.find(f"{OAI}metadata/{ARXIV}arXiv")
        texts = [None] * len(ELEMENTS)
        if paper is not None:
            found = {child.tag: _text(child) for child in paper}
            texts = [found.get(f"{ARXIV}{name}") for name in ELEMENTS]
        # A deleted record has no metadata: its id is the end of "oai:arXiv.org:0704.0001".
        texts[0] = (texts[0] or header.identifier.split(":", 2)[-1]).strip()
        rows.append((*texts, header.datestamp, header.deleted))
    columns = zip(*rows, strict=True) if rows else [()] * len(RECORDS)
    return pa.Table.from_arrays(
        [pa.array(column, field.type) for column, field in zip(columns, RECORDS, strict=True)],
        schema=RECORDS,
    )


def _text(element: etree._Element) -> str | None:
    """All of an element's text, also where it has elements within."""
    return "".join(element.itertext()) if len(element) else element.text


def _header(listed: etree._Element) -> Header:
    """The header of a record, or a header that is listed by itself."""
    header = listed.find(f"{OAI}header") if listed.tag == f"{OAI}record" else listed
    if header is None:
        raise BadAnswer("a record without header")
    identifier = header.findtext(f"{OAI}identifier", "").strip()
    datestamp = header.findtext(f"{OAI}datestamp", "").strip()[:10]
    try:
        date.fromisoformat(datestamp)
    except ValueError:
        raise BadAnswer(f"a record with datestamp {datestamp!r}") from None
    if not identifier:
        raise BadAnswer("a record without identifier")
    return Header(identifier, datestamp, header.get("status") == "deleted")
