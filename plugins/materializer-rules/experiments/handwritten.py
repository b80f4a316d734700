"""Beside hand-written truth: the tools of τ²-bench and BFCL, given their signatures alone.

    python handwritten.py [LABELS.jsonl] [--show DOMAIN]

For each tool of the original: is it materialised, does it write where the original writes, and is
a table of ours named as one that the original touches (writes, for a write)? ``refusals`` counts
the write tools of ours that check more than existence. The labels say no refusals, so whether
they are the original's is read by hand: docs/quality.md.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import orjson
from scaleenv_materializer_rules import Rules

from scaleenv_core.names import singular, words
from scaleenv_core.types import DomainDraft, Operation, Tool

SHARED = Path(os.environ.get("SCALEENV_SHARED", Path(__file__).parents[4] / "shared"))


def inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    """The schema with each reference replaced by what it refers to."""
    if isinstance(schema, list):
        return [inlined(part, definitions) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return inlined(definitions.get(schema["$ref"].rpartition("/")[2], {}), definitions)
    return {key: inlined(part, definitions) for key, part in schema.items() if key != "$defs"}


def draft(domain: str, rows: list[dict]) -> DomainDraft:
    """The domain as a materializer sees it: names, descriptions, parameters, returns."""
    tools = []
    for row in rows:
        returns = inlined(row.get("returns"), (row.get("returns") or {}).get("$defs", {}))
        if returns and list(returns.get("properties", {})) == ["returns"]:
            returns = returns["properties"]["returns"]  # τ²-bench wraps what its functions return
        parameters = inlined(row["parameters"], row["parameters"].get("$defs", {}))
        name = row["tool_name"]
        tools.append(
            Tool(id=name, name=name, description=row["description"], parameters=parameters, returns=returns)
        )
    return DomainDraft(slug="d", title=domain, tools=tuple(sorted(tools, key=lambda tool: tool.id)))


def alike(operation: Operation, tables: list[str]) -> bool:
    """Whether a table of ours has the name, in whatever number, of one of the original's."""
    ours = {singular(words(table)[-1]) for table in operation.tables}
    return bool(ours & {singular(words(table)[-1]) for table in tables if words(table)})


def main() -> None:
    """Print one line a domain; with ``--show``, one a tool."""
    options = argparse.ArgumentParser()
    options.add_argument("labels", type=Path, nargs="?", default=SHARED / "benchmarks" / "labels-dev.jsonl")
    options.add_argument("--show", default="")
    given = options.parse_args()
    if not given.labels.exists():
        print(f"no labels at {given.labels}: set SCALEENV_SHARED")
        return
    domains: dict[tuple[str, str], list[dict]] = defaultdict(list)
    for line in given.labels.read_bytes().splitlines():
        row = orjson.loads(line)
        domains[row["source"], row["domain"]].append(row)
    print(f"{'domain':32}  tools  made  effect  READ same table  WRITE same table  refusals")
    for (source, domain), rows in sorted(domains.items()):
        if source == "tau-bench":
            continue  # near-duplicates of τ²-bench's
        made = Rules().materialize_domain(draft(domain, rows), 7)
        operations = {operation.tool: operation for operation in made.operations}
        seen: Counter[str] = Counter()
        for row in rows:
            kind, operation = row["label"], operations.get(row["tool_name"])
            seen[kind] += 1
            tables = (row["tables_written"] if kind == "WRITE" else row["tables"]) or row["tables"] or []
            if operation is not None:
                seen["made"] += 1
                seen["effect"] += operation.writes == (kind == "WRITE")
                seen[f"{kind} table"] += alike(operation, tables)
            if given.show == domain:
                ours = ", ".join(operation.tables) if operation else "-"
                print(f"    {row['tool_name']:36} {kind:6} {', '.join(tables):30} ours: {ours}")
        seen["refusals"] = checks(made.tools)
        print(
            f"{source + ' ' + domain:32}  {len(rows):5}  {seen['made']:4}  {seen['effect']:6}"
            f"  {seen['READ table']:7} of {seen['READ']:3}  {seen['WRITE table']:8} of {seen['WRITE']:3}"
            f"  {seen['refusals']:8}"
        )


def checks(code: str) -> int:
    """Functions of a module that refuse for more than that something does not exist."""
    plain = ("there is no", "nothing to change", "say which")
    tools = code.split("@write_tool(")[1:]
    return sum(
        any("raise Refusal(" in line and not any(p in line for p in plain) for line in tool.split("\n"))
        for tool in tools
    )


if __name__ == "__main__":
    main()
