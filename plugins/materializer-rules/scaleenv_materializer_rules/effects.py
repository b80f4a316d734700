"""Whether a tool writes: from its name, its path, and what its description says first.

Order of belief: the HTTP method where it decides, a verb of the name that is no noun as well,
the first verb of the description, any verb of the name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Literal

from scaleenv_core.names import words
from scaleenv_core.types import Tool

from . import lexicon as lx

Effect = Literal["read", "write", "compute", ""]

_READS = lx.READ_VERBS & lx.PLAIN_VERBS
_SENTENCE = re.compile(r"(?<=[.!?])\s|\n")
_CLAUSES = 12
"""Words of a description in which its first verb is looked for."""


def preamble(descriptions: Sequence[str]) -> str:
    """The text that most descriptions of an API begin with: it says nothing about one tool."""
    told = sorted(text for text in descriptions if text)
    if len(told) < 3:
        return ""
    first, last = told[0], told[-1]
    at = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), 0)
    # Whole sentences only: "Returns the …" is a beginning that says something.
    end = max(first.rfind(mark, 0, at) for mark in (". ", ": "))
    return first[: end + 2] if end > 0 else ""


@cache
def effect_of_verb(verb: str) -> Effect:
    """What the lexicon says about a verb; ``uninvite`` is to ``invite`` what it says."""
    base = re.sub(r"^(un|re|dis|de)-?", "", verb)
    if verb not in lx.VERBS and len(base) > 3 and base in lx.WRITE_VERBS:
        return "write"
    if verb in lx.COMPUTE_VERBS:
        return "compute"
    if verb in lx.READ_VERBS:
        return "read"
    return "write" if verb in lx.WRITE_VERBS else ""


def told_verb(text: str) -> str:
    """The first verb of a description in the lexicon: ``This tool cancels an order`` → cancel.

    A title may stand before the sentence that says what the tool does.
    """
    said = (_verb_of(sentence) for sentence in _SENTENCE.split(text.strip(), maxsplit=2)[:2])
    return next((verb for verb in said if verb), "")


def _verb_of(sentence: str) -> str:
    tokens = re.findall(r"[A-Za-z]+|[.:;]", sentence.lower())
    before = ""
    for at, token in enumerate(tokens[:_CLAUSES]):
        after = tokens[at + 1] if at + 1 < len(tokens) else ""
        verb = lx.PHRASES.get((lemma(token), after)) or lemma(token)
        if verb in lx.VERBS and verb not in lx.AUXILIARIES and _finite(token, verb, at, before, after):
            return verb
        if token not in lx.ADVERBS:
            before = token
    return ""


def _finite(token: str, verb: str, at: int, before: str, after: str) -> bool:
    """A finite verb begins the text, has an s, or follows "to", "can", "will"; a noun has no object."""
    if verb in lx.NOUN_VERBS:
        said = at == 0 and token == verb and after.isalpha()
        return said or ((at == 0 or before in lx.MODALS) and (after in lx.OBJECTS or token != verb))
    return at == 0 or before in lx.MODALS or (token != verb and not token.endswith("ing"))


@cache
def lemma(token: str) -> str:
    """A verb without its ending, where the lexicon knows it so: ``retrieves`` → retrieve."""
    if token in lx.VERBS:
        return token
    for ending, rest in (("ies", "y"), ("es", ""), ("s", ""), ("ying", "y"), ("ing", "e"), ("ing", "")):
        if token.endswith(ending) and token[: -len(ending)] + rest in lx.VERBS:
            return token[: -len(ending)] + rest
    return token


def effect(tool: Tool, verb: str, told: str = "") -> Effect:
    """What a tool does, given its name's verb and its description's first; nothing where both are silent."""
    method = tool.http.method.upper() if tool.http else ""
    if method in ("GET", "HEAD", "OPTIONS"):
        return "compute" if effect_of_verb(verb) == "compute" else "read"
    if method in ("PUT", "PATCH", "DELETE"):
        return "write"
    if verb in lx.HAND_OVER and lx.PEOPLE & set(words(tool.name)):
        return "compute"
    if arithmetic(tool):
        return "compute"
    named, said = effect_of_verb(verb or (words(tool.name) or [""])[0]), effect_of_verb(told)
    if told == "return" and verb != "return":
        said = "read"  # what it answers, not what it takes back
    if named == "write" and said == "read" and _READS & set(words(tool.name)):
        return "read"  # ``DenyAssignments_List``
    if named and verb not in lx.NOUN_VERBS:
        return named
    return said or ("write" if method == "POST" else "")


def arithmetic(tool: Tool) -> bool:
    """``add(a, b)``: a name that says no noun, and parameters that are numbers only."""
    given = tool.parameters.get("properties", {}).values()
    return (
        len(words(tool.name)) == 1
        and bool(given)
        and not any((words(name) or [""])[-1] in lx.STRONG_ID for name in tool.parameters["properties"])
        and all(
            _number(schema) or _number(schema.get("items")) for schema in given if isinstance(schema, dict)
        )
    )


def _number(schema: object) -> bool:
    return isinstance(schema, dict) and schema.get("type") in ("integer", "number", "float")
