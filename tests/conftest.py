"""What tests of several folders share."""

import pytest

from scaleenv_core.testing.chat_server import ChatServer


@pytest.fixture
def server():
    """A server that speaks the OpenAI protocol: it echoes until it is given a script."""
    with ChatServer() as server:
        yield server
