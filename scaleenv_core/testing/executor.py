"""The contract of an executor: work is done once, as it comes, and a death is its piece's alone."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from scaleenv_core.config import parse_config
from scaleenv_core.converters import to_plain
from scaleenv_core.engine import load_domain
from scaleenv_core.errors import StageError, WorkerDied
from scaleenv_core.files import json_lines
from scaleenv_core.interfaces import ExecutorSession
from scaleenv_core.stages.synthesize import synthesize
from scaleenv_core.stages.workers import Seat
from scaleenv_core.testing.shop import write_shop
from scaleenv_core.types import Task


class Start:
    """What the workers of the contract begin with: a count of what each process did."""

    def __call__(self) -> Callable[[Any], Any]:
        """The work."""
        done = []

        def work(piece: Any) -> Any:
            done.append(piece)
            name, *rest = piece
            if name == "die":
                os.kill(os.getpid(), signal.SIGKILL)
            if name == "fail":
                raise StageError("no way")
            if name == "wait":
                Path(rest[0]).touch()
                time.sleep(600)
            return name, os.getpid(), len(done)

        return work


@frozen
class Weaving:
    """Workers that make a shop's tasks, a seed a piece."""

    shop: Path

    def __call__(self) -> Callable[[int], str]:
        """The work: all tasks as text."""
        seat, domain = Seat(parse_config({"tasks": {"per_domain": 5}})), load_domain(self.shop)
        return lambda seed: json_lines(
            to_plain(found) for found in synthesize(seat, domain, (), seed) if isinstance(found, Task)
        )


class ExecutorContract:
    """Inherit it and give the fixture ``plugin``."""

    @pytest.fixture
    def plugin(self) -> Any:
        """The executor under test."""
        raise NotImplementedError("override the fixture 'plugin'")

    @pytest.fixture
    def session(self, plugin: Any) -> Iterator[ExecutorSession]:
        """Two processes of it."""
        made = plugin.open_executor(start=Start(), count=2)
        yield made
        made.close(at_once=False)

    def test_each_piece_once(self, session: ExecutorSession) -> None:
        """Each piece comes back with its result, from another process, at most two of them."""
        pieces = [(f"piece {number}",) for number in range(9)]

        found = dict(session.run(pieces))

        assert {piece: name for piece, (name, _, _) in found.items()} == {p: p[0] for p in pieces}
        processes = {number for _, number, _ in found.values()}
        assert os.getpid() not in processes
        assert 1 <= len(processes) <= 2
        assert sum(max(n for _, p, n in found.values() if p == each) for each in processes) == 9

    def test_taken_as_they_are_done(self, session: ExecutorSession) -> None:
        """Never more than two pieces are taken ahead of those that came back."""
        taken = []

        def pieces() -> Iterator[tuple[str]]:
            for number in range(12):
                taken.append(number)
                yield (str(number),)

        ahead = [len(taken) - back for back, _ in enumerate(session.run(pieces()))]

        assert max(ahead) <= 2
        assert len(taken) == 12

    def test_a_death_is_one_pieces(self, session: ExecutorSession) -> None:
        """The piece whose process dies is told apart; the others' results are not lost."""
        pieces = [("a",), ("die",), ("b",), ("c",)]

        found = dict(session.run(pieces))

        assert isinstance(found.pop(("die",)), WorkerDied)
        assert {piece: outcome[0] for piece, outcome in found.items()} == {
            ("a",): "a",
            ("b",): "b",
            ("c",): "c",
        }

    def test_errors_are_raised(self, session: ExecutorSession) -> None:
        """What the work raises is raised where it was asked for."""
        with pytest.raises(StageError, match="no way"):
            list(session.run([("fail",)]))

    def test_used_again(self, session: ExecutorSession) -> None:
        """A session works any number of times, with the same processes."""
        ((_, first),) = session.run([("a",)])
        ((_, second),) = session.run([("b",)])

        assert (first[1], second[2]) == (second[1], 2)

    def test_same_tasks(self, plugin: Any, tmp_path: Path) -> None:
        """Tasks made in its processes are those made here with the same seed, to the byte."""
        weaving = Weaving(write_shop(tmp_path / "shop"))
        session = plugin.open_executor(start=weaving, count=2)

        made = dict(session.run([1, 2, 3]))
        session.close(at_once=False)

        here = weaving()
        assert made == {seed: here(seed) for seed in (1, 2, 3)}
        assert all(text.count("\n") == 5 for text in made.values())

    def test_ended_at_once(self, plugin: Any, tmp_path: Path) -> None:
        """Closed in the middle of its work, it does not wait for it."""
        begun = tmp_path / "begun"
        made = plugin.open_executor(start=Start(), count=2)

        def pieces() -> Iterator[tuple[str, ...]]:
            yield ("wait", str(begun))
            while not begun.exists():
                time.sleep(0.01)
            yield ("a",)

        piece, _ = next(iter(made.run(pieces())))
        made.close(at_once=True)

        assert piece == ("a",)
