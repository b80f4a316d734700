"""How many declared dependencies the data-flow graph finds, and how many of its edges hold.

    python dataflow.py [--sample]

Reads the shared catalog (SCALEENV_SHARED, or ``shared`` beside the checkout). Recall: the
share of the pairs (tool, parameter) whose API's author declares where the value comes from,
for which one of the declared tools is among the candidates; candidates: the edges into the
declared pairs, divided by the number of pairs. A provider's pairs are all in one half, by
its name's hash: only the first half's misses were read while the rules were written.
Precision: of 200 edges drawn from a quarter of the providers, all held out, each kind of
reason in proportion, the share that a reader of both tools found right (``judged.tsv``). ``--sample`` prints
the edges to judge instead.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import os
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import sqrt
from pathlib import Path

from scaleenv_graph_dataflow import DataFlow

from scaleenv_core.fields import fields_of
from scaleenv_core.names import singular, words
from scaleenv_core.testing.graph import build
from scaleenv_core.types import Http, Tool

SHARED = Path(os.environ.get("SCALEENV_SHARED", Path(__file__).parents[4] / "shared"))
JUDGED = Path(__file__).with_name("judged.tsv")
DRAWN, SEED = 200, 20261121

Pair = tuple[str, str]
"""Tool id, parameter."""

Link = tuple[str, str, str]
"""Source id, target id, reason."""


def lines(name: str) -> Iterator[dict]:
    """The records of one shared file."""
    with gzip.open(SHARED / "catalogs" / name, "rt", encoding="utf-8") as text:
        yield from map(json.loads, text)


def tool_of(row: Mapping) -> Tool:
    """A line of the shared catalog as a tool, with its labels for the splits only."""
    http = row["http"]
    return Tool(
        id=row["id"],
        name=row["name"],
        description=row["description"] or "",
        parameters=row["parameters"],
        returns=row["returns"],
        service=row["service"] or "",
        provider=row["provider"] or "",
        http=Http(method=http["method"].upper(), path=http["path"] or "") if http else None,
        tags=tuple(row.get("tags") or ()),
    )


def read_declared() -> dict[Pair, dict[str, str]]:
    """Pair → declared source → the declared field."""
    made: dict[Pair, dict[str, str]] = defaultdict(dict)
    for edge in lines("edges-dev.jsonl.gz"):
        made[edge["to"], edge["param"]][edge["from"]] = str(edge["from_field"])
    return made


def lot(tool: Tool) -> int:
    """A number below 4, alike for all tools of a provider."""
    return hashlib.sha256(tool.provider.encode()).digest()[0] % 4


def half(tool: Tool) -> str:
    """All tools of a provider are in one half."""
    return "held out" if lot(tool) % 2 else "read"


def flows(tools: Mapping[str, Tool]) -> list[Link]:
    """The graph's edges, with what it took to find them."""
    start = time.process_time()
    graph = build(DataFlow(), sorted(tools.values(), key=lambda tool: tool.id))
    took = time.process_time() - start
    print(f"\n{len(tools):,} tools, {len(graph):,} edges, {took:.1f} CPU s")
    return [(graph.nodes[edge.source], graph.nodes[edge.target], edge.reason) for edge in graph.edges()]


def outcome(pair: Pair, sources: Mapping[str, str], found: set[str], tools: Mapping[str, Tool]) -> str:
    """Found, or the first thing that stands in the way."""
    if found & sources.keys():
        return "found"
    schema = tools[pair[0]].parameters.get("properties", {}).get(pair[1])
    if schema is None:
        return "parameter is not at the top level"
    fields = {source: list(fields_of(tools[source].returns)) for source in sources}
    if not any(fields.values()):
        return "source declares no fields"
    if schema.get("type") in ("object", "boolean"):
        return "parameter is an object or a truth value"
    last = {field.replace("/", ".").split(".")[-1] for field in sources.values()}
    if not any(field.name in last for found in fields.values() for field in found):
        return "declared field is not in the schema"
    said = stems(pair[1])
    given = {word for source in sources for word in (*stems(tools[source].name), *stems(sources[source]))}
    if said & given - {"id", "name"}:
        return "a word in common, yet not found"
    told = stems(str(schema.get("description", "")))
    return "a word only in the description" if told & given - {"id", "name"} else "no word in common"


