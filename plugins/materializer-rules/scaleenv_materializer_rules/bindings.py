"""Which column each parameter of a tool selects by or is stored in."""

from __future__ import annotations

from scaleenv_core.names import python_names
from scaleenv_core.types import Operation, Tool

from .plan import Plan, Step

_SELECTING = ("equal", "one_of", "least", "most", "starts", "holds")


def operation(plan: Plan, step: Step, tool: Tool) -> Operation:
    """The step as the engine's manifest tells it."""
    entity = plan.entity(step.entity)
    names = {python: name for name, python in python_names(tool.parameters.get("properties", {})).items()}
    selects = {f.parameter: f.columns[0] for f in step.filters if f.columns and f.test in _SELECTING}
    stores = {value.parameter: value.column for value in step.sets}
    for value in (*step.key, *step.scope):
        (stores if step.verb == "create" else selects)[value.parameter] = value.column

    def told(columns: dict[str, str]) -> dict[str, str]:
        return {names[python]: f"{entity.table}.{column}" for python, column in columns.items()}

    return Operation(
        tool=step.tool,
        writes=step.writes,
        tables=plan.tables(step),
        selects=told(selects),
        stores=told(stores),
    )
