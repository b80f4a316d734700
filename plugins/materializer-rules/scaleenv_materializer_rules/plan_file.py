"""The plan as JSON, for people."""

from __future__ import annotations

import attrs
import orjson

from .plan import Plan


def plan_json(plan: Plan) -> str:
    """The whole plan, indented; what is empty is left out."""
    data = attrs.asdict(plan, recurse=True, filter=lambda attribute, value: _said(attribute.name, value))
    return orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode() + "\n"


def _said(name: str, value: object) -> bool:
    return name != "description" and value not in (None, "", (), {}, False)
