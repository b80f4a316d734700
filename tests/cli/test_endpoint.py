"""``scaleenv endpoint`` tries an endpoint, and reads a world's accounts."""

import json

import pytest
from click.testing import CliRunner

from scaleenv_core.cli import cli
from scaleenv_core.config import parse_config, to_toml
from scaleenv_core.endpoints import Endpoints
from scaleenv_core.errors import EndpointError
from scaleenv_core.testing.chat_server import Reply
from scaleenv_core.types import Message


@pytest.fixture(autouse=True)
def _script(server):
    server.script(Reply(text="yes"))


def written(path, server, **options):
    config = parse_config({"endpoint": {"openai": {"model": "tiny", "base_url": server.url, **options}}})
    path.write_text(to_toml(config))
    return config


def test_check(tmp_path, server):
    """One question goes out; model, text, tokens and latency come back."""
    written(tmp_path / "c.toml", server)

    result = CliRunner().invoke(cli, ["endpoint", "check", "--config", str(tmp_path / "c.toml"), "--json"])
    found = json.loads(result.output)

    assert (found["role"], found["model"], found["text"], found["cost_usd"]) == ("agent", "tiny", "yes", None)
    assert found["usage"]["prompt"] > 0
    assert found["latency_s"] > 0
    assert len(server.received) == 1


def test_check_for_people(tmp_path, server):
    """The same for people, and with another model for a role."""
    written(tmp_path / "c.toml", server, input_price=1.0, output_price=1.0)
    role = 'completions.roles.user.options={model="other"}'
    command = ["endpoint", "check", "--config", str(tmp_path / "c.toml"), "--role", "user", "--set", role]

    text = CliRunner().invoke(cli, command).output

    assert "user: other answered 'yes' (stop)" in text
    assert "cost $0.0000" in text


def test_check_asks_once(tmp_path, server):
    """A failure is shown at once, without a second attempt."""
    server.script(Reply(status=500, text="broken"))
    written(tmp_path / "c.toml", server)
    command = ["endpoint", "check", "--config", str(tmp_path / "c.toml")]

    assert CliRunner().invoke(cli, command).exit_code == 0
    failed = CliRunner().invoke(cli, command)

    assert isinstance(failed.exception, EndpointError)
    assert "broken" in str(failed.exception)
    assert len(server.received) == 2


def test_spent(tmp_path, server):
    """A world's accounts by role and model, and a word where there are none."""
    config = written(tmp_path / "scaleenv.toml", server)
    empty = CliRunner().invoke(cli, ["endpoint", "spent", str(tmp_path)]).output
    with Endpoints(config, tmp_path / "completions") as endpoints:
        endpoints.role("agent").complete([Message(role="user", content="Hello?")])

    rows = json.loads(CliRunner().invoke(cli, ["endpoint", "spent", str(tmp_path), "--json"]).output)

    assert "nothing was asked" in empty
    assert [(row["role"], row["model"], row["asked"]) for row in rows] == [("agent", "tiny", 1)]
