"""How a persona puts things, in the language of the wish."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from attrs import field, frozen

PERSONAS = ("plain", "polite", "terse")

_CHINESE = re.compile(r"[一-鿿]")


@frozen
class Voice:
    """One persona's phrases in one language; which of several is said is drawn."""

    phrases: Mapping[str, Sequence[str]]
    rng: random.Random = field(eq=False)

    @classmethod
    def of(cls, wish: str, persona: str, rng: random.Random) -> Voice:
        """The voice for a wish; ``any`` persona is drawn."""
        drawn = rng.choice(PERSONAS) if persona == "any" else persona
        language = "zh" if _CHINESE.search(wish) else "en"
        return cls(_all()[language][drawn], rng)

    def say(self, what: str, **parts: str) -> str:
        """A phrase with its parts."""
        return self.rng.choice(self.phrases[what]).format(**parts)


@cache
def _all() -> Mapping[str, Mapping[str, Mapping[str, Sequence[str]]]]:
    text = files("scaleenv_user_scripted").joinpath("phrases.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
