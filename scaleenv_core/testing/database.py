"""The contract of a database: whatever is done to it, it answers as the built-in SQLite does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from scaleenv_core.engine import DomainFolder, Environment, load_domain
from scaleenv_core.errors import DomainError, ToolCrash
from scaleenv_core.stages.arguments import ArgumentMaker
from scaleenv_core.testing.calling import call_hook
from scaleenv_core.testing.shop import write_shop
from scaleenv_core.types import RowChange


class DatabaseContract:
    """Inherit it and give the fixture ``plugin``; ``domain`` may be overridden for another world."""

    @pytest.fixture
    def plugin(self) -> Any:
        """The database under test."""
        raise NotImplementedError("override the fixture 'plugin'")

    @pytest.fixture
    def domain(self, tmp_path: Path) -> DomainFolder:
        """A world to try it on."""
        return load_domain(write_shop(tmp_path / "shop"))

    @pytest.fixture
    def live(self, plugin: Any, domain: DomainFolder) -> Iterator[Environment]:
        """An environment on the database under test."""
        with self.opened(plugin, domain) as environment:
            yield environment

    def opened(self, plugin: Any, domain: DomainFolder) -> Environment:
        """One more environment on it."""
        return Environment(domain, open_store=lambda wanted: call_hook(plugin, "open_store", domain=wanted))

    def test_same_rows_at_reset(self, live: Environment, domain: DomainFolder) -> None:
        """It begins with the rows that the built-in one begins with, in the same order."""
        with Environment(domain) as builtin:
            assert live.rows() == builtin.rows()

    @pytest.mark.parametrize("seed", range(6))
    def test_answers_alike(self, live: Environment, domain: DomainFolder, seed: int) -> None:
        """Random valid calls give the same texts, records, changes and fingerprint on both."""
        with Environment(domain) as builtin:
            for tool, arguments in _calls(domain, seed, 40):
                one, other = _called(live, tool, arguments), _called(builtin, tool, arguments)
                assert one == other, (tool, arguments)
            assert live.changes == builtin.changes
            assert live.fingerprint == builtin.fingerprint
            assert live.rows() == builtin.rows()

    def test_reset(self, live: Environment, domain: DomainFolder) -> None:
        """A reset gives back every row."""
        before = live.rows()
        for tool, arguments in _calls(domain, 1, 30):
            _called(live, tool, arguments)
        live.reset()

        assert live.rows() == before
        assert live.changes == ()

    def test_isolated(self, plugin: Any, live: Environment, domain: DomainFolder) -> None:
        """What one instance does no other sees, opened before or after."""
        before = live.rows()
        with self.opened(plugin, domain) as other:
            for tool, arguments in _calls(domain, 2, 30):
                _called(other, tool, arguments)
            assert other.changes
            assert live.rows() == before
            with self.opened(plugin, domain) as later:
                assert later.rows() == before

    def test_fork_and_snapshot(self, live: Environment, domain: DomainFolder) -> None:
        """A fork goes its own way, and a snapshot brings a point back."""
        calls = list(_calls(domain, 3, 40))
        for tool, arguments in calls[:20]:
            _called(live, tool, arguments)
        point, rows, changes = live.snapshot(), live.rows(), live.changes
        with live.fork() as fork:
            for tool, arguments in calls[20:]:
                assert _called(fork, tool, arguments) == _called(live, tool, arguments)
            live.reset()
            assert fork.changes != ()
            live.restore(point)
            assert (live.rows(), live.changes) == (rows, changes)

    def test_another_start(self, live: Environment, domain: DomainFolder) -> None:
        """A task's own start is there after reset, and counts as a change."""
        for tool, arguments in _calls(domain, 4, 40):
            _called(live, tool, arguments)
        start, rows = live.changes, live.rows()
        assert start

        live.reset(start)

        assert (live.changes, live.rows()) == (start, rows)

    def test_dangling_start(self, live: Environment) -> None:
        """A start that leaves a reference to nothing is an error, and a reset goes on from there."""
        rows = live.rows()
        for table, spec in live.domain.schema.tables.items():
            for column, (parent, _) in spec.references.items():
                row = next((row for row in rows[table] if row[column] is not None), None)
                if row is None or column in spec.key or spec.columns[column].kind != "text":
                    continue
                change = RowChange(
                    table=table, key=spec.key_of(row), before=row, after={**row, column: "none such"}
                )
                with pytest.raises(DomainError):
                    live.reset((change,))
                live.reset()
                assert live.rows() == rows, (table, parent)
                return
        pytest.fail("no reference to break in this domain: give the contract another one")


def _calls(domain: DomainFolder, seed: int, count: int) -> Iterator[tuple[str, Any]]:
    rng, maker = Random(seed), ArgumentMaker(domain)
    names = sorted(domain.tools)
    for _ in range(count):
        tool = domain.tools[rng.choice(names)]
        yield tool.name, maker.make(tool, rng, optional=0.5)


def _called(environment: Environment, tool: str, arguments: Any) -> Any:
    try:
        seen = environment.call(tool, arguments, environment.domain.functions[tool].held_by)
    except ToolCrash as exc:
        return str(exc)
    # How a database words a refusal of its own is its own affair.
    text = "" if seen.status == "refused" and "constraint" in seen.text else seen.text
    return text, seen.record
