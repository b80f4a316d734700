"""Many to many: tools that put one thing among another's, take it out, and list what is there."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from scaleenv_core.names import words

from . import lexicon as lx
from .drafting import Draft
from .entities import Drafted, Pair, Reading
from .fitting import converted
from .nouns import fold, singular
from .plan import READS, Column
from .plan_terms import Filter, Link, Value
from .shapes import properties
from .signature import Parameter

Sides = dict[str, str]
"""Entity → the parameter of a tool that says which one is meant."""


def pair_members(readings: list[Reading]) -> list[Reading]:
    """The readings; those that join, part or list members of a pair say so.

    A pair is what a joining tool names by two ids, where each is a thing on its own: some tool
    reads or makes it without the other. What a record itself stores of the other is no pair.
    """
    known = _things(readings)
    joined: dict[frozenset[str], Pair] = {}
    for reading in readings:
        sides = _sides(reading, known)
        if reading.signature.verb in lx.JOINING and _joins(reading, sides, readings):
            owner, member = _roles(reading, list(sides))
            pair = Pair(
                name=f"{owner}_{member}", owner=owner, member=member, by=sides[owner], to=sides[member]
            )
            joined.setdefault(frozenset(sides), pair)
    own = {r.entity for r in readings if r.verb in ("create", "update", "upsert", "get")}
    return [_paired(reading, _sides(reading, known), joined, own) for reading in readings]


def _things(readings: list[Reading]) -> set[str]:
    """What some tool reads or makes."""
    return {r.entity for r in readings if r.verb in ("get", "list", "create", "update") and r.entity}


def _sides(reading: Reading, known: set[str]) -> Sides:
    """The things that the tool's required parameters name, one parameter each."""
    found: Sides = {}
    for parameter in reading.signature.parameters:
        if parameter.required and parameter.kind in ("text", "integer"):
            thing = _named(reading, parameter, known)
            if thing:
                found[thing] = parameter.name
    if len(found) > 2:  # who does it is told, too
        said = {singular(word) for word in words(reading.signature.tool.name)}
        found = {name: parameter for name, parameter in found.items() if set(name.split("_")) <= said}
    return found


def _named(reading: Reading, parameter: Parameter, known: set[str]) -> str:
    """The thing that a parameter says by its name, or by what stands before it in the path."""
    spelt = parameter.words
    if len(spelt) > 1 and spelt[-1] in lx.ID_SUFFIXES:
        stem = spelt[:-1]
        names = [name for name in known if tuple(name.split("_")) == stem]
        names += sorted(name for name in known if tuple(name.split("_"))[-1:] == stem[-1:] == stem)
        return names[0] if names else ""
    if spelt and spelt[-1] in lx.STRONG_ID:
        before = _before(reading, parameter.name)
        if before or parameter.name in reading.signature.path:
            return before if before in known else ""
        last = _last(reading)
        if last in known:
            return last
        return reading.entity if reading.entity in known else ""
    return ""


def _before(reading: Reading, name: str) -> str:
    http = reading.signature.tool.http
    head, found, _ = http.path.partition(f"/{{{name}}}") if http else ("", "", "")
    return _one(head.rpartition("/")[2]) if found else ""


def _last(reading: Reading) -> str:
    """What the path ends in: the companies that a contact's new one goes to."""
    http = reading.signature.tool.http
    return _one(http.path.rpartition("/")[2]) if http and not http.path.endswith("}") else ""


def _one(segment: str) -> str:
    spelt = words(segment)
    return "_".join([*spelt[:-1], singular(spelt[-1])]) if spelt else ""


