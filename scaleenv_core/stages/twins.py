"""Near duplicates in a catalog: the same tool from two mirrors, or from two versions of one API."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from math import ceil

from attrs import Factory, frozen

from scaleenv_core.names import words
from scaleenv_core.types import JsonSchema, Tool

ALIKE = 0.8
"""Two descriptions are near equal if they share so many of all their words.

On 87,393 real tools lower values begin to join tools that differ in the one word that matters
("watch a ConfigMap", "watch a Secret"); above it rewordings of one sentence are missed.
"""

_VERSION = re.compile(
    r"(?<![A-Za-z])v\d+(?:[._-]?(?:p|alpha|beta|preview)\d*)*|(?<=[a-z_.-])V\d+(?:(?:alpha|beta)\d*)?"
)
_WORD = re.compile(r"[^\W_]+")


@frozen(eq=False)
class _Looks:
    """What one tool is compared by."""

    id: str
    said: frozenset[str]
    """The words of its description."""

    path: str
    answer: tuple[str, ...]

    def differs(self, other: _Looks) -> bool:
        """Whether both say where they are or what they answer, and say different things."""
        return bool(
            (self.path and other.path and self.path != other.path)
            or (self.answer and other.answer and self.answer != other.answer)
        )

    def likeness(self, other: _Looks) -> float:
        """The share of all words of both descriptions that both have (Jaccard)."""
        union = len(self.said | other.said)
        return len(self.said & other.said) / union if union else 1.0


@frozen
class _Group:
    """The kept tools of one name and one set of parameters, found by words of their descriptions."""

    by_word: dict[str, list[_Looks]] = Factory(dict)

    def twin(self, looks: _Looks, prefix: Sequence[str]) -> tuple[_Looks, float] | None:
        """The first kept tool that this one is near; otherwise it is kept itself."""
        for word in prefix:
            for kept in self.by_word.get(word, ()):
                likeness = looks.likeness(kept)
                if likeness >= ALIKE and not looks.differs(kept):
                    return kept, likeness
        for word in prefix:
            self.by_word.setdefault(word, []).append(looks)
        return None


def near_twins(tools: Sequence[Tool]) -> Iterator[tuple[Tool, str, float]]:
    """Each tool that is nearly an earlier one: itself, the id of the one kept, their likeness.

    Near are tools of the same name (but for case, separators and versions), parameter names
    and numbers in the text, whose descriptions are :data:`ALIKE`, unless paths or answers say
    that they are two things. Each tool is compared only with those that share one of its
    rarest words: two sets of words that are alike to the degree ``a`` share one of the
    ``n - ceil(a n) + 1`` rarest (prefix filtering: Chaudhuri, Ganti, Kaushik, ICDE 2006). So
    the cost stays near linear, and nothing is left to chance.
    """
    said = [frozenset(_WORD.findall(tool.description.lower())) for tool in tools]
    counts = Counter(word for one in said for word in one)
    groups: dict[tuple[object, ...], _Group] = {}
    for tool, spoken in zip(tools, said, strict=True):
        looks = _Looks(tool.id, spoken, _path(tool), _properties(tool.returns))
        rarest = sorted(spoken, key=lambda word: (counts[word], word))
        prefix = rarest[: len(rarest) - ceil(ALIKE * len(rarest) - 1e-9) + 1] or [""]
        found = groups.setdefault(_key(tool, spoken), _Group()).twin(looks, prefix)
        if found:
            yield tool, found[0].id, found[1]


def _key(tool: Tool, said: frozenset[str]) -> tuple[object, ...]:
    numbers = tuple(sorted(word for word in said if word[0].isdigit()))
    method = tool.http.method if tool.http else ""
    return _name(tool.name), _properties(tool.parameters), numbers, method


def _name(name: str) -> str:
    """A name without its spelling: ``getUser_v2`` is ``Get-User``. Other scripts stay as they are."""
    return " ".join(words(_VERSION.sub("", name))) or name


def _properties(schema: JsonSchema | None) -> tuple[str, ...]:
    return tuple(sorted(_name(name) for name in (schema or {}).get("properties") or ()))


def _path(tool: Tool) -> str:
    """The path without versions and the names of its parameters."""
    parts = tool.http.path.strip("/").split("/") if tool.http else []
    return "/".join("{}" if "{" in part else part for part in parts if not re.match(r"v?\d", part))
