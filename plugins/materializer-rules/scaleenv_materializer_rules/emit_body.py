"""One step's function body."""

from __future__ import annotations

import keyword
import re

from attrs import define, field

from .answer_code import Answer
from .constraints import key_form
from .nouns import article, plural
from .plan import Entity, Plan, Step
from .plan_terms import Value, is_name, variable
from .text import Group, Node, call, keywords, lay, nested, pairs, quoted


@define
class Body:
    """Writes the body of one tool; gathers the constants and look-ups that it uses."""

    plan: Plan
    step: Step
    constants: dict[str, tuple[str, ...] | dict[str, str]] = field(factory=dict)
    lookups: set[str] = field(factory=set)
    plan_constants: dict[str, tuple[str, ...] | dict[str, str]] = field(factory=dict)
    """The constants of the whole module, shared by all its bodies."""

    functions: dict[str, list[str]] = field(factory=dict)
    """Functions of the module beside its tools, by name."""

    plan_functions: dict[str, list[str]] = field(factory=dict)
    """Those that show records, of the whole module."""

    parents: set[str] = field(factory=set)
    """Parameters whose parent's row is needed, not only looked up."""

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
    def changes(self) -> str:
        """The name of what an update changes."""
        return self.local("changes")

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

    # --- parts -------------------------------------------------------------------------------

    def optional(self, parameter: str) -> bool:
        """Whether the caller may leave the parameter out."""
        return next((d for name, _, d in self.step.parameters if name == parameter), "None") == "None"

    def code_of(self, parameter: str) -> str:
        """A parameter as its column takes it."""
        values = (*self.step.scope, *self.step.key, *self.step.sets)
        return next((v.code for v in values if v.parameter == parameter), parameter)

    def value(self, value: Value) -> str:
        """A value's code, minding that an optional one may not be there."""
        if (
            self.optional(value.parameter)
            and value.code != value.parameter
            and not value.code.startswith(("_whole(", "_number(", "_truth("))
        ):
            return f"None if {value.parameter} is None else {value.code}"
        return value.code

    def entries(self, values: tuple[Value, ...]) -> list[tuple[str, Node]]:
        """Items of a dict: required values as they are, optional ones where given."""
        values = self.plain(values)
        sure = [(v.column, self.value(v)) for v in values if not self.optional(v.parameter)]
        maybe = [(v.column, self.value(v)) for v in values if self.optional(v.parameter)]
        made: list[tuple[str, Node]] = [*sure]
        if maybe:
            made.append(("", _prefixed("**", given(maybe))))
        return made

    def plain(self, values: tuple[Value, ...]) -> tuple[Value, ...]:
        """Those that columns of the record's own table hold, one a column."""
        kept = {v.column: v for v in reversed(values) if self.entity.part(v.column) is None}
        return tuple(kept.values())[::-1]

    def mapping(self, values: tuple[Value, ...]) -> Node:
        """A dict of values."""
        values = self.plain(values)
        if values and all(self.optional(v.parameter) for v in values):
            return given([(v.column, self.value(v)) for v in values])
        return pairs(self.entries(values))

    def select(self) -> list[str]:
        """Look the one row up, or refuse."""
        step, entity = self.step, self.entity
        lines: list[str] = []
        if not step.key and not step.scope:
            return lay(f"{self.row} = ", call("db.find", quoted(entity.table), "limit=1"), "[0]")
        optional = [value.parameter for value in step.key if self.optional(value.parameter)]
        if step.writes and optional and len(optional) == len(step.key):
            missing = " is None and ".join(optional) + " is None"
            lines += [
                f"    if {missing}:",
                f'        raise Refusal("say which {self.said}: give {" or ".join(optional)}")',
            ]
        only = tuple(v.column for v in step.key)
        if only == entity.key and len(only) == 1 and not step.scope and not (optional and not step.writes):
            self.lookups.add(f"get {entity.name}")
            return [*lines, *lay(f"{self.row} = ", call(f"_get_{entity.name}", "db", step.key[0].code))]
        if only == entity.key and len(only) == 1 and not optional and len(step.scope) <= 3:
            self.lookups.add(f"get {entity.name}")
            lines += lay(f"{self.row} = ", call(f"_get_{entity.name}", "db", step.key[0].code))
            return [*lines, *self._belonging()]
        self.lookups.add(f"find {entity.name}")
        where = self.mapping((*step.scope, *step.key))
        return [*lines, *lay(f"{self.row} = ", call(f"_find_{entity.name}", "db", where))]

    def _belonging(self) -> list[str]:
        """Refuse a row that is another's than the caller says."""
        lines: list[str] = []
        key = nested(self.step.key[0].code)
        for value in self.plain(self.step.scope):
            told = "" if not self.optional(value.parameter) else f"{value.parameter} is not None and "
            lines += lay(f"if {told}{self.row}[{quoted(value.column)}] != {value.code}", ":")
            whose = f"{{{nested(value.code)}!r}}"
            if value.column in self.entity.references:
                parent = self.parent(value.column).name.replace("_", " ")
                said = f"{parent} {whose} has no {self.said} {{{key}!r}}"
            else:
                said = f"{self.said} {{{key}!r}} has another {value.column} than {whose}"
            lines.append(f'        raise Refusal(f"{said}")')
        return lines

    @property
    def said(self) -> str:
        """The entity in a sentence."""
        return self.entity.name.replace("_", " ")

    def key_of_row(self) -> str:
        """The key of the row that was looked up."""
        parts = [f"{self.row}[{quoted(column)}]" for column in self.entity.key]
        if len(parts) == 1:
            only = tuple(v.column for v in self.step.key)
            same = only == self.entity.key and not self.optional(self.step.key[0].parameter)
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
                parent = self.parent(value.column)
                self.lookups.add(f"get {parent.name}")
                look = f"_get_{parent.name}(db, {value.code})"
                if value.parameter in self.parents:
                    look = f"{self.local(parent.name)} = {look}"
                lines += (
                    [f"    if {value.parameter} is not None:", f"        {look}"]
                    if self.optional(value.parameter)
                    else [f"    {look}"]
                )
        return lines

    def parent(self, column: str) -> Entity:
        """Whom the column refers to."""
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
        name, count = base, 2
        while self.plan_constants.get(name, value) != value:
            name, count = f"{base}_{count}", count + 1
        self.plan_constants[name] = value
        self.constants[name] = value
        return name

    def view(self, said: str, many: str, node: Node) -> str:
        """The function that shows a record with its lists; each way of showing has one."""
        body = lay("return ", node)
        entity, function = self.entity.name, self.step.function
        for name in (f"_{entity}_record", f"_{entity}_in_{function}"):
            lines = [
                f"def {name}(db: Database, {variable(entity)}: dict[str, Any]) -> dict[str, Any]:",
                f'    """{article(said).capitalize()} with its {many}, as the API answers it."""',
                *body,
            ]
            if self.plan_functions.setdefault(name, lines) == lines:
                break
        self.functions[name] = lines
        return name

    def answer(self, exprs: Answer | None = None) -> list[str]:
        """The return statement."""
        made = exprs or Answer(self)
        return made.lines()


def parameter_of(code: str) -> str:
    """The parameter inside a converted number."""
    found = re.search(r"(\w+)\)?$", code)
    return found[1] if found else code


def _prefixed(prefix: str, node: Node) -> Node:
    return prefix + node if isinstance(node, str) else Group(prefix + node.opening, node.items, node.closing)


def given(entries: list[tuple[str, Node]]) -> Node:
    """``given(a=a, …)``: drops what is None; names that are no identifiers go through a dict."""
    if all(is_name(name) for name, _ in entries):
        return keywords("given", entries)
    return Group("given(**", (("", pairs(entries)),), ")")
