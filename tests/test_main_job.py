"""The main job on real Google operations: same bytes always, resumed after kills, and no free lunch."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scaleenv_core.artifacts import World
from scaleenv_core.engine import Environment, load_domain

CONFIG = """
seed = 5
[source]
use = ["google"]
[source.google]
services = ["calendar.v3", "tasks.v1", "drive.v3"]
[domains]
limit = 5
[tasks]
per_domain = 4
"""
SCALEENV = [sys.executable, "-c", "from scaleenv_core.cli import main; main()"]


def scaleenv(*arguments, check=True):
    command = [*SCALEENV, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=check, timeout=300)


def run(folder, *options):
    config = folder.with_suffix(".toml")
    config.write_text(CONFIG)
    return scaleenv("run", "--config", config, "--out", folder, *options)


def snapshot(folder):
    """The bytes of all files; of a run's database what it holds, whatever order that came in."""
    found = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith("run.db")
    }
    for path in folder.glob("runs/*/run.db"):
        with World(folder).open_store(path.parent.name) as store:
            for slug in store.standings():
                kept = list(store.trajectories(slug)), list(store.judgements(slug))
                found[f"{path.parent.name}/{slug}"] = kept
    return found


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("worlds") / "first"
    run(folder, "--workers", 1)
    return folder


@pytest.fixture(scope="module")
def pristine(world):
    return snapshot(world)


@pytest.fixture(autouse=True)
def _undisturbed(pristine):
    """Take the snapshot before any test adds to the world."""


def test_closing_figures(world):
    """The status of a finished world adds up, from tools read to examples kept."""
    status = json.loads(scaleenv("status", world, "--json").stdout)

    dropped = sum(status["tools_dropped"].values())
    assert status["tools_read"] == status["tools"] + dropped
    assert status["tools_tested"] == status["tools_sound"] + sum(status["tools_quarantined"].values())
    assert status["tools_tested"] + status["tools_untested"] == status["tools_materialized"]
    assert 1 <= status["domains"] <= 5
    assert status["tasks"] == status["trajectories"] > 0
    assert status["invalid"] == 0
    assert next(layer["in"] for layer in status["funnel"].values()) == status["trajectories"]
    assert [layer["out"] for layer in status["funnel"].values()][-1] == status["kept"] == status["examples"]


def test_two_workers_same_bytes(pristine, tmp_path):
    """Another process, with two workers, leaves the same bytes."""
    run(tmp_path / "second", "--workers", 2)

    assert snapshot(tmp_path / "second") == pristine


def test_domains_bring_their_tests(world):
    """Every domain's folder holds its procedural tests, and they pass under plain pytest."""
    folders = sorted(path.parent for path in world.glob("domains/*/domain.json"))
    wanted = [str(folder / "tests" / "test_tools.py") for folder in folders]

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib", *wanted],
        capture_output=True,
        text=True,
        check=False,
        cwd=world,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )

    assert done.returncode == 0, done.stdout[-2000:]


def test_gold_replays(world):
    """Every gold sequence, replayed, reaches its stored final state, and every oracle run is kept."""
    count = 0
    for slug in World(world).domains():
        tasks = World(world).domain_tasks(slug)
        domain = load_domain(World(world).domain(slug)) if tasks else None
        for task in tasks:
            with Environment(domain) as environment:
                environment.reset(task.start, planned=task.faults)
                for action in task.actions:
                    assert environment.call(action.tool, action.arguments).status == action.expect
                assert environment.changes == task.changes
                assert environment.fingerprint == task.fingerprint
            count += 1
    status = json.loads(scaleenv("status", world, "--json").stdout)
    assert count == status["tasks"] == status["kept"]


@pytest.mark.parametrize("agent", ["noop", "random"])
def test_no_free_lunch(world, agent):
    """An agent that does nothing, or anything, passes no task."""
    scaleenv("rollout", world, "--name", agent, "--set", f"agent.use={agent}")
    scaleenv("verify", world, "--name", agent)

    status = json.loads(scaleenv("status", world, "--name", agent, "--json").stdout)
    assert status["trajectories"] > 0
    assert status["kept"] == 0


def test_run_again_does_nothing(world):
    """The same command on a finished world rewrites no file."""
    before = {path: path.stat().st_mtime_ns for path in (world / "domains").rglob("*")}

    run(world, "--workers", 1)

    assert {path: path.stat().st_mtime_ns for path in (world / "domains").rglob("*")} == before


