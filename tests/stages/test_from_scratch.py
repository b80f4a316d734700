"""A domain that a model writes over HTTP: proved, repaired, or left out; its code never leaves a cell."""

import json
from types import SimpleNamespace

import pytest
from attrs import evolve

from scaleenv_core.artifacts import World
from scaleenv_core.config import parse_config
from scaleenv_core.converters import to_plain
from scaleenv_core.engine import Environment, load_domain, read_manifest
from scaleenv_core.engine.boundary import Limits
from scaleenv_core.errors import BudgetSpent, ConfigError
from scaleenv_core.files import json_lines, write_text
from scaleenv_core.settings import SandboxSettings
from scaleenv_core.stages import materialize, test
from scaleenv_core.stages.running import Run
from scaleenv_core.stages.workers import Seat, Workers
from scaleenv_core.testing.chat_server import ChatServer, Reply
from scaleenv_core.testing.parcels import (
    GET,
    GOOD,
    PLAN,
    ROWS,
    ParcelModel,
    case,
    json_block,
    parcel_draft,
    tool_answer,
)

TOOLS = {tool.name for tool in parcel_draft().tools}
REFUSAL = "from scaleenv_core.engine import Refusal\n"
FOUND = case("answered", parcel_id="p1")


@pytest.fixture(scope="module")
def desk():
    """A server, and a worker's seat that asks it; each test puts its own model behind the server."""
    with ChatServer() as server:
        config = parse_config(
            {
                "materializer": {"use": "llm"},
                "endpoint": {"openai": {"model": "tiny", "base_url": server.url}},
                "completions": {"attempts": 1},
            }
        )
        yield SimpleNamespace(server=server, config=config, seat=Seat(config, Limits(call_seconds=0.1)))


@pytest.fixture
def written(desk, tmp_path):
    """Lets a model that makes these mistakes write the domain, and tests it; what came of it."""

    def written(otherwise=None, seat=desk.seat):
        model = desk.server.otherwise = ParcelModel(otherwise or {})
        world = World(tmp_path / "world")
        made = materialize.make(seat, parcel_draft(), str(world.root), "inputs")
        tested = test.make(seat, "parcels", str(world.root)) if made.outputs else None
        folder = world.domain("parcels")
        return SimpleNamespace(
            made=made.summary, tested=tested and tested.summary, folder=folder, asked=model.asked, world=world
        )

    return written


def reports(found):
    """Each tool's failure, as the tests' report holds it."""
    lines = (found.folder / "tests" / "report.jsonl").read_text().splitlines()
    return {report["tool"]: report["failure"] for report in map(json.loads, lines)}


def test_good(written):
    """A domain without a mistake takes one question for its plan, its rows, and each tool."""
    found = written()

    assert (found.made["tools_materialized"], found.made["tools_not_understood"]) == (5, {})
    assert (found.tested["tools_sound"], found.tested["tools_repaired"]) == (5, 0)
    assert set(found.asked.values()) == {1}
    assert len(found.asked) == 2 + len(TOOLS)
    with Environment(load_domain(found.folder)) as live:
        assert live.call("collect_parcel", {"parcel_id": "p3"}).content["status"] == "collected"
        assert live.call("return_parcel", {"parcel_id": "p3"}).status == "refused"


