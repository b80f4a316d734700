"""What it means to be a schema materializer, as tests; and arguments for its tools from seed rows."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from scaleenv_core.engine import DomainFolder, Environment, load_domain, write_domain
from scaleenv_core.interfaces import Endpoint
from scaleenv_core.names import digest, subseed
from scaleenv_core.stages.arguments import ArgumentMaker
from scaleenv_core.testing.calling import call_hook
from scaleenv_core.testing.endpoint import ScriptedEndpoint
from scaleenv_core.testing.samples import sample_tools
from scaleenv_core.types import DomainDraft, DomainSource, Finding, JsonObject

SERVICES = ("clinic", "library", "shop")


def sample_draft(service: str) -> DomainDraft:
    """One planted domain of the samples."""
    tools = tuple(tool for tool in sample_tools() if tool.service == service)
    return DomainDraft(slug=service, title=service.capitalize(), tools=tools)


def sample_calls(domain: DomainFolder, tool: str, count: int, seed: int) -> Iterator[JsonObject]:
    """``count`` valid argument objects for a tool, most of them naming what the seed rows hold."""
    maker, chance = ArgumentMaker(domain), Random(subseed(seed, tool))
    for number in range(count):
        yield maker.make(domain.tools[tool], chance, optional=0.0 if number == 0 else 0.3)


# --- the contract ----------------------------------------------------------------------------


def materialize(plugin: object, service: str, endpoint: Endpoint, seed: int = 7) -> DomainSource:
    """What the plugin makes of a planted domain."""
    made = call_hook(plugin, "materialize_domain", draft=sample_draft(service), seed=seed, endpoint=endpoint)
    assert isinstance(made, DomainSource)
    return made


def materialized(
    plugin: object, service: str, folder: Path, endpoint: Endpoint, seed: int = 7
) -> tuple[DomainSource, DomainFolder]:
    """A planted domain, written and loaded."""
    draft = sample_draft(service)
    source = materialize(plugin, service, endpoint, seed)
    write_domain(folder / service, draft, source, seed=seed, made_by="contract")
    return source, load_domain(folder / service)


@pytest.mark.parametrize("service", SERVICES)
class MaterializerContract:
    """Inherit it and give one fixture, ``plugin``; ``endpoint`` too, if it asks a model."""

    @pytest.fixture
    def endpoint(self) -> Endpoint:
        """What a materializer that asks a model asks."""
        return ScriptedEndpoint()

    def test_partition(self, plugin: object, service: str, endpoint: Endpoint) -> None:
        """Every tool is an operation or quarantined with a reason; none is both."""
        draft = sample_draft(service)

        source = materialize(plugin, service, endpoint)

        names = [o.tool for o in source.operations] + [d.origin for d in source.quarantined]
        assert sorted(names) == sorted(tool.name for tool in draft.tools)
        assert all(d.reason and d.detail for d in source.quarantined)

    def test_most_is_materialised(self, plugin: object, service: str, endpoint: Endpoint) -> None:
        """At least 95 % of a planted domain, which holds no riddles, is materialised."""
        draft = sample_draft(service)

        source = materialize(plugin, service, endpoint)

        assert len(source.operations) >= 0.95 * len(draft.tools)

    def test_loads(self, plugin: object, service: str, endpoint: Endpoint, tmp_path: Path) -> None:
        """The text loads through the one door, and the rows are whole."""
        source, domain = materialized(plugin, service, tmp_path, endpoint)

        assert domain.template
        assert set(domain.functions) == {o.tool for o in source.operations}
        assert {o.tool: o.writes for o in source.operations} == {
            n: f.writes for n, f in domain.functions.items()
        }

    def test_calls(self, plugin: object, service: str, endpoint: Endpoint, tmp_path: Path) -> None:
        """Valid calls are answered or refused; answers fit; reads change nothing; tables are as told."""
        source, domain = materialized(plugin, service, tmp_path, endpoint)
        with Environment(domain) as environment:
            clean = environment.fingerprint
            for operation in source.operations:
                answered = changed = 0
                for arguments in sample_calls(domain, operation.tool, 20, 7):
                    environment.reset()
                    seen = environment.call(operation.tool, arguments)
                    assert seen.status in ("answered", "refused"), (operation.tool, arguments, seen.content)
                    assert set(seen.record.tables) <= set(operation.tables)
                    if seen.status == "answered":
                        answered += 1
                        problem = environment.check(operation.tool).answer_problem(seen.content)
                        assert problem == "", (operation.tool, arguments, seen.content)
                    changed += bool(environment.changes)
                    assert operation.writes or environment.fingerprint == clean
                assert answered, operation.tool
                assert changed or not operation.writes, operation.tool

    def test_missing_keys_are_refused(
        self, plugin: object, service: str, endpoint: Endpoint, tmp_path: Path
    ) -> None:
        """A key that no row has is refused by every tool that requires one, with a text."""
        source, domain = materialized(plugin, service, tmp_path, endpoint)
        with Environment(domain) as environment:
            for operation in source.operations:
                parameters = domain.tools[operation.tool].parameters
                keys = [n for n in parameters.get("required", ()) if n.endswith("_id")]
                if not keys:
                    continue
                arguments = next(iter(sample_calls(domain, operation.tool, 1, 7)))

                seen = environment.call(operation.tool, {**arguments, keys[0]: "no-such-key"})

                assert (seen.status, "no-such-key" in str(seen.content)) == ("refused", True), operation.tool

    def test_repair(self, plugin: object, service: str, endpoint: Endpoint) -> None:
        """If it repairs: nothing found changes nothing, and no finding loses a tool silently."""
        if not hasattr(plugin, "repair_domain"):
            pytest.skip("it repairs nothing")
        source = materialize(plugin, service, endpoint)
        found = Finding(
            tool=source.operations[0].tool, failure="never-answered: no generated case was answered"
        )

        def repaired(*findings: Finding) -> DomainSource:
            given = {"draft": sample_draft(service), "source": source, "findings": findings}
            made = call_hook(plugin, "repair_domain", **given, seed=8, endpoint=endpoint)
            assert isinstance(made, DomainSource)
            return made

        assert repaired() == source
        names = [o.tool for o in repaired(found).operations] + [d.origin for d in repaired(found).quarantined]
        assert sorted(names) == sorted(tool.name for tool in sample_draft(service).tools)

    def test_same_seed_same_text(self, plugin: object, service: str, endpoint: Endpoint) -> None:
        """The same draft and seed give an equal result; another seed gives other rows."""
        made = materialize(plugin, service, endpoint)

        assert made == materialize(plugin, service, endpoint)
        assert made.rows != materialize(plugin, service, endpoint, seed=8).rows

    def test_same_bytes_in_another_process(self, plugin: object, service: str) -> None:
        """Another process, with other string hashes, gives the same bytes."""
        kind = type(plugin)
        code = (
            f"from {kind.__module__} import {kind.__qualname__} as P\n"
            "from scaleenv_core.testing.endpoint import ScriptedEndpoint\n"
            "from scaleenv_core.testing.materializer import materialize\n"
            "from scaleenv_core.names import digest\n"
            f"print(digest(repr(materialize(P(), {service!r}, ScriptedEndpoint()))))"
        )

        told = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": "99"},
        )

        assert told.stdout.strip() == digest(repr(materialize(kind(), service, ScriptedEndpoint())))
