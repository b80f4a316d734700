"""A tool's signature as a text to embed, and as the names that a person would point at."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple

from scaleenv_core.fields import fields_of
from scaleenv_core.types import Tool

_MARKUP = re.compile(r"<[^>]*>|https?://\S+")


class Signature(NamedTuple):
    """What is read of a tool."""

    text: str
    """The most telling first: some embedders read no further than a hundred words."""

    names: frozenset[str]
    """Of its parameters and output fields, as the catalog spells them."""


def read_signature(tool: Tool, *, whole: bool) -> Signature:
    """A tool's text and names; ``whole`` reads its own name, description, tags and path too."""
    taken = [found for found in fields_of(tool.parameters) if not found.path.endswith("[]")]
    given = [found.name for found in fields_of(tool.returns) if not found.path.endswith("[]")]
    own = (tool.name, tool.description, *tool.tags, *_paths(tool)) if whole else ()
    parts = (
        *own,
        *(found.name for found in taken),
        *(str(found.schema.get("description") or "") for found in taken),
        *given,
    )
    names = frozenset((*(found.name for found in taken), *given))
    return Signature("\n".join(_distinct(parts)), names)


def _paths(tool: Tool) -> Iterable[str]:
    """``users``, ``users/posts`` of ``/users/{id}/posts``: each beginning is a thing of its own."""
    path = tool.http.path if tool.http is not None else ""
    return accumulate((part for part in path.split("/") if part and not part.startswith("{")), "{}/{}".format)


def _distinct(parts: Iterable[str]) -> Iterable[str]:
    """Each part once, without markup and addresses."""
    return dict.fromkeys(_MARKUP.sub(" ", part) if "<" in part or "://" in part else part for part in parts)
