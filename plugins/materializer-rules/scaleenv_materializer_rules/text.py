"""Laying out Python: one line where it fits, one item a line where it does not."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from attrs import frozen

WIDTH = 100


@frozen
class Group:
    """``head`` + ``opening`` + items + ``closing``; broken over lines only where it must be."""

    opening: str
    items: tuple[tuple[str, Node], ...]
    """(label before it such as ``"key": ``, the item)."""

    closing: str


Node = str | Group


def call(name: str, *items: Node) -> Group:
    """``name(item, …)``."""
    return Group(f"{name}(", tuple(("", item) for item in items), ")")


def pairs(entries: Sequence[tuple[str, Node]]) -> Group:
    """``{"key": value, …}``; an entry without key is written as it is."""
    return Group("{", tuple((f"{quoted(key)}: " if key else "", node) for key, node in entries), "}")


def keywords(name: str, entries: Sequence[tuple[str, Node]]) -> Group:
    """``name(key=value, …)``."""
    return Group(f"{name}(", tuple((f"{key}=" if key else "", node) for key, node in entries), ")")


def listed(items: Sequence[Node], opening: str = "(", closing: str = ")") -> Group:
    """A tuple or list."""
    return Group(opening, tuple(("", item) for item in items), closing)


def flat(node: Node) -> str:
    """On one line."""
    if isinstance(node, str):
        return node
    inner = ", ".join(label + flat(item) for label, item in node.items)
    if node.opening == "(" and len(node.items) == 1:
        inner += ","
    return node.opening + inner + node.closing


def lay(head: str, node: Node, tail: str = "", indent: int = 4) -> list[str]:
    """The lines of ``head`` + node + ``tail`` at this indent."""
    pad = " " * indent
    one = pad + head + flat(node) + tail
    loop = re.fullmatch(r"\[(.*) (for (?:row|link) in .*)\]", node) if isinstance(node, str) else None
    if len(one) > WIDTH and loop:
        inner = [f"{pad}    {loop[1]} {loop[2]}"]
        parts = inner if len(inner[0]) <= WIDTH else [f"{pad}    {loop[1]}", f"{pad}    {loop[2]}"]
        return [f"{pad}{head}[", *parts, f"{pad}]{tail}"]
    if len(one) <= WIDTH or isinstance(node, str) or not node.items:
        return [one]
    lines = [pad + head + node.opening]
    if len(node.items) == 1 and not node.opening.endswith(("{", "[")) and isinstance(node.items[0][1], Group):
        label, item = node.items[0]
        hugged = lay(label, item, ",", indent + 4)
        return [*lines, *hugged, pad + node.closing + tail]
    inner = " " * (indent + 4) + ", ".join(label + flat(item) for label, item in node.items)
    if len(inner) <= WIDTH and node.opening.endswith("(") and node.opening != "(":
        return [*lines, inner, pad + node.closing + tail]
    for label, item in node.items:
        lines += lay(label, item, ",", indent + 4)
    return [*lines, pad + node.closing + tail]


def quoted(value: str) -> str:
    """A string literal in double quotes."""
    shown = repr(value)
    if shown[0] == "'" and '"' not in value:
        return '"' + shown[1:-1].replace("\\'", "'") + '"'
    return shown


def nested(code: str) -> str:
    """An expression as it may stand inside an f-string of double quotes, before Python 3.12."""
    code = code.replace('"', "'")
    return f"({code})" if code.startswith("{") else code


def literal_code(value: object) -> Node:
    """Python text of a plain JSON value."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, dict):
        return pairs([(str(key), literal_code(item)) for key, item in value.items()])
    if isinstance(value, list | tuple):
        return listed([literal_code(item) for item in value], "[", "]")
    return repr(value)


def docstring(text: str, indent: int = 4) -> list[str]:
    """A docstring's lines: whole where it is short, else its first sentences."""
    pad = " " * indent
    plain = " ".join(text.replace("\\", "/").replace('"""', "'''").split())
    plain = "".join(c for c in plain if c.isprintable())
    if len(plain) > 320:
        cut = plain[:320].rfind(". ")
        plain = plain[: cut + 1] if cut > 40 else plain[:320].rsplit(" ", 1)[0] + " …"
    plain = plain or "Undocumented."
    if plain.endswith('"'):
        plain += "."
    if len(plain) + indent + 6 <= WIDTH:
        return [f'{pad}"""{plain}"""']
    first, *rest = textwrap.wrap(plain, WIDTH - indent - 4)
    return [f'{pad}"""{first}', *(pad + line for line in rest), f'{pad}"""']
