"""The return statement of one tool."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from scaleenv_core.names import snake, words

from .emit_parts import list_of
from .nouns import participle
from .plan import ROWLESS
from .plan_terms import is_name, variable
from .text import Group, Node, call, flat, keywords, lay, literal_code, nested, pairs, quoted

if TYPE_CHECKING:
    from .emit_body import Body


def _spread(node: Node) -> Node:
    return f"**{node}" if isinstance(node, str) else Group(f"**{node.opening}", node.items, node.closing)


def word_of(column: str) -> str:
    """A property's name in a sentence."""
    return " ".join(words(column))


@frozen
class Answer:
    """Builds the answer from the rows that the body found."""

    body: Body

    def lines(self) -> list[str]:
        """The return statement, and what it needs before it."""
        step, body = self.body.step, self.body
        shape = step.shape
        if shape.path == ("",):
            return self._undeclared()
        if shape.kind == "notice":
            if len(shape.beside) == 1 and shape.beside[0][0] == ("",):
                body.returns = "Any"
                return lay("return ", self._said(shape.beside[0][1], shape.beside[0][2]))  # type: ignore[misc]
            return lay("return ", self._object([(p, w, a) for p, w, a in shape.beside], (), None))  # type: ignore[misc]
        if not shape.path:
            body.returns = (
                "list[Any]"
                if shape.as_list or shape.kind in ("records", "scalars")
                else "dict[str, Any]"
                if shape.kind == "record"
                else "Any"
            )
            return lay("return ", self._records())
        return lay("return ", self._object(list(shape.beside), shape.path, self._records()))  # type: ignore[arg-type]

    # --- the record --------------------------------------------------------------------------

    def _record(self, name: str) -> Node:
        node = self._columns(name)
        fixed = self.body.step.shape.constants
        if not fixed:
            return node
        return pairs([*((n, quoted(v)) for n, v in fixed), ("", f"**{flat(node)}")])

    def _columns(self, name: str) -> Node:
        """The record as a tool answers it; one with lists of its own has a function for that."""
        step, entity = self.body.step, self.body.entity
        fields = step.shape.fields or (
            *((c.name, c.name) for c in entity.columns if c.shown),
            *((part.name, part.name) for part in entity.parts),
        )
        lists = tuple((prop, column) for prop, column in fields if entity.part(column))
        plain = tuple(field for field in fields if field not in lists)
        if not lists:
            return self._plain_columns(name, plain)
        return self._view(name, plain, lists)

    def _view(
        self, name: str, plain: tuple[tuple[str, str], ...], lists: tuple[tuple[str, str], ...]
    ) -> Node:
        entity, body = self.body.entity, self.body
        inner = self._plain_columns(variable(entity.name), plain) if plain else ""
        sure: list[tuple[str, Node]] = [("", _spread(inner))] if inner else []
        maybe: list[tuple[str, Node]] = []
        for prop, column in lists:
            part = entity.part(column)
            code = list_of(body, column)
            if part is not None and part.least:
                maybe.append((prop, f"{code} or None"))
            else:
                sure.append((prop, code))
        if maybe:
            sure.append(("", _spread(Group("given(**", (("", pairs(maybe)),), ")"))))
        said = entity.name.replace("_", " ")
        many = " and ".join(word_of(column) for _, column in lists[:3]) + (" …" if len(lists) > 3 else "")
        return f"{body.view(said, many, pairs(sure))}(db, {name})"

    def _plain_columns(self, name: str, fields: tuple[tuple[str, str], ...]) -> Node:
        step, entity, body = self.body.step, self.body.entity, self.body
        columns = [c.name for c in entity.columns]
        always = tuple(n for n, c in fields if n in step.shape.required and not entity.column(c).required)
        if any(prop != column for prop, column in fields):
            constant = body.fixed(f"{entity.name}_{step.function}_ANSWER".upper(), dict(fields))
            return call("_renamed", name, constant)
        names = tuple(prop for prop, _ in fields)
        if set(names) == set(columns) and not always:
            return f"given(**{name})"
        declared = tuple(c.name for c in entity.columns if c.shown)
        base = f"{entity.name}_FIELDS" if names == declared else f"{entity.name}_{step.function}_ANSWER"
        constant = body.fixed(base.upper(), names)
        rest: list[Node] = []
        if always:
            rest = [
                "always=(" + ", ".join(quoted(a) for a in always) + ("," if len(always) == 1 else "") + ")"
            ]
        return call("_shown", name, constant, *rest)

    def _records(self) -> Node:
        step, body = self.body.step, self.body
        shape = step.shape
        one = body.local("row")
        source = body.local("page") if step.paging and step.verb == "list" else body.rows
        if shape.kind in ("records", "scalars"):
            if shape.kind == "scalars":
                column = quoted(shape.fields[0][1])
                shown = f"{one}[{column}]"
                extra = "" if body.entity.column(shape.fields[0][1]).required else f" if {shown} is not None"
                return f"[{shown} for {one} in {source}{extra}]"
            made = self._record(one)
            text = made if isinstance(made, str) else flat(made)
            return f"[{text} for {one} in {source}]"
        if step.verb == "list":
            body.returns = "dict[str, Any]"
            return "{}"
        node: Node = (
            f"{body.row}[{quoted(shape.fields[0][1])}]" if shape.kind == "scalar" else self._record(body.row)
        )
        return Group("[", (("", node),), "]") if shape.as_list else node

    def _undeclared(self) -> list[str]:
        step, body, entity = self.body.step, self.body, self.body.entity
        if step.verb == "list":
            entries: list[tuple[str, Node]] = [(entity.table, self._records())]
            if step.paging and step.paging.token:
                entries.append(("next_page_token", self._said("next", None)))
                return lay("return ", keywords("given", entries))
            return lay("return ", pairs(entries))
        if step.verb == "count":
            return lay("return ", pairs([("count", f"len({body.rows})")]))
        if step.figure:
            name = f"{step.figure.kind}_{snake(step.figure.column)}"
            return lay("return ", pairs([(name, self._figure(whole=False))]))
        if step.verb == "exists":
            return lay("return ", pairs([("exists", "found")]))
        if step.verb == "delete":
            return lay("return ", pairs([("deleted", body.key_of_row())]))
        if step.labels:
            return lay("return ", "{}")
        if step.link:
            return lay("return ", pairs([(v.parameter, v.code) for v in (step.link.by, step.link.to)]))
        return lay("return ", self._record(body.row))

    # --- what stands beside ------------------------------------------------------------------

    def _said(self, what: str, argument: Any) -> Node:
        step, body = self.body.step, self.body
        if what == "literal":
            return literal_code(argument)
        if what == "yes":
            return "found" if step.verb == "exists" else "True"
        if what == "total":
            return f"len({body.rows})"
        if what == "figure":
            return self._figure(whole=argument == "integer")
        if what == "row":
            return f"_told({body.row})"
        if what == "column":
            return f"{body.row}[{quoted(argument)}]"
        if what == "message":
            done = {
                "get": "found",
                "list": "found",
                "count": "counted",
                "aggregate": "added up",
                "exists": "looked up",
            }.get(step.verb)
            done = done or (
                "created"
                if step.verb == "upsert"
                else participle(step.verb)
                if step.verb != "transition"
                else "changed"
            )
            if step.verb in ("list", *ROWLESS):
                return quoted(f"{body.said} {done}")
            code = (
                body.key_of_row() if step.verb == "delete" else f"{body.row}[{quoted(body.entity.key[-1])}]"
            )
            return f'f"{body.said} {{{nested(code)}}} {done}"'
        more = f"{body.local('end')} < len({body.rows})" if self._cut() else "False"
        if what == "more":
            return more
        last = '""' if argument else "None"
        if not self._cut() or not (step.paging and step.paging.token):
            return last
        return f'f"from-{{{body.local("end")}}}" if {more} else {last}'

    def _figure(self, *, whole: bool) -> str:
        """The number that an aggregate's values come to; money and the like to the cent."""
        figure, values = self.body.step.figure, self.body.local("values")
        assert figure is not None
        code = {
            "sum": f"sum({values})",
            "mean": f"sum({values}) / len({values})",
            "least": f"min({values})",
            "most": f"max({values})",
        }[figure.kind]
        if whole:
            return f"round({code})"
        exact = self.body.entity.column(figure.column).kind == "integer" and figure.kind != "mean"
        return code if exact or figure.kind in ("least", "most") else f"round({code}, 2)"

    def _cut(self) -> bool:
        paging = self.body.step.paging
        return paging is not None and bool(paging.page or paging.token)

    def _object(
        self, beside: list[tuple[tuple[str, ...], str, Any]], path: tuple[str, ...], record: Node | None
    ) -> Node:
        """A dict of what stands beside the record, with the record in its place."""
        here: dict[str, Node] = {}
        maybe: dict[str, Node] = {}
        deeper: dict[str, list[tuple[tuple[str, ...], str, Any]]] = {}
        if path and record is not None:
            if len(path) == 1:
                here[path[0]] = record
            else:
                deeper[path[0]] = []
        for at, what, argument in beside:
            if len(at) > 1:
                deeper.setdefault(at[0], []).append((at[1:], what, argument))
                continue
            node = self._said(what, argument)
            if node == "None":
                if self._needed(at[0]):
                    here[at[0]] = '""'
                continue
            open_ = (what == "next" and not argument) or (
                what == "column" and not self.body.entity.column(argument).required
            )
            (maybe if open_ else here)[at[0]] = node
        for name, inner in deeper.items():
            inside = path[1:] if path and path[0] == name else ()
            here[name] = self._object(inner, inside, record if inside else None)
        if not maybe:
            return pairs(list(here.items()))
        both = list({**here, **maybe}.items())
        if all(is_name(name) for name, _ in both):
            return keywords("given", both)
        return Group("given(**", (("", pairs(both)),), ")")

    def _needed(self, name: str) -> bool:
        return name in self.body.step.shape.required
