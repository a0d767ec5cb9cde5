"""From a service to papers.parquet through the workflow, and again after the archive changed."""

import json

import pandas as pd
import yaml
from oai_server import Paper, oai_service

PAPERS = "results/harvested/data/papers.parquet"


def test_papers_are_harvested_and_brought_up_to_date(run_tiny, workplace):
    abstract = "We harvest a paper. " * 8
    papers = [Paper(f"2406.{n:05d}", f"2024-06-{n + 1:02d}", abstract=abstract) for n in range(9)]
    with oai_service(papers) as service:
        oai = {
            "url": service.url,
            "sets": ["cs"],
            "from": "2024-06-01",
            "contact": "me@example.org",
        }
        oai |= {"seconds_between_requests": 0, "timeout_seconds": 5}
        overlay = {"source": "oai", "path": "data/arxiv", "oai": oai}
        (workplace / "overlay.yaml").write_text(
            yaml.safe_dump({"experiment": "harvested", "papers": overlay})
        )
        done = run_tiny(workplace, "overlay.yaml", "--until", "read_papers")
        assert done.returncode == 0, done.stdout + done.stderr
        assert len(pd.read_parquet(workplace / PAPERS)) == 9
        service.asked.clear()
        assert run_tiny(workplace, "overlay.yaml", "--until", "read_papers").returncode == 0
        assert not service.asked
        service.today = "2024-07-02"
        service.archive.papers = [
            Paper(papers[0].id, "2024-07-01", abstract="A newer version of it. " * 8),
            Paper(papers[1].id, "2024-07-01", deleted=True),
            *papers[2:],
        ]
        done = run_tiny(workplace, "overlay.yaml", "--until", "read_papers", "-R", "harvest_papers")
        assert done.returncode == 0, done.stdout + done.stderr
        assert {query["from"] for query in service.lists} == {"2024-06-30", "2024-07-01"}
    abstracts = pd.read_parquet(workplace / PAPERS).set_index("id")["abstract"]
    assert len(abstracts) == 8
    assert abstracts[papers[0].id].startswith("A newer version")
    counts = json.loads((workplace / PAPERS).with_suffix(".json").read_text())["records"]
    assert (counts["seen"], counts["replaced"], counts["deleted"], counts["kept"]) == (11, 2, 1, 8)
