"""Signatures → plan: read every tool, group by noun, settle tables, plan each tool, check the whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from attrs import define, evolve, field

from scaleenv_core.names import snake, words
from scaleenv_core.types import Dropped, Tool

from . import lexicon as lx
from .behaviour import with_behaviour
from .drafting import Unclear, listed_kind
from .effects import effect_of_verb
from .entities import Drafted, Reading, draft_entity, finished
from .figures import telling_figures
from .labels import bearers, draft_labels, label_readings
from .members import draft_links, pair_members
from .nouns import singular
from .operations import plan_step, require_evidence
from .parts import draft_parts
from .plan import Column, Entity, Plan, Step
from .references import find_references, parents_first
from .shapes import Located, locate, properties
from .signature import Signature, kind_of, read_signatures
from .subjects import named_by_others, same_subjects
from .transfers import transferring

ASSUMED = {"name": "string", "description": "string"}
"""Attributes of a thing whose name suggests none."""


@define
class Compilation:
    """The state of one run."""

    assume: bool
    dropped: dict[str, Dropped] = field(factory=dict)

    def drop(self, tool: str, reason: str, detail: str) -> None:
        """Quarantine a tool."""
        self.dropped[tool] = Dropped(origin=tool, reason=reason, detail=detail)


def compile_plan(
    title: str, tools: Sequence[Tool], *, assume: bool = True
) -> tuple[Plan, tuple[Dropped, ...]]:
    """The plan of a domain, and the tools that are not in it, with the reason.

    ``assume`` gives an entity that no signature describes the columns that its name
    suggests; without it, its tools are quarantined as ``no-record``.
    """
    run = Compilation(assume=assume)
    readings = [r for s in read_signatures(tools) if (r := _reading(s, run)) is not None]
    readings, computing = telling_figures(readings)
    for reading in computing:
        _computes(reading.signature, run)
    named, lost = named_by_others(readings)
    for tool in lost:
        run.drop(tool, "no-entity", f"{tool}: no noun says what it is about")
    readings = transferring(label_readings(pair_members(same_subjects(named))))
    steps: list[Step] = []
    drafted: dict[str, Drafted] = {}
    # A tool that fails takes its columns with it, so what is left is planned anew.
    entities: tuple[Entity, ...] = ()
    for _ in range(len(tools) + 1):
        drafted, steps, failed = _plan(readings, run)
        if not failed:
            entities = _entities(drafted, steps)
            failed = _orphans(entities, steps, run)
        if not failed:
            break
        readings = [r for r in readings if r.tool not in failed]
    plan = with_behaviour(Plan(title=title, entities=entities, steps=tuple(_functions(steps))))
    return plan, tuple(run.dropped[tool.name] for tool in tools if tool.name in run.dropped)


def _plan(readings: list[Reading], run: Compilation) -> tuple[dict[str, Drafted], list[Step], set[str]]:
    groups: dict[str, list[Reading]] = defaultdict(list)
    for reading in readings:
        groups[reading.entity].append(reading)
    drafted = {name: draft_entity(name, group, groups) for name, group in groups.items()}
    if labels := draft_labels(readings):
        drafted[labels.name] = labels
    links = draft_links(readings, drafted)
    steps: list[Step] = []
    failed: set[str] = set()
    for reading in readings:
        try:
            steps.append(plan_step(reading, drafted, links))
        except Unclear as exc:
            run.drop(reading.tool, exc.reason, exc.detail)
            failed.add(reading.tool)
    by_tool = {r.tool: r for r in readings}
    for step in steps:
        try:
            require_evidence(step, steps, _names_its_verb(by_tool[step.tool].signature))
        except Unclear as exc:
            run.drop(step.tool, exc.reason, exc.detail)
            failed.add(step.tool)
    failed |= _keyless(steps, run)
    if not failed:
        failed = _undescribed(drafted, steps, run)
    return drafted | {link.name: link for link in links.values()}, steps, failed


def _keyless(steps: list[Step], run: Compilation) -> set[str]:
    """Changes of "the" thing, where other tools tell several of it apart."""
    failed: set[str] = set()
    several = {
        s.entity for s in steps if s.key or s.scope or s.verb in ("list", "create", "upsert", "delete")
    }
    for step in steps:
        if (
            step.verb in ("update", "transition")
            and not step.key
            and not step.scope
            and step.entity in several
        ):
            run.drop(step.tool, "no-key", f"{step.tool}: no parameter says which {step.entity} is meant")
            failed.add(step.tool)
    return failed


def _orphans(entities: tuple[Entity, ...], steps: list[Step], run: Compilation) -> set[str]:
    """Tools that add a row which must refer to another, and take no reference."""
    failed: set[str] = set()
    by_name = {entity.name: entity for entity in entities}
    for step in steps:
        if step.verb not in ("create", "upsert"):
            continue
        entity = by_name[step.entity]
        told = {v.column for v in (*step.key, *step.scope, *step.sets)}
        told |= set(step.payload.fields.values()) if step.payload else set()
        lacking = [c for c in entity.references if entity.column(c).required and c not in told]
        if lacking:
            run.drop(
                step.tool,
                "no-parent",
                f"{step.tool}: nothing says which {lacking[0]!r} the new {step.entity} has",
            )
            failed.add(step.tool)
    return failed


def _names_its_verb(signature: Signature) -> bool:
    """Whether name or description say that it adds something."""
    name = words(signature.tool.name)
    if name and name[-1] in ("trigger", "webhook", "hook", "subscription"):
        return True
    if any(parameter.folded in lx.CALLBACKS for parameter in signature.parameters):
        return True
    http = signature.tool.http
    if http is not None and name[:1] == ["post"] and signature.many and not signature.ends_in_key:
        return True
    vague = {"post", "report", "request", "order", "log", "record", "schedule", "store"}
    adding = (lx.CREATE_VERBS | lx.UPSERT_VERBS) - vague
    return effect_of_verb(signature.told) == "write" or bool(set(name) & adding)


def _undescribed(drafted: dict[str, Drafted], steps: list[Step], run: Compilation) -> set[str]:
    """Entities of which nothing but what selects them is known: assume attributes, or give up."""
    failed: set[str] = set()
    for made in drafted.values():
        own = [s for s in steps if s.entity == made.name]
        asked = {v.column for s in own if not s.writes for v in (*s.key, *s.scope)}
        asked |= {c for s in own for f in s.filters for c in f.columns} | {*made.key}
        if any(c.name not in asked for c in made.columns.values()) or not any(not s.writes for s in own):
            continue
        if not run.assume:
            for step in own:
                run.drop(
                    step.tool, "no-record", f"{step.tool}: nothing says what a record of {made.name} holds"
                )
                failed.add(step.tool)
            continue
        for name, kind in (lx.ASSUMED.get(made.noun[-1]) or ASSUMED).items():
            made.add(name, {"type": kind}, assumed=True)
    return failed


# --- reading one tool ------------------------------------------------------------------------


def _reading(signature: Signature, run: Compilation) -> Reading | None:
    tool = signature.tool
    verb = signature.verb
    located = (
        locate(tool.returns, signature.noun, many=verb in lx.LIST_VERBS) if tool.returns is not None else None
    )
    if signature.effect == "compute" and not _looks_up(signature, located):
        if verb in ("calculate", "compute", *lx.FIGURES):
            return Reading(signature=signature, verb="aggregate", entity="", located=located)
        _computes(signature, run)
        return None
    settled = _verb(signature, located)
    if not settled and signature.effect == "" and located is not None and located.kind == "record":
        settled = "list" if located.many else "get"  # a noun that is answered with one
    if not settled:
        run.drop(
            tool.name,
            "no-verb",
            f"{tool.name}: neither its name nor its path says whether it reads or writes",
        )
        return None
    noun = signature.noun or _noun_of_answer(located)
    noun = noun or _noun_of_key(signature)
    if (
        settled in ("get", "list")
        and tool.returns is None
        and not signature.parameters
        and not signature.many
        and len(noun) == 0
    ):
        run.drop(tool.name, "no-entity", f"{tool.name}: no noun says what it reads")
        return None
    return Reading(
        signature=signature, verb=settled, entity=snake(" ".join(noun)) if noun else "", located=located
    )


def _computes(signature: Signature, run: Compilation) -> None:
    name, verb = signature.tool.name, signature.verb
    run.drop(name, "computation", f"{name}: {verb!r} computes or runs something that no rows hold")


def _looks_up(signature: Signature, located: Located | None) -> bool:
    """A verb of computing under GET whose answer is a record with an identity is a look-up."""
    http = signature.tool.http
    if http is None or http.method != "GET" or located is None or located.kind != "record":
        return False
    return any((words(n) or [""])[-1] in lx.STRONG_ID for n in properties(located.schema))


def _verb(signature: Signature, located: Located | None) -> str:
    verb, http = signature.verb, signature.tool.http
    many = located is not None and located.many
    if (
        verb in lx.LIST_VERBS
        or verb in lx.GET_VERBS
        or verb in lx.COMPUTE_VERBS
        or (verb == "" and http and http.method == "GET")
    ):
        return _read_verb(signature, located, many)
    if verb == "count":
        return "count"
    if verb in lx.EXISTS_VERBS:
        flag = located is not None and (located.kind == "notice" or kind_of(located.schema) == "boolean")
        return "exists" if flag or located is None else _read_verb(signature, located, many)
    if verb in ("put", "upsert"):
        return "upsert"
    if verb == "post":
        return "update" if signature.ends_in_key else "create"
    if verb in lx.DELETE_VERBS:
        return "delete"
    if verb in lx.STATES or verb in lx.UNDO or verb in lx.ACT_VERBS:
        return "transition"
    if verb in lx.UPDATE_VERBS:
        return "update"
    if verb in lx.CREATE_VERBS:
        return "create"
    acted = (
        http is not None
        and http.method in ("POST", "PUT")
        and signature.path
        and http.path.rstrip("/").rpartition("/")[2].find("{") < 0
    )
    return "transition" if acted and verb else ""


def _read_verb(signature: Signature, located: Located | None, many: bool) -> str:
    verb = signature.verb
    if located is None or many:
        if any(p.required and listed_kind(p) is not None for p in signature.parameters):
            return "list"  # by several ids, or whatever they list
    if located is None:
        if verb in lx.LIST_VERBS and not (
            verb in ("find", "query") and not signature.many and signature.ends_in_key
        ):
            return "list"
        return "list" if signature.many and not signature.ends_in_key else "get"
    if many:
        keyed = signature.ends_in_key and not signature.many and verb not in lx.LIST_VERBS
        return "get" if keyed else "list"
    if verb in lx.LIST_VERBS and located.kind == "record" and not properties(located.schema):
        return "list"
    return "get"


def _noun_of_answer(located: Located | None) -> tuple[str, ...]:
    for name in reversed(located.path if located else ()):
        spelt = words(name)
        if spelt and "".join(spelt) not in lx.WRAPPERS and spelt[-1] not in lx.WRAPPERS:
            return (*spelt[:-1], singular(spelt[-1]))
    return ()


def _noun_of_key(signature: Signature) -> tuple[str, ...]:
    needed = [
        p for p in signature.parameters if p.required and len(p.words) > 1 and p.words[-1] in lx.STRONG_ID
    ]
    return needed[-1].words[:-1] if len(needed) == 1 else ()


# --- the whole -------------------------------------------------------------------------------


def _entities(drafted: dict[str, Drafted], steps: list[Step]) -> tuple[Entity, ...]:
    linked = {name for s in steps if s.link for name in (s.link.entity, s.link.owner, s.link.member)}
    linked |= {narrowing.link[0] for s in steps for narrowing in s.filters if narrowing.link[0]}
    used = {step.entity for step in steps} | linked
    kept = [made for name, made in sorted(drafted.items()) if name in used]
    for draft in kept:
        own = [s for s in steps if s.entity == draft.name]
        several = ("list", "create", "upsert", "delete")
        draft.single = draft.single and not any(s.verb in several or s.key or s.scope for s in own)
        if any(s.labels for s in own):
            draft.bearers = bearers(draft, kept)
        elif draft.name not in linked:
            _widen(draft, own)
    kept += draft_parts(kept, steps)
    references = find_references(kept)
    _agree(kept, references)
    return parents_first([finished(draft, references[draft.name]) for draft in kept])


def _agree(kept: list[Drafted], references: dict[str, dict[str, tuple[str, str]]]) -> None:
    """A key and what refers to it hold the same values: each keeps what the other's schema says."""
    tables = {draft.table: draft for draft in kept}
    for draft in kept:
        for name, (table, key) in references[draft.name].items():
            child, parent = draft.resolve(name), tables[table].resolve(key)
            if child is not None and parent is not None:
                tables[table].narrow(parent, child.schema)