@pytest.mark.parametrize(
    ("part", "bad", "told"),
    [
        pytest.param("plan", '{"tables": [', "holds no JSON object", id="malformed plan"),
        pytest.param("plan", json_block({**PLAN, "tools": []}), "each tool is once", id="tools left out"),
        pytest.param("rows", json_block({"lockers": [{"locker_id": 7}]}), "expected text", id="wrong type"),
        pytest.param(
            "rows",
            json_block({**ROWS, "lockers": ROWS["lockers"][:1]}),
            "refers to 'L2'",
            id="dangling reference",
        ),
        pytest.param("tool get_parcel", "I would rather not.", "no block of Python", id="no code"),
        pytest.param(
            "tool get_parcel", tool_answer("def get_parcel(db, parcel_id)", FOUND), "not Python", id="syntax"
        ),
        pytest.param(
            "tool get_parcel",
            tool_answer("import os\n" + REFUSAL + GET, FOUND),
            "'os' may not be imported",
            id="import",
        ),
        pytest.param(
            "tool get_parcel", tool_answer(GET.replace("parcel_id:", "key:"), FOUND), "first line", id="name"
        ),
        pytest.param(
            "tool get_parcel",
            tool_answer(REFUSAL + GET, case("answered", parcel_id=1)),
            "case 1: argument 'parcel_id'",
            id="case",
        ),
    ],
)
def test_answers_that_cannot_be_used(desk, written, part, bad, told):
    """The model is told what is wrong, and its second answer is taken."""
    del desk.server.received[:]

    found = written({part: [bad, GOOD[part]]})

    assert (found.asked[part], found.tested["tools_sound"]) == (2, 5)
    complaints = [body["messages"][-1]["content"] for body in desk.server.bodies if len(body["messages"]) > 2]
    assert len(complaints) == 1
    assert told in complaints[0]


def test_never_a_plan(written):
    """Without a plan nothing is written, and every tool is quarantined with the reason."""
    found = written({"plan": ["no"]})

    assert found.made["tools_not_understood"] == {"no-plan": 5}
    assert found.asked == {"plan": 3}
    assert not found.folder.exists()


def test_never_a_function(written, tmp_path):
    """Code that imports what it may not is never written, let alone run; the other tools are sound."""
    canary = tmp_path / "canary"
    bad = f"def get_parcel(db, parcel_id):\n    import pathlib\n    pathlib.Path({str(canary)!r}).touch()\n"

    found = written({"tool get_parcel": [tool_answer(bad, FOUND)]})

    assert (found.made["tools_materialized"], found.made["tools_not_understood"]) == (4, {"no-code": 1})
    assert found.asked["tool get_parcel"] == 3
    assert "pathlib" not in (found.folder / "tools.py").read_text()
    assert "'pathlib' may not be imported" in read_manifest(found.folder).quarantined[0].detail
    assert found.tested["tools_sound"] == 4
    assert not canary.exists()


def test_rows_that_are_never_right(written):
    """Rows that refer to nothing are left out, with what hangs on them."""
    rows = {
        **ROWS,
        "parcels": [*ROWS["parcels"], {**ROWS["parcels"][0], "parcel_id": "x", "locker_id": "none"}],
    }

    found = written({"rows": [json_block(rows)]})

    assert found.asked["rows"] == 3
    assert '"x"' not in (found.folder / "rows.jsonl").read_text()
    assert found.tested["tools_sound"] == 5


SLEEPLESS = """
def get_parcel(db, parcel_id):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
"""


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        pytest.param(
            "import json\n\ndef get_parcel(db, parcel_id):\n"
            "    return json.codecs.builtins.open(CANARY, 'w').write('out')\n",
            "crash",
            id="opens a file",
        ),
        pytest.param("def get_parcel(db, parcel_id):\n    return 'x' * 10**11\n", "crash", id="memory"),
        pytest.param(SLEEPLESS, "killed", id="never ends"),
    ],
)
def test_hostile_code(written, tmp_path, code, reason):
    """What gets past the reader breaks on its cell: that tool is quarantined, and no other."""
    canary = tmp_path / "canary"
    bad = tool_answer(code.replace("CANARY", repr(str(canary))), FOUND)

    found = written({"tool get_parcel": [bad], "repair get_parcel": [bad]})

    assert not canary.exists()
    assert found.tested["tools_quarantined"] == {reason: 1}
    assert found.tested["tools_sound"] == 4
    assert set(load_domain(found.folder).tools) == TOOLS - {"get_parcel"}


WRONG = REFUSAL + GET.replace("return parcel", 'return {"parcel": parcel}')


