"""How varied requests are beside τ²-bench's, and some to read.

distinct-n is the share of n-grams that differ among all of them; self-BLEU (Zhu et al. 2018) the mean
BLEU-4 of a text against the others, lower for more variety. Both are of the same number of texts,
drawn by seed, each cut to as many words, since both depend on these. Values are what they are;
"words alone" leaves out quoted texts and what has a digit in it.

Usage: language.py WORLD… [--texts 200] [--words 60] [--show 20]; more worlds are more rows. The
benchmark's tasks are in ../shared (or SCALEENV_SHARED).
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from scaleenv_core.artifacts import World

DATA = Path(os.environ.get("SCALEENV_SHARED", "../shared")) / "benchmarks" / "tau2"
WORD = re.compile(r"[\u4e00-\u9fff]|[\w@.#:/-]*\w")
VALUE = re.compile(r'"[^"]*"|“[^”]*”|\S*\d\S*')


def words(text: str, most: int, *, bare: bool) -> list[str]:
    """The first words of a text."""
    return WORD.findall((VALUE.sub(" ", text) if bare else text).lower())[:most]


def grams(text: Sequence[str], n: int) -> Counter[tuple[str, ...]]:
    """How often each n-gram is there."""
    return Counter(tuple(text[at : at + n]) for at in range(len(text) - n + 1))


def distinct(texts: Sequence[Sequence[str]], n: int) -> float:
    """distinct-n (Li et al. 2016) over all texts together."""
    counted = sum((grams(text, n) for text in texts), Counter[tuple[str, ...]]())
    return len(counted) / max(1, counted.total())


def self_bleu(texts: Sequence[Sequence[str]]) -> float:
    """Mean BLEU-4 of each text against all others, with add-one smoothing above 1-grams."""
    tables = [[grams(text, n) for text in texts] for n in range(1, 5)]
    best: list[dict[tuple[str, ...], list[int]]] = []
    for table in tables:
        top: dict[tuple[str, ...], list[int]] = {}
        for counted in table:
            for gram, count in counted.items():
                top[gram] = sorted([*top.get(gram, []), count])[-2:]
        best.append(top)
    return sum(_bleu(at, tables, best) for at in range(len(texts))) / len(texts)


def _bleu(
    at: int,
    tables: Sequence[Sequence[Counter[tuple[str, ...]]]],
    best: Sequence[dict[tuple[str, ...], list[int]]],
) -> float:
    total = 0.0
    for n, (table, top) in enumerate(zip(tables, best, strict=True)):
        own, hits = table[at], 0
        for gram, count in own.items():
            most = top[gram]
            others = most[-1] if len(most) > 1 and most[-1] != count else most[0] if len(most) > 1 else 0
            hits += min(count, others)
        total += math.log((hits + (n > 0)) / max(1, own.total() + (n > 0)) or 1e-9)
    return math.exp(total / 4)


def tau2(domain: str) -> list[str]:
    """What users of τ²-bench's tasks are told to want."""
    found = []
    for task in json.loads((DATA / domain / "tasks.json").read_text(encoding="utf-8")):
        said = task["user_scenario"]["instructions"]
        parts = (
            (said.get("reason_for_call"), said.get("task_instructions"))
            if isinstance(said, dict)
            else (said,)
        )
        found.append(" ".join(part for part in parts if part))
    return found


def row(name: str, texts: list[str], count: int, most: int) -> str:
    """One line of the table."""
    drawn = random.Random(0).sample(texts, min(count, len(texts)))
    cells = [
        name,
        str(len(texts)),
        str(len(drawn)),
        f"{sum(len(words(t, 10**6, bare=False)) for t in texts) / len(texts):.0f}",
    ]
    for bare in (False, True):
        cut = [words(text, most, bare=bare) for text in drawn]
        cells += [f"{distinct(cut, n):.2f}" for n in (1, 2, 3)] + [f"{self_bleu(cut):.2f}"]
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Print the table and the examples."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("worlds", nargs="*", type=Path)
    asked.add_argument("--texts", type=int, default=110)
    asked.add_argument("--words", type=int, default=60)
    asked.add_argument("--show", type=int, default=0)
    given = asked.parse_args()
    print(
        "| tasks | number | drawn | words | distinct-1 | -2 | -3 | self-BLEU "
        "| words alone: distinct-1 | -2 | -3 | self-BLEU |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    for domain in ("retail", "airline", "telecom"):
        if (DATA / domain).is_dir():
            print(row(f"τ² {domain}", tau2(domain), given.texts, given.words))
    for root in given.worlds:
        world = World.open(root)
        tasks = [task for slug in world.domains() for task in world.domain_tasks(slug)]
        print(row(root.name, [task.instruction for task in tasks], given.texts, given.words))
        for task in random.Random(1).sample(tasks, min(given.show, len(tasks))):
            print(f"\n{task.id} ({task.kind}, {len(task.actions)} calls)\n  {task.instruction}")


if __name__ == "__main__":
    main()