def _widen(draft: Drafted, own: list[Step]) -> None:
    """A key that a caller chooses under a parent is unique only there."""
    chosen = any(s.verb in ("create", "upsert") and any(v.column in draft.key for v in s.key) for s in own)
    named = draft.resolve(draft.key[0])
    if (
        not chosen
        or named is None
        or any((words(named.name) or [""])[-1] in ("id", "uuid", "arn") for _ in own[:1])
    ):
        return
    keyed = [s for s in own if any(v.column in draft.key for v in s.key)]
    scopes = [[v.column for v in s.scope if not draft.resolve(v.column).shown and v.required] for s in keyed]  # type: ignore[union-attr]
    if scopes and scopes[0] and all(set(scopes[0]) <= set(s) for s in scopes):
        key = {*scopes[0], *draft.key}
        draft.key = tuple(c.name for c in draft.columns.values() if c.name in key)
        for name in scopes[0]:
            column = draft.resolve(name)
            if column is not None:
                draft.add(column.name, {}, required=True)


def _functions(steps: list[Step]) -> list[Step]:
    # A function may not hide what the others' code says.
    taken = {
        "all",
        "any",
        "bool",
        "dict",
        "float",
        "given",
        "int",
        "isinstance",
        "len",
        "list",
        "round",
        "str",
    }
    made = []
    for step in steps:
        name, count = step.function, 2
        while name in taken:
            name, count = f"{step.function}_{count}", count + 1
        taken.add(name)
        made.append(evolve(step, function=name))
    return made


def shown_columns(entity: Entity) -> list[Column]:
    """What a record shows where no schema says."""
    return [c for c in entity.columns if c.shown]
