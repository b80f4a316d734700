"""What a model writes is read strictly, and the text that is made of it says the same."""

import pytest
from scaleenv_materializer_llm.cases import read_cases, told_cases
from scaleenv_materializer_llm.emit import schema_text, tools_text
from scaleenv_materializer_llm.functions import Function, function_names, read_function, signature, tools_in
from scaleenv_materializer_llm.plan import Column, Conduct, Plan, Table, read_plan
from scaleenv_materializer_llm.rows import with_rows

from scaleenv_core.answers import Unusable
from scaleenv_core.engine import read_schema
from scaleenv_core.engine.toolcode import SCHEMA_IMPORTS, run_source
from scaleenv_core.testing.parcels import PLAN, ROWS, case, json_block, parcel_draft
from scaleenv_core.types import Effect

GET = next(tool for tool in parcel_draft().tools if tool.name == "get_parcel")
LIST = next(tool for tool in parcel_draft().tools if tool.name == "list_parcels")


def test_good_plan():
    """Tables come parents first, tools by name."""
    plan = read_plan(json_block(PLAN), parcel_draft())

    assert [table.name for table in plan.tables] == ["lockers", "parcels"]
    assert [conduct.tool for conduct in plan.tools] == sorted(tool.name for tool in parcel_draft().tools)


def table(name, *columns):
    return {"name": name, "columns": [{"name": "id", "type": "text", "key": True}, *columns]}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param({"tabels": []}, "unknown key 'tabels'", id="unknown key"),
        pytest.param({"tables": [table("a")] * 2}, "table 'a' is there twice", id="twice"),
        pytest.param({"tables": [table("a; drop")]}, "is no name", id="name"),
        pytest.param({"tables": [table("sqlite_a")]}, "is no name", id="reserved name"),
        pytest.param({"tables": [{"name": "a", "columns": []}]}, "no column with key", id="no key"),
        pytest.param(
            {"tables": [table("a", {"name": "b", "type": "text", "references": "c.id"})]},
            "a.b references 'c.id'",
            id="reference to nothing",
        ),
        pytest.param(
            {"tables": [table("a", {"name": "b", "type": "integer", "references": "a.id"})]},
            "the key it references is text",
            id="types",
        ),
        pytest.param(
            {"tables": [table("a", {"name": "b", "type": "blob"})]}, "tables[0].columns[1].type", id="type"
        ),
        pytest.param(
            {
                "tools": [
                    {**PLAN["tools"][0], "selects": {"nothing": "parcels.parcel_id"}},
                    *PLAN["tools"][1:],
                ]
            },
            "has no parameter 'nothing'",
            id="parameter",
        ),
        pytest.param(
            {"impossible": [{"tool": "get_parcel", "reason": "no"}]}, "is there 2 times", id="both ways"
        ),
    ],
)
def test_bad_plan(change, told):
    """Each mistake is named where it stands."""
    with pytest.raises(Unusable) as caught:
        read_plan(json_block({**PLAN, **change}), parcel_draft())

    assert told in str(caught.value)


def test_circle():
    """Tables that refer to each other in a circle could never be filled."""
    there = [
        table(name, {"name": "x", "type": "text", "references": f"{other}.id"})
        for name, other in ("ab", "ba")
    ]

    with pytest.raises(Unusable, match="in a circle: a, b"):
        read_plan(json_block({**PLAN, "tables": [*PLAN["tables"], *there]}), parcel_draft())


def test_schema_text():
    """Whatever names and values are, the schema that is written says the same as the plan."""
    odd = 'it\'s "1:2" \\ %s'
    key = Column(name="order", type="integer", key=True)
    columns = (
        Column(name="when", type="text", nullable=True, values=(odd, "b"), compare="semantic"),
        Column(name="of", type="integer", references="group.order", nullable=True),
        Column(name="paid", type="boolean", compare="exempt"),
        Column(name="sum", type="real"),
        Column(name="lines", type="json"),
    )
    plan = Plan(
        tables=(Table(name="group", columns=(key,)), Table(name="metadata", columns=(key, *columns))),
        tools=(),
    )

    text = schema_text('a """title"""', plan)
    read = read_schema(run_source(text, "schema.py", SCHEMA_IMPORTS)["metadata"])

    made = read.tables["metadata"]
    assert [(c.name, c.kind, c.nullable, c.policy) for c in made.columns.values()] == [
        ("order", "integer", False, "hard"),
        *((c.name, c.type, c.nullable, c.compare) for c in columns),
    ]
    assert made.references == {"of": ("group", "order")}
    assert "IN ('it''s \"1:2\" \\ %s', 'b')" in made.ddl()[0]


