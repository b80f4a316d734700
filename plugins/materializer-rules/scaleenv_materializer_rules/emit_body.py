"""One step's function body."""

from __future__ import annotations

import keyword
import re

from attrs import define, field

from .answer_code import Answer
from .constraints import key_form
from .entities import is_code
from .fitting import literal
from .nouns import participle, plural
from .plan import Column, Entity, Plan, Step, Value
from .text import Group, Node, call, keywords, lay, literal_code, nested, pairs, quoted

PAGE = 20
"""Rows on a page where a tool has pages and the caller names no size."""


@define
class Body:
    """Writes the body of one tool; gathers the constants and look-ups that it uses."""

    plan: Plan
    step: Step
    constants: dict[str, tuple[str, ...] | dict[str, str]] = field(factory=dict)
    lookups: set[str] = field(factory=set)
    plan_constants: dict[str, tuple[str, ...] | dict[str, str]] = field(factory=dict)
    """The constants of the whole module, shared by all its bodies."""

    returns: str = "dict[str, Any]"

    @property
    def entity(self) -> Entity:
        """The tool's table."""
        return self.plan.entity(self.step.entity)

    def local(self, name: str) -> str:
        """A local name that no parameter has."""
        taken = {p[0] for p in self.step.parameters} | {"db", "given"}
        name = f"{name}_" if keyword.iskeyword(name) else name
        return f"the_{name}" if name in taken else name

    @property
    def row(self) -> str:
        """The name of the one row."""
        return self.local(self.entity.name)

    @property
    def rows(self) -> str:
        """The name of the many."""
        words = self.entity.name.split("_")
        many = "_".join([*words[:-1], plural(words[-1])])
        return self.local(many if many != self.entity.name else f"{many}_rows")

    @property
    def new_id(self) -> str:
        """A fresh key of the form that the API declares."""
        entity = self.entity
        column = entity.column(entity.key[-1])
        form = key_form(column.schema, entity.table, entity.name) if column.kind == "text" else ""
        return f"db.new_id({quoted(entity.table)}{f', {quoted(form)}' if form else ''})"

    def lines(self) -> list[str]:
        """The body."""
        writer = {
            "get": self._get,
            "exists": self._exists,
            "list": self._list,
            "count": self._list,
            "create": self._create,
            "update": self._update,
            "transition": self._update,
            "upsert": self._upsert,
            "delete": self._delete,
        }[self.step.verb]
        return writer()

    # --- parts -------------------------------------------------------------------------------

    def _optional(self, parameter: str) -> bool:
        return next(default for name, _, default in self.step.parameters if name == parameter) == "None"

    def value(self, value: Value) -> str:
        """A value's code, minding that an optional one may not be there."""
        if (
            self._optional(value.parameter)
            and value.code != value.parameter
            and not value.code.startswith(("_whole(", "_number(", "_truth("))
        ):
            return f"None if {value.parameter} is None else {value.code}"
        return value.code

    def entries(self, values: tuple[Value, ...]) -> list[tuple[str, Node]]:
        """Items of a dict: required values as they are, optional ones where given."""
        sure = [(v.column, self.value(v)) for v in values if not self._optional(v.parameter)]
        maybe = [(v.column, self.value(v)) for v in values if self._optional(v.parameter)]
        made: list[tuple[str, Node]] = [*sure]
        if maybe:
            made.append(("", _prefixed("**", given(maybe))))
        return made

    def mapping(self, values: tuple[Value, ...]) -> Node:
        """A dict of values."""
        if values and all(self._optional(v.parameter) for v in values):
            return given([(v.column, self.value(v)) for v in values])
        return pairs(self.entries(values))

    def select(self) -> list[str]:
        """Look the one row up, or refuse."""
        step, entity = self.step, self.entity
        lines: list[str] = []
        if step.writes:
            for value in step.key:
                if self._optional(value.parameter):
                    lines += [
                        f"    if {value.parameter} is None:",
                        f'        raise Refusal("say which {self.said}: {value.parameter} is missing")',
                    ]
        only = tuple(v.column for v in step.key)
        if only == entity.key and len(only) == 1 and not step.scope:
            self.lookups.add(f"get {entity.name}")
            return [*lines, *lay(f"{self.row} = ", call(f"_get_{entity.name}", "db", step.key[0].code))]
        self.lookups.add(f"find {entity.name}")
        where = self.mapping((*step.scope, *step.key))
        return [*lines, *lay(f"{self.row} = ", call(f"_find_{entity.name}", "db", where))]

    @property
    def said(self) -> str:
        """The entity in a sentence."""
        return self.entity.name.replace("_", " ")

    def key_of_row(self) -> str:
        """The key of the row that was looked up."""
        parts = [f"{self.row}[{quoted(column)}]" for column in self.entity.key]
        if len(parts) == 1:
            only = tuple(v.column for v in self.step.key)
            same = only == self.entity.key and not self._optional(self.step.key[0].parameter)
            return self.step.key[0].code if same and self.step.verb != "create" else parts[0]
        return f"({', '.join(parts)})"

    def checks(self, values: tuple[Value, ...]) -> list[str]:
        """Refuse values that a column does not know, and references to nothing."""
        lines: list[str] = []
        for value in values:
            if value.values:
                name = self.constant(value.column, value.values)
                lines += lay("", call("_one_of", quoted(value.column), value.code, name))
            if value.column in self.entity.references:
                parent = self._parent(value.column)
                self.lookups.add(f"get {parent.name}")
                look = f"_get_{parent.name}(db, {value.code})"
                lines += (
                    [f"    if {value.parameter} is not None:", f"        {look}"]
                    if self._optional(value.parameter)
                    else [f"    {look}"]
                )
        return lines

    def _parent(self, column: str) -> Entity:
        table = self.entity.references[column][0]
        return next(e for e in self.plan.entities if e.table == table)

    def constant(self, name: str, value: tuple[str, ...] | dict[str, str]) -> str:
        """The module constant with this value; named after the entity."""
        base = re.sub(r"\W+", "_", f"{self.entity.name}_{name}").upper()
        return self.fixed(base, value)

    def fixed(self, base: str, value: tuple[str, ...] | dict[str, str]) -> str:
        """The constant's name; another tool's different value gets another name."""
        for name, known in self.plan_constants.items():
            if (
                known == value
                and type(known) is type(value)
                and name.startswith(self.entity.name.upper() + "_")
            ):
                self.constants[name] = value
                return name
        short = f"{self.entity.name}_ANSWER".upper()
        if base.endswith("_ANSWER") and short not in self.plan_constants:
            base = short
        self.plan_constants[base] = value
        self.constants[base] = value
        return base

    def answer(self, exprs: Answer | None = None) -> list[str]:
        """The return statement."""
        made = exprs or Answer(self)
        return made.lines()

    # --- reads -------------------------------------------------------------------------------

    def _get(self) -> list[str]:
        if self.step.paging:
            pass  # a get of one row has nothing to cut
        return [*self.select(), *self.answer()]

    def _exists(self) -> list[str]:
        where = self.mapping((*self.step.scope, *self.step.key))
        lines = lay("found = ", call("db.count", quoted(self.entity.table), where), " > 0")
        return [*lines, *self.answer()]

    def _list(self) -> list[str]:
        step, rows, one = self.step, self.rows, self.local("row")
        equal = tuple(
            Value(column=f.columns[0], parameter=f.parameter, code=f.code, required=f.required)
            for f in step.filters
            if f.test == "equal"
        )
        equal = tuple({v.column: v for v in reversed(equal)}.values())[::-1]
        where: list[Node] = [self.mapping(equal)] if equal else []
        lines = lay(f"{rows} = ", call("db.find", quoted(self.entity.table), *where))
        for narrowing in step.filters:
            if narrowing.test == "equal":
                continue
            column = f"{one}[{quoted(narrowing.columns[0])}]" if narrowing.columns else ""
            code = narrowing.code
            test = {
                "least": f"{column} is not None and {column} >= {code}",
                "most": f"{column} is not None and {column} <= {code}",
                "text": f"_mentions({one}, {code})",
                "one_of": f"{column} in {code}",
                "holds": f"_holds({column}, {code})",
                "expression": f"_matches({one}, {code})",
                "starts": f"{column} is not None and {column}.startswith({code})",
                "range": f"_in_range({column}, {code})",
            }[narrowing.test]
            deep = 8 if self._optional(narrowing.parameter) else 4
            if deep == 8:
                lines.append(f"    if {narrowing.parameter} is not None:")
            lines += _comprehension(rows, one, test, deep)
        if step.sort != ("", ""):
            by, way = step.sort
            lines += lay(f"{rows} = ", call("_sorted", rows, by or "None", *([way] if way else [])))
        return [*lines, *self._page(), *self.answer()]

    def _page(self) -> list[str]:
        paging = self.step.paging
        if paging is None or self.step.verb == "count":
            return []
        size, lines, start = self.local("size"), [], self.local("start")
        needs_size = bool(paging.page or paging.token)
        code, parameter = paging.size, _parameter(paging.size)
        optional = bool(parameter) and self._optional(parameter)
        if not code:
            lines.append(f"    {size} = {PAGE}")
        elif optional:
            code = f"{code} or {PAGE}" if needs_size else code
            if not needs_size and code.startswith("round("):
                code = f"None if {parameter} is None else {code}"
            elif code.startswith("round("):
                code = f"{PAGE} if {parameter} is None else round({parameter})"
            lines.append(f"    {size} = {code}")
        else:
            lines.append(
                f"    {size} = max({code} or {PAGE}, 0)"
                if code.startswith("_")
                else f"    {size} = max({code}, 0)"
            )
        if paging.token:
            lines.append(f"    {start} = _start({paging.token})")
        elif paging.offset:
            lines.append(f"    {start} = max({self._plain(paging.offset)} or 0, 0)")
        elif paging.page:
            lines.append(f"    {start} = (max({self._plain(paging.page)} or 1, 1) - 1) * {size}")
        else:
            lines.append(f"    {start} = 0")
        if optional and not needs_size:
            end = f"None if {size} is None else {start} + max({size}, 0)"
            lines.append(f"    {self.local('end')} = {end}")
        else:
            if optional:
                lines[0] = f"    {size} = max({code}, 1)" if " if " not in code else lines[0]
            lines.append(f"    {self.local('end')} = {start} + {size}")
        lines.append(f"    {self.local('page')} = {self.rows}[{start}:{self.local('end')}]")
        return lines

    def _plain(self, code: str) -> str:
        parameter = _parameter(code)
        if code.startswith("round(") and self._optional(parameter):
            return f"round({parameter} or 0)"
        return code

    # --- writes ------------------------------------------------------------------------------

    def _create(self) -> list[str]:
        step, entity = self.step, self.entity
        lines = self._sizes()
        lines += self.checks((*step.scope, *step.key, *step.sets))
        keyed = {v.column: v for v in step.key}
        entries: list[tuple[str, Node]] = []
        if set(keyed) == set(entity.key):
            lines += self._free(keyed)
        for column in entity.key:
            code = self.value(keyed[column]) if column in keyed else self.new_id
            if column in keyed and self._optional(keyed[column].parameter):
                code = keyed[column].code
            entries.append((column, code))
        entries += self._server_side()
        entries += self.entries((*step.scope, *step.sets))
        if step.payload:
            entries.append(("", f"**{self._picked()}"))
        if any(c in entity.references for c in self._payload_columns()):
            lines += lay("new = ", pairs(entries))
            lines += self._payload_references("new")
            node: Node = "new"
        else:
            node = pairs(entries)
        lines += lay(f"{self.row} = ", call("db.insert", quoted(entity.table), node))
        return [*lines, *self.answer()]

    def _sizes(self) -> list[str]:
        return []

    def _free(self, keyed: dict[str, Value]) -> list[str]:
        lines: list[str] = []
        last = keyed[self.entity.key[-1]]
        if self._optional(last.parameter):
            lines += [
                f"    if {last.parameter} is None:",
                f"        {last.parameter} = {self.new_id}",
            ]
        parts = [keyed[column].code for column in self.entity.key]
        key = parts[0] if len(parts) == 1 else f"({', '.join(parts)})"
        lines += lay("if ", call("db.get", quoted(self.entity.table), key), " is not None:")
        return [
            *lines,
            f'        raise Refusal(f"there is already {_a(self.said)} {{{nested(last.code)}!r}}")',
        ]

    def _server_side(self) -> list[tuple[str, Node]]:
        """What the server fills in: stamps, states and what may not be NULL."""
        made: list[tuple[str, Node]] = []
        step = self.step
        told = {v.column for v in (*step.key, *step.scope, *step.sets) if not self._optional(v.parameter)}
        for column in self.entity.columns:
            if column.name in told or column.name in self.entity.key:
                continue
            code = self._filled(column)
            if code is not None:
                made.append((column.name, code))
        return made

    def _filled(self, column: Column) -> Node | None:
        status = column.kind == "text" and any(
            s.state and s.state[0] == column.name for s in self._siblings()
        )
        asked = {v.column for v in self.step.sets} | self._payload_columns()
        if column.stamp and column.kind == "text" and column.name not in asked:
            return "db.now()[:10]" if column.schema.get("format") == "date" else "db.now()"
        if column.enum and (status or column.required or column.name.lower() in ("status", "state")):
            return literal_code(column.schema.get("default") or column.enum[0])
        if status:
            return '"active"'
        flag = any(s.state and s.state[0] == column.name for s in self._siblings())
        if flag and column.kind == "boolean":
            states = {s.state[1] for s in self._siblings() if s.state and s.state[0] == column.name}
            return "False" if True in states else "True"
        if not column.required or column.name in self.entity.references:
            return None
        return literal_code(literal(column.schema))

    def _siblings(self) -> list[Step]:
        return [s for s in self.plan.steps if s.entity == self.entity.name]

    def _payload_columns(self) -> set[str]:
        return set(self.step.payload.fields.values()) if self.step.payload else set()

    def _picked(self) -> str:
        payload = self.step.payload
        assert payload is not None
        source = f"({payload.parameter} or {{}})" if self._optional(payload.parameter) else payload.parameter
        same = all(name == column for name, column in payload.fields.items())
        if same:
            name = self.fixed(f"{self.step.function}_FIELDS".upper(), tuple(payload.fields))
            return f"{{field: value for field, value in {source}.items() if field in {name}}}"
        name = self.fixed(f"{self.step.function}_FIELDS".upper(), dict(payload.fields))
        return f"{{{name}[field]: value for field, value in {source}.items() if field in {name}}}"

    def _payload_references(self, source: str) -> list[str]:
        lines: list[str] = []
        for column in sorted(self._payload_columns() & set(self.entity.references)):
            parent = self._parent(column)
            self.lookups.add(f"get {parent.name}")
            lines += [
                f"    if {source}.get({quoted(column)}) is not None:",
                f"        _get_{parent.name}(db, {source}[{quoted(column)}])",
            ]
        return lines

    def _update(self) -> list[str]:
        step, entity = self.step, self.entity
        lines = [*self.select(), *self.checks(step.sets)]
        if step.state:
            column, state = step.state
            lines += [
                f"    if {self.row}[{quoted(column)}] == {state!r}:"
                if isinstance(state, str)
                else f"    if {self.row}[{quoted(column)}] is {state!r}:",
                f'        raise Refusal(f"{self.said} {{{nested(self.key_of_row())}!r}}'
                f' already has {column} {_inner(state)}")',
            ]
            lines[-2] = lines[-2].replace(repr(state), quoted(state)) if isinstance(state, str) else lines[-2]
        lines += self._changed()
        lines += lay(f"{self.row} = ", call("db.update", quoted(entity.table), self.key_of_row(), "changes"))
        return [*_inlined(lines), *self.answer()]

    def _changed(self) -> list[str]:
        """``changes = …``: only what was given, and the server's own stamps."""
        step, entity = self.step, self.entity
        entries = self.entries(step.sets)
        if step.payload:
            entries.append(("", f"**{self._picked()}"))
        if step.state:
            entries.insert(0, (step.state[0], literal_code(step.state[1])))
        stamps = [c for c in entity.columns if c.stamp == "updated" and c.kind == "text"]
        stamps = [c for c in stamps if c.name not in {v.column for v in step.sets} | self._payload_columns()]
        sure = step.state is not None or any(not self._optional(v.parameter) for v in step.sets)
        node = (
            given([(v.column, self.value(v)) for v in step.sets])
            if step.sets and not sure and not step.payload
            else pairs(entries)
        )
        after: list[tuple[str, Node]] = [
            (c.name, "db.now()[:10]" if c.schema.get("format") == "date" else "db.now()") for c in stamps
        ]
        if sure:
            node = pairs([*entries, *after])
            return [*lay("changes = ", node), *self._payload_references("changes")]
        lines = lay("changes = ", node)
        names = [v.parameter for v in step.sets] or ([step.payload.parameter] if step.payload else [])
        shown = ", ".join(names[:6]) + (", …" if len(names) > 6 else "")
        lines += ["    if not changes:", f'        raise Refusal("nothing to change: give {shown}")']
        lines += self._payload_references("changes")
        return [*lines, *(f"    changes[{quoted(name)}] = {code}" for name, code in after)]

    def _upsert(self) -> list[str]:
        step, entity = self.step, self.entity
        keyed = {v.column: v for v in step.key}
        lines: list[str] = []
        for column in entity.key:
            if column in keyed and self._optional(keyed[column].parameter):
                name = keyed[column].parameter
                lines += [f"    if {name} is None:", f"        {name} = {self.new_id}"]
        lines += self.checks((*step.scope, *step.key, *step.sets))
        where = self.mapping_sure((*step.scope, *step.key))
        lines += lay("found = ", call("db.find", quoted(entity.table), where, "limit=1"))
        entries = self.entries(step.sets) + ([("", f"**{self._picked()}")] if step.payload else [])
        stamps = [
            (c.name, "db.now()")
            for c in entity.columns
            if c.stamp == "updated" and c.kind == "text" and c.name not in {v.column for v in step.sets}
        ]
        lines += lay("changes = ", pairs([*entries, *stamps]))
        lines += self._payload_references("changes")
        fresh = [(c, keyed[c].code if c in keyed else self.new_id) for c in entity.key]
        rest = [(v.column, v.code) for v in (*step.scope, *step.key) if v.column not in entity.key]
        server = [e for e in self._server_side() if e[0] not in dict(stamps) and e[0] not in dict(rest)]
        key = [f"found[0][{quoted(c)}]" for c in entity.key]
        lines += ["    if found:"]
        lines += lay(
            f"{self.row} = ",
            call(
                "db.update",
                quoted(entity.table),
                key[0] if len(key) == 1 else f"({', '.join(key)})",
                "changes",
            ),
            indent=8,
        )
        lines += ["    else:"]
        new = pairs([*fresh, *rest, *server, ("", "**changes")])
        lines += lay(f"{self.row} = ", call("db.insert", quoted(entity.table), new), indent=8)
        return [*lines, *self.answer()]

    def mapping_sure(self, values: tuple[Value, ...]) -> Node:
        """A dict of values that are there by now."""
        return pairs([(v.column, v.code) for v in values])

    def _delete(self) -> list[str]:
        entity = self.entity
        lines = self.select()
        key = self.key_of_row()
        for child, column in self.plan.children(entity):
            where = pairs([(column, f"{self.row}[{quoted(entity.key[0])}]")])
            lines += lay("if ", call("db.count", quoted(child.table), where), ":")
            many = child.table.replace("_", " ")
            lines.append(
                f'        raise Refusal(f"{self.said} {{{nested(key)}!r}}'
                f' still has {many}; delete them first")'
            )
        lines += lay("", call("db.delete", quoted(entity.table), key))
        text = "\n".join([*lines, *self.answer()])
        if (
            text.count(f"{self.row}[") == 0
            and re.search(rf"\b{re.escape(self.row)}\b", text.split("\n", 1)[1]) is None
        ):
            lines[0] = lines[0].replace(f"{self.row} = ", "", 1)
        return [*lines, *self.answer()]


