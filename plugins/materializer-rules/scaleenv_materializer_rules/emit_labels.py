"""Bodies of tools of tags."""

from __future__ import annotations

from .emit_body import Body
from .nouns import article
from .plan import Entity
from .plan_terms import Labels
from .text import Node, call, lay, listed, nested, pairs, quoted


def label_lines(body: Body) -> list[str]:
    """Give a resource these tags; one that it has gets the new value."""
    labels = _labels(body)
    name = _setting(body, labels)
    code = labels.parameter
    key, value = labels.fields
    given = {
        "objects": ("tag", f"tag.get({quoted(key)}), tag.get({quoted(value)})"),
        "map": ("key, value", "key, value"),
        "names": ("key", "key, None"),
    }[labels.form]
    source = f"{code}.items()" if labels.form == "map" else code
    told = given[1] if labels.value else given[1].partition(",")[0]
    return [
        *_bearing(body, labels),
        f"    for {given[0]} in {source}:",
        f"        {name}(db, {labels.by.code}, {told})",
        *_answer(body),
    ]


def unlabel_lines(body: Body) -> list[str]:
    """Take tags off; refuses where the resource has none of them."""
    labels, table = _labels(body), quoted(body.entity.table)
    of, key = labels.by.code, f"tag.get({quoted(labels.fields[0])})" if labels.form == "objects" else "key"
    one = "tag" if labels.form == "objects" else "key"
    gone = body.local("gone")
    return [
        *_bearing(body, labels),
        f"    {gone} = [({of}, {key}) for {one} in {labels.parameter}]",
        f"    {gone} = [key for key in {gone} if db.get({table}, key) is not None]",
        f"    if not {gone}:",
        f'        raise Refusal(f"{{{nested(of)}!r}} has none of these {body.said}s")',
        f"    for key in {gone}:",
        f"        db.delete({table}, key)",
        *_answer(body),
    ]


def labels_lines(body: Body) -> list[str]:
    """The tags of a resource."""
    return [*_bearing(body, _labels(body)), *_answer(body)]


def _answer(body: Body) -> list[str]:
    """The tags as they are now, where the answer has a place for them."""
    labels, entity = _labels(body), body.entity
    if labels.parameter and not labels.path:
        return body.answer()
    where = pairs([(labels.by.column, labels.by.code)])
    rows = body.local("now_tags" if labels.parameter else body.rows)
    lines = lay(f"{rows} = ", call("db.find", quoted(entity.table), where))
    key, value = f"row[{quoted(labels.key)}]", f"row[{quoted(labels.value)}]"
    name, other = labels.shown_fields
    made = {
        "objects": f"[{{{quoted(name)}: {key}, {quoted(other)}: {value}}} for row in {rows}]",
        "map": f"{{{key}: {value} for row in {rows}}}",
        "names": f"[{key} for row in {rows}]",
    }[labels.shown]
    if not labels.path:
        return [*lines, *lay("return ", made)]
    return [*lines, *lay("return ", pairs([(labels.path, made)]))]


def _labels(body: Body) -> Labels:
    assert body.step.labels is not None
    return body.step.labels


def _bearing(body: Body, labels: Labels) -> list[str]:
    """Refuse a resource that does not exist."""
    entity = body.entity
    if labels.by.column in entity.references:
        parent = body.parent(labels.by.column)
        body.lookups.add(f"get {parent.name}")
        return [f"    _get_{parent.name}(db, {labels.by.code})"]
    if not entity.bearers:
        return []
    body.functions["_check_bearer"] = _checking(entity)
    return [f"    _check_bearer(db, {labels.by.code})"]


def _checking(entity: Entity) -> list[str]:
    nodes: list[Node] = [f"({quoted(table)}, {quoted(column)})" for table, column in entity.bearers]
    return [
        "def _check_bearer(db: Database, key: str) -> None:",
        '    """Refuse what none of the things that can bear tags is."""',
        *lay("bearers = ", listed(nodes)),
        "    if not any(db.count(table, {column: key}) for table, column in bearers):",
        '        raise Refusal(f"there is no resource {key!r}")',
    ]


def _setting(body: Body, labels: Labels) -> str:
    entity = body.entity
    table, name = quoted(entity.table), f"_set_{entity.name}"
    whose, key = labels.by.column, labels.key
    row: list[tuple[str, Node]] = [(whose, "of"), (key, "key")]
    told = "of: str, key: str | None" + (", value: str | None" if labels.value else "")
    lines = [
        f"def {name}(db: Database, {told}) -> None:",
        f'    """Give a resource {article(body.said)}'
        + (', or the one that it has another value."""' if labels.value else '."""'),
        "    if key is None:",
        f'        raise Refusal("a {body.said} needs its key")',
        f"    if db.get({table}, (of, key)) is None:",
        *lay(
            "",
            call("db.insert", table, pairs([*row, *([(labels.value, "value")] if labels.value else [])])),
            indent=8,
        ),
    ]
    if labels.value:
        lines += ["    else:"]
        lines += lay("", call("db.update", table, "(of, key)", pairs([(labels.value, "value")])), indent=8)
    body.functions[name] = lines
    return name
