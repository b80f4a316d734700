"""Offers meet needs key by key; a pair's context decides among equal names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from scipy import sparse

from scaleenv_core.fields import fields_of
from scaleenv_core.names import singular, words
from scaleenv_core.types import Tool
from scaleenv_graph_dataflow.offers import Shape, Slot, fit

BLOCK = 400
"""Needs of one key scored at a time: bounds the memory, never changes a result."""

ECHO = 0.5
"""A tool that must be given a value is a poor source of it: its answer only repeats it."""

APART = 0.05
"""What is left of a score between tools whose signatures share no word: equal names of
unlike tools (``user_id`` of two vendors) seldom mean the same."""

PICKED = 1.0
SINGLE = 0.8
"""A list to choose from is a better source than one thing that is already at hand."""

Match = tuple[int, int, float, str, str]
"""Source tool, target tool, score, output path, parameter."""


def match(
    tools: Sequence[Tool],
    offers: Mapping[str, list[Slot]],
    needs: Mapping[str, list[Slot]],
    *,
    most: int,
    minimum: float,
    common: int,
) -> Iterator[Match]:
    """The best ``most`` sources of each parameter that score more than ``minimum``.

    Score = how surely both go by the key × how well the types fit × how rare the key is
    (IDF) × how alike the two tools' signatures are; in (0, 1].
    """
    context = _context(tools)
    total = np.log(len(tools) + 1.0)
    rows: list[tuple[int, str, float, int, str]] = []
    for key in sorted(needs.keys() & offers.keys()):
        if len(offers[key]) > common:
            continue
        rarity = 0.4 + 0.6 * float(np.log((len(tools) + 1) / len(offers[key])) / total)
        for start in range(0, len(needs[key]), BLOCK):
            block = needs[key][start : start + BLOCK]
            rows.extend(_of_key(block, needs[key], offers[key], context, rarity, most))
    rows.sort(key=lambda row: (row[0], row[1], -row[2], row[3], row[4]))
    yield from _best(rows, most, minimum)


def _best(rows: Sequence[tuple[int, str, float, int, str]], most: int, minimum: float) -> Iterator[Match]:
    parameter: tuple[int, str] | None = None
    taken: set[int] = set()
    for target, name, score, source, path in rows:
        if (target, name) != parameter:
            parameter, taken = (target, name), set()
        if score > minimum and source not in taken and len(taken) < most:
            taken.add(source)
            yield source, target, score, path, name


def _of_key(
    block: Sequence[Slot],
    needs: Sequence[Slot],
    offers: Sequence[Slot],
    context: Any,
    rarity: float,
    most: int,
) -> Iterator[tuple[int, str, float, int, str]]:
    sources = np.array([slot.tool for slot in offers])
    targets = np.array([slot.tool for slot in block])
    asking = {slot.tool for slot in needs if slot.weight == 1.0}
    worth = np.array(
        [
            slot.weight * (PICKED if slot.listed else SINGLE) * (ECHO if slot.tool in asking else 1.0)
            for slot in offers
        ]
    )
    alike = (context[targets] @ context[sources].T).toarray()
    score = rarity * (APART + (1 - APART) * alike) * worth * np.array([[slot.weight] for slot in block])
    score *= _fits(block, offers)
    score[targets[:, None] == sources[None, :]] = 0.0
    # Six digits: the last bits of a sum differ between processors.
    score = np.round(np.minimum(score, 1.0), 6)
    order = np.argsort(-score, axis=1, kind="stable")[:, :most]
    for row, slot in enumerate(block):
        for column in order[row].tolist():
            value = float(score[row, column])
            if value <= 0.0:
                break
            yield slot.tool, slot.path, value, offers[column].tool, offers[column].path


def _fits(block: Sequence[Slot], offers: Sequence[Slot]) -> np.ndarray:
    """The fit of each pair, worked out once for each pair of different shapes."""
    given: dict[Shape, int] = {}
    asked: dict[Shape, int] = {}
    columns = np.array([given.setdefault(slot.shape, len(given)) for slot in offers])
    rows = np.array([asked.setdefault(slot.shape, len(asked)) for slot in block])
    table = np.array([[fit(offered, needed) for offered in given] for needed in asked])
    return table[rows][:, columns]


def _context(tools: Sequence[Tool]) -> Any:
    """One unit row a tool: TF-IDF over the words of its signature."""
    column: dict[str, int] = {}
    starts, places = [0], []
    for tool in tools:
        places.extend(sorted(column.setdefault(word, len(column)) for word in _words_of(tool)))
        starts.append(len(places))
    indices = np.array(places, dtype=np.int32)
    df = np.bincount(indices, minlength=len(column))
    data = np.log((len(tools) + 1) / df[indices])
    made = sparse.csr_matrix((data, indices, np.array(starts)), shape=(len(tools), len(column)))
    length = np.sqrt(np.asarray(made.multiply(made).sum(axis=1)).ravel())
    length[length == 0] = 1.0
    return sparse.csr_matrix(sparse.diags(1 / length) @ made)


def _words_of(tool: Tool) -> list[str]:
    said = [tool.name, tool.description, tool.http.path if tool.http else ""]
    for schema in (tool.parameters, tool.returns):
        said.extend(found.name for found in fields_of(schema))
    return sorted({singular(word) for text in said for word in words(text)})
