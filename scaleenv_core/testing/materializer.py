"""What it means to be a schema materializer, as tests; and arguments for its tools from seed rows."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from scaleenv_core.engine import DomainFolder, Environment, load_domain, write_domain
from scaleenv_core.interfaces import SchemaMaterializer
from scaleenv_core.names import digest, subseed, words
from scaleenv_core.testing.samples import sample_tools
from scaleenv_core.types import DomainDraft, DomainSource, JsonObject, JsonSchema

SERVICES = ("clinic", "library", "shop")


def sample_draft(service: str) -> DomainDraft:
    """One planted domain of the samples."""
    tools = tuple(tool for tool in sample_tools() if tool.service == service)
    return DomainDraft(slug=service, title=service.capitalize(), tools=tools)


# --- arguments -------------------------------------------------------------------------------


def sample_calls(domain: DomainFolder, tool: str, count: int, seed: int) -> Iterator[JsonObject]:
    """``count`` valid argument objects for a tool, most of them naming what the seed rows hold.

    Values of one call come from one row where they can, so that scopes and keys agree; the
    first call gives required arguments only.
    """
    chance = Random(subseed(seed, tool))
    parameters = domain.tools[tool].parameters
    properties = parameters.get("properties", {})
    needed = set(parameters.get("required", ()))
    pools = _pools(domain, tool)
    http = domain.tools[tool].http
    variables = re.findall(r"\{([^{}]+)\}", http.path) if http else []
    for number in range(count):
        table, row = chance.choice(pools) if pools else ("", {})
        share = (0.0, 1.0, 0.5)[min(number, 2)] if number < 3 else chance.random()
        made: JsonObject = {}
        for name, schema in properties.items():
            if name in needed or chance.random() < share:
                schema = schema if isinstance(schema, dict) else {}
                kept = _kept(domain, table, row, number)
                made[name] = _argument(domain, name, schema, table, kept, chance)
                key = domain.schema.tables[table].key if table else ()
                if name in variables[-1:] and number % 2 and len(key) == 1 and _right(row[key[0]], schema):
                    made[name] = row[key[0]]  # a path ends in what it is about, whatever that is called
        yield {name: value for name, value in made.items() if value is not None or name in needed}


def _pools(domain: DomainFolder, tool: str) -> list[tuple[str, dict[str, Any]]]:
    """The rows that the tool may be about: of the tables that its declared operation names."""
    tables = next((o.tables for o in domain.manifest.operations if o.tool == tool), ())
    said = set(words(tool))
    rows = [(table, row) for table, row in domain.rows if table in tables]
    own = [
        (table, row)
        for table, row in rows
        if {w.rstrip("s") for w in words(table)} <= {w.rstrip("s") for w in said}
    ]
    return own or rows


def _kept(domain: DomainFolder, table: str, row: dict[str, Any], number: int) -> dict[str, Any]:
    """What a call takes of a row: all, all but its key (to make another), or its keys (to change it)."""
    spec = domain.schema.tables.get(table)
    if number % 3 == 0 or spec is None:
        return row
    if number % 3 == 1:
        return {name: value for name, value in row.items() if name not in spec.key or name in spec.references}
    keys = {*spec.key, *spec.references}
    scopes = [
        n for n in row if _folded(n).endswith(("id", "name", "key", "number", "slug", "uuid")) or n in keys
    ]
    return {name: row[name] for name in scopes}


def _single(table: str) -> str:
    """A table's name in the singular, without separators."""
    last = words(table)[-1]
    irregular = {"people": "person", "children": "child", "statuses": "status", "addresses": "address"}
    one = irregular.get(last) or (last[:-3] + "y" if last.endswith("ies") else last.removesuffix("s"))
    return "".join([*words(table)[:-1], one])


def _folded(name: str) -> str:
    return "".join(words(name))