def stems(text: str) -> set[str]:
    """The words of a name, singular."""
    return {singular(word) for word in words(text)}


def recall(
    declared: Mapping[Pair, Mapping[str, str]], tools: Mapping[str, Tool], links: Sequence[Link]
) -> None:
    """Print recall and candidates of each half, and the misses by class."""
    found: dict[Pair, set[str]] = defaultdict(set)
    for source, target, reason in links:
        found[target, reason.split(" → ")[1]].add(source)
    classes: dict[str, Counter[str]] = {name: Counter() for name in ("read", "held out")}
    candidates: Counter[str] = Counter()
    for pair, sources in declared.items():
        side = half(tools[pair[0]])
        classes[side][outcome(pair, sources, found[pair], tools)] += 1
        candidates[side] += len(found[pair])
    classes["all"] = classes["read"] + classes["held out"]
    candidates["all"] = candidates.total()
    for side, count in classes.items():
        total = count.total()
        rate, each = count["found"] / total, candidates[side] / total
        print(f"{side:>9}: {total} pairs, recall {rate:.3f} at {each:.2f} candidates")
    for name, number in classes["all"].most_common():
        print(f"{number:9} {name} ({classes['read'][name]} + {classes['held out'][name]})")


def kind(reason: str) -> str:
    """What the reason rests on, told from its text."""
    path, _, parameter = reason.partition(" → ")
    field = [singular(word) for word in words(path.replace("[]", "").rpartition(".")[2])]
    asked = [singular(word) for word in words(parameter)]
    if field == asked:
        return "same name"
    return "same last word" if field[-1:] == asked[-1:] else "other name"


def draw(links: Sequence[Link]) -> list[Link]:
    """A sample in which each kind of reason has its share."""
    strata: dict[str, list[Link]] = defaultdict(list)
    for link in sorted(links):
        strata[kind(link[2])].append(link)
    rng = random.Random(SEED)
    made = []
    for name in sorted(strata):
        made += rng.sample(strata[name], round(DRAWN * len(strata[name]) / len(links)))
    return made


def wilson(right: int, drawn: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    z, share = 1.96, right / drawn
    middle = (share + z * z / (2 * drawn)) / (1 + z * z / drawn)
    reach = z / (1 + z * z / drawn) * sqrt(share * (1 - share) / drawn + z * z / (4 * drawn**2))
    return middle - reach, middle + reach


def precision(links: Sequence[Link]) -> None:
    """Print the judged share of right edges, by kind of reason and over all."""
    with JUDGED.open(encoding="utf-8", newline="") as text:
        rows = list(csv.reader(text, delimiter="\t"))
    kept = set(links)
    drawn = set(draw(links))
    shown = [row for row in rows if tuple(row[:3]) in kept]
    same = sum(tuple(row[:3]) in drawn for row in rows)
    print(f"\n{len(rows)} judged edges: {len(shown)} are in the graph, {same} in a sample drawn now")
    for name in ("same name", "same last word", "other name", ""):
        part = [row[3] for row in shown if not name or kind(row[2]) == name]
        low, high = wilson(part.count("right"), len(part))
        print(
            f"{name or 'all':>14}: {part.count('right')} of {len(part)} right, "
            f"{part.count('right') / len(part):.2f} ({low:.2f} to {high:.2f})"
        )
    for word, number in Counter(row[4] for row in shown if row[3] != "right").most_common():
        print(f"{number:14} {word}")


def main() -> None:
    """Recall among the services that declare, and in the whole catalog; precision."""
    declared = read_declared()
    every = {row["id"]: tool_of(row) for row in lines("catalog-dev.jsonl.gz")}
    quarter = {name: tool for name, tool in every.items() if lot(tool) == 1}
    if sys.argv[1:] == ["--sample"]:
        csv.writer(sys.stdout, delimiter="\t").writerows(draw(flows(quarter)))
        return
    named = {name for (target, _), sources in declared.items() for name in (target, *sources)}
    services = {(every[name].provider, every[name].service) for name in named}
    some = {name: tool for name, tool in every.items() if (tool.provider, tool.service) in services}
    recall(declared, some, flows(some))
    recall(declared, every, flows(every))
    precision(flows(quarter))


if __name__ == "__main__":
    main()
