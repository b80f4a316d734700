"""Schemas at the door: whatever goes in, what comes out is valid, stands alone and compiles."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from scaleenv_core.catalogs import text
from scaleenv_core.schemas import as_parameters, named_type, pointer_lookup, standalone
from scaleenv_core.testing.source import references


def nothing(ref: str) -> Any:
    """A lookup that knows no reference."""
    raise LookupError(ref)


def alone(schema: Any, **options: Any) -> Any:
    """The schema, its references read within itself."""
    return standalone(schema, pointer_lookup(schema), **options)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(None, {}, id="null"),
        pytest.param("debris", {}, id="a string"),
        pytest.param(True, {}, id="true"),
        pytest.param({"type": "dict"}, {"type": "object"}, id="type dict"),
        pytest.param({"type": "float"}, {"type": "number"}, id="type float"),
        pytest.param({"type": "HashMap"}, {"type": "object"}, id="type HashMap"),
        pytest.param({"type": "any"}, {}, id="type any"),
        pytest.param({"type": {"type": "string"}}, {}, id="type that is a property"),
        pytest.param({"type": ["string", 3, "null"]}, {"type": ["string", "null"]}, id="list of types"),
        pytest.param({"type": "string", "nullable": True}, {"type": ["string", "null"]}, id="nullable"),
        pytest.param(
            {"type": "string", "enum": ["a"], "nullable": True},
            {"type": ["string", "null"], "enum": ["a", None]},
            id="nullable enum",
        ),
        pytest.param(
            {"type": "integer", "minimum": 0, "exclusiveMinimum": True},
            {"type": "integer", "exclusiveMinimum": 0},
            id="boolean exclusiveMinimum",
        ),
        pytest.param(
            {"maximum": 1, "exclusiveMaximum": False}, {"maximum": 1}, id="boolean exclusiveMaximum, false"
        ),
        pytest.param({"minimum": -(2**64), "maximum": 2**70}, {}, id="bounds outside 64 bits"),
        pytest.param({"minimum": float("nan"), "maximum": "9"}, {}, id="bounds that are none"),
        pytest.param({"minLength": -1, "maxLength": 2.0}, {"maxLength": 2}, id="lengths"),
        pytest.param({"pattern": "([a-z"}, {}, id="pattern that does not compile"),
        pytest.param(
            {"items": [{"type": "string"}, {"type": "int"}]},
            {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]},
            id="tuple items",
        ),
        pytest.param(
            {"type": "integer", "enum": ["1", 2, "x"], "default": "2"},
            {"type": "integer", "enum": [1, 2], "default": 2},
            id="values of another type",
        ),
        pytest.param(
            {"properties": {"a": {"type": "str", "required": True}, "b": 3}},
            {"type": "object", "properties": {"a": {"type": "string"}, "b": {}}, "required": ["a"]},
            id="required on the property",
        ),
        pytest.param(
            {"properties": {"a": {}}, "required": ["a", "a", "gone", 4]},
            {"type": "object", "properties": {"a": {}}, "required": ["a"]},
            id="required debris",
        ),
        pytest.param(
            {"anyOf": [{"type": "string"}, {"type": "null"}]}, {"type": ["string", "null"]}, id="optional"
        ),
        pytest.param(
            {"oneOf": [{"type": "string"}, {"type": "integer"}], "nullable": True},
            {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]},
            id="nullable alternatives",
        ),
        pytest.param(
            {"allOf": [{"properties": {"a": {"type": "string"}}}, {"required": ["a"]}], "description": "d"},
            {
                "type": "object",
                "description": "d",
                "properties": {"a": {"type": "string"}},
                "required": ["a"],
            },
            id="allOf",
        ),
    ],
)
def test_forms(given: Any, expected: Any) -> None:
    """Each dialect's form becomes the one of draft 2020-12."""
    assert expected == standalone(given, nothing)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("List[int]", {"type": "array", "items": {"type": "integer"}}),
        ("Optional[Dict[str, int]]", {"type": "object"}),
        ("str, optional", {"type": "string"}),
        ("List[str], optional", {"type": "array", "items": {"type": "string"}}),
        ("string[]", {"type": "array", "items": {"type": "string"}}),
        ("string | null", {"type": ["string", "null"]}),
        ("DATE (YYYY-MM-DD)", {"type": "string", "format": "date"}),
        ("ENUM", {"type": "string"}),
        ("STRING", {"type": "string"}),
        ("Widget", {}),
        ("", {}),
    ],
)
def test_names_of_types(name: str, expected: Any) -> None:
    """A type's name in any language says what it can, and nothing where it says nothing."""
    assert expected == named_type(name)


def test_recursion_is_marked() -> None:
    """A schema that contains itself is opened once and marked below."""
    tree = {"$ref": "#/$defs/Node", "$defs": {"Node": {"properties": {"next": {"$ref": "#/$defs/Node"}}}}}

    assert alone(tree)["properties"]["next"] == {"type": "object", "x-recursive": "Node"}


