"""How much of a catalog is materialised, and how much of that survives a fuzz of valid calls.

    python measure.py CATALOG.jsonl.gz [--least 4] [--calls 12] [--show 10]

A tool passes when none of its calls crashes, every answer is valid against the declared
return schema, at least one call is answered and, for a write, at least one changed rows.
"""

from __future__ import annotations

import argparse
import gzip
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

import orjson
from scaleenv_materializer_rules import Rules

from scaleenv_core.engine import Environment, load_domain, write_domain
from scaleenv_core.errors import DomainError, MachineryError
from scaleenv_core.names import call_name, slug
from scaleenv_core.testing.materializer import sample_calls
from scaleenv_core.types import DomainDraft, Http, Tool


def drafts(path: Path, least: int) -> list[DomainDraft]:
    """One draft a service."""
    services: dict[tuple[str, str], list[dict]] = defaultdict(list)
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        for line in lines:
            data = orjson.loads(line)
            services[data["source"], data["service"] or ""].append(data)
    made = []
    for (source, service), found in sorted(services.items()):
        if len(found) < least:
            continue
        taken: set[str] = set()
        tools = []
        for data in sorted(found, key=lambda d: d["id"]):
            name = call_name(data["name"], taken)
            taken.add(name)
            http = (
                Http(method=data["http"]["method"], path=data["http"]["path"] or "")
                if (data["http"] or {}).get("method")
                else None
            )
            tools.append(
                Tool(
                    id=data["id"],
                    name=name,
                    description=data["description"] or "",
                    parameters=data["parameters"],
                    returns=data["returns"],
                    http=http,
                )
            )
        made.append(DomainDraft(slug=slug(f"{source}-{service}"), title=service, tools=tuple(tools)))
    return made


def judge(environment: Environment, tool: str, writes: bool, calls: int, seed: int) -> str:
    """Why a tool does not pass, or nothing."""
    answered = changed = 0
    refusal = ""
    for arguments in sample_calls(environment.domain, tool, calls, seed):
        environment.reset()
        try:
            seen = environment.call(tool, arguments)
        except MachineryError as exc:
            return f"crash: {exc}"
        if seen.status == "rejected":
            return f"rejected: {seen.content}"
        if seen.status == "refused":
            refusal = str(seen.content)
            continue
        problem = environment.check(tool).answer_problem(seen.content)
        if problem:
            return f"invalid answer: {problem}"
        answered += 1
        changed += bool(environment.changes)
    if not answered:
        return f"never answers: {refusal}"
    return "" if changed or not writes else "never writes"


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser()
    options.add_argument("catalog", type=Path)
    options.add_argument("--least", type=int, default=4)
    options.add_argument("--calls", type=int, default=12)
    options.add_argument("--show", type=int, default=0)
    options.add_argument("--no-assume", action="store_true")
    options.add_argument("--every", type=int, default=1, help="only each n-th service")
    args = options.parse_args()
    plugin = Rules(assume=not args.no_assume)
    total = made = passed = 0
    reasons: Counter[str] = Counter()
    failures: dict[str, list[str]] = defaultdict(list)
    dropped: dict[str, list[str]] = defaultdict(list)
    verbs: Counter[str] = Counter()
    seconds = 0.0
    for draft in drafts(args.catalog, args.least)[:: args.every]:
        total += len(draft.tools)
        start = time.perf_counter()
        source = plugin.materialize_domain(draft, 7)
        seconds += time.perf_counter() - start
        made += len(source.operations)
        for drop in source.quarantined:
            reasons[drop.reason] += 1
            dropped[drop.reason].append(f"{draft.title}: {drop.detail}")
        if not source.operations:
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                write_domain(Path(folder) / "domain", draft, source, seed=7, made_by="measure")
                environment = Environment(load_domain(Path(folder) / "domain"))
            except DomainError as exc:
                failures["does not load"] += [f"{draft.title}: {exc}"] * len(source.operations)
                continue
            with environment:
                for operation in source.operations:
                    verbs["write" if operation.writes else "read"] += 1
                    failure = judge(environment, operation.tool, operation.writes, args.calls, 7)
                    if failure:
                        failures[failure.split(":")[0]].append(
                            f"{draft.title} {operation.tool}: {failure[:300]}"
                        )
                    else:
                        passed += 1
    print(
        f"{total} tools; {made} materialised ({made / total:.1%}); {passed} passed "
        f"({passed / total:.1%} of all, {passed / max(1, made):.1%} of made)"
    )
    print(f"{dict(verbs)}; compile {seconds:.2f} s, {1000 * seconds / total:.2f} ms a tool")
    print("quarantined:", dict(reasons.most_common()))
    print("failed:", {name: len(found) for name, found in failures.items()})
    for name, found in [*failures.items(), *dropped.items()]:
        for line in found[: args.show]:
            print(f"  [{name}] {line}")


if __name__ == "__main__":
    main()
