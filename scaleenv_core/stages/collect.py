"""Collect: tool sources → one catalog in one normal form; what is dropped is counted by reason."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator

import orjson

from scaleenv_core.artifacts import Summary, UnitRecord, inputs_hash
from scaleenv_core.config import CollectSettings
from scaleenv_core.converters import to_plain
from scaleenv_core.files import json_lines, write_text
from scaleenv_core.names import digest, subseed
from scaleenv_core.stages.running import Run
from scaleenv_core.types import Dropped, Tool


def run(run: Run) -> Summary:
    """Write ``catalog.jsonl`` and ``dropped.jsonl``."""
    config = run.config
    inputs = inputs_hash(
        "collect",
        config.seed,
        to_plain(config.collect),
        run.component("source"),
        run.plugins("source").hook.fingerprint_catalog(),
    )

    def make() -> UnitRecord:
        found = (entry for entries in run.plugins("source").hook.collect_tools() for entry in entries)
        tools, dropped = sift(found, config.collect, config.seed)
        catalog = json_lines(map(to_plain, tools))
        write_text(run.world.catalog, catalog)
        write_text(run.world.dropped, json_lines(map(to_plain, dropped)))
        reasons = Counter(drop.reason for drop in dropped)
        return UnitRecord(
            inputs=inputs,
            outputs=("catalog.jsonl", "dropped.jsonl"),
            output_hash=digest(catalog),
            summary={
                "tools_read": len(tools) + len(dropped),
                "tools": len(tools),
                "tools_dropped": dict(sorted(reasons.items())),
            },
        )

    return run.unit("collect", "all", inputs, make)


def sift(
    found: Iterable[Tool | Dropped], settings: CollectSettings, seed: int
) -> tuple[list[Tool], list[Dropped]]:
    """The tools worth keeping, sorted by id, and everything else with its reason."""
    kept: dict[str, Tool] = {}
    dropped: list[Dropped] = []
    contents: dict[str, str] = {}
    for entry in found:
        if isinstance(entry, Dropped):
            dropped.append(entry)
            continue
        reason, detail = next(_objections(entry, settings, kept, contents), ("", ""))
        if reason:
            dropped.append(Dropped(origin=entry.id, reason=reason, detail=detail))
        else:
            kept[entry.id] = entry
            contents[_content(entry)] = entry.id
    tools = [kept[key] for key in sorted(kept)]
    if settings.limit and len(tools) > settings.limit:
        chosen = set(random.Random(subseed(seed, "collect")).sample(range(len(tools)), settings.limit))
        dropped += [
            Dropped(origin=tool.id, reason="over-limit", detail=f"collect.limit is {settings.limit}")
            for number, tool in enumerate(tools)
            if number not in chosen
        ]
        tools = [tool for number, tool in enumerate(tools) if number in chosen]
    return tools, dropped


def _objections(
    tool: Tool, settings: CollectSettings, kept: dict[str, Tool], contents: dict[str, str]
) -> Iterator[tuple[str, str]]:
    if tool.id in kept:
        yield "duplicate-id", "another tool has this id"
    if settings.require_description and not tool.description.strip():
        yield "no-description", "nothing says what it does"
    if settings.require_parameters and not tool.parameters.get("properties"):
        yield "no-parameters", "it takes no parameter"
    if twin := contents.get(_content(tool)):
        yield "duplicate", f"the same name, text and schemas as {twin}"
    for what, schema in (("parameters", tool.parameters), ("returns", tool.returns)):
        if schema is not None and (problem := schema_problem(schema)):
            yield "invalid-schema", f"{what}: {problem}"
    if tool.parameters.get("type") != "object":
        yield "invalid-schema", "parameters are not an object schema"


def schema_problem(schema: object) -> str:
    """Why this is not a usable JSON Schema; empty where it is."""
    import jsonschema_rs

    try:
        jsonschema_rs.validator_for(schema)  # type: ignore[arg-type]
    except (ValueError, jsonschema_rs.ValidationError) as exc:
        return str(exc).splitlines()[0]
    return ""


def _content(tool: Tool) -> str:
    data = [tool.name, tool.description, tool.parameters, tool.returns, to_plain(tool.http)]
    return digest(orjson.dumps(data, option=orjson.OPT_SORT_KEYS))
