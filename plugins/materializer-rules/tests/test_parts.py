"""The parts: words, shapes, patterns, layout."""

import pytest
from scaleenv_materializer_rules.fitting import fits, literal
from scaleenv_materializer_rules.nouns import article, participle, plural, singular
from scaleenv_materializer_rules.shapes import locate
from scaleenv_materializer_rules.signature import read_signatures
from scaleenv_materializer_rules.text import WIDTH, call, docstring, lay

from scaleenv_core.types import Http, Tool


@pytest.mark.parametrize(
    "pair",
    [
        "order orders",
        "category categories",
        "box boxes",
        "person people",
        "status statuses",
        "address addresses",
        "shelf shelves",
    ],
)
def test_singular_and_plural(pair):
    """Each is the other's inverse."""
    one, many = pair.split()

    assert (plural(one) if one not in ("address",) else many, singular(many)) == (many, one)


def test_participles_and_articles():
    """English as a refusal needs it."""
    assert [participle(v) for v in ("close", "ship", "copy", "merge")] == [
        "closed",
        "shipped",
        "copied",
        "merged",
    ]
    assert [article(n) for n in ("order", "user", "book")] == ["an order", "a user", "a book"]


@pytest.mark.parametrize(
    ("name", "method", "path", "verb", "noun"),
    [
        ("calendar_events_list", "GET", "/calendars/{calendarId}/events", "list", ("calendar", "event")),
        ("ListBuckets", "GET", "/", "list", ("bucket",)),
        ("create_order", "POST", "/orders", "create", ("order",)),
        ("getOrderById", "GET", "/order/{id}", "get", ("order",)),
        ("get_orders_by_id_lines", "GET", "/orders/{id}/lines", "list", ("line",)),
        ("post_orders_by_id_cancel", "POST", "/orders/{id}/cancel", "cancel", ("order",)),
        ("CreateOrUpdateTerm", "PUT", "/terms", "upsert", ("term",)),
        ("Job_GetAll", "GET", "/jobs", "get", ("job",)),
        ("MarkInvoiceAsSent", "PUT", "/invoices/{id}/sent", "mark", ("invoice",)),
        ("addwidgets", "DELETE", "/widgets/{id}", "delete", ("addwidget",)),
        ("read_item_items__item_id__get", "GET", "/items/{item_id}", "read", ("item",)),
        ("put_title_v1_notes__note_id__title_put", "PUT", "/v1/notes/{note_id}/title", "put", ("title",)),
        ("NotesResource_getNote_get", "GET", "/rest/1/notes/{id}", "get", ("note",)),
        ("Contact_Create", "POST", "/accounts/{accountId}/contact", "create", ("contact",)),
        ("ListUpdate", "POST", "/lists/{id}/update.json", "update", ("list",)),
        ("Services_ListQuery", "GET", "/workspaces/{id}/services", "list", ("service",)),
        (
            "patch_spaces_by_spaceId_folders_by_folderId_bank_statem_f1220c8d",
            "PATCH",
            "/spaces/{spaceId}/folders/{folderId}/bank-statements/{id}",
            "update",
            ("bank", "statement"),
        ),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else None,
)
def test_verbs_and_nouns(name, method, path, verb, noun):
    """Names first, then method and path."""
    made = Tool(
        id=name, name=name, description="", parameters={"type": "object"}, http=Http(method=method, path=path)
    )

    (read,) = read_signatures([made])

    assert (read.verb, read.noun) == (verb, noun)


ROW = {"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": "string"}}}


@pytest.mark.parametrize(
    ("schema", "path", "many", "kind"),
    [
        (ROW, (), False, "record"),
        ({"type": "array", "items": ROW}, (), True, "record"),
        (
            {
                "type": "object",
                "properties": {"items": {"type": "array", "items": ROW}, "kind": {"type": "string"}},
            },
            ("items",),
            True,
            "record",
        ),
        ({"type": "object", "properties": {"order": ROW}}, ("order",), False, "record"),
        (
            {
                "type": "object",
                "properties": {
                    "data": {"type": "object", "properties": {"orders": {"type": "array", "items": ROW}}}
                },
            },
            ("data", "orders"),
            True,
            "record",
        ),
        (
            {"type": "object", "properties": {"success": {"type": "boolean"}, "message": {"type": "string"}}},
            (),
            False,
            "notice",
        ),
        ({"type": "string"}, (), False, "scalar"),
    ],
    ids=["record", "array", "wrapped", "object", "nested", "notice", "scalar"],
)
def test_where_the_record_is(schema, path, many, kind):
    """The record is found in and under its wrappers."""
    found = locate(schema, ("order",))

    assert (found.path, found.many, found.kind) == (path, many, kind)


def test_fits():
    """Types, enums and required properties decide."""
    assert fits({"type": "integer"}, {"type": "number"})
    assert not fits({"type": "string"}, {"type": "object"})
    assert not fits({"type": "string"}, {"type": "string", "enum": ["a"]})
    assert not fits({"type": "object"}, {"type": "object", "required": ["a"], "properties": {"a": {}}})


def test_literals():
    """The plainest valid value."""
    assert literal(
        {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer", "minimum": 3}}}
    ) == {"n": 3}


def test_layout():
    """Lines break only where they must, and docstrings stay inside their quotes."""
    assert lay("x = ", call("f", "a", "b")) == ["    x = f(a, b)"]
    assert all(len(line) <= WIDTH for line in lay("x = ", call("f", *["argument" * 3] * 6)))
    assert '"""' not in "".join(docstring('a """ b'))[4 + 3 : -3]
