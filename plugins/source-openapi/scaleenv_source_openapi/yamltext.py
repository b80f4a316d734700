"""YAML read as JSON: text keys, no dates, no yes and no, no cycles."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from scaleenv_core.catalogs import Unreadable

_DEEPEST = 200
_TAG = "tag:yaml.org,2002:"


@cache
def _loader() -> Any:
    """PyYAML's safe loader, in C where there is one, that makes JSON values only.

    A tag that it does not know says nothing: the value is text, a list or nothing else.
    """
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class JsonLoader(base):
        yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own interface
        yaml_constructors: dict[str | None, Any] = {}  # noqa: RUF012

        nesting = 0

        def descend_resolver(self, *_: Any) -> None:
            # The C composer recurses without a limit of its own: it would end the process.
            self.nesting += 1
            if self.nesting > _DEEPEST:
                raise yaml.composer.ComposerError(None, None, "nested too deep", None)

        def ascend_resolver(self) -> None:
            self.nesting -= 1

        def mapping(self, node: Any) -> dict[str, Any]:
            self.flatten_mapping(node)  # the merge key <<
            made: dict[str, Any] = {}
            for key, value in node.value:
                if not isinstance(key, yaml.ScalarNode):
                    raise yaml.constructor.ConstructorError(None, None, "a key is no text", key.start_mark)
                # Deep, so that a node inside itself is refused.
                made[key.value] = self.construct_object(value, deep=True)
            return made

        def sequence(self, node: Any) -> list[Any]:
            return [self.construct_object(value, deep=True) for value in node.value]

    # The core schema of YAML 1.2: `on`, `no`, `12:30` and `2020-01-01` are text.
    for name, pattern, first in (
        ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
        ("null", r"~|null|Null|NULL|", "~nN\0"),
        ("int", r"-?(0|[1-9][0-9]*)", "-0123456789"),
        ("float", r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", "-0123456789"),
        ("merge", r"<<", "<"),
    ):
        signs = ["" if sign == "\0" else sign for sign in first]
        JsonLoader.add_implicit_resolver(_TAG + name, re.compile(rf"(?:{pattern})\Z"), signs)
    for name in ("str", "timestamp", "value"):
        JsonLoader.add_constructor(_TAG + name, base.construct_yaml_str)
    JsonLoader.add_constructor(_TAG + "bool", lambda _, node: node.value.lower() == "true")
    JsonLoader.add_constructor(_TAG + "null", lambda _, __: None)
    JsonLoader.add_constructor(_TAG + "int", lambda _, node: int(node.value))
    JsonLoader.add_constructor(_TAG + "float", lambda _, node: float(node.value))
    JsonLoader.add_constructor(_TAG + "map", JsonLoader.mapping)
    JsonLoader.add_constructor(_TAG + "seq", JsonLoader.sequence)
    return JsonLoader


def parse_yaml(text: str) -> Any:
    """One YAML document as JSON data; raises :class:`Unreadable` with the line."""
    import yaml

    try:
        return yaml.load(text, Loader=_loader())  # a safe loader
    except yaml.YAMLError as exc:
        raise Unreadable(f"not YAML: {_said(exc)}") from exc
    except RecursionError as exc:
        raise Unreadable("not YAML: nested too deep") from exc
    except ValueError as exc:  # a scalar with an explicit tag that it does not fit
        raise Unreadable(f"not YAML: {exc}") from exc


def _said(exc: Any) -> str:
    mark = getattr(exc, "problem_mark", None)
    problem = getattr(exc, "problem", None) or getattr(exc, "reason", None) or str(exc)
    if problem == "but found another document":
        problem = "a second document begins; give one document a file"
    where = "" if mark is None else f" at line {mark.line + 1}, column {mark.column + 1}"
    return " ".join(f"{problem}{where}".split())
