"""Names: identifiers, slugs and call names, made the same way everywhere."""

from __future__ import annotations

import hashlib
import keyword
import re
from collections.abc import Iterable

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_SNAKE = re.compile(r"[a-z]+[0-9]*(_[a-z0-9]+)*")
_RESERVED = {"db"}  # every tool's first parameter


def words(name: str) -> list[str]:
    """The lower-case words of an identifier: ``listHTTPRoutes`` → list, http, routes."""
    if name.isascii() and name.isalpha() and name[1:].islower():  # one word, as most are
        return [name.lower()]
    return [word.lower() for word in _WORD.findall(name)]


_SINGULAR = {"series", "species", "news", "lens", "kubernetes"}
_IE = {"calories", "cookies", "movies", "rookies", "selfies", "zombies"}


def singular(word: str) -> str:
    """A lower-case English word without its plural ending, by rule: ``queries`` → ``query``.

    Meant for comparing: what matters is that both numbers of a word come out alike.
    """
    if word in _SINGULAR:
        return word
    if word in _IE:
        return word[:-1]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes", "tuses")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def snake(name: str) -> str:
    """A Python identifier in snake case: ``$filter`` → ``filter``, ``class`` → ``class_``."""
    made = name if _SNAKE.fullmatch(name) else "_".join(words(name)) or "value"
    if made[0].isdigit():
        made = f"n_{made}"
    if keyword.iskeyword(made) or keyword.issoftkeyword(made) or made in _RESERVED:
        made += "_"
    return made


def python_names(names: Iterable[str]) -> dict[str, str]:
    """Each JSON property name → its Python parameter name; distinct names stay distinct.

    A name that already is a free identifier keeps itself, so a hand-written tool's
    parameters are spelt as its schema spells them.
    """
    given = list(names)
    taken: set[str] = set()
    made: dict[str, str] = {}
    for name in sorted(given, key=lambda n: (snake(n) != n, n)):
        candidate, count = snake(name), 2
        while candidate in taken:
            candidate, count = f"{snake(name)}_{count}", count + 1
        taken.add(candidate)
        made[name] = candidate
    return {name: made[name] for name in given}


def call_name(name: str, taken: Iterable[str] = ()) -> str:
    """A tool's name as agents call it: ``[A-Za-z0-9_-]{1,64}``, not in ``taken``."""
    base = re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_-") or "tool"
    if len(base) > 64:
        base = f"{base[:55]}_{digest(name)[:8]}"
    used, candidate, count = set(taken), base, 2
    while candidate in used:
        suffix = f"_{count}"
        candidate, count = base[: 64 - len(suffix)] + suffix, count + 1
    return candidate


def slug(text: str) -> str:
    """A folder name: lower case, digits and hyphens, at most 60 characters."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60].strip("-") or "domain"


def digest(text: str | bytes) -> str:
    """sha256 in hexadecimal."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def subseed(seed: int, *parts: str | int) -> int:
    """A seed of 63 bits for one part of a run: independent of order, process and worker."""
    return int(digest("\x1f".join(map(str, (seed, *parts))))[:16], 16) >> 1
