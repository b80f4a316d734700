"""What a tool does, read off its name: ``calendar_events_list`` lists events of a calendar."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from attrs import field, frozen

from scaleenv_core.names import singular, words
from scaleenv_core.stages.language.tongue import Tongue, Words, matches, name_words, names, tongue
from scaleenv_core.types import Operation, Tool

_SEGMENT = re.compile(r"[_\-./: ]+")
_CUT = 64
"""A call name of this length was cut; the tool's id has the whole."""

_NAMES = names()

READS = ("list", "search", "get", "look", "count", "check")
"""Kinds of deeds that ask for something."""


@frozen
class Deed:
    """A tool's name, understood."""

    verb: str
    """``delete``; empty where the name has none."""

    kind: str
    """``list``, ``get``, ``create``, …: the frames of ``[kinds]`` that fit."""

    noun: Words
    """What it acts on, in the singular: ``user pool``."""

    many: bool
    """Whether the name has it in the plural."""

    tail: Words = ()
    """What follows it: ``to group``."""

    owners: tuple[Words, ...] = ()
    """What it lies in, the nearest last."""

    synonyms: tuple[str, ...] = field(default=())
    """Ways to say the verb that mean no other tool of the domain."""


def deeds_of(
    tools: Mapping[str, Tool], operations: Mapping[str, Operation], speech: Tongue
) -> dict[str, Deed]:
    """Each tool's deed, by call name."""
    return {name: _deed(tool, operations.get(name), speech) for name, tool in sorted(tools.items())}


def _segments(tool: Tool) -> list[str]:
    name = tool.name
    if len(name) >= _CUT - 1:
        whole = tool.id.rsplit("/", 1)[-1]
        name = whole if whole.startswith(name[:5]) else name.rsplit("_", 1)[0]
    return [part for part in _SEGMENT.split(name) if part] or [name]


def _deed(tool: Tool, operation: Operation | None, speech: Tongue) -> Deed:
    parts = _segments(tool)
    if len(parts) > 2 and parts[0].lower() in words(tool.service):
        parts = parts[1:]  # nobody names the service
    by = next((at for at, part in enumerate(parts) if at and part.lower() == "by"), len(parts))
    said = [_clean(part) for part in parts[:by]]
    said = [part for part in said if part] or [list(words(tool.name)) or ["request"]]
    verbs = tongue("en").verbs
    while len(said) > 1 and len(said[-1]) > 1 and said[-1][0] in _NAMES["modifiers"]:
        said[-1].pop(0)
    path = len(said) > 1 and said[-1][0] in verbs and said[0][0] not in verbs
    owners: list[Words] = []
    if path:
        *above, last = said
        verb, rest = last[0], last[1:]
        owners = list(dict.fromkeys(_singular(part) for part in above))
        if not rest:
            rest = above[-1] if verb in _NAMES["many"] else list(owners[-1])
            owners.pop()
    else:
        verb, rest = _verb([word for part in said for word in part])
    head, tail = _split(rest)
    while len(head) > 1 and (head[-1] in _NAMES["padding"] or (head[-1] in ("id", "ids") and verb)):
        head.pop()  # the details of an order are the order
    many = bool(head) and singular(head[-1]) != head[-1]
    kind = verbs[verb][0] if verb else "look"
    noun = _singular(head) or (owners.pop() if owners else _first_thing(tool))
    writes = bool(operation and operation.writes)
    return Deed(
        verb,
        _kind(kind, writes, many),
        noun,
        many,
        tail,
        tuple(owners),
        tuple(speech.verbs.get(verb, ())[1:]),
    )


def _first_thing(tool: Tool) -> Words:
    """What a tool without a noun acts on: what its first required parameter names."""
    for name in tool.parameters.get("required", ()):
        said = name_words(name)
        if len(said) > 1 and said[-1] in _NAMES["suffixes"]:
            return _singular(said[:-1])
    return ("request",)


def _kind(kind: str, writes: bool, many: bool) -> str:
    """What the verb says, unless the tool does otherwise."""
    if kind == "get" and many and not writes:
        return "list"
    if kind == "search" and not many and not writes:
        return "get"
    if writes and kind in ("list", "get", "look", "search", "count"):
        return "run"
    return kind


def _clean(part: str) -> list[str]:
    """A name's words without versions, numbers and hashes."""
    if re.fullmatch(r"v\d+\w*|\d+|(?=.*\d)[0-9a-f]{8}", part.lower()):
        return []
    return [word for word in words(part) if not word.isdigit() and not re.fullmatch(r"v\d*", word)]


def _verb(said: Sequence[str]) -> tuple[str, list[str]]:
    """The word that is the verb, and the others: the first word, the last, or any before a preposition."""
    plain = list(said)
    while len(plain) > 1 and plain[0] in _NAMES["modifiers"]:
        plain.pop(0)
    places = [0, len(plain) - 1, *range(1, len(plain) - 1)]
    stop = next((at for at, word in enumerate(plain) if at and word in _NAMES["prepositions"]), len(plain))
    for at in places:
        if at and at == len(plain) - 1 and plain[at] in _NAMES["nouns_too"]:
            continue
        if plain[at] in tongue("en").verbs and (at == 0 or (at < stop and len(plain) > 1)):
            return plain[at], [word for place, word in enumerate(plain) if place != at]
    return "", plain


def _split(rest: Sequence[str]) -> tuple[list[str], Words]:
    """What it acts on, and what follows: a preposition and words; what follows ``by`` is said by values."""
    kept = list(rest)
    while len(kept) > 1 and kept[0] in _NAMES["modifiers"]:
        kept.pop(0)
    at = next(
        (place for place, word in enumerate(kept) if place and word in _NAMES["prepositions"]), len(kept)
    )
    tail = tuple(kept[at:])
    if tail and (tail[0] in ("by", "using", "via", "as", "with") or len(tail) < 2):
        tail = ()
    head = [word for word in kept[:at] if word not in ("and", "or")]
    return head or kept[:1], tail


_ODD = {"alia": "alias", "aliase": "alias", "statuse": "status", "canva": "canvas"}


def _singular(name: Sequence[str]) -> Words:
    last = singular(name[-1]) if name else ""
    return (*name[:-1], _ODD.get(last, last)) if name else ()


def thing_of(name: str, deed: Deed, tool: Tool) -> Words:
    """What a parameter names: ``orderId`` the order; nothing where it is no entity's name."""
    said = list(name_words(name))
    named = {"name"} if deed.kind in ("get", "delete", "act") else set()
    if len(said) > 1 and said[-1] not in _NAMES["suffixes"] and tool.http and f"{{{name}}}" in tool.http.path:
        return () if matches(said, _NAMES["no_thing"]) else _singular(said)
    if len(said) == 1 and tool.http and f"{{{name}}}" in tool.http.path and said[0] not in _NAMES["suffixes"]:
        return _singular(said)
    if said[-1] not in _NAMES["suffixes"] or (len(said) == 1 and said[0] not in _NAMES["alone"] | named):
        whole = _singular(said)
        return whole if whole == deed.noun or whole in deed.owners else ()
    while len(said) > 1 and said[-1] in _NAMES["suffixes"]:
        said.pop()
    if said[-1] in _NAMES["suffixes"] or " ".join(said) in _NAMES["anything"]:
        return deed.noun
    return () if matches(said, _NAMES["no_thing"]) else _singular(said)


def is_own(thing: Words, deed: Deed) -> bool:
    """Whether a named thing is what the tool acts on."""
    return bool(thing) and (
        thing == deed.noun or deed.noun[-len(thing) :] == thing or thing[-len(deed.noun) :] == deed.noun
    )
