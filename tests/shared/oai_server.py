"""An OAI-PMH service on this machine: the oai_repo library answers, and misbehaves on demand."""

import re
import socket
import struct
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, urlsplit

import oai_repo
from local_server import serving
from lxml import etree

OAI = "{http://www.openarchives.org/OAI/2.0/}"
ARXIV = "http://arxiv.org/OAI/arXiv/"
SETS = ("cs", "math", "physics:hep-th")
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a0 "lol">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n + 1, b"&a%d;" % n * 10) for n in range(12))
    + b']><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>&a12;</ListRecords>'
    b"</OAI-PMH>"
)


@dataclass(frozen=True)
class Paper:
    """A record of the service; `abstract` None leaves the element out."""

    id: str
    datestamp: str
    set: str = "cs"
    title: str = "A title"
    abstract: str | None = "An abstract. It has two sentences."
    categories: str = "cs.CL"
    comments: str | None = None
    deleted: bool = False


# Three months of papers: 3 pages of January, 2 of February, 1 of March.
THREE_MONTHS = [
    Paper(f"2401.{n:05d}", f"2024-{month:02d}-{day:02d}")
    for n, (month, day) in enumerate(
        [(1, d) for d in range(1, 9)]
        + [(2, d) for d in range(1, 6)]
        + [(3, d) for d in range(1, 4)]
    )
]


def ids_of(papers):
    """Ids in order."""
    return sorted(paper.id for paper in papers)


class Archive(oai_repo.DataInterface):
    """What oai_repo asks for; tokens, pages, errors and XML are its own."""

    def __init__(self, papers, limit, url):
        self.papers, self.limit, self.url = papers, limit, url

    def get_identify(self):
        about = oai_repo.Identify()
        about.repository_name, about.base_url = "A small archive", self.url
        about.admin_email, about.earliest_datestamp = ["admin@example.org"], "2024-01-01"
        about.deleted_record, about.granularity = "persistent", "YYYY-MM-DD"
        return about

    def get_metadata_formats(self, identifier=None):
        return [oai_repo.MetadataFormat("arXiv", f"{ARXIV}arXiv.xsd", ARXIV)]

    def list_set_specs(self, identifier=None, cursor=0):
        if identifier:
            return [self._paper(identifier).set], 1, None
        return SETS[cursor : cursor + self.limit], len(SETS), None

    def get_set(self, setspec):
        return oai_repo.Set(setspec, setspec, [])

    def is_valid_identifier(self, identifier):
        return any(f"oai:arXiv.org:{paper.id}" == identifier for paper in self.papers)

    def get_record_header(self, identifier):
        paper = self._paper(identifier)
        return oai_repo.RecordHeader(identifier, paper.datestamp, [paper.set])

    def get_record_metadata(self, identifier, metadataprefix):
        paper = self._paper(identifier)
        element = etree.Element(f"{{{ARXIV}}}arXiv", nsmap={None: ARXIV})
        for name in ("id", "title", "categories", "comments", "abstract"):
            if getattr(paper, name) is not None:
                etree.SubElement(element, f"{{{ARXIV}}}{name}").text = getattr(paper, name)
        return element

    def get_record_abouts(self, identifier):
        return []

    def list_identifiers(
        self, metadataprefix, filter_from=None, filter_until=None, filter_set=None, cursor=0
    ):
        days = [f"{day:%Y-%m-%d}" if day else None for day in (filter_from, filter_until)]
        found = [
            f"oai:arXiv.org:{paper.id}"
            for paper in self.papers
            if (days[0] is None or paper.datestamp >= days[0])
            and (days[1] is None or paper.datestamp <= days[1])
            and filter_set in (None, paper.set)
        ]
        return found[cursor : cursor + self.limit], len(found), None

    def _paper(self, identifier):
        return next(p for p in self.papers if f"oai:arXiv.org:{p.id}" == identifier)


