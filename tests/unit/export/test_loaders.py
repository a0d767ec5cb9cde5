import pytest

from adiabatic.export.loaders import LOADERS

pytest.importorskip("onnxruntime", reason="`make export` installs onnxruntime")
pytest.importorskip("sentence_transformers", reason="`make bench` installs sentence-transformers")
# Of the same versions of packages as the pipeline; the others are asked in `tests/e2e`.
TEXTS = ["cat dog", "the owl", "a fox sees a hen and an ant and a bee and a cow", "dog"]


@pytest.mark.parametrize("name", [name for name, loader in LOADERS.items() if not loader.earlier])
def test_a_loader_computes_the_pipelines_vectors(exported, name):
    tuned, base, folder = exported
    loader = LOADERS[name]
    encoder, side = (base, "document") if loader.document else (tuned, "query")
    found = loader.encode(folder / loader.folder, TEXTS)
    assert found == pytest.approx(encoder.encode(TEXTS, side), abs=1e-5)
