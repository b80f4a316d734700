"""The contract of a hand-written domain: its gold is gold, its tools are honest, its world repeats."""

from __future__ import annotations

import filecmp
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scaleenv_core.engine import DomainFolder, Environment, load_domain, read_tasks
from scaleenv_core.engine.seal import seal
from scaleenv_core.stages.arguments import ArgumentMaker
from scaleenv_core.stages.gate import fault_of
from scaleenv_core.testing.calling import call_hook
from scaleenv_core.types import Task


class DomainContract:
    """Inherit it and give the fixture ``plugin``; where that writes several domains, ``slug``."""

    slug = ""
    script: Path | None = None
    """The ``make_rows.py`` beside the package that writes its seed rows, where one does."""

    least_tools = 10
    least_rows = 200
    least_tasks = 10

    @pytest.fixture
    def plugin(self) -> Any:
        """The author of the domain."""
        raise NotImplementedError("override the fixture 'plugin'")

    @pytest.fixture
    def folder(self, plugin: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
        """The domain's folder, as the plugin writes it."""
        into = tmp_path_factory.mktemp("domains")
        slugs = call_hook(plugin, "write_domains", into=into)
        return into / (self.slug or slugs[0])

    @pytest.fixture
    def domain(self, folder: Path) -> DomainFolder:
        """The domain."""
        return load_domain(folder)

    @pytest.fixture
    def tasks(self, folder: Path) -> list[Task]:
        """Its tasks."""
        return read_tasks(folder)

    @pytest.fixture
    def live(self, domain: DomainFolder) -> Iterator[Environment]:
        """One environment for all tests; each resets it."""
        with Environment(domain) as environment:
            yield environment

    def test_size(self, domain: DomainFolder, tasks: list[Task]) -> None:
        """It has enough tools, rows and tasks, and a policy to read."""
        assert len(domain.tools) >= self.least_tools
        assert len(domain.rows) >= self.least_rows
        assert len(tasks) >= self.least_tasks
        assert domain.policy.strip()

    def test_same_bytes(self, plugin: Any, folder: Path, tmp_path: Path) -> None:
        """Written again, it is the same to the byte."""
        call_hook(plugin, "write_domains", into=tmp_path)

        names = sorted(path.name for path in folder.iterdir() if path.is_file())
        assert filecmp.cmpfiles(folder, tmp_path / folder.name, names, shallow=False) == (names, [], [])

    def test_rows_are_what_the_script_writes(self, folder: Path, tmp_path: Path) -> None:
        """The seed rows come from the script, to the byte."""
        if self.script is None or not self.script.exists():
            pytest.skip("no script writes its rows, or none is at hand")
        copy = tmp_path / self.script.name
        shutil.copy(self.script, copy)
        (package,) = (path.name for path in self.script.parent.glob("scaleenv_domain_*") if path.is_dir())
        (tmp_path / package / folder.name).mkdir(parents=True)

        subprocess.run([sys.executable, str(copy)], check=True)

        made = tmp_path / package / folder.name / "rows.jsonl"
        assert made.read_bytes() == (folder / "rows.jsonl").read_bytes()

    def test_sealed(self, folder: Path, tmp_path: Path) -> None:
        """What sealing computes is what is there: signatures, manifest and executed gold."""
        if not (folder / "tasks.toml").exists():
            pytest.skip("its tasks are not written in tasks.toml")
        again = tmp_path / folder.name
        shutil.copytree(folder, again)

        seal(again)

        for name in ("tools.jsonl", "domain.json", "tasks.jsonl"):
            assert (again / name).read_bytes() == (folder / name).read_bytes(), (
                f"{name} is stale: scaleenv seal"
            )

    def test_gold_passes(self, live: Environment, tasks: list[Task]) -> None:
        """Every gold action comes out as it says, the end is the recorded one, and the checks hold."""
        for task in tasks:
            assert replay(live, task) == [action.expect for action in task.actions], task.id
            assert (live.changes, live.fingerprint) == (task.changes, task.fingerprint), task.id
            assert all(live.holds(check) for check in task.checks), task.id

    def test_doing_nothing_fails(self, live: Environment, tasks: list[Task]) -> None:
        """At the start of every task something is left to do, or to tell."""
        for task in tasks:
            live.reset(task.start)
            undone = live.fingerprint != task.fingerprint or not all(map(live.holds, task.checks))
            assert undone or task.outputs, task.id

    def test_passes_the_gate(self, live: Environment, tasks: list[Task]) -> None:
        """What generated tasks have to pass, its own pass: a hundred agents that call by chance fail."""
        assert {task.id: fault_of(live, task, 100, seed=0) for task in tasks} == dict.fromkeys(
            (task.id for task in tasks), ""
        )

    def test_a_dropped_write_fails(self, live: Environment, tasks: list[Task]) -> None:
        """Without one of its writes no gold reaches its end."""
        functions = live.domain.functions
        for task in tasks:
            for dropped, action in enumerate(task.actions):
                if not functions[action.tool].writes or action.expect != "answered":
                    continue
                replay(live, task, dropped)
                reached = live.fingerprint == task.fingerprint and all(map(live.holds, task.checks))
                assert not reached, f"{task.id} without action {dropped} ({action.tool})"

    def test_every_write_changes(self, live: Environment, tasks: list[Task]) -> None:
        """Every write tool has an example that changes something, in a task or drawn."""
        functions = live.domain.functions
        idle = {name for name in live.tools if functions[name].writes}
        for task in tasks:
            live.reset(task.start)
            for action in task.actions:
                before = live.changes
                live.call(action.tool, action.arguments, action.held_by)
                idle -= {action.tool} if live.changes != before else set()
        maker, rng = ArgumentMaker(live.domain), Random(0)
        for name in sorted(idle):
            for task in islice(cycle(tasks), 200):
                live.reset(task.start)
                before = live.changes
                live.call(name, maker.make(live.tools[name], rng), functions[name].held_by)
                idle -= {name} if live.changes != before else set()
        assert idle == set()

    def test_reset_is_identical(self, live: Environment, tasks: list[Task]) -> None:
        """After any task, a reset gives back every row as it was."""
        live.reset()
        before = live.rows()
        for task in tasks:
            replay(live, task)
        live.reset()

        assert live.rows() == before
        assert live.changes == ()

    def test_replays_alike(self, domain: DomainFolder, tasks: list[Task]) -> None:
        """The same calls on another instance give the same texts."""

        def told() -> list[str]:
            with Environment(domain) as environment:
                texts = []
                for task in tasks:
                    environment.reset(task.start)
                    for action in task.actions:
                        texts.append(environment.call(action.tool, action.arguments, action.held_by).text)
                return texts

        assert told() == told()

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def test_never_crashes(self, live: Environment, tasks: list[Task], data: st.DataObject) -> None:
        """Every valid call is answered or refused, in the shape it promises; reads change nothing."""
        task = data.draw(st.sampled_from(tasks))
        live.reset(task.start)
        maker = ArgumentMaker(live.domain)
        for _ in range(8):
            tool = live.tools[data.draw(st.sampled_from(sorted(live.tools)))]
            arguments = maker.make(tool, data.draw(st.randoms(use_true_random=False)), optional=0.5)
            before = live.changes
            code = live.domain.functions[tool.name]
            seen = live.call(tool.name, arguments, code.held_by)
            assert seen.status in ("answered", "refused"), (tool.name, arguments, seen.text)
            assert code.writes or live.changes == before
            if seen.status == "answered":
                assert live.check(tool.name).answer_problem(seen.content) == "", (tool.name, arguments)


def replay(environment: Environment, task: Task, dropped: int = -1) -> list[str]:
    """Each gold action's status, from the task's start; one may be left out."""
    environment.reset(task.start, planned=task.faults)
    return [
        environment.call(action.tool, action.arguments, action.held_by).status
        for number, action in enumerate(task.actions)
        if number != dropped
    ]
