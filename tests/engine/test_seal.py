"""A domain that somebody wrote: sealing computes the rest, and the contract proves it."""

from pathlib import Path

import orjson
import pytest

from scaleenv_core import hookimpl
from scaleenv_core.engine import Environment, load_domain, load_manifest, read_tasks, read_tools
from scaleenv_core.engine.seal import seal
from scaleenv_core.errors import DomainError
from scaleenv_core.files import copy_folder
from scaleenv_core.testing.domain import DomainContract
from scaleenv_core.types import Evidence, Touched

SCHEMA = '''"""Tables of the help desk."""

from sqlalchemy import Boolean, CheckConstraint, Column, Integer, MetaData, String, Table

metadata = MetaData()

tickets = Table(
    "tickets",
    metadata,
    Column("ticket_id", String, primary_key=True),
    Column("title", String, nullable=False),
    Column("priority", Integer, CheckConstraint("priority BETWEEN 1 AND 3"), nullable=False),
    Column("state", String, CheckConstraint("state IN ('open', 'closed')"), nullable=False),
)

devices = Table(
    "devices",
    metadata,
    Column("device_id", String, primary_key=True),
    Column("switched_on", Boolean, nullable=False),
)
'''

TOOLS = '''"""Tools of the help desk."""

from typing import Annotated, Literal, NotRequired, TypedDict

from sqlalchemy import func, select

from scaleenv_core.engine import Database, Refusal, at_most, contains, given, read_tool, write_tool


class Ticket(TypedDict):
    """One ticket."""

    ticket_id: str
    title: str
    priority: Annotated[int, {"minimum": 1, "maximum": 3}]
    state: Literal["open", "closed"]
    note: NotRequired[str]


@read_tool()
def find_tickets(db: Database, text: str | None = None, most_urgent: int | None = None) -> list[Ticket]:
    """Find open tickets.

    Args:
        text: Part of the title,
            whatever its case.
        most_urgent: Only tickets of this priority or a more urgent one; 1 is the most urgent.
    """
    title = None if text is None else contains(text)
    priority = None if most_urgent is None else at_most(most_urgent)
    return db.find("tickets", {"state": "open"} | given(title=title, priority=priority), order_by="-priority")


@read_tool()
def count_by_state(db: Database) -> dict[str, int]:
    """Count the tickets of each state."""
    tickets = db.tables.tickets
    count = func.count().label("tickets")
    rows = db.select(select(tickets.c.state, count).group_by(tickets.c.state).order_by(tickets.c.state))
    return {row["state"]: row["tickets"] for row in rows}


@write_tool()
def open_ticket(db: Database, title: str, priority: Literal[1, 2, 3] = 2) -> Ticket:
    """Open a ticket."""
    ticket_id = db.new_id("tickets", "T{:03d}")
    ticket = {"ticket_id": ticket_id, "title": title, "priority": priority, "state": "open"}
    return db.insert("tickets", ticket)


@write_tool()
def close_ticket(db: Database, ticket_id: str) -> Ticket:
    """Close a ticket.

    Returns:
        The ticket, closed.
    """
    ticket = db.get("tickets", ticket_id)
    if ticket is None:
        raise Refusal(f"there is no ticket {ticket_id!r}")
    if ticket["state"] == "closed":
        raise Refusal(f"ticket {ticket_id!r} is closed already")
    return db.update("tickets", ticket_id, {"state": "closed"})


@write_tool(held_by="world")
def cut_power(db: Database, device_id: Literal["printer", "router"]) -> None:
    """A device goes off."""
    db.update("devices", device_id, {"switched_on": False})


@write_tool(held_by="user")
def press_power_button(db: Database, device_id: Literal["printer", "router"]) -> str:
    """Switch a device on or off."""
    on = not db.get("devices", device_id)["switched_on"]
    db.update("devices", device_id, {"switched_on": on})
    return f"The {device_id} is now {'on' if on else 'off'}."


@read_tool(held_by="world")
def is_on(db: Database, device_id: str) -> bool:
    """Tell whether a device is on."""
    device = db.get("devices", device_id)
    return device is not None and device["switched_on"]
'''

TASKS = """
[[task]]
id = "printer"
instruction = "My printer is dead. It is ticket T001, please close that when it runs again."
actions = [
    {tool = "press_power_button", arguments = {device_id = "printer"}, held_by = "user"},
    {tool = "close_ticket", arguments = {ticket_id = "T001"}},
]
checks = [{tool = "is_on", arguments = {device_id = "printer"}}]

[[task]]
id = "network"
instruction = "The internet is gone."
events = [{tool = "cut_power", arguments = {device_id = "router"}}]
actions = [{tool = "press_power_button", arguments = {device_id = "router"}, held_by = "user"}]
checks = [{tool = "is_on", arguments = {device_id = "router"}}]

[[task]]
id = "new"
instruction = "Open an urgent ticket: the coffee machine leaks."
actions = [{tool = "open_ticket", arguments = {title = "the coffee machine leaks", priority = 1}}]
"""


def write_desk(folder: Path, tools: str = TOOLS, tasks: str = TASKS) -> Path:
    folder.mkdir(parents=True)
    rows = [
        ("tickets", {"ticket_id": "T001", "title": "Printer is dead", "priority": 1, "state": "open"}),
        ("tickets", {"ticket_id": "T002", "title": "No paper", "priority": 3, "state": "open"}),
        ("tickets", {"ticket_id": "T004", "title": "No light", "priority": 2, "state": "closed"}),
        ("devices", {"device_id": "printer", "switched_on": False}),
        ("devices", {"device_id": "router", "switched_on": True}),
    ]
    (folder / "rows.jsonl").write_bytes(
        b"".join(orjson.dumps({"table": table, "row": row}) + b"\n" for table, row in rows)
    )
    (folder / "schema.py").write_text(SCHEMA)
    (folder / "tools.py").write_text(tools)
    (folder / "policy.md").write_text("Close a ticket only when its trouble is over.\n")
    (folder / "tasks.toml").write_text(tasks)
    return folder


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    folder = write_desk(tmp_path_factory.mktemp("hand") / "help-desk")
    seal(folder)
    return folder


