"""The plan's steps as ``tools.py``: what a person would have written."""

from __future__ import annotations

from . import helpers
from .emit_body import Body
from .emit_labels import label_lines, labels_lines, unlabel_lines
from .emit_links import link_lines, unlink_lines
from .emit_reads import exists_lines, get_lines, list_lines
from .emit_rules import transfer_lines
from .emit_writes import create_lines, delete_lines, update_lines, upsert_lines
from .plan import Plan, Step
from .text import WIDTH, Group, call, docstring, lay, listed, quoted

WRITERS = {
    "get": get_lines,
    "exists": exists_lines,
    "list": list_lines,
    "count": list_lines,
    "aggregate": list_lines,
    "create": create_lines,
    "update": update_lines,
    "transition": update_lines,
    "upsert": upsert_lines,
    "delete": delete_lines,
    "link": link_lines,
    "unlink": unlink_lines,
    "transfer": transfer_lines,
    "label": label_lines,
    "unlabel": unlabel_lines,
}


def emit_tools(plan: Plan) -> str:
    """Python source: constants and look-ups first, then one function a tool."""
    shared: dict[str, tuple[str, ...] | dict[str, str]] = {}
    views: dict[str, list[str]] = {}
    bodies = [Body(plan, step, plan_constants=shared, plan_functions=views) for step in plan.steps]
    functions: list[str] = []
    for body in bodies:
        functions += ["", "", *_function(body)]
    used = "\n".join(functions)
    constants = {name: value for body in bodies for name, value in body.constants.items()}
    lookups = sorted({name for body in bodies for name in body.lookups})
    lines = _header(plan)
    before = _constants(constants)
    after: list[str] = []
    for name in lookups:
        after += ["", "", *_lookup(plan, name)]
    own = {name: lines for body in bodies for name, lines in body.functions.items()}
    for name in sorted(own):
        after += ["", "", *own[name]]
    after += helpers.needed("\n".join([*after, used]))
    text = "\n".join([*before, *after, *functions])
    names = [
        n
        for n in ("Database", "Refusal", "given", "read_tool", "write_tool")
        if f"{n}(" in text or (n == "Database" and "db: Database" in text)
    ]
    imports = ["from typing import Any", ""] if "Any" in text else []
    if "re." in text and any("re.fullmatch" in line or "re.split" in line for line in after):
        imports = ["import re", *imports]
    imports += [f"from scaleenv_core.engine import {', '.join(names)}"] if names else []
    return "\n".join([*lines, *imports, text]).rstrip() + "\n"


def _header(plan: Plan) -> list[str]:
    title = " ".join(plan.title.replace('"', "'").replace("\\", "/").split())
    count = f"{len(plan.steps)} tools over {len(plan.entities)} table{'s' * (len(plan.entities) != 1)}"
    return [f'"""{title}: {count}."""', ""]


def wrapped(line: str) -> list[str]:
    """A refusal that is too long for a line, on three."""
    body = line.lstrip()
    if len(line) <= WIDTH or not (body.startswith("raise Refusal(") and body.endswith(")")):
        return [line]
    pad = line[: len(line) - len(body)]
    return [f"{pad}raise Refusal(", f"{pad}    {body[len('raise Refusal(') : -1]}", f"{pad})"]


def _constants(constants: dict[str, tuple[str, ...] | dict[str, str]]) -> list[str]:
    lines: list[str] = []
    for name, value in sorted(constants.items()):
        if isinstance(value, dict):
            node = Group("{", tuple((f"{quoted(k)}: ", quoted(v)) for k, v in value.items()), "}")
        else:
            node = listed([quoted(v) for v in value])
        lines += lay(f"{name} = ", node, indent=0)
    return ["", *lines] if lines else []


def _lookup(plan: Plan, name: str) -> list[str]:
    how, _, entity_name = name.partition(" ")
    entity = plan.entity(entity_name)
    noun = entity.name.replace("_", " ")
    table = quoted(entity.table)
    if how == "get":
        return [
            f"def _get_{entity.name}(db: Database, key: Any) -> dict[str, Any]:",
            f'    """The {noun} with this {entity.key[0]}; refuses where there is none."""',
            f"    row = db.get({table}, key)",
            "    if row is None:",
            f'        raise Refusal(f"there is no {noun} {{key!r}}")',
            "    return row",
        ]
    return [
        f"def _find_{entity.name}(db: Database, where: dict[str, Any]) -> dict[str, Any]:",
        f'    """The first {noun} with these values; refuses where there is none."""',
        f"    rows = db.find({table}, where, limit=1)",
        "    if not rows:",
        '        wanted = "".join(f", {column} {value!r}" for column, value in where.items())',
        *lay("raise ", call("Refusal", f'f"there is no {noun}{{wanted}}"'), indent=8),
        "    return rows[0]",
    ]


def _function(body: Body) -> list[str]:
    step: Step = body.step
    reads = step.labels is not None and not step.labels.parameter
    code = labels_lines(body) if reads else WRITERS[step.verb](body)
    decorator = "write_tool" if step.writes else "read_tool"
    lines = [f"@{decorator}({quoted(step.tool)})"]
    parts = [("", "db: Database")]
    for name, annotation, default in step.parameters:
        parts.append(("", f"{name}: {annotation}" + (f" = {default}" if default else "")))
    signature = Group(f"def {step.function}(", tuple(parts), ")")
    lines += lay("", signature, f" -> {body.returns}:", 0)
    told = step.description
    if step.ignored:
        told = f"{told.rstrip()} Without effect here: {', '.join(step.ignored)}."
    code = [part for line in code for part in wrapped(line)]
    return [*lines, *docstring(told if len(told) <= 320 else step.description), *code]
