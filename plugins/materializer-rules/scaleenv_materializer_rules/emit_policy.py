"""The rules that the emitted tools keep, as ``policy.md``."""

from __future__ import annotations

from functools import partial

from .emit_parts import stock_of
from .emit_rules import limit_said
from .nouns import article, plural
from .plan import Entity, Plan, Step
from .plan_terms import Check


def emit_policy(plan: Plan) -> str:
    """Markdown: one section an entity, only rules that code or tables enforce."""
    lines = [f"# {' '.join(plan.title.split())}", "", "## For every tool", ""]
    lines += ["- A tool that names a record which does not exist is refused, and changes nothing."]
    if any(plan.children(entity) for entity in plan.entities):
        lines.append("- A record that others refer to cannot be deleted; delete those first.")
    if any(entity.references for entity in plan.entities):
        lines.append("- A record cannot be made to refer to one that does not exist.")
    for entity in plan.entities:
        lines += ["", f"## {_said(entity).capitalize()}", "", *(_rules(plan, entity))]
    return "\n".join(lines) + "\n"


def _said(entity: Entity) -> str:
    return entity.name.replace("_", " ")


def _rules(plan: Plan, entity: Entity) -> list[str]:
    said = _said(entity)
    steps = [step for step in plan.steps if step.entity == entity.name]
    keys = " and ".join(f"`{column}`" for column in entity.key)
    lines = [f"- {article(said).capitalize()} is identified by {keys}."]
    for column, (table, key) in entity.references.items():
        lines.append(f"- `{column}` is the `{key}` of one of the {table.replace('_', ' ')}.")
    for column in entity.columns:
        if column.enum:
            lines.append(f"- `{column.name}` is one of {', '.join(f'`{v}`' for v in column.enum)}.")
    lines += _stocked(plan, entity)
    lines += [rule for step in steps if (rule := _rule(step, entity))]
    lines += [
        rule for step in steps for rule in (*map(partial(_checked, step), step.checks), *_tallied(step))
    ]
    assumed = [column.name for column in entity.columns if column.assumed]
    if assumed:
        lines.append(
            f"- No signature describes {', '.join(f'`{a}`' for a in assumed)}: assumed from the name."
        )
    children = plan.children(entity)
    if children and any(step.verb == "delete" for step in steps):
        names = ", ".join(sorted({plural(_said(child)) for child, _ in children}))
        lines.append(f"- {article(said).capitalize()} with {names} cannot be deleted.")
    return lines


def _stocked(plan: Plan, entity: Entity) -> list[str]:
    """What an entry of an order takes, and gives back when it goes."""
    lines: list[str] = []
    for table, _ in entity.references.values() if entity.owner else ():
        parent = next(e for e in plan.entities if e.table == table)
        stock = stock_of(plan.entity(entity.owner), entity, parent)
        if stock and parent.name != entity.owner:
            lines.append(
                f"- Its `{stock[1]}` is taken from the {_said(parent)}'s `{stock[0]}`, "
                "and goes back with it; refused where that is too little."
            )
    return lines


def _checked(step: Step, check: Check) -> str:
    name, values = f"`{step.tool}`", ", ".join(f"`{v}`" for v in check.values)
    parameters = " and ".join(f"`{p}`" for p in check.parameters)
    match check.kind:
        case "positive":
            return f"- {name}: {parameters} must be more than 0."
        case "order":
            return f"- {name}: {parameters} must be in this order."
        case "unique":
            place = " and ".join(f"`{value.column}`" for value in check.within)
            return (
                f"- {name}: no two records{f' of one {place}' * bool(place)} have the same `{check.column}`."
            )
        case "allowed":
            return f"- {name} is allowed only while `{check.column}` is {values}."
        case "open":
            return f"- {name} is refused once `{check.column}` is {values}."
        case "kin":
            inner, outer = (f"`{name}`" for name in check.parameters)
            return f"- {name} is refused where the {_spaced(check.parent)} {inner} is not of {outer}."
        case "limit":
            return f"- {name}: {parameters} {limit_said(check)}."
        case "open_parent":
            return f"- {name} is refused where the {_spaced(check.parent)}'s `{check.column}` is {values}."


def _tallied(step: Step) -> list[str]:
    lines: list[str] = []
    for tally in step.tallies:
        how = f"`{tally.amount}`" if tally.amount else "one"
        moved = f"adds {how} to" if tally.sign > 0 else f"takes {how} from"
        limit = "; refused where that is too little" if tally.enough else ""
        lines.append(f"- `{step.tool}` {moved} the {_spaced(tally.entity)}'s `{tally.column}`{limit}.")
    return lines


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _rule(step: Step, entity: Entity) -> str:
    said = _said(entity)
    name = f"`{step.tool}`"
    if step.state and step.state[1] is None:
        return f"- {name} flips `{step.state[0]}`."
    if step.verb == "transition" and step.state:
        return f"- {name} sets `{step.state[0]}` to `{step.state[1]}`."
    if step.verb == "label":
        return f"- {name} gives a resource tags; one that it has gets the new value."
    if step.verb == "unlabel":
        return f"- {name} takes tags off a resource; refused where it has none of them."
    if step.transfer:
        moved = f"`{step.transfer.amount}` from the `{step.transfer.column}` of one {said} to that of another"
        return f"- {name} moves {moved}; refused where the first has less."
    if step.link:
        how = "already has" if step.verb == "link" else "does not have"
        owner, member = _spaced(step.link.owner), article(_spaced(step.link.member))
        done = "gives" if step.verb == "link" else "takes from"
        return f"- {name} {done} {article(owner)} {member}; refused where it {how} it."
    if step.verb == "create":
        required = [v.column for v in (*step.scope, *step.key, *step.sets) if v.required]
        needs = f"; needs {', '.join(f'`{r}`' for r in required)}" if required else ""
        taken = "; refused where the key is taken" if {v.column for v in step.key} == set(entity.key) else ""
        return f"- {name} adds {article(said)}{needs}{taken}."
    if step.verb == "update":
        sets = [v.column for v in step.sets] + (list(step.payload.fields.values()) if step.payload else [])
        return f"- {name} changes only what is given of {', '.join(f'`{s}`' for s in sets)}."
    if step.verb == "upsert":
        return f"- {name} changes the {said} with this key, or adds it."
    return f"- {name} removes {article(said)}." if step.verb == "delete" else ""