def test_recursion_through_all_of_is_marked() -> None:
    """A schema that extends itself ends."""
    schema = {
        "$ref": "#/$defs/A",
        "$defs": {"A": {"allOf": [{"$ref": "#/$defs/A"}, {"properties": {"x": {"$ref": "#/$defs/A"}}}]}},
    }

    assert {"x"} == set(alone(schema)["properties"])


def test_depth_and_budget_mark_what_they_cut() -> None:
    """Below the depth and after the budget a schema is open, of its type, and marked."""
    inner = {"type": "object", "properties": {"z": {"type": "string"}}}
    wide = {"type": "object", "properties": {f"p{i}": inner for i in range(50)}}

    assert alone(wide, depth=1)["properties"]["p0"] == {"type": "object", "x-truncated": True}
    cut = alone(wide, budget=20)["properties"]
    assert len(cut) == 50
    assert cut["p49"] == {"type": "object", "x-truncated": True}


def test_lists_of_lists_end() -> None:
    """Lists in lists without end are cut, so that the result can be written."""
    schema: Any = {"type": "string"}
    for _ in range(300):
        schema = {"type": "array", "items": schema}

    assert len(orjson.dumps(alone(schema))) < 3000


def test_expandable_objects_do_not_explode() -> None:
    """A document in which everything may contain everything stays within its budget."""
    names = [f"T{i}" for i in range(40)]
    every = {name: {"anyOf": [{"type": "string"}, {"$ref": f"#/$defs/{name}"}]} for name in names}
    document = {"$ref": "#/$defs/T0", "$defs": {name: {"properties": every} for name in names}}

    made = alone(document, depth=8, budget=500)

    assert len(made["properties"]) == 40
    assert len(str(made)) < 2_000_000


def test_marked_properties_are_omitted() -> None:
    """What may only be read is left out of what is sent."""
    schema = {"properties": {"id": {"readOnly": True}, "name": {}}, "required": ["id", "name"]}

    assert standalone(schema, nothing, omit="readOnly")["required"] == ["name"]


def test_dangling_reference_raises() -> None:
    """A reference to nothing is the caller's to judge."""
    with pytest.raises(LookupError):
        alone({"properties": {"a": {"$ref": "#/gone"}}})


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        pytest.param({}, {"type": "object", "properties": {}}, id="nothing"),
        pytest.param(
            {"type": "array"},
            {"type": "object", "properties": {"body": {"type": "array"}}, "required": ["body"]},
            id="an array",
        ),
        pytest.param(
            {
                "anyOf": [
                    {
                        "type": "object",
                        "properties": {"a": {"type": "string"}, "k": {}},
                        "required": ["a", "k"],
                    },
                    {"type": "object", "properties": {"b": {}, "k": {}}, "required": ["k"]},
                ]
            },
            {
                "type": "object",
                "properties": {"a": {"type": "string"}, "k": {}, "b": {}},
                "required": ["k"],
            },
            id="alternatives side by side",
        ),
    ],
)
def test_parameters_are_an_object(schema: Any, expected: Any) -> None:
    """Any schema becomes an object's."""
    assert expected == as_parameters(schema, wrap="body")


@pytest.mark.parametrize("given", ["plain", "Brønnøysund", "😀"])
def test_text_stays(given: str) -> None:
    """Text that UTF-8 can write is left as it is."""
    assert given == text(given)


def test_lone_surrogates_are_replaced() -> None:
    """Text that UTF-8 cannot write becomes text that it can."""
    assert text("a\ud800b") == "a\ufffdb"


_WORDS = (
    "type properties required items allOf anyOf oneOf $ref nullable enum const default examples example "
    "minimum maximum exclusiveMinimum multipleOf minLength pattern format additionalProperties prefixItems "
    "title description uniqueItems readOnly not a b"
)
_KEYS = st.sampled_from(_WORDS.split())
_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(st.characters(), max_size=6)
    | st.sampled_from(
        ["#", "#/a", "#/properties/a", "object", "string", "array", "dict", "integer", "[a", "a"]
    )
)
_DEBRIS = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=5),
    max_leaves=40,
)


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(_KEYS, _DEBRIS, max_size=6))
def test_whatever_goes_in_what_comes_out_compiles(debris: dict[str, Any]) -> None:
    """Any JSON at all becomes a valid draft 2020-12 schema without references."""
    lookup = pointer_lookup(debris)

    def forgiving(ref: str) -> Any:
        try:
            return lookup(ref)
        except LookupError:
            return {"x-unresolved": ref}

    made = standalone(debris, forgiving, budget=300)

    Draft202012Validator.check_schema(made)
    jsonschema_rs.validator_for(made)
    jsonschema_rs.validator_for(as_parameters(made))
    assert references(made) == []