def _argument(
    domain: DomainFolder, name: str, schema: JsonSchema, table: str, row: dict[str, Any], chance: Random
) -> Any:
    for found in _from_row(domain, name, table, row, chance):
        if found is not None and _right(found, schema):
            return found
    return example(schema, chance)


def _from_row(
    domain: DomainFolder, name: str, table: str, row: dict[str, Any], chance: Random
) -> Iterator[Any]:
    wanted = _folded(name)
    if wanted == "filter":
        yield from (f"{column} eq '{value}'" for column, value in row.items() if isinstance(value, str))
    own = _single(table)
    for column, value in row.items():
        if _folded(column) == wanted:
            yield value
            yield str(value)
    for column, value in row.items():
        if value is not None and wanted.endswith(_folded(column)) and wanted[: -len(_folded(column))] in own:
            yield value
            yield str(value)
    spec = domain.schema.tables.get(table)
    if spec is not None and wanted and own.endswith(wanted):
        yield row.get(spec.key[-1])
    for other, candidate in (r for r in domain.rows if chance.random() < 0.3):
        single = _single(other)
        for key in domain.schema.tables[other].key:
            if other == table and key not in row:
                continue
            if wanted in (_folded(key), single + _folded(key), single) and (wanted != "id" or other == table):
                yield candidate[key]
    if spec is not None and wanted.endswith(("id", "name", "key", "slug", "arn", "uuid", "code", "url")):
        yield row.get(spec.key[-1])
        yield str(row.get(spec.key[-1]))


def _right(value: Any, schema: JsonSchema) -> bool:
    import jsonschema_rs

    return bool(jsonschema_rs.is_valid(schema, value))


def example(schema: JsonSchema, chance: Random, depth: int = 3) -> Any:
    """A plain value of a schema."""
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return chance.choice(schema["enum"])
    for branch in ("oneOf", "anyOf"):
        if isinstance(schema.get(branch), list) and schema[branch] and "type" not in schema:
            return example(schema[branch][0], chance, depth)
    types = schema.get("type")
    kind = next((t for t in types if t != "null"), "string") if isinstance(types, list) else types
    if kind is None:
        kind = "object" if "properties" in schema else "array" if "items" in schema else "string"
    if kind == "boolean":
        return chance.random() < 0.5
    if kind in ("integer", "number"):
        return _number(schema, chance, kind)
    if kind == "array":
        least = int(schema.get("minItems", 1)) or 1
        items: JsonSchema = schema.get("items") or {"type": "string"}
        return [example(items, chance, depth - 1) for _ in range(least)]
    if kind == "object":
        needed = set(schema.get("required", ()))
        inside = schema.get("properties", {})
        return {n: example(s, chance, depth - 1) for n, s in inside.items() if n in needed or depth > 0}
    return _string(schema, chance)


