"""From a gold sequence to what a user would say: a request, who asks, and what they know.

The words of a language are data (``words/<language>.toml``); what is said, in which order, and
what refers to what is decided here, by a seed. Every value that gold needs from the user is in
the text, in a form that can be read back (:func:`leaves_out`).
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence

from attrs import define, field, frozen

from scaleenv_core.stages.language.deeds import Deed, deeds_of
from scaleenv_core.stages.language.persona import Persona
from scaleenv_core.stages.language.spoken import says
from scaleenv_core.stages.language.telling import Telling, known_facts
from scaleenv_core.stages.language.tongue import LANGUAGES, Tongue, name_words, tongue
from scaleenv_core.stages.wish import Wish
from scaleenv_core.types import Action, Operation, Tool, Withheld

__all__ = ["LANGUAGES", "Said", "Speaker", "leaks", "leaves_out"]

_GLUED = re.compile(r"\w*[a-z0-9]_[a-z0-9]\w*|\b[a-z]+[A-Z][A-Za-z]*\b")


@frozen(kw_only=True)
class Said:
    """All that the user of a wish says, and who that is."""

    instruction: str
    profile: str
    """Who asks, and how they speak."""

    known: tuple[str, ...]
    """What the user knows, a fact a line."""

    withheld: tuple[Withheld, ...] = ()
    later: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Everything that is said at some time."""
        return "\n".join([self.instruction, *self.later, *(fact.says for fact in self.withheld)])


@define
class Speaker:
    """Speaks for the users of one domain."""

    tools: Mapping[str, Tool]
    operations: Mapping[str, Operation]
    language: str = "en"
    _deeds: Mapping[str, Deed] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._deeds = deeds_of(self.tools, self.operations, self.tongue)

    @property
    def tongue(self) -> Tongue:
        """The words of the language."""
        return tongue(self.language)

    def say(self, wish: Wish, seed: int) -> Said:
        """The wish in words; the same seed says the same."""
        loud: frozenset[int] = frozenset()
        while True:
            said = self._say(wish, seed, loud)
            silent = {number for number, _ in self._left_out(said, wish)}
            if silent <= loud:
                return said
            loud |= silent

    def fault_of(self, said: Said, wish: Wish) -> str:
        """Why the words do not do; empty if they do."""
        if self._left_out(said, wish):
            return "not-said"
        return "leaks-a-name" if leaks(said.text, _actions(wish)) else ""

    def _left_out(self, said: Said, wish: Wish) -> list[tuple[int, str]]:
        return leaves_out(said.text, _actions(wish), self.tools, self.language)

    def _say(self, wish: Wish, seed: int, loud: frozenset[int]) -> Said:
        rng = random.Random(seed)
        persona = Persona.drawn(self.tongue, rng)
        telling = Telling(wish, self.tools, self._deeds, self.tongue, persona.register, rng, loud)
        sentences, steps = telling.sentences(), wish.asked
        kind = self._deeds[next((s for s in steps if s.wrote), steps[-1]).action.tool].kind
        plain, tidy = telling.phrases.plain, telling.phrases.tidy
        nouns = self.tongue.noun(self._deeds[steps[-1].action.tool].noun, many=True)
        return Said(
            instruction=plain(tidy(persona.around(sentences, kind, rng))),
            profile=persona.profile(nouns),
            withheld=tuple(telling.withheld()),
            later=tuple(plain(text) for text in telling.later()),
            known=known_facts(telling),
        )


def _actions(wish: Wish) -> list[Action]:
    return [step.action for step in wish.asked]


def leaves_out(
    text: str, actions: Sequence[Action], tools: Mapping[str, Tool], language: str
) -> list[tuple[int, str]]:
    """The arguments that the user has to say and that cannot be read off a text: action and argument."""
    found = []
    for number, action in enumerate(actions):
        properties = tools[action.tool].parameters.get("properties", {})
        for binding in action.bindings:
            value, schema = action.arguments[binding.argument], properties.get(binding.argument, {})
            called = name_words(binding.argument)
            if binding.origin == "user" and not says(text, value, called, schema, tongue(language)):
                found.append((number, binding.argument))
    return found


def leaks(text: str, actions: Sequence[Action]) -> list[str]:
    """Names of tools and parameters in a text that only a program would write: ``orderId``, ``order_id``."""
    names = {name for action in actions for name in (action.tool, *action.arguments)}
    return sorted(name for name in names if _GLUED.fullmatch(name) and _word_in(name, text))


def _word_in(name: str, text: str) -> bool:
    return re.search(rf"(?<![\w.@/:-]){re.escape(name)}(?![\w@/:-])", text) is not None