def _inlined(lines: list[str]) -> list[str]:
    """``changes = x`` used once on the next line becomes part of it."""
    if len(lines) >= 2 and lines[-2].startswith("    changes = ") and lines[-1].rstrip().endswith("changes)"):
        node = lines[-2].removeprefix("    changes = ")
        one = lines[-1].replace("changes)", f"{node})")
        if len(one) <= 100 and not node.startswith("given("):
            return [*lines[:-2], one]
    return lines


def _a(noun: str) -> str:
    from .nouns import article

    return article(noun)


def _inner(state: object) -> str:
    return f"'{state}'" if isinstance(state, str) else str(state).lower()


def _parameter(code: str) -> str:
    """The parameter inside a converted number."""
    found = re.search(r"(\w+)\)?$", code)
    return found[1] if found else code


def _prefixed(prefix: str, node: Node) -> Node:
    return prefix + node if isinstance(node, str) else Group(prefix + node.opening, node.items, node.closing)


def _comprehension(rows: str, one: str, test: str, indent: int) -> list[str]:
    line = f"{' ' * indent}{rows} = [{one} for {one} in {rows} if {test}]"
    if len(line) <= 100:
        return [line]
    pad = " " * (indent + 4)
    inner = f"{pad}{one} for {one} in {rows} if {test}"
    parts = [inner] if len(inner) <= 100 else [f"{pad}{one}", f"{pad}for {one} in {rows}", f"{pad}if {test}"]
    return [f"{' ' * indent}{rows} = [", *parts, f"{' ' * indent}]"]


def given(entries: list[tuple[str, Node]]) -> Node:
    """``given(a=a, …)``: drops what is None; names that are no identifiers go through a dict."""
    if all(is_code(name) for name, _ in entries):
        return keywords("given", entries)
    return Group("given(**", (("", pairs(entries)),), ")")


__all__ = ["Body", "given", "participle"]
