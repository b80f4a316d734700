"""What one tool takes, checks and moves: the smaller parts of a plan."""

from __future__ import annotations

import keyword
from collections.abc import Iterable
from typing import Literal

from attrs import frozen

from scaleenv_core.names import snake

Test = Literal["equal", "least", "most", "text", "one_of", "holds", "expression", "starts", "range", "linked"]
LabelForm = Literal["objects", "map", "names"]


def is_name(name: str) -> bool:
    """Whether a name can be a keyword argument, or a variable."""
    return name.isidentifier() and name.isascii() and not keyword.iskeyword(name)


def variable(name: str) -> str:
    """A name as a variable of the emitted code, which has some of its own."""
    own = ("db", "given", "position", "row", "rows")
    return f"{name}_" if name in own or keyword.iskeyword(name) else name


@frozen(kw_only=True)
class Value:
    """A parameter as a column takes it."""

    column: str
    parameter: str
    """The Python name."""

    code: str
    """A Python expression of the parameter, converted to the column's kind."""

    required: bool = False
    values: tuple[str, ...] = ()
    """The column's own values, where the parameter's schema would let others through."""


@frozen(kw_only=True)
class Payload:
    """An object parameter whose properties are columns."""

    parameter: str
    fields: dict[str, str]
    """Property → column."""

    required: bool = False

    def names(self, taken: Iterable[str]) -> dict[str, str]:
        """A Python name for each property that can have one beside those taken → the property."""
        reserved = {*taken, "db", "given", "changes", "found", "new", "row"}
        named = {snake(name): name for name in self.fields}
        return {name: prop for name, prop in named.items() if is_name(name) and name not in reserved}


@frozen(kw_only=True)
class Filter:
    """How one parameter narrows a list."""

    columns: tuple[str, ...]
    parameter: str
    code: str
    test: Test
    required: bool = False
    link: tuple[str, str, str] = ("", "", "")
    """Entity of a link, its column that is compared, and its column with this table's keys."""


@frozen(kw_only=True)
class Link:
    """A thing among another's: two records, and the entity whose rows say which go together."""

    entity: str
    owner: str
    """The entity that has members."""

    member: str
    by: Value
    """The owner's key."""

    to: Value
    """The member's key."""

    told: tuple[Value, ...] = ()
    """What else the link says."""


@frozen(kw_only=True)
class Labels:
    """The tags of a resource, as a tool takes or answers them."""

    by: Value
    """Whose tags."""

    parameter: str
    """The Python name of the parameter that has them, or their keys."""

    form: LabelForm
    key: str
    """Columns of a tag; the value's is empty where tags are names alone."""

    value: str
    path: str = ""
    """The answer's property that has them."""

    fields: tuple[str, str] = ("", "")
    """What an object that is given calls its key and its value."""

    shown: LabelForm = "objects"
    """How the answer writes them, where it has them."""

    shown_fields: tuple[str, str] = ("", "")


@frozen(kw_only=True)
class Move:
    """A number of the row that goes up or down by what a parameter says."""

    column: str
    sign: Literal[1, -1]
    parameter: str


@frozen(kw_only=True)
class Transfer:
    """An amount that leaves one record's balance and comes to another's."""

    source: Value
    target: Value
    amount: str
    """The parameter that says how much."""

    column: str


@frozen(kw_only=True)
class Check:
    """A pre-condition beyond existence."""

    kind: Literal["positive", "order", "allowed", "open", "unique", "open_parent", "kin", "limit"]
    parameters: tuple[str, ...] = ()
    column: str = ""
    """The step's own column, or that of ``parent``."""

    values: tuple[str, ...] = ()
    """The states that allow it, or that forbid it."""

    within: tuple[Value, ...] = ()
    """What must agree as well: a name is taken in one project, and free in another."""

    parent: str = ""
    """The entity whose state, or whose own parent, counts, told by the first of ``parameters``."""

    least: float | None = None
    most: float | None = None
    """What a number, or the length of a text or list, may be."""


@frozen(kw_only=True)
class Tally:
    """A number of another row that goes with this one: a count of children, a stock, a balance."""

    entity: str
    parameter: str
    """Says which row."""

    by: str
    """The own column that refers to it."""

    column: str
    sign: Literal[1, -1]
    amount: str = ""
    """The parameter that says how much; empty: one."""

    enough: bool = False
    """Refused where it would fall below zero."""
