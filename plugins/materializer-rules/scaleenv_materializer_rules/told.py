"""Values that a description lists: as good as an enum for seed rows, and a hint at a status machine."""

from __future__ import annotations

import re
from functools import lru_cache

from scaleenv_core.names import words
from scaleenv_core.types import JsonSchema

_KINDS = frozenset(
    ["kind", "type", "object", "status", "state", "mode", "role", "method", "level", "scope", "phase"]
)
_SAID = re.compile(
    r"\b(?:(?:possible|valid|allowed|accepted|supported|permitted|available|acceptable) "
    r"(?:\w+ )?(?:values?|types?|options?|states?|statuses)|one of|can be|either|must be|value is|always|"
    r"e\.g\.|for example|examples?:|such as)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[`\"'“‘]([A-Za-z0-9][\w.#:/-]{0,40})[`\"'”’]")
_PLAIN = re.compile(r"^\W{0,3}((?:[A-Za-z][\w-]{1,24}, )+(?:(?:or|and) )?[A-Za-z][\w-]{1,24})(?=[.;)\]]|$)")
_MOST = 8


def told_values(name: str, schema: JsonSchema) -> list[str]:
    """The values that the description of a text lists, in its order; none where it lists none."""
    text = schema.get("description")
    if not isinstance(text, str) or schema.keys() & {"enum", "examples", "format", "pattern", "const"}:
        return []
    return list(_listed(text, bool(_KINDS & set(words(name)[-1:]))))


@lru_cache(8192)
def _listed(text: str, kind: bool) -> tuple[str, ...]:
    said = _SAID.search(text)
    if said is None and not kind:
        return ()
    rest = text[said.end() :] if said else text
    plain = _PLAIN.match(rest.lstrip(": "))
    found = re.split(r", (?:or |and )?|,? (?:or|and) ", plain[1]) if plain else _QUOTED.findall(rest)
    return tuple(dict.fromkeys(found))[:_MOST]