def _number(schema: JsonSchema, chance: Random, kind: str) -> int | float:
    low = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1 if "exclusiveMinimum" in schema else 1)
    high = schema.get("maximum", schema.get("exclusiveMaximum", low + 40) - ("exclusiveMaximum" in schema))
    whole = chance.randint(int(low), max(int(low), min(int(high), int(low) + 10**6)))
    step = schema.get("multipleOf")
    if step:
        return (
            float(step * max(1, round(whole / step)))
            if isinstance(step, float)
            else int(step) * max(1, whole // int(step))
        )
    return whole if kind == "integer" else float(min(max(whole + 0.5, low), high))


def _string(schema: JsonSchema, chance: Random) -> str:
    forms = {
        "date-time": "2026-01-05T10:00:00Z",
        "date": "2026-01-05",
        "email": "someone@example.org",
        "uri": "https://example.com/one",
        "uuid": "0b8a3f60-1111-4222-8333-944455556666",
    }
    text = forms.get(str(schema.get("format")), "") or f"sample {chance.randrange(100)}"
    low, high = int(schema.get("minLength", 0)), int(schema.get("maxLength", 10**6))
    return text.ljust(low, "x")[:high]


# --- the contract ----------------------------------------------------------------------------


def materialized(
    plugin: SchemaMaterializer, service: str, folder: Path, seed: int = 7
) -> tuple[DomainSource, DomainFolder]:
    """A planted domain, written and loaded."""
    draft = sample_draft(service)
    source = plugin.materialize_domain(draft, seed)
    write_domain(folder / service, draft, source, seed=seed, made_by="contract")
    return source, load_domain(folder / service)


@pytest.mark.parametrize("service", SERVICES)
class MaterializerContract:
    """Inherit it and give one fixture, ``plugin``."""

    def test_partition(self, plugin: SchemaMaterializer, service: str) -> None:
        """Every tool is an operation or quarantined with a reason; none is both."""
        draft = sample_draft(service)

        source = plugin.materialize_domain(draft, 7)

        names = [o.tool for o in source.operations] + [d.origin for d in source.quarantined]
        assert sorted(names) == sorted(tool.name for tool in draft.tools)
        assert all(d.reason and d.detail for d in source.quarantined)

    def test_most_is_materialised(self, plugin: SchemaMaterializer, service: str) -> None:
        """At least 95 % of a planted domain, which holds no riddles, is materialised."""
        draft = sample_draft(service)

        source = plugin.materialize_domain(draft, 7)

        assert len(source.operations) >= 0.95 * len(draft.tools)

    def test_loads(self, plugin: SchemaMaterializer, service: str, tmp_path: Path) -> None:
        """The text loads through the one door, and the rows are whole."""
        source, domain = materialized(plugin, service, tmp_path)

        assert domain.template
        assert set(domain.functions) == {o.tool for o in source.operations}
        assert {o.tool: o.writes for o in source.operations} == {
            n: f.writes for n, f in domain.functions.items()
        }

    def test_calls(self, plugin: SchemaMaterializer, service: str, tmp_path: Path) -> None:
        """Valid calls are answered or refused; answers fit; reads change nothing; tables are as told."""
        source, domain = materialized(plugin, service, tmp_path)
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

    def test_missing_keys_are_refused(self, plugin: SchemaMaterializer, service: str, tmp_path: Path) -> None:
        """A key that no row has is refused by every tool that requires one, with a text."""
        source, domain = materialized(plugin, service, tmp_path)
        with Environment(domain) as environment:
            for operation in source.operations:
                parameters = domain.tools[operation.tool].parameters
                keys = [n for n in parameters.get("required", ()) if n.endswith("_id")]
                if not keys:
                    continue
                arguments = next(iter(sample_calls(domain, operation.tool, 1, 7)))

                seen = environment.call(operation.tool, {**arguments, keys[0]: "no-such-key"})

                assert (seen.status, "no-such-key" in str(seen.content)) == ("refused", True), operation.tool

    def test_same_seed_same_text(self, plugin: SchemaMaterializer, service: str) -> None:
        """The same draft and seed give an equal result; another seed gives other rows."""
        draft = sample_draft(service)

        assert plugin.materialize_domain(draft, 7) == plugin.materialize_domain(draft, 7)
        assert plugin.materialize_domain(draft, 7).rows != plugin.materialize_domain(draft, 8).rows

    def test_same_bytes_in_another_process(self, plugin: SchemaMaterializer, service: str) -> None:
        """Another process, with other string hashes, gives the same bytes."""
        kind = type(plugin)
        code = (
            f"from {kind.__module__} import {kind.__qualname__} as P\n"
            "from scaleenv_core.testing.materializer import sample_draft\n"
            "from scaleenv_core.names import digest\n"
            f"print(digest(repr(P().materialize_domain(sample_draft({service!r}), 7))))"
        )

        told = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": "99"},
        )

        assert told.stdout.strip() == digest(repr(kind().materialize_domain(sample_draft(service), 7)))
