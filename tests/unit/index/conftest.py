import pytest

from adiabatic.encoding.encoder import load_encoder


@pytest.fixture(scope="session")
def base(tiny_encoder_folder):
    """The tiny base, loaded."""
    return load_encoder(tiny_encoder_folder)
