"""Who asks: a name, a manner of speaking, and something they do."""

from __future__ import annotations

import random
from collections.abc import Sequence

from attrs import frozen

from scaleenv_core.stages.language.deeds import READS
from scaleenv_core.stages.language.tongue import Tongue

REGISTERS = ("formal", "plain", "plain", "chatty", "terse")


@frozen
class Persona:
    """One person."""

    tongue: Tongue
    name: str
    register: str
    mood: str
    job: str
    text: str

    @classmethod
    def drawn(cls, tongue: Tongue, rng: random.Random) -> Persona:
        """A person, by chance."""
        words = tongue.data["persona"]
        given, family = rng.choice(words["given"].split()), rng.choice(words["family"].split())
        register = rng.choice(REGISTERS)
        name = str(words.get("name", "{given} {family}")).format(given=given, family=family)
        return cls(
            tongue,
            name,
            register,
            rng.choice(words[register]),
            rng.choice(words["jobs"]),
            rng.choice(words["text"]),
        )

    def profile(self, nouns: str) -> str:
        """Who this is, told to whoever plays them."""
        made = self.text.format(name=self.name, mood=self.mood, job=self.job.format(nouns=nouns))
        return made.strip()

    def around(self, sentences: Sequence[str], kind: str, rng: random.Random) -> str:
        """The sentences between a greeting, a reason and a goodbye."""
        pick, read = self.tongue.pick, kind in READS
        opening = pick(rng, "openings", self.register).format(name=self.name)
        group = "read" if read else kind if kind in self.tongue.data["reasons"] else "act"
        reason = pick(rng, "reasons", group) if self.register != "terse" else ""
        closing = pick(rng, "closings", self.register)
        parts = [opening, reason, *sentences, closing]
        return str(self.tongue.data["speech"]["between"]).join(part for part in parts if part)
