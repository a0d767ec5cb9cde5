from dataclasses import replace

import numpy as np
import pytest
import torch

from adiabatic.encoding.encoder import load_encoder
from adiabatic.encoding.head import GELU, Dense, Normalize
from adiabatic.encoding.model_folder import EncoderSettings
from adiabatic.export.folders import write_flat_folder, write_router_folder
from adiabatic.export.onnx_model import write_onnx

LENGTH = 8
PLAIN = EncoderSettings("mean", "", "", LENGTH, LENGTH, "cosine")
OTHER = EncoderSettings("cls", "query: ", "passage: ", LENGTH, LENGTH + 2, "dot")


@pytest.fixture(scope="session", params=["plain", "adapter", "mlp", "bias"])
def exported(request, tiny_encoder_folder, tmp_path_factory):
    """A tuned and a base encoder, and the folder of their export."""
    base = load_encoder(tiny_encoder_folder, OTHER if request.param == "adapter" else PLAIN)
    width, rng = base.model.config.hidden_size, np.random.default_rng(0)
    matrix = torch.from_numpy(np.linalg.qr(rng.normal(size=(width, width)))[0]).float()
    heads = {
        "plain": (),
        "adapter": (Dense(matrix * 2),),
        "bias": (Normalize(), Dense(torch.eye(width), matrix[0] / 2)),
        "mlp": (Normalize(), Dense(matrix, activation=GELU), Dense(matrix, matrix[0] / 2)),
    }
    tuned = replace(base, head=heads[request.param])
    folder = tmp_path_factory.mktemp("export")
    write_flat_folder(tuned, "query", folder / "query-encoder")
    write_onnx(tuned, folder / "query-encoder/onnx/model.onnx")
    write_router_folder(tuned, base, folder / "router")
    return tuned, base, folder