def code(*lines):
    return "```python\n" + "\n".join(lines) + "\n```"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        pytest.param(["def other(db, parcel_id):", "    pass"], "the one function 'get_parcel'", id="name"),
        pytest.param(["x = 1", "def get_parcel(db, parcel_id):", "    pass"], "nothing beside", id="beside"),
        pytest.param(
            ["@cache", "def get_parcel(db, parcel_id):", "    pass"], "no decorator", id="decorator"
        ),
        pytest.param(["async def get_parcel(db, parcel_id):", "    pass"], "the one function", id="async"),
        pytest.param(["def get_parcel(db, *parcel_id):", "    pass"], "first line must be", id="star"),
        pytest.param(["def get_parcel(db, parcel_id=[]):", "    pass"], "must be constants", id="default"),
        pytest.param(
            ["def get_parcel(db, parcel_id):", "    return db.__class__"], "'.__class__'", id="underscores"
        ),
        pytest.param(["def get_parcel(db, parcel_id):", "    eval('1')"], "'eval' is not allowed", id="eval"),
        pytest.param(
            ["def get_parcel(db, parcel_id):", "    global seen"], "no global variables", id="global"
        ),
        pytest.param(
            ["from json import *", "def get_parcel(db, parcel_id):", "    pass"],
            "'*' of 'json' may not",
            id="all names",
        ),
        pytest.param(
            ["import json as j", "def get_parcel(db, parcel_id):", "    pass"], "without 'as'", id="alias"
        ),
        pytest.param(
            ["from scaleenv_core.engine import load_domain", "def get_parcel(db, parcel_id):", "    pass"],
            "'load_domain' of 'scaleenv_core.engine'",
            id="engine",
        ),
        pytest.param(["x" * 20_001], "longer than", id="long"),
        pytest.param(["(" * 2000], "not Python", id="deep"),
    ],
)
def test_bad_function(lines, told):
    """What the engine would refuse is named before anything is written."""
    with pytest.raises(Unusable) as caught:
        read_function(code(*lines), "get_parcel", GET)

    assert told in str(caught.value)


def test_optional_parameters():
    """A parameter that a caller may leave out needs a default."""
    assert signature("list_parcels", LIST) == "def list_parcels(db, locker_id=None, status=None):"
    with pytest.raises(Unusable, match="locker_id may be left out"):
        read_function(code("def list_parcels(db, locker_id, status=None):", "    pass"), "list_parcels", LIST)


def test_tools_text():
    """The functions are read back as they were written, imports and comments with them."""
    functions = {
        "a-tool": Function(
            "a_tool", "def a_tool(db):\n    # why\n    return json.dumps([1])", (("json", ""),)
        ),
        "b": Function("b", "def b(db):\n    return floor(1.5)", (("math", "floor"),)),
    }
    conducts = [Conduct(tool=tool, writes=tool == "b", tables=()) for tool in functions]

    text = tools_text("a title", conducts, functions)

    assert tools_in(text) == functions
    assert '@write_tool("b")\ndef b(db):' in text


def test_function_names():
    """A function hides neither builtins nor what the others import."""
    assert function_names(["list", "json", "given", "get-order"]) == {
        "list": "list_tool",
        "json": "json_tool",
        "given": "given_tool",
        "get-order": "get_order",
    }


def test_cases_are_told_as_they_are_asked_for():
    """The cases that a repair shows are read back as they are."""
    plan = read_plan(json_block(PLAN), parcel_draft())
    change = {"table": "parcels", "key": ["p3"], "values": {"status": "collected"}}
    told = {"cases": [case("answered", [change], parcel_id="p3"), case("refused", parcel_id="p1")]}
    tool = next(tool for tool in parcel_draft().tools if tool.name == "collect_parcel")

    cases = read_cases(told, tool, True, plan)

    assert cases[0].effects == (Effect(table="parcels", key=("p3",), values={"status": "collected"}),)
    assert told_cases(cases) == told


def test_rows_in_the_place_of_others():
    """A row takes the place of the one with its key; one that refers to nothing is refused."""
    plan = read_plan(json_block(PLAN), parcel_draft())
    rows = {name: tuple(given) for name, given in ROWS.items()}

    made = with_rows(rows, {"parcels": [{**ROWS["parcels"][0], "weight": 9}]}, plan)

    assert [row["weight"] for row in made["parcels"]][:2] == [9.0, 1.0]
    with pytest.raises(Unusable, match="refers to 'L9'"):
        with_rows(rows, {"parcels": [{**ROWS["parcels"][0], "locker_id": "L9"}]}, plan)
