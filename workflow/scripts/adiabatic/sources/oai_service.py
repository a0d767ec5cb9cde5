"""Polite requests to an OAI-PMH service: one at a time, spaced, and asked again when they fail."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2
from lxml import etree
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential_jitter,
)

from adiabatic.io.errors import InputError
from adiabatic.sources.oai_pages import (
    BadAnswer,
    ListPart,
    answered,
    list_part,
    parse_answer,
    response_date,
)

# Statuses that say "not now"; of the others an answer is final.
BUSY = (429, 500, 502, 503, 504)
ATTEMPTS = 8
# A service that never answered is likely the wrong one, or down.
FIRST_ATTEMPTS = 3
LONGEST_WAIT = 300
# A service that asks for more is left in peace until the user comes back.
LONGEST_ASKED = 3600
SAY = Callable[[str], None]


@dataclass(frozen=True)
class Manners:
    """How a service is asked: who asks, seconds between requests, seconds of silence allowed."""

    contact: str
    seconds_between_requests: float
    timeout_seconds: float


@dataclass(frozen=True)
class Answer:
    """An answer as it came, the element in it that holds what was asked for, and what it lists."""

    content: bytes
    response_date: str
    element: etree._Element
    part: ListPart


class Unanswered(Exception):
    """A request that is worth another attempt, after `seconds` at least."""

    def __init__(self, reason: str, seconds: float = 0):
        super().__init__(reason)
        self.seconds = seconds


class Service:
    """An OAI-PMH service. `requests` counts what it was asked."""

    def __init__(self, url: str, manners: Manners, say: SAY):
        self.url, self.manners, self.say = url, manners, say
        self.requests, self.answers = 0, 0
        self._client = httpx2.Client(
            timeout=manners.timeout_seconds,
            follow_redirects=True,
            headers={"User-Agent": f"adiabatic-query-tuning (contact: {manners.contact})"},
        )
        self._ready = time.monotonic()

    def ask(self, verb: str, attempts: int | None = None, **arguments: str | None) -> Answer:
        """The answer to one request; arguments that are None are left out.

        Args:
            attempts: how often at most; None: FIRST_ATTEMPTS until the first answer, then ATTEMPTS.
        Raises:
            OaiError: the service answered with an error of the protocol.
            InputError: it did not answer in so many attempts, or with a final HTTP status.
        """
        attempts = attempts or (ATTEMPTS if self.answers else FIRST_ATTEMPTS)
        query = {"verb": verb} | {name: text for name, text in arguments.items() if text}
        between = self.manners.seconds_between_requests
        backoff = wait_exponential_jitter(multiplier=between, max=LONGEST_WAIT, jitter=between)
        retrying = Retrying(
            retry=retry_if_exception_type(Unanswered),
            wait=lambda state: max(backoff(state), _seconds_asked(state)),
            stop=stop_after_attempt(attempts),
            before_sleep=self._report,
            reraise=True,
        )
        try:
            return retrying(self._attempt, query)
        except Unanswered as error:
            raise InputError(
                f"{self.url}: no answer to {_shown(query)} in {attempts} attempts ({error}); what "
                "is harvested is kept, run again to go on"
            ) from None

    def pages(self, verb: str) -> Iterator[etree._Element]:
        """All pages of a list that is small enough to be asked for anew each time."""
        answer = self.ask(verb)
        yield answer.element
        while token := answer.part.token:
            answer = self.ask(verb, resumptionToken=token)
            yield answer.element

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _attempt(self, query: dict[str, str]) -> Answer:
        time.sleep(max(0, self._ready - time.monotonic()))
        self.requests += 1
        try:
            response = self._client.get(self.url, params=query)
        except httpx2.UnsupportedProtocol as error:
            raise InputError(f"papers.oai.url: {self.url} cannot be asked ({error})") from None
        except httpx2.TransportError as error:
            raise Unanswered(str(error) or type(error).__name__) from None
        except (httpx2.InvalidURL, httpx2.HTTPError) as error:
            raise InputError(f"papers.oai.url: {self.url} cannot be asked ({error})") from None
        finally:
            self._ready = time.monotonic() + self.manners.seconds_between_requests
        if response.status_code in BUSY:
            seconds = _retry_after(response)
            if seconds > LONGEST_ASKED:
                raise InputError(
                    f"{self.url}: busy, and asks to come back in {seconds / 3600:.1f} hours; what "
                    "is harvested is kept, run again then"
                )
            raise Unanswered(f"HTTP status {response.status_code}", seconds)
        try:
            root = parse_answer(response.content)
            element = answered(root, query["verb"])
            part = list_part(element)
        except BadAnswer as error:
            if response.is_error:
                raise InputError(
                    f"{self.url}: HTTP status {response.status_code} to {_shown(query)}"
                ) from None
            raise Unanswered(str(error)) from None
        self.answers += 1
        return Answer(response.content, response_date(root), element, part)

    def _report(self, state: RetryCallState) -> None:
        error, wait = state.outcome.exception(), state.next_action.sleep
        self.say(f"attempt {state.attempt_number}: {error}; next in {wait:.0f} s")


def _seconds_asked(state: RetryCallState) -> float:
    return state.outcome.exception().seconds


def _retry_after(response: httpx2.Response) -> float:
    """Seconds that a Retry-After header asks for, given as such or as a date; 0 without one."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0.0


def _shown(query: dict[str, str]) -> str:
    return " ".join(f"{name}={text}" for name, text in query.items())
