"""One service of OAI-PMH: how often it is asked, and for how long."""

import numpy as np
import pytest
from oai_server import THREE_MONTHS, ids_of, oai_service

from adiabatic.io.errors import InputError
from adiabatic.sources.harvest import harvest
from adiabatic.sources.harvested_pages import Selection
from adiabatic.sources.oai_service import Manners, Service


@pytest.mark.parametrize("trouble", ["busy_for_a_second", "busy_until"])
def test_retry_after_is_obeyed_as_seconds_and_as_a_date(gather, trouble):
    with oai_service(THREE_MONTHS) as server:
        server.trouble = {2: trouble}
        found, _, _ = gather(server)
        gaps = np.diff(server.times)
    assert found == ids_of(THREE_MONTHS)
    assert max(gaps) >= 0.9


def test_requests_keep_their_distance_whatever_happens(gather):
    with oai_service(THREE_MONTHS[:8]) as server:
        server.trouble = {2: "reset", 3: "busy"}
        gather(server, Selection((), "2024-01-01", "2024-01-31"), seconds=0.15)
        gaps = np.diff(server.times)
    assert len(gaps) == 6
    assert min(gaps) >= 0.15


def test_a_service_that_is_not_there_is_one_line(tmp_path):
    service = Service("http://127.0.0.1:9/oai", Manners("me@example.org", 0, 0.2), print)
    with pytest.raises(InputError, match="no answer to verb=Identify in 3 attempts"):
        harvest(service, tmp_path, Selection((), None, None), print)
