"""litellm against a server that speaks the protocol, and a clear word where it is not installed."""

import asyncio
import importlib.util

import pytest
from scaleenv_endpoint_litellm import LiteLLM

from scaleenv_core.errors import EndpointError
from scaleenv_core.testing.endpoint import HELLO, KEY, EndpointContract, ask

installed = importlib.util.find_spec("litellm") is not None


@pytest.mark.skipif(not installed, reason="litellm is not installed: nox -s tests_litellm")
@pytest.mark.filterwarnings("ignore")  # litellm's own
class TestContract(EndpointContract):
    @pytest.fixture
    def make(self, monkeypatch):
        monkeypatch.setenv("TINY_KEY", KEY)
        return lambda url: LiteLLM(model="openai/tiny", base_url=url, key_env="TINY_KEY", read_s=2.0)


@pytest.mark.skipif(installed, reason="litellm is installed")
def test_not_installed():
    """Without litellm, the first request says how to install it."""
    with pytest.raises(EndpointError, match=r"pip install 'scaleenv-endpoint-litellm\[litellm\]'"):
        ask(LiteLLM(model="openai/tiny"), HELLO)


def test_no_key(monkeypatch):
    """A key that is not there is one line that names the variable."""
    monkeypatch.delenv("TINY_KEY", raising=False)

    with pytest.raises(EndpointError, match="TINY_KEY is not set"):
        asyncio.run(LiteLLM(model="x/y", key_env="TINY_KEY").open_endpoint().connect())
