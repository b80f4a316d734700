"""Jobs that run a domain's code: each in a cell of its own, which sees that domain and nothing else.

The worker starts one warden, hands it jobs as JSON, and writes what they want written; it
never loads foreign code itself.
"""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, get_type_hints

from attrs import evolve

from scaleenv_core.artifacts import UnitRecord
from scaleenv_core.config import RunConfig
from scaleenv_core.converters import converter, from_plain, to_plain
from scaleenv_core.engine import Environment, load_domain, write_domain
from scaleenv_core.engine.boundary import Cell, Grants, Limits, Warden
from scaleenv_core.engine.folder import content_hash
from scaleenv_core.engine.store import drop_idle_stores
from scaleenv_core.engine.template import (
    empty_template,
    share_template,
    template_path,
    use_scratch,
    use_template,
)
from scaleenv_core.engine.toolcode import PRELOAD
from scaleenv_core.errors import MachineryError
from scaleenv_core.files import write_text
from scaleenv_core.settings import FaultSettings
from scaleenv_core.stages import remote
from scaleenv_core.stages.remote import RemoteRooms
from scaleenv_core.stages.trial import Tested
from scaleenv_core.stages.workers import Job, Seat
from scaleenv_core.types import (
    DomainDraft,
    DomainManifest,
    DomainSource,
    JsonObject,
    Operation,
    Task,
    Tool,
)


class Cells:
    """Runs jobs in cells, for one worker."""

    def __init__(self, config: RunConfig, limits: Limits) -> None:
        self._config = config
        self._limits = limits
        self._warden: Warden | None = None
        self._modules: set[str] = set()

    def run(self, function: Callable[..., Any], job: Job) -> Any:
        """The result of ``function(seat, *job.arguments)``, of the type that the function declares.

        What it wrote with :meth:`Seat.write` is in place if ``job.writes`` names it.
        """
        module, kind = function.__module__, get_type_hints(function)["return"]
        if job.database:
            cell, database = self._domain_cell(module, job.folder, reads=job.reads)
        else:
            cell, database = self._cell(module, Grants(read=(job.folder, *job.reads))), ""
        with cell:
            answer = cell.call(
                "run",
                function=[module, function.__name__],
                arguments=to_plain(list(job.arguments)),
                # Options of plugins may be secrets, and a cell has no use for them.
                config=to_plain(evolve(self._config, tables={})),
                database=database,
            )
        try:
            result = from_plain(answer["result"], kind)
            files = from_plain(answer["files"], dict[str, str])
        except (ExceptionGroup, LookupError, TypeError) as exc:
            raise MachineryError(f"{job.unit}: its cell gave no result: {exc}") from exc
        for path, text in files.items():
            if path not in job.writes:
                raise MachineryError(f"{job.unit}: its cell wants to write {path!r}")
            write_text(Path(path), text)
        return result

    @contextmanager
    def environments(self, folder: Path, faults: FaultSettings) -> Iterator[RemoteRooms]:
        """A domain's environments in a cell of their own."""
        # Each room holds its database open.
        files = self._limits.open_files + self._config.rollout.concurrency
        limits = evolve(self._limits, open_files=files)

        def open_cell() -> tuple[Cell, str]:
            return self._domain_cell(remote.__name__, str(folder), remote.__name__, limits)

        made = RemoteRooms(open_cell, folder, faults)
        try:
            yield made
        finally:
            made.close()

    def close(self) -> None:
        """End the warden."""
        if self._warden is not None:
            self._warden.close()
            self._warden = None

    def _domain_cell(
        self,
        module: str,
        folder: str,
        service: str = __name__,
        limits: Limits | None = None,
        reads: tuple[str, ...] = (),
    ) -> tuple[Cell, str]:
        """A cell that sees a domain, and its database's file, which the first cell of a domain makes."""
        path = template_path(content_hash(Path(folder)))
        there = path.exists()
        database = path if there else empty_template()
        cell = self._cell(module, Grants(read=(folder, *reads), databases=(str(database),)), service, limits)
        if not there:
            with ExitStack() as stack:
                stack.enter_context(cell)
                database.write_bytes(cell.call("template", bytes, folder=folder))
                share_template(database, path)
                stack.pop_all()
        return cell, str(database)

    def _cell(
        self, module: str, grants: Grants, service: str = __name__, limits: Limits | None = None
    ) -> Cell:
        if self._warden is None or module not in self._modules:
            self.close()
            self._modules.add(module)
            preload = [*PRELOAD, *sorted(self._modules), f"{__name__}:warm"]
            self._warden = Warden(preload, required=self._config.sandbox.require)
        return self._warden.cell(f"{service}:service", limits=limits or self._limits, grants=grants)


class _CellSeat(Seat):
    """A seat in a cell: it keeps what is written, for the worker to write."""

    def __init__(self, config: RunConfig) -> None:
        super().__init__(config)
        self.files: dict[str, str] = {}

    def write(self, path: Path, text: str) -> None:
        self.files[str(path)] = text


def service() -> Mapping[str, Callable[..., Any]]:
    """What a worker asks of a cell."""
    return {"template": remote.template, "run": _run}


_SCHEMA = """
from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, MetaData, String, Table
metadata = MetaData()
Table("a", metadata, Column("a_id", String, primary_key=True), Column("n", Integer, nullable=False))
Table("b", metadata, Column("b_id", String, primary_key=True), Column("a_id", String, ForeignKey("a.a_id")))
"""

_TOOLS = """
from scaleenv_core.engine import Database, Refusal, given, write_tool
@write_tool("add")
def add(db: Database, a_id: str) -> dict:
    if not db.find("b", given(a_id=a_id)):
        raise Refusal("no")
    return db.insert("b", {"b_id": db.new_id("b"), "a_id": a_id})
"""


def warm() -> None:
    """In the warden: do once, with a domain of our own, what every cell would do first."""
    for kind in (DomainManifest, Task, Tool, Tested, UnitRecord, RunConfig):
        converter(detailed=False).get_structure_hook(kind)
        converter().get_unstructure_hook(kind)
    text = {"type": "string"}
    tool = Tool(
        id="add",
        name="add",
        description="Add.",
        parameters={"type": "object", "properties": {"a_id": text}, "required": ["a_id"]},
        returns={"type": "object", "properties": {"b_id": text}},
    )
    rows: dict[str, tuple[JsonObject, ...]] = {
        "a": ({"a_id": "a", "n": 1},),
        "b": ({"b_id": "b", "a_id": "a"},),
    }
    with tempfile.TemporaryDirectory() as place:
        use_scratch(Path(place))
        folder = Path(place) / "warm"
        source = DomainSource(
            schema=_SCHEMA,
            tools=_TOOLS,
            rows=rows,
            policy="",
            operations=(Operation(tool="add", writes=True),),
        )
        draft = DomainDraft(slug="warm", title="", tools=(tool,))
        write_domain(folder, draft, source, seed=0, made_by="")
        with Environment(load_domain(folder)) as environment:
            environment.call("add", {"a_id": "a"})
        drop_idle_stores()  # cells are forks


def _run(function: list[str], arguments: list[Any], config: Any, database: str) -> Any:
    use_template(Path(database))
    seat = _CellSeat(from_plain(config, RunConfig))
    module, name = function
    result = getattr(importlib.import_module(module), name)(seat, *arguments)
    return {"result": to_plain(result), "files": seat.files}
