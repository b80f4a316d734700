"""Frames filled in: values, things, content and sentences of one language."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import define, field, frozen

from scaleenv_core.names import singular
from scaleenv_core.stages.language.spoken import LONG, forms, is_bare, is_code
from scaleenv_core.stages.language.tongue import Tongue, Words, flag_words, matches, name_words
from scaleenv_core.types import JsonSchema

_SLOT = re.compile(r"\{(\w+)\}")
_ASK = re.compile(r"\{ask:((?:[^{}]|\{\w+\})*)\}")
_MARK = re.compile("\ue000(\\d+)\ue001")
_ZH_GAP = re.compile(
    r"(?<=[^\x00-\x7f\ue001]) +(?=[^\x00-\x7f\ue000])|(?<=[，。？！；：（“、]) +| +(?=[，。？！；：）”、])"
)
_ZH_NEAR = re.compile(r"(?<=[\u4e00-\u9fff])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?=[\u4e00-\u9fff])")


@frozen
class Content:
    """One value of a call's content."""

    text: str
    """As a part of a sentence: ``due 4 January``."""

    field: str
    value: str
    quiet: bool = False
    """It comes last, in brackets."""


@define
class Phrases:
    """Puts words together; values travel as marks until :meth:`plain`, untouched by rules of grammar."""

    tongue: Tongue
    rng: random.Random
    kept: list[str] = field(factory=list)
    style: int = field(init=False)
    """Which of several forms of dates and numbers this person uses."""

    def __attrs_post_init__(self) -> None:
        self.style = self.rng.randrange(2)

    def mark(self, text: str) -> str:
        """A mark that stands for a text."""
        self.kept.append(text)
        return f"\ue000{len(self.kept) - 1}\ue001"

    def plain(self, text: str) -> str:
        """The text with the values in place of their marks."""
        return _MARK.sub(lambda found: self.kept[int(found[1])], text)

    # Values

    def text(self, value: Any, called: Words, schema: JsonSchema) -> str:
        """One plain value, in quotation marks where it is not a single word."""
        made = forms(value, called, schema, self.tongue) or [str(value)]
        said = made[self.style % len(made)]
        if not isinstance(value, str) or said != value or is_bare(said):
            # Chinese sets a space between its own and other letters.
            gap = " " if self.tongue.name == "zh" and f"{said[0]}{said[-1]}".isascii() else ""
            return f"{gap}{self.mark(said)}{gap}"
        left, right = self.tongue.data["speech"]["quote"]
        return self.mark(f"{left}{said}{right}")

    def whole(self, value: Any, called: Words, schema: JsonSchema, depth: int = 0) -> str:
        """Any value, lists and objects part by part."""
        tongue = self.tongue
        inside = tongue.data["object"]
        if isinstance(value, list):
            parts = [self.whole(part, called, schema.get("items", {}), depth + 1) for part in value]
            if any(isinstance(part, dict) for part in value):
                parts = [
                    str(inside["more" if place else "one"]).format(parts=part)
                    for place, part in enumerate(parts)
                ]
            return tongue.joined(parts) or str(inside["empty"])
        if isinstance(value, dict):
            held = [self._part(key, part, schema, depth) for key, part in value.items()]
            if not held:
                return str(inside["empty"])
            last = inside["and"] if len(held) > 1 else ""
            return str(inside["comma"]).join(held[:-1]) + last + held[-1]
        if isinstance(value, bool):
            return str(tongue.data["speech"]["yes" if value else "no"])
        return self.text(value, called, schema)

    def _part(self, key: str, value: Any, schema: JsonSchema, depth: int) -> str:
        called, inside = name_words(key), self.tongue.data["object"]
        spelt = self.tongue.field(called)
        if isinstance(value, bool):
            return str(inside["yes" if value else "no"]).format(field=self.tongue.field(flag_words(called)))
        if value in ({}, []):
            return str(inside["nothing"]).format(field=spelt)
        held = self.whole(value, called, schema.get("properties", {}).get(key, {}), depth + 1)
        return str(inside["part"]).format(field=spelt, value=held)

    # Things

    def np(self, kind: str, **slots: str) -> str:
        """A thing, by one of the frames of ``[np]``."""
        return self.fill(self.tongue.pick(self.rng, "np", kind), slots)

    def known(self, noun: Words, value: Any, called: Words, schema: JsonSchema) -> tuple[str, str]:
        """A thing as the user names it, and the words for its value."""
        spelt, many = self.tongue.noun(noun), self.tongue.noun(noun, many=True)
        if isinstance(value, list):
            said = self.whole(value, called, schema)
            kind = "several" if len(value) > 1 else "code"
            return self.np(kind, noun=spelt, nouns=many, value=said), said
        said = self.text(value, called, schema)
        kind = "quoted"
        if is_code(value):
            kind = "mail" if "@" in str(value) else "long" if len(str(value)) >= LONG else "code"
        elif is_bare(str(value)):
            kind = "word"
        return self.np(kind, noun=spelt, nouns=many, value=said), said

    def owners(self, named: Sequence[str], manner: str = "") -> str:
        """What something lies in or belongs to, as an addition to it, or, as an ``_adverb``, to the verb."""
        grouped: dict[str, list[str]] = {}
        for np in named:
            grouped.setdefault(self._preposition(np), []).append(np)
        return "".join(
            self.fill(self.tongue.pick(self.rng, "np", kind + manner), {"np": self.tongue.joined(nps)})
            for kind, nps in sorted(grouped.items(), reverse=True)
        )

    def _preposition(self, np: str) -> str:
        said = set(re.findall(r"[a-z]+", _MARK.sub("", np).lower()))
        containers = self.tongue.listed("containers")
        if self.tongue.name == "zh":
            return "in" if any(word in np for word in containers) else "for"
        return "in" if said & containers else "for"

    def within(self, np: str, at: str) -> str:
        """A thing with what it lies in."""
        return str(self.tongue.data["speech"].get("within", "{np}{at}")).format(np=np, at=at)

    # Content

    def put_of(self, called: Words, kind: str) -> Mapping[str, Any] | None:
        """The way to put a field's value that its words ask for, if there is one."""
        for put in self.tongue.data["fields"]["put"]:
            if kind in put.get("kinds", (kind,)) and matches(called, put["field"]):
                found: Mapping[str, Any] = put
                return found
        return None

    def frame_of(self, called: Words, value: Any, kind: str, *, own: bool) -> tuple[str, bool]:
        """A frame for a field's value, and whether it comes last."""
        rest = self.tongue.data["rest"]
        if isinstance(value, bool):
            return self.rng.choice(
                rest[("is_" if called[0] == "is" else "") + ("yes" if value else "no")]
            ), False
        if isinstance(value, dict):
            return self.rng.choice(rest["object" if value else "empty"]), False
        put = self.put_of(("name",) if own else called, kind)
        if put is not None and not (
            isinstance(value, list) and any(isinstance(part, dict) for part in value)
        ):
            return self.rng.choice(put["put"]), bool(put.get("last"))
        if isinstance(value, list):
            if any(isinstance(part, dict) for part in value):
                return self.rng.choice(rest["objects"]), False
            return self.rng.choice(rest["listed" if value else "empty"]), False
        return self.rng.choice(rest["update" if kind == "update" else "default"]), False

    def filled(self, frame: str, *, field: Words, value: str) -> str:
        """A content frame with its field and value."""
        return self.said_of(frame, self.tongue.field(field), value)

    def said_of(self, frame: str, field: str, value: str) -> str:
        """The same, with the field as it is called."""
        last = (field.split() or [""])[-1].lower()
        many = singular(last) != last and last not in self.tongue.listed("uncountable")
        return self.fill(frame, {"field": field, "is": "are" if many else "is", "value": value})

    def borrowed(self, called: Words, leaf: Words, thing: str) -> tuple[str, str]:
        """A value that is taken from what an answer says of a thing, as a part of a sentence and alone."""
        own = self.fill(
            self.tongue.pick(self.rng, "own", "field"), {"field": self.tongue.field(leaf), "thing": thing}
        )
        slots = {"thing_field": own, "field": self.tongue.field(called)}
        return self.fill(self.tongue.pick(self.rng, "rest", "same" if called == leaf else "as"), slots), own

    def rest(self, content: Sequence[Content]) -> str:
        """All that is said about a thing, behind it; much of it as a list of details."""
        rest = self.tongue.data["rest"]
        loud = [part.text for part in content if not part.quiet and not part.text.startswith(",")]
        made = ""
        if len(loud) > rest["most"]:
            return self._details(content)
        if loud:
            made = str(rest["lead"]) + str(rest["join"]).join(loud[:-1])
            made += (self.rng.choice(rest["last"]) if len(loud) > 1 else "") + loud[-1]
        made += "".join(part.text for part in content if not part.quiet and part.text.startswith(","))
        return made + "".join(f"{rest['aside']}{part.text}" for part in content if part.quiet)

    def _details(self, content: Sequence[Content]) -> str:
        rest = self.tongue.data["rest"]
        frame, joint = self.rng.choice(rest["detail"]), self.rng.choice(rest["detail_join"])
        held = joint.join(self.said_of(frame, part.field, part.value) for part in content)
        return self.fill(self.rng.choice(rest["details"]), {"held": held})

    # Sentences

    def fill(self, frame: str, slots: Mapping[str, str]) -> str:
        """A frame with its slots filled."""
        return _SLOT.sub(lambda found: slots.get(found[1], ""), frame)

    def sentence(self, frame: str, register: str, slots: Mapping[str, str]) -> str:
        """A frame's sentence or sentences; ``{ask:…}`` becomes a request in the person's manner."""

        def asked(found: re.Match[str]) -> str:
            return self.tongue.pick(self.rng, "asking", register).replace("{vp}", found[1])

        return self.fill(_ASK.sub(asked, frame), slots)

    def begun(self, joint: str, sentence: str) -> str:
        """A sentence behind a connective."""
        starters = tuple(self.tongue.data["speech"].get("starters", ()))
        if sentence.startswith(starters) and joint not in self.tongue.frames("joints", "fallback"):
            joint = ""
        space = " " if joint and self.tongue.name == "en" else ""
        return self.tidy(f"{joint}{space}{sentence}")

    def tidy(self, text: str) -> str:
        """Spaces and capitals as they are written; marks stay untouched."""
        text = re.sub(r" +", " ", text).strip()
        text = re.sub(r" ([,.?!;:，。？！；：])", r"\1", text)
        if self.tongue.name == "zh":
            return _ZH_NEAR.sub(" ", _ZH_GAP.sub("", text))
        return re.sub(r"(^|[.?!] )([a-z])", lambda found: found[1] + found[2].upper(), text)