def _joins(reading: Reading, sides: Sides, readings: list[Reading]) -> bool:
    """Whether the tool joins exactly two things, and each of them is one without the other."""
    if len(sides) != 2 or reading.verb == "delete":
        return False
    noun = tuple(reading.entity.split("_"))
    one, other = sides
    about = {tuple(name.split("_")) for name in sides}
    both = tuple(f"{one}_{other}".split("_")), tuple(f"{other}_{one}".split("_"))
    if noun not in about and noun not in both:
        return False
    return all(
        _alone(thing, partner, sides[partner], readings) and not _stores(thing, partner, sides, readings)
        for thing, partner in ((one, other), (other, one))
    )


def _alone(thing: str, partner: str, parameter: str, readings: list[Reading]) -> bool:
    """Whether some tool reads or makes the thing without being told the partner."""
    partners = {fold(parameter), fold(f"{partner}_id")}
    return any(
        r.entity == thing
        and r.verb in ("get", "list", "create", "update", "delete")
        and r.signature.verb not in lx.JOINING | lx.PARTING - {"delete", "remove"}
        and not any(p.folded in partners and p.required for p in r.signature.parameters)
        for r in readings
    )


def _stores(thing: str, partner: str, sides: Sides, readings: list[Reading]) -> bool:
    """Whether the thing's own record says its one partner: ``ticket.agent_id``."""
    wanted = {fold(sides[partner]), fold(f"{partner}_id")} - {"id", "name"}
    return any(
        wanted & set(map(fold, properties(r.located.schema)))
        for r in readings
        if r.entity == thing and r.located is not None and r.located.kind == "record" and r.verb == "get"
    )


def _roles(reading: Reading, sides: list[str]) -> tuple[str, str]:
    """(owner, member): a user is added to a group, a policy attached to a role."""
    about = reading.entity
    if about in sides:
        owner = next(name for name in sides if name != about)
        return owner, about
    first = next((name for name in sides if about.startswith(f"{name}_")), sides[0])
    return first, next(name for name in sides if name != first)


def _paired(reading: Reading, sides: Sides, joined: dict[frozenset[str], Pair], own: set[str]) -> Reading:
    pair = joined.get(frozenset(sides))
    verb = reading.signature.verb
    if pair is not None and reading.verb not in READS:
        told = evolve(pair, by=sides[pair.owner], to=sides[pair.member])
        if verb in lx.JOINING and reading.verb != "delete":
            return evolve(reading, verb="link", entity=_answered(reading, pair), pair=told)
        if verb in lx.PARTING or reading.verb == "delete":
            return evolve(reading, verb="unlink", entity=_answered(reading, pair), pair=told)
    if reading.verb == "list" and len(sides) == 1:
        return _listed(reading, sides, joined, own)
    return reading


def _answered(reading: Reading, pair: Pair) -> str:
    """Whose record the tool answers: the member's, unless it has the owner's name on it."""
    located = reading.located
    named = [*located.path, *properties(located.schema)] if located is not None else []
    spelt = {"".join(map(singular, words(name))) for name in named}
    owner = pair.owner.replace("_", "")
    return pair.owner if spelt & {owner, f"{owner}id"} else pair.member


def _listed(reading: Reading, sides: Sides, joined: dict[frozenset[str], Pair], own: set[str]) -> Reading:
    """A list of what a thing is joined with: the groups of a user, the users of a group."""
    (side,) = sides
    for pair in joined.values():
        other = pair.member if side == pair.owner else pair.owner if side == pair.member else ""
        nouns = {f"{side}_{other}", f"attached_{side}_{other}", f"attached_{other}"} - own | {other}
        if other and other != side and reading.entity in nouns:
            told = evolve(pair, by=sides[side], to="", owner=side, member=other)
            return evolve(reading, entity=other, pair=told)
    return reading


