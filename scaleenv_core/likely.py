"""What a person writes into a text field, as far as its name says (``likely.toml``)."""

from __future__ import annotations

import random
import re
import string
import tomllib
from functools import lru_cache
from importlib.resources import files

from scaleenv_core.names import singular, words

_SLOT = re.compile(r"\{(\w+)\}")
_LONGEST = 3
"""Words of an ending."""

# Read with the module: a cell reads no files.
_DATA = tomllib.loads((files("scaleenv_core") / "likely.toml").read_text(encoding="utf-8"))
_KINDS = {ending: kind for kind, endings in _DATA["endings"].items() for ending in endings}
_SLOTS = {name: held.split() for name, held in _DATA["slots"].items()} | _DATA["texts"]


@lru_cache(4096)
def kind_of(name: str) -> str:
    """What sort of text a field of this name holds; empty where it does not say."""
    spelt = words(name)
    spelt = [*spelt[:-1], singular(spelt[-1])] if spelt else []
    endings = (" ".join(spelt[-many:]) for many in range(_LONGEST, 0, -1))
    return next((_KINDS[ending] for ending in endings if ending in _KINDS), "")


def likely_text(name: str, rng: random.Random) -> str | None:
    """A text for a field of this name; ``None`` where the name does not say what it holds."""
    kind = kind_of(name)
    if not kind:
        return None
    return _SLOT.sub(lambda found: _slot(found[1], rng), rng.choice(_DATA["frames"][kind]))


def _slot(name: str, rng: random.Random) -> str:
    if name in ("letters", "LETTERS"):
        drawn = "".join(rng.choices(string.ascii_lowercase, k=2))
        return drawn.upper() if name.isupper() else drawn
    numbers = {"digit": (1, 9), "few": (2, 98), "five": (10000, 99999), "day": (1, 28), "hour": (0, 23)}
    if name in numbers:
        drawn = str(rng.randint(*numbers[name]))
        return drawn.zfill(2) if name in ("day", "hour") else drawn
    text = str(rng.choice(_SLOTS[name.lower()]))
    return text.capitalize() if name[0].isupper() else text