class TestContract(DomainContract):
    least_tools, least_rows, least_tasks = 6, 5, 2

    @pytest.fixture
    def plugin(self, desk):
        class Desk:
            @hookimpl
            def write_domains(self, into):
                copy_folder(desk, into / "help-desk")
                return ["help-desk"]

        return Desk()


def test_signatures(desk):
    """Annotations become schemas, the docstring the descriptions."""
    tools = {tool.name: tool for tool in read_tools(desk)}

    find, open_, close = tools["find_tickets"], tools["open_ticket"], tools["close_ticket"]
    assert find.description == "Find open tickets."
    assert find.parameters == {
        "type": "object",
        "properties": {
            "text": {"type": ["string", "null"], "description": "Part of the title, whatever its case."},
            "most_urgent": {
                "type": ["integer", "null"],
                "description": "Only tickets of this priority or a more urgent one; 1 is the most urgent.",
            },
        },
        "required": [],
    }
    assert open_.parameters["properties"]["priority"] == {"type": "integer", "enum": [1, 2, 3]}
    assert open_.parameters["required"] == ["title"]
    assert close.returns["required"] == ["ticket_id", "title", "priority", "state"]
    assert close.returns["properties"]["priority"] == {"type": "integer", "minimum": 1, "maximum": 3}
    assert close.returns["description"] == "The ticket, closed."


def test_tools_have_holders(desk):
    """What one holder has, another has not; the world's tools nobody is offered."""
    with Environment(load_domain(desk)) as live:
        assert sorted(live.offered("user")) == ["press_power_button"]
        assert "is_on" not in {**live.offered("agent"), **live.offered("user")}
        assert live.call("press_power_button", {"device_id": "router"}).status == "rejected"
        seen = live.call("press_power_button", {"device_id": "router"}, "user")
        assert seen.content == "The router is now off."
        assert seen.record.held_by == "user"


def test_evidence(tmp_path):
    """Sealing finds the gold answers that say a fact, and the rows that they read; a sum has none."""
    asked = TASKS.split("[[task]]")[1].replace("checks =", 'outputs = ["Printer is dead", "42"]\nchecks =')
    folder = write_desk(tmp_path / "help-desk", tasks=f"[[task]]{asked}")

    seal(folder)
    (task,) = read_tasks(folder)

    told, computed = task.evidence
    assert told == Evidence(actions=(1,), rows=(Touched(table="tickets", keys=(("T001",),)),))
    assert computed == Evidence(actions=())


def test_manifest_alone(desk):
    """A manifest that is loaded without its tools is the whole domain's."""
    assert load_manifest(desk) == load_domain(desk).manifest


def test_select_and_conditions(desk):
    """Sums, conditions and chosen ids answer as SQL does."""
    with Environment(load_domain(desk)) as live:
        made = live.call("open_ticket", {"title": "50% off", "priority": 1}).content["ticket_id"]

        assert made == "T003"
        assert live.call("count_by_state", {}).content == {"closed": 1, "open": 3}
        assert [t["ticket_id"] for t in live.call("find_tickets", {"text": "PRINTER"}).content] == ["T001"]
        assert [t["ticket_id"] for t in live.call("find_tickets", {"text": "0% "}).content] == ["T003"]
        found = live.call("find_tickets", {"most_urgent": 1}).content
        assert [t["ticket_id"] for t in found] == ["T001", "T003"]


def test_gold_is_executed(desk):
    """A task's changes and tools come from running it."""
    printer, *_ = read_tasks(desk)

    assert [(c.table, c.key) for c in printer.changes] == [("devices", ("printer",)), ("tickets", ("T001",))]
    assert printer.tools == ("close_ticket", "count_by_state", "find_tickets", "open_ticket")


def test_events_make_the_start(desk):
    """A task's events are carried out by who holds them; their effect is how its world starts."""
    _, network, _ = read_tasks(desk)

    assert [(c.table, c.key, c.after["switched_on"]) for c in network.start] == [
        ("devices", ("router",), False)
    ]
    assert network.changes == ()


@pytest.mark.parametrize(
    ("tools", "tasks", "said"),
    [
        pytest.param(
            TOOLS, TASKS.replace('T001"}', 'T009"}'), "gold action 1 .close_ticket. is refused", id="gold"
        ),
        pytest.param(
            TOOLS, TASKS.replace('"printer"}}]', '"fax"}}]'), "does not hold after its gold", id="check"
        ),
        pytest.param(
            TOOLS, TASKS.replace("cut_power", "cut_paper"), "event cut_paper is rejected", id="event"
        ),
        pytest.param(TOOLS, TASKS.replace('id = "new"', ""), "task 3: it has no id", id="no id"),
        pytest.param(TOOLS, TASKS + "[[task", "tasks.toml: not valid TOML", id="toml"),
        pytest.param(
            TOOLS.replace("title: str,", "title,"), TASKS, "'title' has no annotation", id="annotation"
        ),
        pytest.param(
            TOOLS.replace("title: str,", "title: set,"), TASKS, "no JSON Schema for", id="no schema"
        ),
    ],
)
def test_what_does_not_hold_is_said(tmp_path, tools, tasks, said):
    """What is wrong with a domain is one line when it is sealed."""
    with pytest.raises(DomainError, match=said):
        seal(write_desk(tmp_path / "help-desk", tools, tasks))