@dataclass
class Service:
    """A running service. `trouble` maps the number of a ListRecords request to what goes wrong."""

    url: str
    archive: Archive
    trouble: dict[int, str] = field(default_factory=dict)
    asked: list[dict] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    today: str = "2024-06-30"

    @property
    def lists(self):
        """The ListRecords requests, in order."""
        return [query for query in self.asked if query["verb"] == "ListRecords"]


@contextmanager
def oai_service(papers, limit=3):
    """Serve papers in pages of `limit` records; yields the Service."""

    class Handler(BaseHTTPRequestHandler):
        last = b""

        def do_GET(self):
            service.times.append(time.monotonic())
            service.agents.add(self.headers["User-Agent"])
            query = dict(parse_qsl(urlsplit(self.path).query))
            service.asked.append(dict(query))
            number = len(service.lists) if query["verb"] == "ListRecords" else 0
            body = bytes(oai_repo.OAIRepository(service.archive).process(query))
            body = _finished(body, service.archive.papers, f"{service.today}T12:00:00Z")
            getattr(self, service.trouble.get(number, "fine"))(body)

        def fine(self, body):
            Handler.last = body
            self.reply(200, body)

        def reply(self, status, body, **headers):
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            for name, text in headers.items():
                self.send_header(name.replace("_", "-"), text)
            self.end_headers()
            self.wfile.write(body)

        def busy(self, body):
            self.reply(503, b"busy")

        def busy_for_a_second(self, body):
            self.reply(503, b"busy", Retry_After="1")

        def busy_until(self, body):
            until = datetime.now(UTC) + timedelta(seconds=2)
            self.reply(503, b"busy", Retry_After=f"{until:%a, %d %b %Y %H:%M:%S GMT}")

        def reset(self, body):
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

        def truncated(self, body):
            self.reply(200, body[: len(body) // 2])

        def bomb(self, body):
            self.reply(200, BOMB)

        def expired(self, body):
            self.reply(200, _error("badResumptionToken", "The token has expired."))

        def repeated(self, body):
            self.reply(200, Handler.last)

        def wrong_encoding(self, body):
            self.reply(200, body.replace(b"</arXiv>", b"<note>caf\xe9</note></arXiv>"))

        def cut_short(self, body):
            token = rb"<resumptionToken([^>]*)>[^<]*</resumptionToken>"
            self.reply(200, re.sub(token, rb"<resumptionToken\1/>", body))

        def without_records(self, body):
            start, end = body.index(b"<record>"), body.rindex(b"</record>") + len(b"</record>")
            self.reply(200, body[:start] + body[end:])

        def busy_for_a_day(self, body):
            self.reply(503, b"busy", Retry_After="86400")

        def bad_datestamp(self, body):
            self.reply(200, body.replace(b"<datestamp>2024", b"<datestamp>soon"))

        def headless(self, body):
            self.reply(200, body.replace(b"header>", b"footer>").replace(b"<header", b"<footer"))

        def silence(self, body):
            time.sleep(10)

        def page_of_a_proxy(self, body):
            self.reply(200, b"<html><body>Sign in</body></html>")

        def gone(self, body):
            self.reply(404, b"<html><body>Not found</body></html>")

        def log_message(self, *arguments):
            pass

    with serving(Handler) as server:
        url = f"http://127.0.0.1:{server.server_port}/oai"
        service = Service(url, Archive(list(papers), limit, url))
        yield service


def _finished(body, papers, now):
    """The answer as of `now`, and with what oai_repo does not write: that records are deleted."""
    deleted = {f"oai:arXiv.org:{paper.id}" for paper in papers if paper.deleted}
    root = etree.fromstring(body)
    root.find(f"{OAI}responseDate").text = now
    for header in root.iter(f"{OAI}header"):
        if header.findtext(f"{OAI}identifier") in deleted:
            header.set("status", "deleted")
            for metadata in header.itersiblings(f"{OAI}metadata"):
                header.getparent().remove(metadata)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _error(code, text):
    return (
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2024-06-30T12:00:00Z'
        f'</responseDate><request/><error code="{code}">{text}</error></OAI-PMH>'
    ).encode()