def draft_links(readings: Sequence[Reading], drafted: dict[str, Drafted]) -> dict[str, Drafted]:
    """The tables of pairs: the keys of both, and what else a joining tool is told."""
    made: dict[str, Drafted] = {}
    owners: dict[str, tuple[str, str]] = {}
    for reading in readings:
        if reading.pair is not None and reading.verb in ("link", "unlink"):
            owners.setdefault(reading.pair.name, (reading.pair.owner, reading.pair.member))
    taken = {draft.table for draft in drafted.values()} | set(drafted)
    for name, sides in owners.items():
        if any(side not in drafted or len(drafted[side].key) != 1 for side in sides):
            continue
        noun = tuple(name.split("_"))
        link = Drafted(name=name, noun=noun)
        if {link.table, link.name} & taken:
            link = Drafted(name=f"{name}_link", noun=(*noun, "link"))
        for side in sides:
            column = link_column(drafted[side])
            link.columns[f"#{side}"] = evolve(_key(drafted[side]), name=column, required=True, shown=True)
            link.refers[column] = side
        link.key = tuple(column.name for column in link.columns.values())
        if len(set(link.key)) == 2:
            made[name] = link
    return made


def _key(draft: Drafted) -> Column:
    return next(column for column in draft.columns.values() if column.name == draft.key[0])


def link_column(draft: Drafted) -> str:
    """What a link calls the key of one of its sides: ``group_id``, ``GroupName``."""
    key = draft.key[0]
    spelt = words(key)
    if tuple(spelt[: len(draft.noun)]) == draft.noun or (len(spelt) > 1 and _key(draft).shown):
        return key
    if key[:1].isupper():
        return "".join(word.capitalize() for word in (*draft.noun, *spelt))
    return "_".join((*draft.noun, *spelt))


def read_link(draft: Draft, drafted: dict[str, Drafted], links: dict[str, Drafted]) -> None:
    """Which two records a joining or parting tool means, and what it is told about their link."""
    pair = draft.reading.pair
    if pair is None or pair.name not in links:
        draft.unclear("no-key", "no one key says which two records are meant")
    link = links[pair.name]
    by = _side(draft, drafted[pair.owner], pair.by)
    to = _side(draft, drafted[pair.member], pair.to)
    told: list[Value] = []
    for parameter in list(draft.left.values()):
        draft.take(parameter.name)
        if draft.reading.verb == "unlink" or parameter.kind == "json":
            draft.ignored.append(parameter.name)
            continue
        column = link.resolve(parameter.name) or link.add(parameter.name, parameter.schema)
        code = converted(parameter, column)
        if code is None or column.name in link.key:
            draft.ignored.append(parameter.name)
        else:
            told.append(_value(parameter, column, code))
    draft.link = Link(entity=link.name, owner=pair.owner, member=pair.member, by=by, to=to, told=tuple(told))


def _side(draft: Draft, side: Drafted, name: str) -> Value:
    """The parameter that says which record of one side is meant, by its key or another column."""
    parameter = draft.take(name)
    column = side.resolve(name)
    if column is None and parameter.words[-1] in lx.STRONG_ID:
        column = _key(side)
    code = None if column is None else converted(parameter, column)
    if column is None or code is None or column.kind == "json":
        draft.unclear("no-key", f"{name!r} does not say which {side.name} is meant")
    return _value(parameter, column, code)


def _value(parameter: Parameter, column: Column, code: str) -> Value:
    return Value(column=column.name, parameter=parameter.python, code=code, required=parameter.required)


def take_linked(draft: Draft, drafted: dict[str, Drafted], links: dict[str, Drafted]) -> None:
    """A list of what a thing is joined with: its key selects the links."""
    pair = draft.reading.pair
    if pair is None or pair.name not in links or pair.by not in draft.left:
        return
    parameter, owner = draft.left[pair.by], drafted[pair.owner]
    code = converted(parameter, _key(owner))
    if code is None or owner.resolve(pair.by) not in (None, _key(owner)):
        return
    draft.take(pair.by)
    draft.filters.append(
        Filter(
            columns=(draft.made.key[0],),
            parameter=parameter.python,
            code=code,
            test="linked",
            required=parameter.required,
            link=(links[pair.name].name, link_column(owner), link_column(draft.made)),
        )
    )
