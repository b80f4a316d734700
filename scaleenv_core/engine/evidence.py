"""Where gold has the facts from that an agent has to tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scaleenv_core.engine.observation import Observation
from scaleenv_core.types import Evidence, Touched
from scaleenv_core.wording import tells


def evidence(outputs: Iterable[str], gold: Sequence[Observation]) -> tuple[Evidence, ...]:
    """For each fact the gold actions whose answers say it, and the rows that these read."""
    made = []
    for fact in outputs:
        saying = [number for number, seen in enumerate(gold) if tells(seen.text, fact)]
        rows: dict[str, set[tuple[object, ...]]] = {}
        for touched in (touched for number in saying for touched in gold[number].reads):
            rows.setdefault(touched.table, set()).update(touched.keys)
        read = (
            Touched(table=table, keys=tuple(sorted(rows[table]))) for table in sorted(rows) if rows[table]
        )
        made.append(Evidence(actions=tuple(saying), rows=tuple(read)))
    return tuple(made)
