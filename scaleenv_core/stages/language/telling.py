"""One request: which calls are said and which are understood, in what words, and what refers to what."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import define, field, frozen

from scaleenv_core.engine.journal import canonical
from scaleenv_core.stages.language.deeds import READS, Deed, is_own, thing_of
from scaleenv_core.stages.language.entries import entry_at, label_of
from scaleenv_core.stages.language.phrases import Content, Phrases
from scaleenv_core.stages.language.tongue import Tongue, Words, flag_words, name_words
from scaleenv_core.stages.walk import Step
from scaleenv_core.stages.wish import Wish
from scaleenv_core.types import Binding, JsonSchema, Tool, Withheld


@frozen
class Phrase:
    """Where the text says one value."""

    step: int
    argument: str
    text: str


@define
class Telling:
    """The request for some steps, as it grows."""

    wish: Wish
    tools: Mapping[str, Tool]
    deeds: Mapping[str, Deed]
    tongue: Tongue
    register: str
    rng: random.Random
    loud: frozenset[int] = frozenset()
    """Reads that are said although what they feed would do."""

    steps: list[Step] = field(init=False)
    phrases: Phrases = field(init=False)
    _nouns: frozenset[Words] = field(init=False)
    """What the domain's tools act on."""

    met: dict[tuple[Words, str], str] = field(factory=dict)
    """Things that were named, by noun and value, with the words that named them."""

    last: dict[Words, str] = field(factory=dict)
    """The thing of each noun that was named last."""

    turn: set[tuple[Words, str]] = field(factory=set)
    """Things named in the sentence under way."""

    said: list[Phrase] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.phrases = Phrases(self.tongue, self.rng)
        self.steps = list(self.wish.asked)
        self._nouns = frozenset(noun for deed in self.deeds.values() for noun in (deed.noun, *deed.owners))
        if self.wish.first:
            self.steps[self.wish.first[0]] = self.wish.first[1]

    def sentences(self) -> list[str]:
        """One for each wish, in order; what is only needed for another is inside that."""
        found, before = [], None
        wishes = [number for number in range(len(self.steps)) if self._voiced(number)]
        for place, number in enumerate(wishes):
            where = "first" if not place else "last" if place == len(wishes) - 1 else "next"
            found.append(self._sentence(number, before, where if len(wishes) > 1 else ""))
            before = number
        return found

    def later(self) -> Iterator[str]:
        """What the user says when thinking again."""
        if self.wish.first:
            at = self.wish.first[0]
            self.steps[at] = self.wish.asked[at]
            self.met.clear()  # what was said of the first choice no longer holds
            self.last.clear()
            yield self.phrases.tidy(f"{self.tongue.pick(self.rng, 'again')} {self._sentence(at, None, '')}")

    def withheld(self) -> Iterator[Withheld]:
        """What is only said when asked for."""
        tongue, plain = self.tongue, self.phrases.plain
        for number, argument in self.wish.withheld:
            step = self.wish.asked[number]
            called = self._field(name_words(argument), self.deeds[step.action.tool])
            value = self.phrases.whole(step.action.arguments[argument], called, self._schema(step, argument))
            slots = {"field": tongue.field(called), "noun": tongue.noun(self.deeds[step.action.tool].noun)}
            about = self.phrases.fill(tongue.pick(self.rng, "withheld", "about"), slots)
            says = self.phrases.filled(tongue.pick(self.rng, "withheld", "says"), field=called, value=value)
            yield Withheld(about=about, says=plain(self.phrases.tidy(says)))
        if self.wish.consent:
            deed = self.deeds[self.wish.consent]
            slots = {"verb": self._verb(deed), "thing": self.phrases.np("the", noun=tongue.noun(deed.noun))}
            about = self.phrases.fill(tongue.pick(self.rng, "withheld", "consent"), slots)
            yield Withheld(about=about, says=tongue.pick(self.rng, "withheld", "yes"))

    def _verb(self, deed: Deed) -> str:
        return self.rng.choice(deed.synonyms or (self.tongue.verbs.get(deed.verb, ["", deed.verb])[-1],))

    def _voiced(self, number: int) -> bool:
        step = self.steps[number]
        if step.wrote or step.told or number in self.loud or not self._fed_by(number):
            return True
        deed = self.deeds[step.action.tool]
        return any(self._role(step, binding, deed)[0] == "content" for binding in step.action.bindings)

    def _fed_by(self, number: int) -> list[int]:
        return [at for at, step in enumerate(self.steps) if number in step.feeders]

    # Sentences

    def _sentence(self, number: int, before: int | None, where: str) -> str:
        step, deed = self.steps[number], self.deeds[self.steps[number].action.tool]
        self.turn.clear()
        slots = self._slots(number)
        frame = self._frame(number, deed, before)
        made = self.phrases.sentence(frame, self.register, slots)
        if step.action.expect == "refused" and self.wish.kind == "impossible":
            made += f" {self.tongue.pick(self.rng, 'why')}"
        elif step.told and "{facts}" not in frame and not self._same(frame):
            made += " " + self.phrases.sentence(self.tongue.pick(self.rng, "telling"), self.register, slots)
        if number and self.steps[number - 1].action.expect == "refused":
            where = "fallback"
        joint = self.tongue.pick(self.rng, "joints", where) if where else ""
        return self.phrases.begun(joint, made)

    def _same(self, frame: str) -> bool:
        """Whether a frame refers to the wish before, and so to what it asks."""
        return any(frame in kind.get("again", ()) for kind in self.tongue.data["kinds"].values())

    def _frame(self, number: int, deed: Deed, before: int | None) -> str:
        step, tongue = self.steps[number], self.tongue
        kind = deed.kind if deed.kind in tongue.data["kinds"] else "act"
        if kind in ("list", "search") and self._own(step):
            kind = "get"
        if (
            before is not None
            and self._alike(number, before)
            and (again := tongue.frames("kinds", kind, "again"))
        ):
            return self.rng.choice(again)
        if step.told and kind in READS and step.action.expect == "answered":
            return tongue.pick(self.rng, "kinds", kind, "told")
        plain = [f"{{ask:{frame}}}" for frame in tongue.frames("kinds", kind, "vp")]
        if kind == "create" and deed.many:
            return f"{{ask:{tongue.pick(self.rng, 'kinds', kind, 'many')}}}"
        return self.rng.choice([*plain, *plain, *tongue.frames("kinds", kind, "says")])

    def _alike(self, number: int, before: int) -> bool:
        """Whether it is the call before with another thing, so that "the same for …" says it."""
        one, other = self.steps[number], self.steps[before]
        if other.action.expect != "answered":
            return False
        if one.action.tool != other.action.tool or [n for n, _ in one.told] != [n for n, _ in other.told]:
            return False
        mine, theirs = self._content(one), self._content(other)
        return mine == theirs and bool(self._own(one)) and bool(self._own(other))

    def _content(self, step: Step) -> list[tuple[str, str]]:
        own = {binding.argument for binding in self._own(step)}
        return [(name, canonical(value)) for name, value in step.action.arguments.items() if name not in own]

    def _own(self, step: Step) -> list[Binding]:
        deed = self.deeds[step.action.tool]
        return [b for b in step.action.bindings if self._role(step, b, deed)[0] == "own"]

    # What a call is about

    def _slots(self, number: int) -> dict[str, str]:
        step = self.steps[number]
        deed, tongue = self.deeds[step.action.tool], self.tongue
        owners, own, content = self._sorted(number)
        noun, nouns = tongue.noun(deed.noun), tongue.noun(deed.noun, many=True)
        owners += self._tail(deed, owners)
        at = self.phrases.owners(owners)
        things = self.phrases.np("alls", noun=noun, nouns=nouns)
        thing = own or (self.phrases.np("the", noun=nouns if deed.many else noun, nouns=nouns))
        facts = [tongue.field(name_words(name)) for name, _ in step.told]
        facts = [self.phrases.np("the", noun=fact, nouns=fact) for fact in dict.fromkeys(facts)]
        within = self.phrases.within
        return {
            "thing": within(thing, at),
            "things": within(own or things, at),
            "a_thing": within(nouns if deed.many else tongue.a(noun), at),
            "bare_thing": within(noun, at),
            "bare_things": within(nouns, at),
            "noun": noun,
            "nouns": nouns,
            "at_adverb": self.phrases.owners(owners, "_adverb"),
            "rest": self.phrases.rest(content),
            "verb": self._verb(deed),
            "facts": tongue.joined(facts),
            "is": "are"
            if len(facts) > 1 or (facts and facts[0].endswith("s") and len(facts[0]) > 8)
            else "is",
        }

    def _tail(self, deed: Deed, owners: Sequence[str]) -> list[str]:
        """What the name adds, where no value says it: tags *for the resource*."""
        thing = deed.tail[2:] if deed.tail[1:2] == ("all",) else deed.tail[1:]
        if not thing or owners:
            return []
        noun = self.tongue.noun(thing)
        return [self.phrases.np("the", noun=noun, nouns=noun)]

    def _sorted(self, number: int) -> tuple[list[str], str, list[Content]]:
        """The arguments as words: what it lies in, what it is, and all else with its place in the order."""
        step = self.steps[number]
        deed = self.deeds[step.action.tool]
        owners: list[str] = []
        own, content = "", list[Content]()
        roles = [
            (*self._role(step, binding, deed), binding)
            for binding in step.action.bindings
            if (number, binding.argument) not in self.wish.withheld
        ]
        for role, thing, binding in sorted(roles, key=lambda found: found[0] != "own"):
            key = (thing, canonical(step.action.arguments[binding.argument]))
            if role == "content":
                content.append(self._put(number, binding, deed))
            elif role == "own" and not own:
                own = self._thing(number, binding, thing)
            elif key not in self.turn:  # else what it is already says what it lies in
                owners.append(self._thing(number, binding, thing))
            elif binding.origin == "user" and not self.met.get(key):
                content.append(self._put(number, binding, deed))
        return owners, own, content

    def _role(self, step: Step, binding: Binding, deed: Deed) -> tuple[str, Words]:
        """Whether an argument is the thing itself, what it lies in, or content; and its noun."""
        name, value = binding.argument, step.action.arguments[binding.argument]
        thing, schema = thing_of(name, deed, self.tools[step.action.tool]), self._schema(step, name)
        listed = isinstance(value, list) and value and all(isinstance(part, (str, int)) for part in value)
        if not thing or isinstance(value, bool) or not (isinstance(value, (str, int)) or listed):
            return "content", ()
        quiet = self.phrases.put_of(name_words(name), deed.kind)
        needed = name in self.tools[step.action.tool].parameters.get("required", ())
        if not (needed or is_own(thing, deed) or thing in self._nouns):
            return "content", ()
        if (
            (deed.kind == "create" and is_own(thing, deed))
            or (quiet and quiet.get("first"))
            or "enum" in schema
        ):
            return "content", ()
        return ("own" if is_own(thing, deed) else "owner"), thing

    def _schema(self, step: Step, name: str) -> JsonSchema:
        found: JsonSchema = self.tools[step.action.tool].parameters.get("properties", {}).get(name, {})
        return found

    # Things

    def _thing(self, number: int, binding: Binding, noun: Words) -> str:
        """A thing that an argument names: as the user knows it, or by where it was seen."""
        step = self.steps[number]
        value, called = step.action.arguments[binding.argument], name_words(binding.argument)
        key = (noun, canonical(value))
        self.turn.add(key)
        referred = binding.origin != "user" and key in self.met and self.last.get(noun) == key[1]
        if self.met.get(key) or referred:
            if binding.origin == "user":
                self.said.append(Phrase(number, binding.argument, self.met[key]))
            if self.last.get(noun) == key[1]:
                return self.phrases.np("again", noun=self.tongue.noun(noun), nouns="")
            self.last[noun] = key[1]
            return self.phrases.np("word", noun=self.tongue.noun(noun), value=self.met[key])
        self.last[noun] = key[1]
        if binding.origin == "user":
            np, phrase = self.phrases.known(noun, value, called, self._schema(step, binding.argument))
            self.met[key] = phrase
            self.said.append(Phrase(number, binding.argument, phrase))
            return np
        self.met.setdefault(key, "")  # it has no words of its own
        return self._entry(binding, noun)

    def _entry(self, binding: Binding, noun: Words) -> str:
        """Something that an earlier answer holds, by what a person sees of it."""
        source = int(binding.origin.split()[1])
        step, tongue = self.steps[source], self.tongue
        deed = self.deeds[step.action.tool]
        entry = entry_at(step.content, binding.path)
        said = tongue.noun(noun)
        if entry.listed:
            label = label_of(entry)
            if label is not None:
                held = self.phrases.text(label, ("name",), {})
                found = self.phrases.np("labelled", noun=said, value=held)
            else:
                found = self.phrases.np("placed", noun=said, place=tongue.place(entry.places[-1]))
                if len(entry.places) > 1 and entry.above:
                    outer = self.phrases.np(
                        "placed", noun=tongue.noun(entry.above), place=tongue.place(entry.places[-2])
                    )
                    found = self.phrases.within(found, self.phrases.owners([outer]))
            return self._among(source, found)
        if step.wrote and deed.kind == "create" and is_own(noun, deed):
            return self.phrases.np("made", noun=said, nouns="")
        whose = self._subject(source)
        if is_own(noun, deed):
            return whose
        return self.phrases.np("belonging", noun=said, thing=whose)

    def _among(self, source: int, found: str) -> str:
        """With what its list was asked for, where the list itself is not said."""
        owners, own, content = self._sorted(source)
        at = self.phrases.owners([*owners, *([own] if own and not self._voiced(source) else [])])
        made = self.phrases.within(found, at if not self._voiced(source) or self.rng.random() < 0.5 else "")
        return made + (self.phrases.rest(content) if not self._voiced(source) else "")

    def _subject(self, source: int) -> str:
        """What an earlier call was about."""
        step = self.steps[source]
        deed = self.deeds[step.action.tool]
        noun = self.tongue.noun(deed.noun)
        if self._voiced(source):
            frame = "made" if step.wrote else self.rng.choice(["found", "again"])
            return self.phrases.np(frame, noun=noun, nouns="")
        slots = self._slots(source)
        return slots["thing"] + slots["rest"]

    # Content

    def _put(self, number: int, binding: Binding, deed: Deed) -> Content:
        """One value of a call's content in words."""
        step, called = self.steps[number], name_words(binding.argument)
        value, schema = step.action.arguments[binding.argument], self._schema(step, binding.argument)
        about = flag_words(called) if isinstance(value, bool) else self._field(called, deed)
        spelt = self.tongue.field(about)
        if binding.origin != "user":
            text, own = self._borrowed(binding)
            return Content(text, spelt, own)
        frame, quiet = self.phrases.frame_of(called, value, deed.kind, own=self._names(called, deed))
        text = self.phrases.whole(value, called, schema)
        made = self.phrases.filled(frame, field=about, value=text)
        self.said.append(Phrase(number, binding.argument, text))
        return Content(made, spelt, text, quiet)

    def _names(self, called: Words, deed: Deed) -> bool:
        return deed.kind == "create" and called[-1] in ("name", "title") and is_own(called[:-1], deed)

    def _field(self, called: Words, deed: Deed) -> Words:
        """A field's words without those that the thing already says."""
        inside = len(deed.noun)
        return called[inside:] if called[:inside] == deed.noun and len(called) > inside else called

    def _borrowed(self, binding: Binding) -> tuple[str, str]:
        """A value that an earlier answer holds, as a part of the sentence and alone."""
        source = int(binding.origin.split()[1])
        leaf = re.sub(r"\[\d*\]", "", binding.path).rpartition(".")[2] or binding.argument
        entry = entry_at(self.steps[source].content, binding.path)
        noun = entry.noun or self.deeds[self.steps[source].action.tool].noun
        return self.phrases.borrowed(
            name_words(binding.argument), name_words(leaf), self._entry(binding, noun)
        )


def known_facts(telling: Telling) -> tuple[str, ...]:
    """What the user knows, a fact a line, each said once."""
    tongue = telling.tongue
    found: dict[tuple[str, str], str] = {}
    for phrase in telling.said:
        step = telling.steps[phrase.step]
        value: Any = step.action.arguments[phrase.argument]
        called = tongue.field(name_words(phrase.argument))
        frame = ("know_yes" if value else "know_no") if isinstance(value, bool) else "know"
        said = telling.phrases.said_of(str(tongue.data["persona"][frame]), called, phrase.text)
        found.setdefault((phrase.argument, canonical(value)), telling.phrases.plain(said))
    return tuple(dict.fromkeys(found.values()))
