"""A model by script: it writes a small domain, parcel lockers, whole or with the mistakes that a test wants.

It answers the questions of ``source-llm`` and ``materializer-llm``::

    model = ParcelModel({"tool get_parcel": ["no code at all", model_answer]})
    with ChatServer(otherwise=model) as server: ...
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import define, field

from scaleenv_core.testing.chat_server import Reply
from scaleenv_core.types import DomainDraft, JsonObject, Tool

_QUESTIONS = {
    "tools": r"Design functions for",
    "plan": r"Plan the back end",
    "rows": r"Write its seed rows",
    "tool": r"Write the function of this tool",
    "repair": r"failed its tests",
}


def part_of(request: JsonObject) -> str:
    """What a request asks for: ``tools``, ``plan``, ``rows``, ``tool NAME`` or ``repair NAME``."""
    asked = request["messages"][1]["content"]
    (part,) = [part for part, mark in _QUESTIONS.items() if re.search(mark, asked)]
    named = re.search(r'^\{"name": "(\w+)"', asked, re.MULTILINE) if part in ("tool", "repair") else None
    return f"{part} {named[1]}" if named else part


@define
class ParcelModel:
    """Gives for each question its answers in turn, the last one again and again.

    ``otherwise`` puts other answers in the place of the good one, by the question they are for.
    """

    otherwise: Mapping[str, Sequence[str]] = field(factory=dict)
    asked: Counter[str] = field(factory=Counter)

    def __call__(self, request: JsonObject) -> Reply:
        """The next answer to this question."""
        part = part_of(request)
        answers = self.otherwise.get(part) or [GOOD[part]]
        self.asked[part] += 1
        return Reply(text=answers[min(self.asked[part], len(answers)) - 1])


def json_block(data: Any) -> str:
    """Data as an answer."""
    return f"Here it is.\n\n```json\n{json.dumps(data, indent=1)}\n```\n"


def tool_answer(code: str, *cases: JsonObject) -> str:
    """A function and its cases as an answer."""
    return f"```python\n{code.strip()}\n```\n\n{json_block({'cases': list(cases)})}"


def case(outcome: str, changes: Sequence[JsonObject] = (), **arguments: Any) -> JsonObject:
    """One case."""
    return {"arguments": arguments, "outcome": outcome, "changes": list(changes)}


_TEXT = {"type": "string"}
_STATUS = ["waiting", "collected", "returned"]
_PARCEL = {
    "type": "object",
    "properties": {
        "parcel_id": _TEXT,
        "locker_id": _TEXT,
        "status": {"type": "string", "enum": _STATUS},
        "weight": {"type": "number"},
    },
    "required": ["parcel_id", "locker_id", "status", "weight"],
}


def _signature(name: str, about: str, given: JsonObject, required: Sequence[str], returns: Any) -> JsonObject:
    parameters = {"type": "object", "properties": given, "required": list(required)}
    return {"name": name, "description": about, "parameters": parameters, "returns": returns}


_LISTED = {
    "type": "object",
    "properties": {"parcels": {"type": "array", "items": _PARCEL}},
    "required": ["parcels"],
}
SIGNATURES: Sequence[JsonObject] = (
    _signature(
        "list_parcels",
        "List parcels, all or those of one locker.",
        {"locker_id": _TEXT, "status": {"type": "string", "enum": _STATUS}},
        (),
        _LISTED,
    ),
    _signature("get_parcel", "Get one parcel.", {"parcel_id": _TEXT}, ["parcel_id"], _PARCEL),
    _signature(
        "register_parcel",
        "Register a parcel that was put into a locker.",
        {"locker_id": _TEXT, "weight": {"type": "number", "minimum": 0.1, "maximum": 30}},
        ["locker_id", "weight"],
        _PARCEL,
    ),
    _signature("collect_parcel", "Collect a waiting parcel.", {"parcel_id": _TEXT}, ["parcel_id"], _PARCEL),
    _signature("return_parcel", "Send a waiting parcel back.", {"parcel_id": _TEXT}, ["parcel_id"], _PARCEL),
)


def parcel_draft() -> DomainDraft:
    """The domain, as a materializer is given it."""
    made = (Tool(id=f"llm/parcel-lockers/{one['name']}", source="llm", **one) for one in SIGNATURES)
    tools = tuple(sorted(made, key=lambda tool: tool.id))
    return DomainDraft(slug="parcels", title="Parcels", tools=tools)


PLAN: JsonObject = {
    "tables": [
        {
            "name": "parcels",
            "columns": [
                {"name": "parcel_id", "type": "text", "key": True},
                {"name": "locker_id", "type": "text", "references": "lockers.locker_id"},
                {"name": "status", "type": "text", "values": _STATUS},
                {"name": "weight", "type": "real"},
            ],
        },
        {
            "name": "lockers",
            "columns": [
                {"name": "locker_id", "type": "text", "key": True},
                {"name": "city", "type": "text"},
            ],
        },
    ],
    "tools": [
        {
            "tool": one["name"],
            "writes": one["name"].partition("_")[0] not in ("get", "list"),
            "tables": ["lockers", "parcels"] if one["name"] == "register_parcel" else ["parcels"],
        }
        for one in SIGNATURES
    ],
    "policy": ["Only waiting parcels can be collected or returned."],
}

ROWS: JsonObject = {
    "lockers": [{"locker_id": f"L{n}", "city": city} for n, city in enumerate(("Bonn", "Ulm", "Jena"), 1)],
    "parcels": [
        {"parcel_id": f"p{n}", "locker_id": f"L{n % 2 + 1}", "status": _STATUS[n % 3], "weight": n / 2}
        for n in range(1, 9)
    ],
}

GET = '''
def get_parcel(db: Database, parcel_id: str) -> dict:
    """Get one parcel."""
    parcel = db.get("parcels", parcel_id)
    if parcel is None:
        raise Refusal(f"there is no parcel {parcel_id!r}")
    return parcel
'''

_END = '''
from scaleenv_core.engine import Database, Refusal

def {name}(db: Database, parcel_id: str) -> dict:
    """Let a waiting parcel be {status}."""
    parcel = db.get("parcels", parcel_id)
    if parcel is None:
        raise Refusal(f"there is no parcel {{parcel_id!r}}")
    if parcel["status"] != "waiting":
        raise Refusal(f"parcel {{parcel_id!r}} is {{parcel['status']}}, not waiting")
    return db.update("parcels", parcel_id, {{"status": "{status}"}})
'''


def ending(name: str, status: str) -> str:
    """The answer for a tool that ends a waiting parcel."""
    change = {"table": "parcels", "key": ["p3"], "values": {"status": status}}
    cases = case("answered", [change], parcel_id="p3"), case("refused", parcel_id="p1")
    return tool_answer(_END.format(name=name, status=status), *cases)


GOOD: Mapping[str, str] = {
    "tools": json_block({"tools": SIGNATURES}),
    "plan": json_block(PLAN),
    "rows": json_block(ROWS),
    "tool get_parcel": tool_answer(
        f"from scaleenv_core.engine import Refusal\n{GET}",
        case("answered", parcel_id="p1"),
        case("refused", parcel_id="none"),
    ),
    "tool list_parcels": tool_answer(
        '''
from scaleenv_core.engine import given

def list_parcels(db, locker_id=None, status=None):
    """List parcels."""
    return {"parcels": db.find("parcels", given(locker_id=locker_id, status=status))}
''',
        case("answered", locker_id="L1"),
        case("answered", locker_id="nowhere"),
    ),
    "tool register_parcel": tool_answer(
        '''
from scaleenv_core.engine import Refusal

def register_parcel(db, locker_id: str, weight: float) -> dict:
    """Register a parcel."""
    if db.get("lockers", locker_id) is None:
        raise Refusal(f"there is no locker {locker_id!r}")
    row = {"parcel_id": db.new_id("parcels"), "locker_id": locker_id, "status": "waiting", "weight": weight}
    return db.insert("parcels", row)
''',
        case(
            "answered",
            [{"table": "parcels", "values": {"locker_id": "L2", "weight": 2.5, "status": "waiting"}}],
            locker_id="L2",
            weight=2.5,
        ),
        case("refused", locker_id="L9", weight=1),
    ),
    "tool collect_parcel": ending("collect_parcel", "collected"),
    "tool return_parcel": ending("return_parcel", "returned"),
}
