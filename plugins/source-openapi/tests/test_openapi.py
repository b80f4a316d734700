"""The source openapi: every form of document, each operation as one tool."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from scaleenv_source_openapi import OpenApi

from scaleenv_core.errors import ConfigError, SourceError
from scaleenv_core.plugins import configure, find
from scaleenv_core.testing.source import ToolSourceContract
from scaleenv_core.types import Dropped, Http, Tool

SHOP = """\
openapi: 3.0.3
info: {title: Shop, version: "2"}
servers: [{url: "https://api.shop.example/v2"}]
paths:
  /orders/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string}}
    get:
      operationId: getOrder
      summary: Get an order.
      description: The whole order.
      tags: [orders]
      parameters:
        - {name: Authorization, in: header, schema: {type: string}}
        - {name: session, in: cookie, schema: {type: string}}
        - {name: X-Trace, in: header, schema: {type: string}}
        - {name: key, in: query, schema: {type: string}}
      responses:
        200: {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
    post:
      operationId: getOrder
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded:
            schema: {$ref: '#/components/schemas/Order'}
      responses: {default: {description: what}}
  /orders/{id}#cancel:
    delete:
      requestBody: {content: {application/json: {schema: {type: array, items: {type: string}}}}}
      responses: {204: {description: gone}}
webhooks:
  ordered: {post: {operationId: ignored}}
components:
  securitySchemes:
    k: {type: apiKey, name: key, in: query}
  schemas:
    Order:
      type: object
      required: [id, due]
      properties:
        id: {type: string, readOnly: true}
        due: {type: string, enum: [on, off, 2020-01-01]}
        part_of: {$ref: '#/components/schemas/Order'}
        secret: {type: string, writeOnly: true}
"""


def read(folder: Path, document: Any, name: str = "api.json", **options: Any) -> list[Tool | Dropped]:
    """What the source makes of one document."""
    path = folder / name
    if isinstance(document, bytes):
        path.write_bytes(document)
    else:
        path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return list(OpenApi(paths=(str(path),), **options).collect_tools())


def tools(folder: Path, document: Any, name: str = "api.json", **options: Any) -> dict[str, Tool]:
    """The tools of one document by name."""
    return {one.name: one for one in read(folder, document, name, **options) if isinstance(one, Tool)}


def api(paths: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A document of these paths."""
    return {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths, **more}


def swagger(paths: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A Swagger 2 document of these paths."""
    return {"swagger": "2.0", "info": {"title": "T", "version": "1"}, "paths": paths, **more}


class TestOpenApi(ToolSourceContract):
    """The contract, on a folder with a good and a broken document."""

    @pytest.fixture
    def plugin(self, tmp_path: Path) -> OpenApi:
        """The source over two files."""
        (tmp_path / "shop.yaml").write_text(SHOP)
        (tmp_path / "broken.json").write_text('{"openapi": ')
        return OpenApi(paths=(str(tmp_path),))


def test_a_whole_document(tmp_path: Path) -> None:
    """Labels, names, inputs and answers of a document with something of everything."""
    found = tools(tmp_path, SHOP, "shop.yaml")

    assert list(found) == ["getOrder", "post_orders_by_id", "delete_orders_by_id_cancel"]
    get = found["getOrder"]
    assert get.id == "openapi/shop-2/getOrder"
    assert (get.service, get.provider, get.source, get.tags) == ("shop-2", "shop", "openapi", ("orders",))
    assert get.description == "Get an order.\n\nThe whole order."
    assert get.http == Http(method="GET", path="/orders/{id}")
    assert list(get.parameters["properties"]) == ["id", "X-Trace"]
    assert get.returns is not None
    assert get.returns["properties"]["part_of"] == {"type": "object", "x-recursive": "Order"}
    assert "secret" not in get.returns["properties"]


def test_a_body_stands_beside_the_path(tmp_path: Path) -> None:
    """A form body's properties are parameters; read-only ones are not sent, no 2xx is no return."""
    post = tools(tmp_path, SHOP, "shop.yaml")["post_orders_by_id"]

    assert list(post.parameters["properties"]) == ["id", "due", "part_of", "secret"]
    assert post.parameters["required"] == ["due", "id"]
    assert post.parameters["properties"]["due"]["enum"] == ["on", "off", "2020-01-01"]
    assert post.returns is None


def test_other_bodies_are_one_parameter(tmp_path: Path) -> None:
    """A body that is a list is ``body``, also on DELETE; a fragment is no part of the address."""
    delete = tools(tmp_path, SHOP, "shop.yaml")["delete_orders_by_id_cancel"]

    assert delete.parameters["properties"]["body"] == {"type": "array", "items": {"type": "string"}}
    assert delete.http == Http(method="DELETE", path="/orders/{id}")


def test_names_that_collide_get_their_place(tmp_path: Path) -> None:
    """The path keeps its name; query, header and body say where they are from."""
    body = {"content": {"application/json": {"schema": {"properties": {"id": {"type": "integer"}}}}}}
    parameters = [{"name": "id", "in": place, "schema": {}} for place in ("header", "query", "path")]
    document = api({"/x/{id}": {"put": {"parameters": parameters, "requestBody": body}}})

    made = tools(tmp_path, document)["put_x_by_id"]

    assert list(made.parameters["properties"]) == ["id", "id_query", "id_header", "id_body"]


def test_undeclared_path_variables_are_required_strings(tmp_path: Path) -> None:
    """What the path needs is a parameter, also before a fixed query."""
    made = tools(tmp_path, api({"/x/{one}/{two}?beta=true": {"get": {}}}))

    assert made["get_x_by_one_by_two_beta_true"].parameters == {
        "type": "object",
        "properties": {"one": {"type": "string"}, "two": {"type": "string"}},
        "required": ["one", "two"],
    }


@pytest.mark.parametrize(
    ("schema", "properties"),
    [
        pytest.param({"type": "object", "properties": {}}, {}, id="nothing"),
        pytest.param({"type": "string"}, {"body": {"type": "string"}}, id="text"),
        pytest.param(
            {"type": "object", "additionalProperties": {"type": "integer"}},
            {"body": {"type": "object", "additionalProperties": {"type": "integer"}}},
            id="a map",
        ),
        pytest.param(
            {
                "oneOf": [
                    {"properties": {"a": {"type": "string"}}},
                    {"properties": {"b": {"type": "integer"}}},
                ]
            },
            {"a": {"type": "string"}, "b": {"type": "integer"}},
            id="alternatives",
        ),
        pytest.param(
            {"allOf": [{"properties": {"a": {"type": "string"}}}, {"properties": {"b": {"type": "null"}}}]},
            {"a": {"type": "string"}, "b": {"type": "null"}},
            id="allOf",
        ),
    ],
)
def test_bodies(tmp_path: Path, schema: Any, properties: Any) -> None:
    """Objects are laid open, everything else is one parameter."""
    document = api({"/x": {"post": {"requestBody": {"content": {"application/json": {"schema": schema}}}}}})

    assert tools(tmp_path, document)["post_x"].parameters["properties"] == properties


def test_swagger_2(tmp_path: Path) -> None:
    """Inline types, form data, bodies, shared parameters and integer response codes in YAML."""
    document = """\
swagger: '2.0'
info: {title: T, version: 1.0}
host: api.things.co.uk
parameters: {Limit: {name: limit, in: query, type: integer, maximum: 9}}
paths:
  /a:
    post:
      parameters:
        - {$ref: '#/parameters/Limit'}
        - {name: file, in: formData, type: file, required: true}
      responses:
        201: {schema: {type: array, items: {$ref: '#/definitions/A'}}}
        400: {schema: {type: string}}
    put:
      parameters: [{name: what, in: body, schema: {$ref: '#/definitions/A'}}]
definitions: {A: {properties: {n: {type: integer}}}}
"""

    found = tools(tmp_path, document, "a.yml")

    assert found["post_a"].provider == "things"
    assert found["post_a"].parameters == {
        "type": "object",
        "properties": {
            "limit": {"type": "integer", "maximum": 9},
            "file": {"type": "string", "format": "binary"},
        },
        "required": ["file"],
    }
    assert found["post_a"].returns is not None
    assert found["post_a"].returns["items"]["properties"] == {"n": {"type": "integer"}}
    assert found["put_a"].parameters["properties"] == {"n": {"type": "integer"}}


@pytest.mark.parametrize(
    ("item", "names"),
    [
        pytest.param({"query": {}}, ["query_x"], id="QUERY of 3.2"),
        pytest.param({"additionalOperations": {"COPY": {}}}, ["copy_x"], id="other methods of 3.2"),
        pytest.param({"get": {"operationId": "  "}}, ["get_x"], id="blank operationId"),
        pytest.param({"get": {"operationId": 7}}, ["get_x"], id="operationId that is no text"),
        pytest.param({"get": {"operationId": "¿?"}}, ["get_x"], id="operationId without a letter"),
        pytest.param({"x-internal": {}, "summary": "s", "servers": []}, [], id="no method"),
    ],
)
def test_operations_of_a_path(tmp_path: Path, item: Any, names: list[str]) -> None:
    """Methods are operations, other keys are not."""
    assert list(tools(tmp_path, api({"/x": item}))) == names


def test_ms_paths_are_paths(tmp_path: Path) -> None:
    """Azure's x-ms-paths tell operations apart by their query."""
    document = api({"/x": {"get": {"operationId": "a"}}}, **{"x-ms-paths": {"/x?b=c": {"get": {}}}})

    assert list(tools(tmp_path, document)) == ["a", "get_x_b_c"]


def test_ids_stay_unique_over_files(tmp_path: Path) -> None:
    """Two documents of one title and version share no id."""
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(json.dumps(api({"/x": {"get": {"operationId": "same"}}})))

    found = [one.id for one in OpenApi(paths=(str(tmp_path),)).collect_tools() if isinstance(one, Tool)]

    assert found == ["openapi/t-1/same", "openapi/t-1/same_2"]


def test_references_to_other_files(tmp_path: Path) -> None:
    """A neighbour file is followed, and what it refers to in turn."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/types.yaml").write_text(
        "A: {properties: {b: {$ref: '#/B'}, c: {$ref: '../more.json#/C'}}}\nB: {type: integer}\n"
    )
    (tmp_path / "more.json").write_text('{"C": {"type": "boolean"}}')
    answer = {"description": "", "content": {"application/json": {"schema": {"$ref": "sub/types.yaml#/A"}}}}

    made = tools(tmp_path, api({"/x": {"get": {"responses": {"200": answer}}}}))["get_x"]

    assert made.returns == {
        "type": "object",
        "properties": {"b": {"type": "integer"}, "c": {"type": "boolean"}},
    }


@pytest.mark.parametrize(
    ("ref", "reason", "said"),
    [
        ("https://example.org/s.json#/A", "remote-reference", "never fetched"),
        ("//example.org/s.json", "remote-reference", "never fetched"),
        ("#/components/schemas/Gone", "dangling-reference", "no such place in the document"),
        ("gone.yaml#/A", "dangling-reference", "gone.yaml: cannot be read: No such file or directory"),
        ("../outside.json#/A", "dangling-reference", "outside the document's folder"),
        ("broken.json#/A", "dangling-reference", "broken.json: not JSON"),
        ("nul\0.json#/A", "dangling-reference", "no file can have that name"),
    ],
)
def test_references_to_nothing_are_counted(tmp_path: Path, ref: str, reason: str, said: str) -> None:
    """The answer stays open and is marked, and one line says so."""
    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "outside.json").write_text('{"A": {"type": "string"}}')
    (folder / "broken.json").write_text("{")
    schema = {"properties": {"a": {"$ref": ref}, "b": {"$ref": ref}}}
    answer = {"content": {"application/json": {"schema": schema}}}

    made = read(folder, api({"/x": {"get": {"responses": {"200": answer}}}}))

    assert len(made) == 2
    assert isinstance(made[0], Tool)
    assert made[0].returns == {
        "type": "object",
        "properties": {"a": {"x-unresolved": ref}, "b": {"x-unresolved": ref}},
    }
    assert isinstance(made[1], Dropped)
    assert (made[1].reason, said in made[1].detail) == (reason, True), made[1]


@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        ({"parameters": [{"$ref": "#/gone"}]}, "unknown-inputs"),
        ({"requestBody": {"$ref": "#/gone"}}, "unknown-inputs"),
        ({"requestBody": {"content": {"a/b": {"schema": {"$ref": "#/gone"}}}}}, "unknown-inputs"),
        ("debris", "unusable-operation"),
    ],
)
def test_operations_that_cannot_be_called_are_dropped(tmp_path: Path, operation: Any, reason: str) -> None:
    """An operation whose inputs are unknown is no tool."""
    made = read(tmp_path, api({"/x": {"get": operation}}))

    assert isinstance(made[0], Dropped)
    assert made[0].reason == reason
    assert made[0].origin.endswith("api.json GET /x")


def test_paths_that_lead_nowhere_are_dropped(tmp_path: Path) -> None:
    """A path item behind a dangling reference is one line."""
    made = read(tmp_path, api({"/x": {"$ref": "gone.yaml#/x"}, "/y": 3}))

    assert [one.reason for one in made if isinstance(one, Dropped)] == [
        "unusable-path",
        "unusable-path",
        "dangling-reference",
    ]


@pytest.mark.parametrize(
    ("name", "content", "reason", "said"),
    [
        ("a.json", '{"openapi": "3.0.0", "paths": {"/x"', "unreadable", "truncated"),
        ("a.json", '{"openapi": "3.0.0",}', "unreadable", "trailing comma"),
        ("a.json", '{"openapi": "3.0\x01"}', "unreadable", "control character"),
        ("a.json", '{"openapi": "3"}{"openapi": "3"}', "unreadable", "second document"),
        ("a.json", '{"openapi": "ø"}'.encode("latin-1"), "unreadable", "not UTF-8"),
        ("a.json", "[]", "not-openapi", "holds a list"),
        ("a.json", "{}", "not-openapi", "neither 'openapi' nor 'swagger'"),
        ("a.json", '{"discoveryVersion": "v1"}', "not-openapi", "Google discovery"),
        ("a.json", '{"openapi": "4.0"}', "unsupported-version", "2.0 and 3.x"),
        ("a.json", '{"openapi": "3.0.0"}', "no-operations", "no operation"),
        ("a.json", '{"openapi": "3.0.0", "paths": [1]}', "no-operations", "no operation"),
        ("a.yaml", "", "unreadable", "empty"),
        ("a.yaml", "a: b: c", "unreadable", "line 1"),
        ("a.yaml", "openapi: 3.0.0\n---\nopenapi: 3.0.0\n", "unreadable", "second document"),
        ("a.yaml", "openapi: &a [*a]", "unreadable", "recursive"),
        ("a.yaml", "openapi: !!python/object:os.system x", "unsupported-version", "is OpenAPI 'x'"),
        ("a.yaml", "[" * 100_000, "unreadable", "nested too deep"),
        ("a.yaml", "? [a]\n: b\n", "unreadable", "a key is no text"),
        ("a.yaml", "a: \x01", "unreadable", "not YAML"),
        ("a.yaml", "just text", "not-openapi", "holds text"),
    ],
)
def test_broken_files_are_one_line(
    tmp_path: Path, name: str, content: str | bytes, reason: str, said: str
) -> None:
    """Whatever is wrong with a file is one Dropped with a reason and a clear line."""
    made = read(tmp_path, content, name)

    assert [type(one) for one in made] == [Dropped]
    assert isinstance(made[0], Dropped)
    assert made[0].reason == reason
    assert said in made[0].detail


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_are_tolerated(tmp_path: Path, encoding: str) -> None:
    """A document may say in which Unicode encoding it is."""
    document = json.dumps(api({"/x": {"get": {"summary": "Brønnøysund"}}}), ensure_ascii=False)

    assert tools(tmp_path, document.encode(encoding))["get_x"].description == "Brønnøysund"


def test_yaml_stays_json(tmp_path: Path) -> None:
    """Dates, yes and no, and times are text; anchors and merge keys work."""
    document = """\
openapi: 3.0.0
info: &i {title: T, version: 2020-01-01}
paths:
  /x:
    get:
      parameters:
        - name: a
          in: query
          schema: &s {type: string, enum: [no, yes, 12:30, 1_000, 0x1F], default: 2020-01-01}
        - {name: b, in: query, schema: {<<: *s, description: d}}
"""

    made = tools(tmp_path, document, "a.yaml")["get_x"]

    assert made.service == "t-2020-01-01"
    assert made.parameters["properties"]["b"] == {
        "type": "string",
        "enum": ["no", "yes", "12:30", "1_000", "0x1F"],
        "default": "2020-01-01",
        "description": "d",
    }


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"include": ("GET *",)}, ["a"]),
        ({"include": ("a", "b")}, ["a", "b"]),
        ({"exclude": ("DELETE *", "b")}, ["a"]),
    ],
)
def test_include_and_exclude(tmp_path: Path, options: Any, names: list[str]) -> None:
    """Globs choose operations by name or by method and path; the others are counted."""
    item = {"get": {"operationId": "a"}, "post": {"operationId": "b"}, "delete": {"operationId": "c"}}
    made = read(tmp_path, api({"/x": item}), **options)

    assert [one.name for one in made if isinstance(one, Tool)] == names
    assert sum(isinstance(one, Dropped) and one.reason == "excluded" for one in made) == 3 - len(names)


def test_a_catalog_that_is_not_there(tmp_path: Path) -> None:
    """A path to nothing is an error, and not an empty catalog."""
    with pytest.raises(SourceError, match="no such file or folder"):
        OpenApi(paths=(str(tmp_path / "gone"),)).collect_tools()


def test_it_is_a_plugin_with_options() -> None:
    """It is found by its name, and a misspelt option is named."""
    with pytest.raises(ConfigError, match="unknown key 'path'; did you mean 'paths'"):
        configure(find("source", "openapi"), {"path": ["a"]})
