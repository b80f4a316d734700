"""What a field or a parameter is called, once conventions are taken away: the keys it goes by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from scaleenv_core.names import singular, words
from scaleenv_core.types import Tool

Phrase = tuple[str, ...]


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


IDENTIFIERS = {"id", "gid", "uid", "uuid", "guid", "identifier", "oid", "sid"}
"""All said ``id`` from here on."""

GENERIC = IDENTIFIERS | _listed(
    "name key code number no slug title label value type kind status state description text date time "
    "url uri href link self content data body arn email result message version path count"
)
"""Names that say nothing without their entity."""

NAMING = {
    "id": 1.0,
    "name": 0.8,
    "key": 0.8,
    "code": 0.8,
    "number": 0.8,
    "slug": 0.8,
    "arn": 0.7,
    "value": 0.7,
    "uri": 0.7,
    "path": 0.6,
    "title": 0.5,
}
"""Attributes that tell one thing of a kind from another: only these flow under a generic name."""

WRAPPERS = _listed(
    "data item value result response body record list entry payload content object element row "
    "collection output return node edge hit document page page_info info detail success"
)
"""Properties that only hold the answer, and name no entity."""

CONTROLS = _listed(
    "sort sorting filter field format top skip expand select prettyprint pretty callback alt version "
    "timeout lang locale etag"
)
"""Parameters that steer the call: no answer is their source."""

PAGING = {"limit", "offset", "page", "cursor", "size", "token"}
"""Steer the call as last words: ``page_token``."""

VERBS = _listed(
    "get list create update delete add remove find search fetch read retrieve query put post patch "
    "set describe show lookup suggest insert upsert edit modify replace cancel start stop enable "
    "disable send upload download import export batch check validate submit make new register assign "
    "attach detach count view load generate run execute move copy rename approve archive restore "
    "publish test"
)

_BOUNDS = _listed("limit max min include exclude expand")
_ORDERS = _listed("sort order page field filter")
_ORDERED = _listed("by direction dir number no count index column")
"""Steer the call as first words, alone (``max_results``) or with these (``order_by``)."""

_PREPOSITIONS = {"by", "for", "of", "from", "in", "with", "to", "on", "at", "using", "and", "via", "per"}
_NOISE = {"all", "available", "my", "the", "a", "an", "v", "api", "current", "own", "one", "many", "rest"}
_EMPTY = VERBS | _PREPOSITIONS | _NOISE | {"id", "value", "data", "item", "result", "response"}
_GLUED_ID = re.compile(r"[a-z]{3,}id")
_NOT_IDS = _listed("paid valid invalid void avoid grid android raid solid fluid rapid hybrid covid bid")


@cache
def phrase(name: str) -> Phrase:
    """The words of a name, singular, every kind of identifier as ``id``: ``userUUID`` → user, id."""
    made: list[str] = []
    for word in map(singular, words(name)):
        if word in IDENTIFIERS:
            made.append("id")
        elif _GLUED_ID.fullmatch(word) and word not in _NOT_IDS:
            made.extend((word[:-2], "id"))
        else:
            made.append(word)
    return tuple(made)


def entities(tool: Tool) -> list[Phrase]:
    """What a tool is about, the likeliest first: ``GetAllTaskFolders`` → task, folder."""
    found = [_named_entity(tool.name)]
    if tool.http is not None:
        fixed = [part for part in tool.http.path.split("/") if part and "{" not in part]
        found.extend(_named_entity(part) for part in fixed[-1:])
    made: list[Phrase] = []
    for entity in found:
        if entity and entity not in made:
            made.append(entity)
    return made


@cache
def _named_entity(name: str) -> Phrase:
    said = [word for word in phrase(name) if word not in _NOISE and not word.isdigit()]
    verb = next((place for place, word in enumerate(said) if word in VERBS), len(said))
    after = said[verb + 1 :]
    while len(after) > 1 and after[0] in VERBS:
        after = after[1:]
    after = after[: next((i for i, word in enumerate(after) if word in _PREPOSITIONS), len(after))]
    before = [word for word in said[:verb] if word not in _PREPOSITIONS]
    return _without_repeats(after or before)


def verb_of(tool: Tool) -> str:
    """The first word of a tool's name that says what it does; empty where none does."""
    return next((word for word in phrase(tool.name) if word in VERBS), "")


