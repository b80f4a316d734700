"""Whether another wording of a request is still that request: all facts there, nothing given away."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scaleenv_core.stages.language import leaks, leaves_out
from scaleenv_core.stages.language.spoken import holds
from scaleenv_core.types import Task, Tool

_TOKEN = re.compile(r"[A-Za-z0-9@_./:#-]*\d[A-Za-z0-9@_./:#-]*|[\w.+-]+@[\w.-]+\w")
_PREFACE = re.compile(r"\s*(?:sure|certainly|of course|here(?:'s| is)|rewritten|paraphrase)\b[^.\n]*:", re.I)
LONGEST = 3
"""A wording of more than so many times the request's length has something else in it."""


def wording_problem(text: str, task: Task, tools: Mapping[str, Tool], language: str) -> str:
    """What is wrong with a text in place of a task's instruction; empty where nothing is."""
    old = task.instruction
    if not text.strip():
        return "is empty"
    if len(text) > LONGEST * len(old) + 200:
        return "is much longer than the request"
    if _PREFACE.match(text) and not _PREFACE.match(old):
        return "begins with words about itself"
    known = [action for action in task.actions if action.tool in tools]
    silent = leaves_out(old, known, tools, language)
    missing = [name for name in leaves_out(text, known, tools, language) if name not in silent]
    if missing:
        number, argument = missing[0]
        return f"no longer says {known[number].arguments[argument]!r} as it was said"
    if given := [name for name in silent if name not in leaves_out(text, known, tools, language)]:
        return f"says what the user does not say: {known[given[0][0]].arguments[given[0][1]]!r}"
    if leaked := [name for name in leaks(text, known) if name not in leaks(old, known)]:
        return f"has a name in it that no person would say: {leaked[0]}"
    if told := [fact for fact in task.outputs if holds(text, fact) and not holds(old, fact)]:
        return f"gives away what the user wants to be told: {told[0]!r}"
    tokens = {token.strip(".:") for token in _TOKEN.findall(old)}
    if made_up := [token for token in _TOKEN.findall(text) if token.strip(".:") not in tokens]:
        return f"has {made_up[0]!r} in it, which the request has not"
    return ""