def test_repaired_tool(desk, written):
    """A wrong answer is repaired with the second attempt; summary and manifest say so."""
    del desk.server.received[:]

    found = written(
        {
            "tool get_parcel": [tool_answer(WRONG, FOUND)],
            "repair get_parcel": [f"```python\n{WRONG}```", GOOD["tool get_parcel"]],
        }
    )

    assert (found.tested["tools_sound"], found.tested["tools_repaired"]) == (5, 1)
    (repair,) = read_manifest(found.folder).repaired
    assert (repair.attempt, repair.cured) == (2, ("get_parcel",))
    assert "tools" in repair.changed
    assert "rows" not in repair.changed
    assert reports(found)["get_parcel"] == ""
    asked = desk.server.bodies[-1]["messages"][1]["content"]
    assert "wrong-shape" in asked
    assert '"outcome": "answered"' in asked


WAITING = [row for row in ROWS["parcels"] if row["status"] == "waiting"]


def test_repaired_instance(written):
    """Where the rows are wrong, rows are put in their place, and no code is another."""
    rows = {**ROWS, "parcels": [{**row, "status": "returned"} for row in ROWS["parcels"]]}
    cure = json_block({"rows": {"parcels": WAITING}})

    found = written(
        {"rows": [json_block(rows)], "repair collect_parcel": [cure], "repair return_parcel": [cure]}
    )

    assert (found.tested["tools_sound"], found.tested["tools_repaired"]) == (5, 2)
    (repair,) = read_manifest(found.folder).repaired
    assert (repair.cured, repair.changed) == (("collect_parcel", "return_parcel"), ("rows",))


def test_table_map(written):
    """A tool that touches what was not promised is found, and the promise is put right without a question."""
    tools = [{**one, "tables": ["parcels"]} for one in PLAN["tools"]]

    found = written({"plan": [json_block({**PLAN, "tools": tools})]})

    assert (found.tested["tools_sound"], found.tested["tools_repaired"]) == (5, 1)
    assert not [part for part in found.asked if part.startswith("repair")]
    operations = {operation.tool: operation.tables for operation in read_manifest(found.folder).operations}
    assert operations["register_parcel"] == ("lockers", "parcels")
    assert read_manifest(found.folder).repaired[0].changed == ("operations",)


@pytest.mark.parametrize(
    ("cure", "reason"),
    [
        pytest.param("no idea", "wrong-shape", id="no answer"),
        pytest.param(f"```python\n{WRONG}```", "wrong-shape", id="no better"),
        pytest.param(
            json_block({"rows": {"parcels": [{**row, "status": "returned"} for row in ROWS["parcels"]]}}),
            "wrong-shape",
            id="breaks others",
        ),
    ],
)
def test_never_repaired(written, cure, reason):
    """What the attempts do not cure is quarantined with its reason, and nothing else is lost by them."""
    found = written({"tool get_parcel": [tool_answer(WRONG, FOUND)], "repair get_parcel": [cure]})

    assert found.tested["tools_quarantined"] == {reason: 1}
    assert (found.tested["tools_sound"], found.tested["tools_repaired"]) == (4, 0)
    assert read_manifest(found.folder).repaired == ()
    assert (found.folder / "rows.jsonl").read_text().count("waiting") == len(WAITING)
    assert not list(found.folder.parent.glob(".*"))


def test_given_up(written):
    """A tool that the model gives up is quarantined in its words."""
    found = written(
        {
            "tool get_parcel": [tool_answer(WRONG, FOUND)],
            "repair get_parcel": [json_block({"give_up": "parcels have no shape"})],
        }
    )

    (dropped,) = read_manifest(found.folder).quarantined
    assert (dropped.reason, dropped.detail) == ("given-up", "get_parcel: parcels have no shape")
    assert (found.tested["tools_tested"], found.tested["tools_sound"]) == (4, 4)