def subject(tool: Tool) -> dict[str, float]:
    """The words for what a tool gives or works on, its entity's first, with their weights."""
    made = {word: 1.0 for entity in entities(tool) for word in entity if word not in _EMPTY}
    for word in phrase(tool.name):
        if word not in _EMPTY and not word.isdigit():
            made.setdefault(word, 0.4)
    return made


def naming_of(said: Phrase) -> float:
    """How surely a field tells one thing of a kind from another; a bare value does."""
    return NAMING.get(said[-1], 0.25) if said else 0.9


def _without_repeats(said: Iterable[str]) -> Phrase:
    made: list[str] = []
    for word in said:
        if not made or made[-1] != word:
            made.append(word)
    return tuple(made)


def offered_keys(name: str, parents: Sequence[str], about: Sequence[Phrase]) -> dict[str, float]:
    """The keys under which an output field can be asked for, with their weights in (0, 1].

    A generic name takes the nearest parent that names an entity, or else what the tool is
    about: ``order.id`` is ``order_id``, and, less surely, an ``order``.
    """
    said = phrase(name)
    made: dict[str, float] = {}
    if not said:
        for entity in about:
            _put(made, entity, 0.8)
        return made
    if len(said) > 1 or said[0] not in GENERIC:
        _put(made, said, 1.0)
        if said[-1] in NAMING and len(said) > 1:
            _put(made, said[:-1], 0.6 * NAMING[said[-1]])
            if len(said) > 2:
                _put(made, said[-2:], 0.5)
        return made
    attribute = said[0]
    if attribute not in NAMING:
        return made
    for entity, trust in _owners(parents, about):
        _put(made, (*entity, attribute), trust)
        _put(made, entity, 0.7 * trust * NAMING[attribute])
        if len(entity) > 1:
            _put(made, (entity[-1], attribute), 0.75 * trust)
            _put(made, entity[-1:], 0.5 * trust * NAMING[attribute])
    return made


def _owners(parents: Sequence[str], about: Sequence[Phrase]) -> list[tuple[Phrase, float]]:
    parent = named_parent(parents)
    if parent:
        return [(parent, 1.0)]
    return [(entity, 1.0 if place == 0 else 0.8) for place, entity in enumerate(about)]


def named_parent(parents: Sequence[str]) -> Phrase:
    """The nearest property around a field that names an entity; empty if none does."""
    said = (phrase(parent) for parent in reversed(parents))
    return next((one for one in said if one and one[-1] not in WRAPPERS), ())


def belongs(name: str, parents: Sequence[str], about: Sequence[Phrase]) -> bool:
    """Whether a field tells of what the tool is about, and not of another thing that it mentions."""
    said = phrase(name)
    if all(word in GENERIC for word in said):
        said = named_parent(parents)
    return not said or any(word in said for entity in about for word in entity)


def steers(name: str) -> bool:
    """Whether a parameter only steers the call: paging, sorting, what to include."""
    said = phrase(name)
    if not said or said[-1] in PAGING or said[0] in _BOUNDS:
        return True
    if len(said) == 1:
        return said[0] in _ORDERS - {"field"}
    return said[0] in _ORDERS and (said[1] in _ORDERED or "[" in name)


def needed_keys(name: str, about: Sequence[Phrase]) -> dict[str, float]:
    """The keys that a parameter asks for, with their weights; none for one that steers the call."""
    said = phrase(name)
    made: dict[str, float] = {}
    if not said or (len(said) == 1 and said[0] in CONTROLS):
        return made
    if len(said) == 1 and said[0] in GENERIC:
        if said[0] not in NAMING:
            return made
        for place, entity in enumerate(about):
            trust = 1.0 if place == 0 else 0.8
            _put(made, (*entity, said[0]), trust)
            if len(entity) > 1:
                _put(made, (entity[-1], said[0]), 0.75 * trust)
        return made
    _put(made, said, 1.0)
    if said[-1] in NAMING and len(said) > 2:
        _put(made, said[-2:], 0.6)
    elif said[-1] not in GENERIC and len(said) > 1:
        _put(made, said[-1:], 0.4)
    return made


def _put(made: dict[str, float], said: Phrase, weight: float) -> None:
    # Without a separator: ``orgunitid`` and ``OrgUnitId`` are one name.
    key = "".join(_without_repeats(said))
    made[key] = max(weight, made.get(key, 0.0))
