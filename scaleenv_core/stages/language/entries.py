"""What a person sees of an entry of an answer: its label, or its place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from attrs import frozen

from scaleenv_core.names import singular, words
from scaleenv_core.stages.language.spoken import is_code
from scaleenv_core.stages.language.tongue import Words
from scaleenv_core.stages.walk import values_at

_INDEX = re.compile(r"\[(\d+)\]")
_LABELS = ("name", "title", "summary", "displayname", "subject", "label", "email", "fullname", "primaryemail")
_ENVELOPES = {
    "result",
    "results",
    "items",
    "item",
    "data",
    "value",
    "values",
    "response",
    "content",
    "entries",
    "list",
}


@frozen
class Entry:
    """Where in an answer a value stands."""

    data: Any
    """What holds it."""

    peers: Sequence[Any]
    places: tuple[int, ...]
    """Its number in each list that it is in; empty where it is in none."""

    leaf: str
    noun: Words = ()
    """What its list is called; nothing where that is an envelope's name."""

    above: Words = ()

    @property
    def listed(self) -> bool:
        """Whether it is one of several."""
        return bool(self.places)


def entry_at(content: Any, path: str) -> Entry:
    """The entry that holds the value at a path of an answer."""
    if path.endswith("]"):
        record, leaf = path, ""
    else:
        record, _, leaf = path.rpartition(".")
    record = record[: record.rfind("]") + 1]
    places = tuple(int(index) for index in _INDEX.findall(record))
    data = next((value for _, value in values_at(content, record)), None) if record else content
    peers = [value for _, value in values_at(content, _INDEX.sub("[]", record))] if record else []
    names = [name for name in re.split(r"[.\[\]0-9]+", record) if name]
    return Entry(data, peers, places, leaf, _noun(names[-1:]), _noun(names[-2:-1] if len(places) > 1 else []))


def _noun(names: Sequence[str]) -> Words:
    said = words(names[0]) if names and names[0].lower() not in _ENVELOPES else []
    return (*said[:-1], singular(said[-1])) if said else ()


def label_of(entry: Entry) -> str | None:
    """What tells an entry from its peers, in words."""
    if not isinstance(entry.data, dict):
        return None
    found = [
        value
        for name, value in entry.data.items()
        if "".join(words(name)) in _LABELS
        and name != entry.leaf
        and isinstance(value, str)
        and 0 < len(value) < 80
        and sum(isinstance(peer, dict) and peer.get(name) == value for peer in entry.peers) == 1
    ]
    return min(found, key=lambda value: is_code(value) and "@" not in value, default=None)
