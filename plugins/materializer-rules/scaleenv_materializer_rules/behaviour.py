"""Pre-conditions and effects that follow from the domain as a whole, added to its steps."""

from __future__ import annotations

from attrs import evolve

from scaleenv_core.names import words

from . import lexicon as lx
from .nouns import fold, plural
from .plan import Column, Entity, Plan, Step
from .plan_terms import Check, Tally, Value


def with_behaviour(plan: Plan) -> Plan:
    """The plan with what its tools check and change beyond their own row."""
    return evolve(plan, steps=tuple(_behaving(plan, step) for step in plan.steps))


def _behaving(plan: Plan, step: Step) -> Step:
    if not step.writes:
        return step
    entity = plan.entity(step.entity)
    checks = [*step.checks, *_positive(entity, step), *_in_order(entity, step), *_state(plan, entity, step)]
    tallies: list[Tally] = []
    if step.verb in ("create", "update"):
        checks += _unique(entity, step)
    if step.verb == "create":
        checks += [*_kin(plan, entity, step), *_open_parents(plan, entity, step)]
        tallies = _tallies(plan, entity, step)
    return evolve(step, checks=tuple(checks), tallies=tuple(tallies))


def _plain(entity: Entity, step: Step) -> list[Value]:
    """Values that are stored just as they are given, in columns."""
    columns = step.payload.fields if step.payload else {}
    inner = [Value(column=columns[prop], parameter=name, code=name) for name, prop in step.inner.items()]
    return [v for v in (*step.sets, *inner) if v.code == v.parameter and entity.part(v.column) is None]


def _positive(entity: Entity, step: Step) -> list[Check]:
    return [
        Check(kind="positive", parameters=(value.parameter,))
        for value in _plain(entity, step)
        if (column := entity.column(value.column)).kind in ("integer", "real")
        and set(words(column.name)[-1:]) & lx.AMOUNTS
        and not column.schema.keys() & {"minimum", "exclusiveMinimum", "enum"}
    ]


def _in_order(entity: Entity, step: Step) -> list[Check]:
    """A start and an end that the caller gives together."""
    found: list[Check] = []
    ends = {tuple(words(value.column)): value for value in _plain(entity, step)}
    for value in _plain(entity, step):
        spelt = words(value.column)
        for at, word in enumerate(spelt):
            if word not in lx.STARTS:
                continue
            twin = next(
                (
                    ends[key]
                    for end in sorted(lx.ENDS)
                    if (key := (*spelt[:at], end, *spelt[at + 1 :])) in ends
                ),
                None,
            )
            if twin and comparable(entity.column(value.column), entity.column(twin.column)):
                found.append(Check(kind="order", parameters=(value.parameter, twin.parameter)))
    return found


def comparable(one: Column, other: Column) -> bool:
    """Whether one may begin what the other ends: numbers, or dates."""
    if one.kind != other.kind:
        return False
    dated = all(
        c.schema.get("format") in ("date", "date-time", "time")
        or fold(c.name).endswith(("date", "time", "day", "at", "on"))
        for c in (one, other)
    )
    return one.kind in ("integer", "real") or (one.kind == "text" and dated)


# --- states ----------------------------------------------------------------------------------


def status_of(plan: Plan, entity: Entity) -> tuple[Column, tuple[str, ...]] | None:
    """The status column and all the values that it is known to take."""
    for column in entity.columns:
        name = fold(column.name).removeprefix(fold(entity.name))
        if column.kind == "text" and name in lx.STATUS_WORDS:
            told = [
                s.state[1]
                for s in plan.steps
                if s.entity == entity.name and s.state and s.state[0] == column.name
            ]
            demanded = [d for s in plan.steps if s.entity == entity.name for d in s.demands]
            free = (*told, *demanded, lx.UNDONE_STATE) if told or demanded else ()
            spelt = {fold(v): v for v in reversed(free) if isinstance(v, str)}
            usual = {fold(v): v for v in column.schema.get("examples", ()) if isinstance(v, str)}
            values = column.enum or tuple({**usual, **dict(reversed(spelt.items()))}.values())
            return (column, values) if values else None
    return None


def _state(plan: Plan, entity: Entity, step: Step) -> list[Check]:
    """From which states a change is allowed."""
    found = status_of(plan, entity)
    if found is None or step.verb not in ("update", "transition", "delete"):
        return []
    column, values = found
    allowed = _allowed(step, column, values)
    if allowed:
        return [Check(kind="allowed", column=column.name, values=allowed)]
    if step.verb == "delete":
        return []
    sets = {value.column for value in step.sets}
    final = tuple(v for v in values if fold(v) in lx.FINAL)
    back = step.word in lx.UNDO or step.state is not None or column.name in sets
    if not final or back or len(final) == len(values):
        return []
    return [Check(kind="open", column=column.name, values=final)]


