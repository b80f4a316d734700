"""How much of a catalog is materialised, how much of that behaves, and how much its writes do.

    python materialise.py [CATALOG.jsonl.gz] [--every N] [--show N]

One domain a service. A tool is sound when the pipeline's own test stage finds it so: no crash,
answers valid against the declared return schema, some answered, and some change for a write.
A write is *rich* when a call changes more than one column or row, or when it checks more than
that its records exist; *checked* counts the checks alone, *beyond* those and the writes that
change more than one row.
"""

from __future__ import annotations

import argparse
import ast
import gzip
import os
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from random import Random

import orjson
from scaleenv_materializer_rules import Rules

from scaleenv_core.engine import DomainFolder, Environment, load_domain, write_domain
from scaleenv_core.errors import DomainError, ScaleEnvError
from scaleenv_core.names import call_name, slug
from scaleenv_core.stages.arguments import ArgumentMaker
from scaleenv_core.stages.trial import examine
from scaleenv_core.types import DomainDraft, DomainSource, Http, Tool

SHARED = Path(os.environ.get("SCALEENV_SHARED", Path(__file__).parents[4] / "shared"))
LEAST = 4
"""Tools that a service must have to be a domain."""

EXISTENCE = ("there is no", "nothing to change", "say which")
"""What a refusal says that only asks whether something exists, or is given."""


def drafts(path: Path) -> list[DomainDraft]:
    """One draft a service."""
    services: dict[tuple[str, str], list[dict]] = defaultdict(list)
    for line in gzip.decompress(path.read_bytes()).splitlines():
        data = orjson.loads(line)
        if data["description"]:
            services[data["source"], data["service"] or ""].append(data)
    made = []
    for (source, service), found in sorted(services.items()):
        if len(found) < LEAST:
            continue
        taken: set[str] = set()
        tools = []
        for data in sorted(found, key=lambda d: d["id"]):
            name = call_name(data["name"], taken)
            taken.add(name)
            http = data["http"] or {}
            tools.append(
                Tool(
                    id=data["id"],
                    name=name,
                    description=data["description"],
                    parameters=data["parameters"],
                    returns=data["returns"],
                    http=Http(method=http["method"], path=http["path"] or "") if http.get("method") else None,
                )
            )
        made.append(DomainDraft(slug=slug(f"{source}-{service}"), title=service, tools=tuple(tools)))
    return made


def checked(source: DomainSource) -> set[str]:
    """Tools whose code refuses for more than that something does not exist."""
    found: set[str] = set()
    for function in ast.parse(source.tools).body:
        if not isinstance(function, ast.FunctionDef) or not function.decorator_list:
            continue
        for node in ast.walk(function):
            plain = isinstance(node, ast.Raise) and not any(said in ast.unparse(node) for said in EXISTENCE)
            helper = isinstance(node, ast.Call) and ast.unparse(node.func) == "_one_of"
            if plain or helper:
                found.add(function.decorator_list[0].args[0].value)  # type: ignore[attr-defined]
    return found


def breadth(domain: DomainFolder, tool: str, calls: int = 12) -> tuple[int, int]:
    """The most columns of rows, and the most rows, that one call changes."""
    maker, chance, columns, rows = ArgumentMaker(domain), Random(1), 0, 0
    with Environment(domain) as environment:
        for _ in range(calls):
            environment.reset()
            try:
                environment.call(tool, maker.make(domain.tools[tool], chance))
            except ScaleEnvError:
                return 0, 0
            changes = environment.changes
            changed = sum(
                (change.before or {}).get(name) != (change.after or {}).get(name)
                for change in changes
                for name in {*(change.before or {}), *(change.after or {})}
            )
            columns, rows = max(columns, changed), max(rows, len(changes))
    return columns, rows


def measure(draft: DomainDraft, folder: Path) -> tuple[Counter[str], list[str]]:
    """Counts of one domain, and a line for each tool that is not sound."""
    start = time.process_time()
    source = Rules().materialize_domain(draft, 7)
    seen = Counter(tools=len(draft.tools), made=len(source.operations))
    seen["ms compiling"] = int(1000 * (time.process_time() - start))
    seen.update(f"quarantined: {drop.reason}" for drop in source.quarantined)
    lines = [f"[{drop.reason}] {draft.title}: {drop.detail}" for drop in source.quarantined]
    if not source.operations:
        return seen, lines
    write_domain(folder, draft, source, seed=7, made_by="measure")
    domain = load_domain(folder, quarantined=True)
    start = time.process_time()
    with Environment(domain) as environment:
        reports, _ = examine(environment, 6, 7)
    seen["ms testing"] = int(1000 * (time.process_time() - start))
    careful = checked(source)
    for report in reports:
        if report.failure:
            reason = report.failure.partition(":")[0]
            seen[f"failed: {reason}"] += 1
            lines.append(f"[{reason}] {draft.title} {report.tool}: {report.failure[:200]}")
            continue
        seen["sound"] += 1
        if domain.functions[report.tool].writes:
            seen["sound writes"] += 1
            columns, rows = breadth(domain, report.tool)
            seen["checked writes"] += report.tool in careful
            seen["beyond writes"] += report.tool in careful or rows > 1
            seen["rich writes"] += report.tool in careful or columns > 1
    return seen, lines


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser()
    options.add_argument(
        "catalog", type=Path, nargs="?", default=SHARED / "catalogs" / "catalog-dev-small.jsonl.gz"
    )
    options.add_argument("--every", type=int, default=1, help="only each n-th service")
    options.add_argument("--show", type=int, default=0, help="lines of tools that are not sound")
    given = options.parse_args()
    if not given.catalog.exists():
        print(f"no catalog at {given.catalog}: set SCALEENV_SHARED")
        return
    total: Counter[str] = Counter()
    lines: list[str] = []
    for draft in drafts(given.catalog)[:: given.every]:
        with tempfile.TemporaryDirectory() as folder:
            try:
                seen, told = measure(draft, Path(folder) / "domain")
            except DomainError as exc:
                seen = Counter({"tools": len(draft.tools), "failed: domain does not load": len(draft.tools)})
                told = [f"[broken] {draft.title}: {str(exc).rpartition('/')[2]}"]
        total += seen
        lines += told
    tools, writes = total["tools"], max(1, total["sound writes"])
    made, sound = total["made"] / tools, total["sound"] / tools
    rich, beyond, careful = (total[f"{how} writes"] / writes for how in ("rich", "beyond", "checked"))
    print(f"{given.catalog.name}: {tools} tools; {made:.1%} materialised, {sound:.1%} sound")
    print(
        f"{total['sound writes']} sound writes: {rich:.0%} rich, {beyond:.0%} beyond, {careful:.0%} checked"
    )
    for name, count in total.most_common():
        print(f"  {count:7} {name}")
    print("\n".join(lines[: given.show]))


if __name__ == "__main__":
    main()
