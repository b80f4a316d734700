"""Which column each parameter of a tool selects by or is stored in."""

from __future__ import annotations

from scaleenv_core.names import python_names
from scaleenv_core.types import Operation, Tool

from .plan import Entity, Plan, Step

_SELECTING = ("equal", "one_of", "least", "most", "starts", "holds")


def operation(plan: Plan, step: Step, tool: Tool) -> Operation:
    """The step as the engine's manifest tells it."""
    entity = plan.entity(step.entity)
    names = {python: name for name, python in python_names(tool.parameters.get("properties", {})).items()}
    selects = {f.parameter: f.columns[0] for f in step.filters if f.columns and f.test in _SELECTING}
    stores = {v.parameter: v.column for v in step.sets if entity.part(v.column) is None}
    for value in (*step.key, *step.scope):
        (stores if step.verb == "create" else selects)[value.parameter] = value.column

    if step.transfer:
        selects |= {value.parameter: value.column for value in (step.transfer.source, step.transfer.target)}
    inner = _inside(plan, step, entity)
    joined = {names[python]: ref for python, ref in _linked(plan, step).items()}

    for check in step.checks:
        if check.kind == "kin":
            parent = plan.entity(check.parent)
            inner_, outer = (names[python] for python in check.parameters)
            joined |= {
                inner_: f"{parent.table}.{parent.key[0]}",
                outer: f"{parent.table}.{check.column}",
            }

    def told(columns: dict[str, str]) -> dict[str, str]:
        return {names[python]: f"{entity.table}.{column}" for python, column in columns.items()}

    return Operation(
        tool=step.tool,
        writes=step.writes,
        tables=plan.tables(step),
        selects=told(selects) | joined,
        stores=told(stores) | {f"{names[python]}{rest}": ref for (python, rest), ref in inner.items()},
    )


def _inside(plan: Plan, step: Step, entity: Entity) -> dict[tuple[str, str], str]:
    """References inside a list of the caller's: ``items[].product_id`` → ``order_items.product_id``."""
    found: dict[tuple[str, str], str] = {}
    given = [(value.parameter, "", value.column) for value in step.sets]
    if step.payload:
        given += [(step.payload.parameter, f".{n}", column) for n, column in step.payload.fields.items()]
    for parameter, path, column in given:
        part = entity.part(column)
        held = plan.entity(part.entity) if part else None
        for name in held.references if part and held else ():
            if part and held and name != part.by:
                end = "" if part.plain else f".{name}"
                found[parameter, f"{path}[]{end}"] = f"{held.table}.{name}"
    return found


def _linked(plan: Plan, step: Step) -> dict[str, str]:
    """What says which links are meant: those that are to be parted exist."""
    found = {f.parameter: f"{plan.entity(f.link[0]).table}.{f.link[1]}" for f in step.filters if f.link[0]}
    link, labels = step.link, step.labels
    if labels is not None:
        table = plan.entity(step.entity).table
        found[labels.by.parameter] = f"{table}.{labels.by.column}"
        if step.verb == "unlabel":
            found[labels.parameter] = f"{table}.{labels.key}"
    if link is None:
        return found
    rows = plan.entity(link.entity)
    for name, value, column in ((link.owner, link.by, rows.key[0]), (link.member, link.to, rows.key[1])):
        side = plan.entity(name)
        existing = step.verb == "unlink" and value.column == side.key[0]
        found[value.parameter] = f"{rows.table}.{column}" if existing else f"{side.table}.{value.column}"
    return found
