"""A domain of which only a keyword is known, written by a model over HTTP: proved, repaired, or left out."""

import json

import pytest

from scaleenv_core.testing.chat_server import ChatServer
from scaleenv_core.testing.parcels import ParcelModel


@pytest.fixture
def world(tmp_path, monkeypatch):
    """Runs stages on a world whose domain the model writes; what the last one said."""
    return tmp_path / "world"