def test_wrong_state(written):
    """A call that changes other rows than its author expected is an unexpected failure."""
    code = GOOD["tool collect_parcel"].replace('"status": "collected"}', '"status": "returned"}', 1)

    found = written({"tool collect_parcel": [code], "repair collect_parcel": ["no"]})

    assert found.tested["tools_quarantined"] == {"unexpected": 1}
    assert 'parcels["p3"].status: "waiting" → "returned"' in reports(found)["collect_parcel"]


def test_same_bytes_from_recordings(desk, written, tmp_path):
    """The recordings alone, with no request, give the same domain, its repairs included."""
    first = written(
        {"tool get_parcel": [tool_answer(WRONG, FOUND)], "repair get_parcel": [GOOD["tool get_parcel"]]}
    )
    config = parse_config(
        {
            "materializer": {"use": "llm"},
            "endpoint": {"openai": {"model": "tiny", "base_url": "http://127.0.0.1:9/v1"}},
            "completions": {"mode": "replay", "folder": str(first.world.completions)},
        }
    )
    again = World(tmp_path / "again")
    seat = Seat(config, Limits(call_seconds=0.1))

    made = materialize.make(seat, parcel_draft(), str(again.root), "inputs")
    tested = test.make(seat, "parcels", str(again.root))

    assert (made.summary, tested.summary) == (first.made, first.tested)
    for path in sorted(first.folder.rglob("*.*")):
        assert (again.domain("parcels") / path.relative_to(first.folder)).read_bytes() == path.read_bytes()


def test_budget(desk, tmp_path):
    """A spent budget stops the stage; with a greater one it goes on, and asks nothing twice."""
    model = desk.server.otherwise = ParcelModel()
    world = World(tmp_path / "world")

    def make(tokens):
        config = parse_config(
            {
                "materializer": {"use": "llm", "llm": {"at_once": 1}},
                "endpoint": {"openai": {"model": "tiny", "base_url": desk.server.url}},
                "completions": {"budget_tokens": tokens},
            }
        )
        return materialize.make(Seat(config), parcel_draft(), str(world.root), "inputs")

    with pytest.raises(BudgetSpent):
        make(5000)
    before = sum(model.asked.values())
    made = make(1_000_000)

    assert 1 < before < 7
    assert made.summary["tools_materialized"] == 5
    assert sum(model.asked.values()) == 7


@pytest.fixture
def run(desk, tmp_path):
    """A run on a world whose catalog is the parcels' tools, found as one domain."""
    with Workers(desk.config) as workers:
        run = Run(World(tmp_path / "world"), desk.config, workers)
        domain = {"slug": "parcels", "title": "Parcels", "tools": sorted(t.id for t in parcel_draft().tools)}
        write_text(run.world.catalog, json_lines(map(to_plain, parcel_draft().tools)))
        write_text(run.world.communities, json_lines([{**domain, "summary": ""}]))
        yield run


def test_endpoint_that_fails(desk, run):
    """No answer is nobody's fault but the endpoint's: the domain fails now, and the next run makes it."""
    desk.server.otherwise = lambda request: Reply(status=500, text="on fire")
    failed = materialize.run(run)
    desk.server.otherwise = ParcelModel()

    made = materialize.run(run)
    tested = test.run(run)

    assert failed["domains_failed"] == 1
    assert "on fire" in next(iter(failed["failures"]))
    assert made["tools_materialized"] == 5
    assert tested["tools_sound"] == 5


def test_only_in_the_sandbox(written, desk):
    """What a model wrote is not run without cells, whatever the config says later."""
    found = written()
    seat = Seat(evolve(desk.config, sandbox=SandboxSettings(use=False)))

    assert read_manifest(found.folder).model == {"model": "tiny"}
    with pytest.raises(ConfigError, match="a model wrote the code of 'parcels'"):
        test.make(seat, "parcels", str(found.world.root))
    with pytest.raises(ConfigError, match="a model wrote"), seat.playground(found.folder):
        pass
