import numpy as np
import pytest

onnxruntime = pytest.importorskip("onnxruntime", reason="`make export` installs onnxruntime")


@pytest.mark.parametrize("texts", [["cat"], ["cat dog", "the owl and the fox see a hen", ""]])
def test_the_output_is_the_vector_whatever_the_shape(exported, texts):
    tuned, _, folder = exported
    path = str(folder / "query-encoder/onnx/model.onnx")
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    ids, mask = tuned.tokenize(texts, "query").padded(np.arange(len(texts)), tuned.padding)
    inputs = {"input_ids": ids.astype(np.int64), "attention_mask": mask.astype(np.int64)}
    assert [node.name for node in session.get_inputs()] == list(inputs)
    found = session.run(["sentence_embedding"], inputs)[0]
    assert found == pytest.approx(tuned.encode(texts, "query"), abs=1e-5)
