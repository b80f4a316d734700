"""A language as data: its frames and words, and how its nouns are put together."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from attrs import frozen

from scaleenv_core.names import singular, words

Words = tuple[str, ...]
LANGUAGES = ("en", "zh")

_VOWEL = re.compile(r"[aeiou]")
_MANY = re.compile(r"[A-Z]{2,}s(?![a-z])")
_LETTER_AN = re.compile(r"[aefhilmnorsx8]")
"""Letters whose names begin with a vowel: an SMS, an FAQ; but a URL."""


@frozen(eq=False)
class Tongue:
    """One language."""

    name: str
    data: Mapping[str, Any]

    def frames(self, *path: str) -> list[str]:
        """The frames at a place of the file; none where there is no such place."""
        found: Any = self.data
        for step in path:
            found = found.get(step, {})
        return [found] if isinstance(found, str) else list(found)

    def pick(self, rng: random.Random, *path: str) -> str:
        """One of the frames at a place of the file."""
        return rng.choice(self.frames(*path) or [""])

    def listed(self, place: str) -> frozenset[str]:
        """The words of a list of the file's ``[words]``."""
        return _set(self.name, place)

    @property
    def verbs(self) -> Mapping[str, Sequence[str]]:
        """Verb → its kind, and the ways to say it."""
        found: Mapping[str, Sequence[str]] = self.data["verbs"]
        return found

    def noun(self, name: Iterable[str], *, many: bool = False) -> str:
        """Words of an identifier as people write them, in the singular or plural."""
        name = _numbered(name)
        if self.name == "zh":
            return _beside(self._looked_up(name))
        spelt = [_latin(word) for word in name]
        if spelt and many:
            spelt[-1] = self._plural(spelt[-1])
        return " ".join(word for word in spelt if word)

    def field(self, name: Sequence[str]) -> str:
        """A field's words as people call it."""
        said = self.data["fields"]["say"]
        if len(name) > 1 and name[-1] == "1" and name[-2] not in _set("en", "numbered"):
            name = name[:-1]  # the first line of an address is the address
        whole = " ".join(name)
        if whole in said:
            return str(said[whole])
        return self.noun([part for word in name for part in str(said.get(word, word)).split()]) or whole

    def a(self, noun: str) -> str:
        """The noun with its indefinite article."""
        first = (noun.split() or [""])[0].lower().split("-")[0]
        if not first or noun.split()[-1].lower() in self.listed("uncountable"):
            return noun
        if first in self.listed("vowel_a"):
            return f"a {noun}"
        sounded = first in self.listed("vowel_an")
        if first in self.listed("acronyms"):
            return f"{'an' if _LETTER_AN.match(first) else 'a'} {noun}"
        return f"{'an' if sounded or _VOWEL.match(first) else 'a'} {noun}"

    def joined(self, parts: Sequence[str]) -> str:
        """``a, b and c``."""
        speech = self.data["speech"]
        if len(parts) < 2:
            return "".join(parts)
        return str(speech["comma"]).join(parts[:-1]) + str(speech["and"]) + parts[-1]

    def place(self, number: int) -> str:
        """``first`` for 0."""
        places = self.data["speech"]["places"]
        return str(places[number]) if number < len(places) else _ordinal(self, number + 1)

    def _looked_up(self, name: list[str]) -> Iterator[str]:
        """The lexicon's words for a name, two together where it has them."""
        lexicon: Mapping[str, str] = self.data["lexicon"]
        while name:
            for many in (3, 2, 1):
                part = " ".join(name[:many])
                found = lexicon.get(part) or lexicon.get(singular(part))
                if found or many == 1:
                    yield found or _latin(part)
                    del name[:many]
                    break

    def _plural(self, word: str) -> str:
        low = word.lower()
        if low in self.listed("uncountable") or low in ("series", "species") or singular(low) != low:
            return word
        if word.isupper():
            return f"{word}s"
        if low.endswith("y") and low[-2:-1] not in "aeiou":
            return f"{word[:-1]}ies"
        if low.endswith(("s", "x", "ch", "sh", "z")):
            return f"{word}es"
        odd = {"person": "people", "child": "children"}
        return odd.get(low) or f"{word}s"


def _ordinal(tongue: Tongue, number: int) -> str:
    if tongue.name == "en" and number % 100 not in (11, 12, 13) and number % 10 in (1, 2, 3):
        return f"{number}{('st', 'nd', 'rd')[number % 10 - 1]}"
    return str(tongue.data["speech"]["place"]).format(number=number)


def _numbered(name: Iterable[str]) -> list[str]:
    """The words, a number with what it belongs to: ``S3``, ``MD5``."""
    made: list[str] = []
    for word in name:
        if word.isdigit() and made and made[-1] in _set("en", "numbered"):
            made[-1] = f"{made[-1]}{word}".upper()
        else:
            made.append(word)
    return made


def _latin(word: str) -> str:
    odd = {"url": "URL", "urls": "URLs", "ids": "IDs", "ios": "iOS", "chromeos": "ChromeOS"}
    return odd.get(word) or (word.upper() if word in _set("en", "acronyms") else word)


def _beside(parts: Iterable[str]) -> str:
    """Chinese words side by side; a space where Latin ones meet others."""
    made = ""
    for part in parts:
        if made and part and (made[-1].isascii() or part[0].isascii()):
            made += " "
        made += part
    return made


def _read(name: str) -> dict[str, Any]:
    path = files("scaleenv_core.stages.language") / "words" / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


# Read with the module: a cell, where requests are made, reads no files.
_TONGUES = {name: Tongue(name, _read(name)) for name in LANGUAGES}
_NAMES = _read("names")


def tongue(name: str) -> Tongue:
    """The language of this name."""
    return _TONGUES[name]


@cache
def names() -> Mapping[str, frozenset[str]]:
    """How names in catalogs are read: lists of words (``words/names.toml``)."""
    found = dict(_NAMES)
    found["no_thing"] = [*found["no_thing"].split(), *found.pop("no_thing_words")]
    return {name: frozenset(held.split() if isinstance(held, str) else held) for name, held in found.items()}


@cache
def _set(name: str, place: str) -> frozenset[str]:
    return frozenset(tongue(name).data["words"].get(place, "").split())


def matches(name: Sequence[str], patterns: Iterable[str]) -> bool:
    """Whether a field's words are one of the patterns; ``*`` stands for any words before."""
    whole = " ".join(name)
    return any(
        whole == pattern or (pattern[0] == "*" and f" {whole}".endswith(f" {pattern[1:]}"))
        for pattern in patterns
    )


_FLAGS = {"is", "enable", "enabled", "allow", "include", "show", "has", "use", "should", "with"}


def flag_words(called: Words) -> Words:
    """What a yes or no is about: ``include_deleted`` is about the deleted."""
    kept = tuple(word for word in called if word not in _FLAGS)
    return kept or called


def name_words(name: str) -> Words:
    """The words of a field's name; ``listIDs`` is of IDs, not of an I and Ds."""
    return tuple(words(_MANY.sub(lambda found: found[0].capitalize(), name))) or (name,)
