"""WRITE against the rest, from signatures alone: real tools labelled from their code.

    python effects.py [LABELS.jsonl [CATALOG.jsonl.gz]]

The few labels were read while the rules were written, so their figure flatters; the two
halves (by domain) show how even it is. The catalog is the check that a few rules cannot be
fitted to: each tool's HTTP method (GET reads; PUT, PATCH and DELETE write) is hidden from
the rules, and compared with what they say. Tools whose name begins with their method are
left out; some services do write under GET, so its labels are not all true.
"""

from __future__ import annotations

import gzip
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import orjson
from attrs import evolve
from scaleenv_materializer_rules.effects import effect_of_verb
from scaleenv_materializer_rules.signature import Signature, read_signatures

from scaleenv_core.names import words
from scaleenv_core.types import Http, Tool

SHARED = Path(os.environ.get("SCALEENV_SHARED", Path(__file__).parents[4] / "shared"))
METHODS = {"GET": False, "PUT": True, "PATCH": True, "DELETE": True}


def labelled(path: Path) -> Iterator[tuple[str, bool, Signature]]:
    """(half, writes, signature); one tool a name in a family."""
    domains: dict[tuple[str, str], dict[str, dict]] = defaultdict(dict)
    seen: set[tuple[bool, str]] = set()
    for line in path.read_bytes().splitlines():
        row = orjson.loads(line)
        family = "tau" in row["source"]
        if (family, row["tool_name"]) not in seen:
            seen.add((family, row["tool_name"]))
            domains[row["source"], row["domain"]][row["tool_name"]] = row
    for at, (_, rows) in enumerate(sorted(domains.items())):
        tools = [
            Tool(
                id=name,
                name=name,
                description=row["description"],
                parameters=row["parameters"],
                returns=row.get("returns"),
            )
            for name, row in rows.items()
        ]
        for signature in read_signatures(tools):
            yield "AB"[at % 2], rows[signature.tool.name]["label"] == "WRITE", signature


def by_method(path: Path) -> Iterator[tuple[str, bool, Signature]]:
    """(method, writes, signature) of a catalog's tools, read without their method."""
    services: dict[tuple[str, str], list[Tool]] = defaultdict(list)
    for line in gzip.decompress(path.read_bytes()).splitlines():
        row = orjson.loads(line)
        method = ((row["http"] or {}).get("method") or "").upper()
        if row["description"] and method in METHODS and words(row["name"])[:1] != [method.lower()]:
            tool = Tool(
                id=row["id"],
                name=row["name"],
                description=row["description"],
                parameters=row["parameters"],
                returns=row["returns"],
                http=Http(method=method, path=""),
            )
            services[row["source"], row["service"] or ""].append(tool)
    for _, tools in sorted(services.items()):
        signatures = read_signatures([evolve(tool, http=None) for tool in tools])
        for tool, signature in zip(tools, signatures, strict=True):
            assert tool.http is not None
            yield tool.http.method, METHODS[tool.http.method], signature


def first_verbs(signature: Signature) -> bool:
    """The usual baseline: the first word of the name in a list of verbs."""
    return effect_of_verb((words(signature.tool.name) or [""])[0]) == "write"


def table(title: str, rows: list[tuple[str, bool, Signature]], show: int) -> None:
    """Print accuracy by group and what is wrong."""
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    base = 0
    wrong: list[str] = []
    for group, writes, signature in rows:
        total[group] += 1
        base += first_verbs(signature) == writes
        if (signature.effect == "write") == writes:
            right[group] += 1
        else:
            tool = signature.tool
            wrong.append(
                f"{'WRITE' if writes else 'rest '} taken for {signature.effect or 'unknown':7} "
                f"{tool.name[:50]:50} {' '.join(tool.description.split())[:80]}"
            )
    share, alone = sum(right.values()) / len(rows), base / len(rows)
    print(f"\n{title}: {share:.1%} of {len(rows)}; first words alone {alone:.1%}")
    for group in sorted(total):
        print(f"  {group:7} {right[group] / total[group]:.1%} of {total[group]}")
    for line in wrong[:show]:
        print(f"  {line}")


def main() -> None:
    """Print both tables."""
    given = [Path(name) for name in sys.argv[1:]]
    labels = given[0] if given else SHARED / "benchmarks" / "labels-dev.jsonl"
    catalog = given[1] if len(given) > 1 else SHARED / "catalogs" / "catalog-dev.jsonl.gz"
    if not labels.exists():
        print(f"no labels at {labels}: set SCALEENV_SHARED")
        return
    table(labels.name, list(labelled(labels)), 50)
    if catalog.exists():
        table(f"{catalog.name}, by HTTP method", list(by_method(catalog)), 0)


if __name__ == "__main__":
    main()
