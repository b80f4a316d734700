"""What each tool needs: its parameters, by keys and by the words that tell what they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from scaleenv_core.names import singular, words
from scaleenv_core.types import Tool
from scaleenv_graph_dataflow.naming import (
    CONTROLS,
    GENERIC,
    NAMING,
    Phrase,
    entities,
    needed_keys,
    phrase,
    steers,
    verb_of,
)
from scaleenv_graph_dataflow.offers import Shape, shape_of

KINDS = frozenset("type kind status state version category lang locale".split())
"""Generic names that are often chosen from a list of their own: ``listTicketTypes``."""

FREE = GENERIC - NAMING.keys() - KINDS | frozenset("comment note subject html amount price query".split())
"""The caller makes these up; no list has them."""

MEASURES = frozenset(
    "date time count description text message comment note amount price html label etag query latitude "
    "longitude created updated modified start end duration timezone".split()
)
"""Of these no field of an answer is the source, whatever its name."""

MAKERS = frozenset("create add insert new register make".split())
EDITORS = frozenset("update edit modify rename patch".split())

SPOKEN = 16
"""Words of a parameter's description that are read."""

_FILLERS = frozenset(
    "the an of to for in on at by with and or from is are be this that it as if you your which will can "
    "when used use using not no all any optional required default must should may string specify select "
    "choose enter value please one new only more per into has have was want whose dropdown list".split()
)


@frozen
class Need:
    """A parameter that another tool's answer may fill."""

    name: str
    said: Phrase
    shape: Shape
    keys: dict[str, float]
    """The keys that it asks for, with their weights."""

    told: dict[str, float]
    """The words that tell what it is, with their weights; empty if the caller makes it up."""

    core: tuple[str, ...]
    """The words that say of what thing it is."""

    attribute: str
    """Its last word, if that tells one thing from another: ``id``, ``code``, …"""


@frozen
class Target:
    """A tool with the parameters that it needs."""

    needs: tuple[Need, ...]
    takes: frozenset[str]
    writes: bool


def read_target(tool: Tool) -> Target:
    """A tool's needs; parameters that only steer the call are none."""
    about = entities(tool)
    properties = tool.parameters.get("properties")
    found = properties if isinstance(properties, Mapping) else {}
    needs = []
    for name, schema in found.items():
        if isinstance(schema, Mapping) and (shape := shape_of(schema)).chosen:
            text = schema.get("description")
            need = _need(name, shape, text if isinstance(text, str) else "", about, _made_up(tool, found))
            if need.keys or need.told:
                needs.append(need)
    method = tool.http.method if tool.http else ""
    writes = method in ("POST", "PUT", "PATCH") or verb_of(tool) in MAKERS | EDITORS
    return Target(tuple(needs), frozenset(found), writes)


def _made_up(tool: Tool, parameters: Mapping[str, object]) -> frozenset[str]:
    """The bare attributes that the caller of a writing tool makes up: a new thing's name."""
    verb = verb_of(tool)
    if verb in MAKERS:
        return frozenset(NAMING)
    if verb in EDITORS and any(phrase(name)[-1:] == ("id",) for name in parameters):
        return frozenset(NAMING) - {"id"}
    return frozenset()


def _need(name: str, shape: Shape, text: str, about: Sequence[Phrase], made_up: frozenset[str]) -> Need:
    said = phrase(name)
    attribute = said[-1] if said and said[-1] in NAMING else ""
    core = said[:-1] if attribute else said
    if steers(name) or said[-1] in MEASURES or (not core and attribute in made_up):
        return Need(name, said, shape, {}, {}, (), "")
    free = said[-1] in FREE or (len(said) == 1 and said[0] in CONTROLS - KINDS)
    told = {} if free else _told(core, text, about)
    # A bare ``id`` is that of what the tool is about.
    core = core or (about[0] if about else ())
    return Need(name, said, shape, needed_keys(name, about), told, core, attribute)


def _told(core: Phrase, text: str, about: Sequence[Phrase]) -> dict[str, float]:
    """Its own words count most, then its description's; a generic name leans on what is around it."""
    generic = all(word in GENERIC for word in core)
    made = dict.fromkeys(core, 1.0)
    for word in [singular(word) for word in words(text)][:SPOKEN]:
        if len(word) > 2 and word not in _FILLERS:
            made.setdefault(word, 0.7 if generic else 0.5)
    for entity in about:
        for word in entity:
            made.setdefault(word, 0.8 if generic else 0.25)
    return made