@pytest.mark.parametrize("stage", ["catalog.jsonl", "communities.jsonl", "domains", "ledger/test", "runs"])
def test_killed_and_continued(pristine, tmp_path, stage):
    """A run that is killed in a stage goes on with the same command and ends with the same bytes."""
    folder = tmp_path / "killed"
    config = tmp_path / "killed.toml"
    config.write_text(CONFIG)
    command = [*SCALEENV, "run", "--config", str(config), "--out", str(folder), "--workers", "1"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and not (folder / stage).exists():
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()

    run(folder, "--workers", 1)

    assert snapshot(folder) == pristine


def test_exported_chats(world):
    """Each exported line is a dialogue of alternating roles whose calls name offered tools."""
    lines = [json.loads(line) for line in Path(world / "data" / "main.jsonl").read_text().splitlines()]

    for line in lines:
        offered = {tool["function"]["name"] for tool in line["tools"]}
        calls = [call for message in line["messages"] for call in message.get("tool_calls", ())]
        assert [message["role"] for message in line["messages"][:2]] == ["system", "user"]
        assert calls
        assert {call["function"]["name"] for call in calls} <= offered


def test_held_out_domains(world, tmp_path):
    """Held-out domains have a file of their own, are compared with the others, and reach each format."""
    folder = shutil.copytree(world, tmp_path / "split")
    whole = (folder / "data" / "main.jsonl").read_text()
    options = ["--set", "export.held_out=0.3", "--set", "exporter.use=openai", "--json"]

    told = json.loads(scaleenv("export", folder, *options).stdout)

    data = folder / "data" / "main"
    train, test = ((path).read_text() for path in (folder / "data" / "main.jsonl", data / "test.jsonl"))
    domains = [{json.loads(line)["domain"] for line in text.splitlines()} for text in (train, test)]
    assert not domains[0] & domains[1]
    assert sorted((train + test).splitlines()) == sorted(whole.splitlines())
    assert [told[split]["domains"] for split in ("train", "test")] == list(map(len, domains))
    assert {path.name for path in (data / "openai").iterdir()} == {"train.jsonl", "test.jsonl"}
    assert set(json.loads((data / "leakage.json").read_text())) == {"embedding", "instructions", "tools"}

    before = snapshot(folder / "data"), (data / "test.jsonl").stat().st_mtime_ns
    assert json.loads(scaleenv("export", folder, *options).stdout) == told
    assert (snapshot(folder / "data"), (data / "test.jsonl").stat().st_mtime_ns) == before

    scaleenv("export", folder, "--set", "export.held_out=0.0", "--set", "exporter.use=[]")
    assert (folder / "data" / "main.jsonl").read_text() == whole
    assert not (data / "test.jsonl").exists()
    assert not (folder / "ledger" / "exporter-main" / "openai.json").exists()


def test_by_hand(world):
    """Show and call work on every level of the world."""
    slug = json.loads(scaleenv("show", world, "--json").stdout)[0]["name"]
    task = World(world).domain_tasks(slug)[0]
    action = task.actions[0]

    seen = json.loads(
        scaleenv("call", world, slug, action.tool, json.dumps(action.arguments), "--json").stdout
    )

    assert seen["status"] == "answered"
    assert action.tool in scaleenv("show", world, slug).stdout
    assert action.tool in scaleenv("show", world, slug, action.tool).stdout
    assert task.instruction in scaleenv("show", world, task.id).stdout
    assert task.instruction in scaleenv("show", world, f"{task.id}/oracle/0").stdout


def test_evaluate(world):
    """pass^1 of the oracle is 1."""
    found = json.loads(scaleenv("evaluate", world, "--json").stdout)

    assert found["pass_hat_k"] == {"1": 1.0}


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            ["run", "--set", "clusterer.use=leidn"],
            "no clusterer plugin is called 'leidn'; did you mean 'leiden'",
        ),
        (
            ["run", "--set", "clusterer.leiden.resolutoin=1"],
            "unknown key 'resolutoin'; did you mean 'resolution'",
        ),
        (["run", "--config", "no.toml"], "no.toml: no such file"),
        (["status", "nowhere"], "nowhere is no world folder"),
        (
            ["run", "--set", 'source.use=["openapi"]', "--set", 'source.openapi.paths=["no/such.json"]'],
            "no/such.json",
        ),
    ],
)
def test_bad_input(tmp_path, arguments, line):
    """Bad input is one clear line and a non-zero exit."""
    extra = ["--out", str(tmp_path / "w")] if arguments[0] == "run" else []

    done = scaleenv(*arguments, *extra, check=False)

    assert done.returncode == 1
    assert line in done.stderr
    assert "Traceback" not in done.stderr
    assert len([row for row in done.stderr.splitlines() if row.startswith("scaleenv:")]) == 1


def test_full_disk(pristine, tmp_path):
    """A write that finds no room is one line; with room again, the same command ends well."""
    config = tmp_path / "full.toml"
    config.write_text(CONFIG)
    folder = tmp_path / "full"
    cap = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    cap += "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 200_000_000)); "
    command = [sys.executable, "-c", cap + "from scaleenv_core.cli import main; main()"]
    arguments = ["run", "--config", str(config), "--out", str(folder), "--workers", "1"]

    done = subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=300)

    assert done.returncode == 1
    assert "File too large; nothing is lost" in done.stderr
    scaleenv(*arguments)
    assert snapshot(folder) == pristine