def _allowed(step: Step, column: Column, values: tuple[str, ...]) -> tuple[str, ...]:
    if step.demands:
        named = tuple(v for v in values if fold(v) in {fold(d) for d in step.demands})
        if named:
            return named
    if step.state is None or step.state[0] != column.name or not isinstance(step.state[1], str):
        return ()
    others = tuple(v for v in values if v != step.state[1])
    named = tuple(v for v in others if fold(v) in {fold(w) for w in lx.BEFORE.get(step.word, ())})
    if not named and step.word not in lx.BEFORE and step.word not in lx.UNDO:
        named = tuple(v for v in others if fold(v) not in lx.FINAL)
    return named if named != others else ()


# --- other rows ------------------------------------------------------------------------------


def _unique(entity: Entity, step: Step) -> list[Check]:
    """What no two records may share, in one place."""
    place = tuple(v for v in (*step.scope, *step.sets) if v.required and v.column in entity.references)
    return [
        Check(
            kind="unique",
            parameters=(value.parameter,),
            column=value.column,
            within=place if _names(entity, value) and step.verb == "create" else (),
        )
        for value in _plain(entity, step)
        if (set(words(value.column)[-1:]) & lx.UNIQUE or _names(entity, value))
        and value.column not in entity.key
        and value.column not in entity.references
        and entity.column(value.column).kind == "text"
        and not entity.column(value.column).enum
    ]


def _names(entity: Entity, value: Value) -> bool:
    """Whether the value is the name of a thing that is told apart by it."""
    noun = entity.name.split("_")
    own = {"name", f"{noun[-1]}name", f"{''.join(noun)}name"}
    return fold(value.column) in own and noun[-1] in lx.NAMED


def _parents(plan: Plan, entity: Entity, step: Step) -> list[tuple[Entity, Value]]:
    return [
        (parent, value)
        for value in (*step.scope, *step.sets)
        if value.column in entity.references
        for parent in plan.entities
        if parent.table == entity.references[value.column][0]
    ]


def _kin(plan: Plan, entity: Entity, step: Step) -> list[Check]:
    """A new row's two parents, where one is the other's child: the milestone is the project's own."""
    told = [(parent, value) for parent, value in _parents(plan, entity, step) if value.required]
    found: list[Check] = []
    for inner, value in told:
        for outer, other in told:
            own = [c for c, (table, _) in inner.references.items() if table == outer.table]
            if inner is not outer and len(own) == 1:
                names = (value.parameter, other.parameter)
                found.append(Check(kind="kin", parameters=names, column=own[0], parent=inner.name))
    return found


def _open_parents(plan: Plan, entity: Entity, step: Step) -> list[Check]:
    found: list[Check] = []
    for parent, value in _parents(plan, entity, step):
        status = status_of(plan, parent)
        barred = tuple(v for v in status[1] if fold(v) in lx.BARRED) if status else ()
        if status and barred and len(barred) < len(status[1]):
            found.append(
                Check(
                    kind="open_parent",
                    parameters=(value.parameter,),
                    column=status[0].name,
                    values=barred,
                    parent=parent.name,
                )
            )
    return found


def _tallies(plan: Plan, entity: Entity, step: Step) -> list[Tally]:
    found: list[Tally] = []
    noun = entity.name.split("_")[-1]
    amount = next(
        (
            v.parameter
            for v in _plain(entity, step)
            if v.required
            and entity.column(v.column).kind in ("integer", "real")
            and set(words(v.column)[-1:]) & (lx.AMOUNTS | {"price", "total"})
        ),
        "",
    )
    for parent, value in _parents(plan, entity, step):
        if not value.required:
            continue
        for column in parent.columns:
            sign, how, enough = _meaning(column, noun, amount)
            if sign:
                found.append(
                    Tally(
                        entity=parent.name,
                        parameter=value.parameter,
                        by=value.column,
                        column=column.name,
                        sign=1 if sign > 0 else -1,
                        amount=how,
                        enough=enough,
                    )
                )
                break
    return found


def _meaning(column: Column, noun: str, amount: str) -> tuple[int, str, bool]:
    """(sign, amount, whether it may not fall below zero) of a parent's number; sign 0: none."""
    if column.kind not in ("integer", "real"):
        return 0, "", False
    spelt = words(column.name)
    if fold(column.name) in lx.STOCKED:
        return (
            (-1, amount, True) if amount or noun in ("booking", "reservation", "ticket") else (0, "", False)
        )
    if spelt[-1:] and spelt[-1] in lx.BALANCES and amount:
        return (-1 if noun in lx.PAYING else int(noun in lx.EARNING)), amount, noun in lx.PAYING
    counts = {f"{n}count" for n in (noun, plural(noun))} | {
        f"{p}{plural(noun)}" for p in ("num", "total", "numberof")
    }
    return int(fold(column.name) in counts), "", False
