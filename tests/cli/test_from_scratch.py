"""From a keyword to training data by the command line, with a model behind HTTP; then once more without."""

import json
import shutil
import subprocess
import sys

import pytest

from scaleenv_core.artifacts import World
from scaleenv_core.testing.chat_server import ChatServer
from scaleenv_core.testing.parcels import GOOD, ParcelModel

CONFIG = """
workers = 1

[source]
use = ["llm"]
[source.llm]
ideas = ["parcel lockers"]
tools = 5

[clusterer]
use = "oracle"
[materializer]
use = "llm"
[tasks]
per_domain = 2
random_agents = 4

[endpoint.openai]
model = "tiny"
base_url = "{url}"
"""


def scaleenv(*arguments):
    command = [sys.executable, "-m", "scaleenv_core.cli.main", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A finished run: its world, what it said, and how often the model was asked."""
    place = tmp_path_factory.mktemp("scratch")
    wrong = GOOD["tool get_parcel"].replace("return parcel\n", "return [parcel]\n")
    model = ParcelModel({"tool get_parcel": [wrong], "repair get_parcel": [GOOD["tool get_parcel"]]})
    with ChatServer(otherwise=model) as server:
        (place / "scaleenv.toml").write_text(CONFIG.format(url=server.url))
        status = scaleenv("run", "--config", place / "scaleenv.toml", "--out", place / "world", "--json")
    return place, status, sum(model.asked.values())


def test_run(made):
    """Tools, domain, tasks, rollouts and verdicts come of a keyword; one tool was repaired on the way."""
    place, status, _ = made

    assert (status["tools"], status["tools_sound"], status["tools_repaired"]) == (5, 5, 1)
    assert (status["tasks"], status["kept"], status["invalid"], status["failures"]) == (2, 2, 0, {})
    assert (place / "world" / "data" / "main.jsonl").stat().st_size > 0


def test_domain_proves_itself(made):
    """The tests that lie in the domain pass by themselves, and fail where the code does something else."""
    place, _, _ = made
    folder = shutil.copytree(place / "world" / "domains" / "parcels", place / "parcels")

    def passed():
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", folder / "tests"]
        return subprocess.run(command, capture_output=True, text=True).returncode == 0

    assert passed()
    tools = folder / "tools.py"
    tools.write_text(tools.read_text().replace('{"status": "collected"}', '{"status": "returned"}'))
    assert not passed()


def test_spent(made):
    """The accounts say who asked how often, and each domain's record what it took."""
    place, _, asked = made

    accounts = {
        account["role"]: account for account in scaleenv("endpoint", "spent", place / "world", "--json")
    }

    assert accounts.keys() == {"materializer", "source"}
    assert sum(account["asked"] for account in accounts.values()) == asked == 9
    spent = accounts["materializer"]
    records = [World(place / "world").recorded(stage, "parcels").summary for stage in ("materialize", "test")]
    assert sum(record["tokens"] for record in records) == spent["prompt_tokens"] + spent["completion_tokens"]


def test_same_command_again(made):
    """The same command has nothing left to do: nothing is asked, and the server is gone."""
    place, status, _ = made

    assert scaleenv("run", "--config", place / "scaleenv.toml", "--out", place / "world", "--json") == status


def test_replayed(made):
    """Recordings alone give the same world on another machine."""
    place, status, _ = made
    options = ["--set", "completions.mode=replay", "--set", f"completions.folder={place}/world/completions"]

    again = scaleenv("run", "--config", place / "scaleenv.toml", "--out", place / "again", *options, "--json")

    assert again == status
    for part in ("manifest.json", "catalog.jsonl", "data/main.jsonl"):
        assert (place / "again" / part).read_bytes() == (place / "world" / part).read_bytes()
    for path in (place / "world" / "domains").rglob("*.*"):
        if path.is_file():
            other = place / "again" / path.relative_to(place / "world")
            assert other.read_bytes() == path.read_bytes()
