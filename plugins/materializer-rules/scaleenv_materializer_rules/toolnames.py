"""What a tool's name says of itself: without what frameworks write into it beside."""

from __future__ import annotations

import re

from scaleenv_core.names import words
from scaleenv_core.types import Tool

_STATED = re.compile(r"(.+?)_+-_+(GET|POST|PUT|PATCH|DELETE)_")
"""``Contact_-_GET_now_contact``: a title, a method, a path."""


def stated_method(tool: Tool) -> str:
    """The HTTP method that the tool is called by, or that its name states."""
    if tool.http is not None:
        return tool.http.method.upper()
    stated = _STATED.match(tool.name)
    return stated[2] if stated else ""


def own_words(tool: Tool) -> list[str]:
    """The words of a name, without a path and a method that a framework writes after them."""
    if tool.http is None:
        stated = _STATED.match(tool.name)
        return words(stated[1] if stated else uncut(tool.name))
    name, method = words(uncut(tool.name)), tool.http.method.lower()
    path = words(re.sub(r"[?#].*", "", tool.http.path))
    if name[-1:] == [method] and len(name) > 2:
        parts = [part for part in re.split(r"[._\-/]", tool.name) if part]
        operation = words(parts[-2]) if len(parts) > 2 else []
        if len(operation) > 1 and parts[-2][0].islower():
            return operation  # ``AddonPropertiesResource_getAddonProperty_get``
        return _without(name[:-1], path) or name
    return (uncut(tool.name) != tool.name and _without(name, path)) or name


def _without(name: list[str], path: list[str]) -> list[str]:
    """``update_user_v1_users__user_id__put``: what stands before the path; nothing where there is none."""
    for at in range(1, len(name) - 2):
        if path[: len(name) - at - 1] == name[at:-1] and (path[len(name) - at - 1 :] or [""])[0].startswith(
            name[-1]
        ):
            return name[:at]
    return []


def uncut(name: str) -> str:
    """A long name without the digest that it was cut and told apart by; ``DSRs`` are many, not two words."""
    name = re.sub(r"([A-Z]{2,})s(?![a-z])", lambda found: f"{found[1].capitalize()}s", name)
    return re.sub(r"_+(?=[0-9a-f]*[0-9])[0-9a-f]{4,8}$", "", name) if len(name) > 50 else name
