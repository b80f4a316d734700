"""The words that the compiler knows, read from ``words/*.toml``: data to read and to add to.

Names of parameters and properties stand there without case and separators.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "words" / f"{name}.toml").read_text(encoding="utf-8"))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_VERBS = _table("verbs")
_READ, _WRITE = _VERBS["read"], _VERBS["write"]
LIST_VERBS = _words(_READ["list"])
GET_VERBS = _words(_READ["get"])
COUNT_VERBS = _words(_READ["count"])
EXISTS_VERBS = _words(_READ["exists"])
CREATE_VERBS = _words(_WRITE["create"])
UPDATE_VERBS = _words(_WRITE["update"])
UPSERT_VERBS = _words(_WRITE["upsert"])
DELETE_VERBS = _words(_WRITE["delete"])
SESSION_VERBS = _words(_WRITE["session"])
ACT_VERBS = _words(_WRITE["act"])
COMPUTE_VERBS = _words(_VERBS["compute"]["words"])
"""Verbs of tools that compute, run or talk: nothing that rows could hold."""

PLAIN_VERBS = _words(_VERBS["plain"]["words"])
"""Verbs that are not also nouns: believed wherever they stand."""

NOUN_VERBS = _words(_VERBS["noun"]["words"])
"""Verbs that are as often nouns."""

MODALS = _words(_VERBS["description"]["modals"])
AUXILIARIES = _words(_VERBS["description"]["auxiliaries"])
OBJECTS = _words(_VERBS["description"]["objects"])
ADVERBS = _words(_VERBS["description"]["adverbs"])
HAND_OVER = _words(_VERBS["hand_over"]["words"])
PEOPLE = _words(_VERBS["hand_over"]["people"])

STATES: dict[str, tuple[str, ...]] = {verb: tuple(to.split()) for verb, to in _VERBS["states"].items()}
"""A domain verb → the states it leads to, best first."""

UNDO: dict[str, str] = _VERBS["undo"]
"""A verb that takes back another: where a flag tells, it becomes false."""

PHRASES: dict[tuple[str, ...], str] = {tuple(said.split()): verb for said, verb in _VERBS["phrases"].items()}
"""Words that are one verb: ``log in`` → login."""

READ_VERBS = LIST_VERBS | GET_VERBS | COUNT_VERBS | EXISTS_VERBS
WRITE_VERBS = (
    CREATE_VERBS | UPDATE_VERBS | UPSERT_VERBS | DELETE_VERBS | SESSION_VERBS | ACT_VERBS | {*STATES, *UNDO}
)
VERBS = READ_VERBS | WRITE_VERBS | COMPUTE_VERBS
METHODS = frozenset(["get", "post", "put", "patch", "delete", "head", "options"])
VAGUE = _words(_VERBS["vague"]["words"])
"""Verbs of changing that say nothing about what becomes of a record."""

JOINING = _words(_VERBS["members"]["joining"])
"""Verbs that put a thing among another's: users into a group, tags onto a contact."""

PARTING = _words(_VERBS["members"]["parting"])
"""Verbs that take it out again."""

TOGGLES = frozenset(["toggle", "flip"])
UNDONE_STATE = "active"
STATUS_WORDS = ("status", "state", "stage", "phase", "lifecycle", "condition")

_PARAMETERS = _table("parameters")
ID_SUFFIXES: list[str] = _PARAMETERS["id_suffixes"].split()
"""Last words of a parameter that selects a record, best first."""

STRONG_ID = _words(_PARAMETERS["strong_id"])
PAYLOADS = _words(_PARAMETERS["payloads"])
"""Object parameters that wrap the fields of a record."""

CALLBACKS = _words(_PARAMETERS["callbacks"])
"""Parameters of tools that register for something."""

PRESENTATION = _words(_PARAMETERS["presentation"])
"""Optional parameters that shape an answer or a request, and change nothing."""

PRESENTATION_FIRST = _words(_PARAMETERS["presentation_first"])
"""First words of optional booleans that do the same."""

CREDENTIALS = _words(_PARAMETERS["credentials"])
"""Parameters that say who asks, required or not."""

LIMITS = _words(_PARAMETERS["limits"])
OFFSETS = _words(_PARAMETERS["offsets"])
PAGES = _words(_PARAMETERS["pages"])
TOKENS = _words(_PARAMETERS["tokens"])
SORTS = _words(_PARAMETERS["sorts"])
DIRECTIONS = _words(_PARAMETERS["directions"])
SEARCHES = _words(_PARAMETERS["searches"])
FILTERS = _words(_PARAMETERS["filters"])
CREATED = _words(_PARAMETERS["created"])
UPDATED = _words(_PARAMETERS["updated"])
MIN_WORDS = _words(_PARAMETERS["min_words"])
MAX_WORDS = _words(_PARAMETERS["max_words"])

_ANSWERS = _table("answers")
WRAPPERS = _words(_ANSWERS["wrappers"])
"""Property names of an answer that only wrap what is meant."""

COUNTS = _words(_ANSWERS["counts"])
FIGURES: dict[str, str] = {word: name for name, said in _ANSWERS["figures"].items() for word in said.split()}
"""``average`` → mean."""

NEXT_TOKENS = TOKENS | frozenset({"next", "nextpage", "nextlink"})
TOTALS = _words(_ANSWERS["totals"])
YES = _words(_ANSWERS["yes"])
MORE = _words(_ANSWERS["more"])
MESSAGES = _words(_ANSWERS["messages"])
META = NEXT_TOKENS | TOTALS | YES | MORE | MESSAGES | OFFSETS | PAGES | LIMITS | _words(_ANSWERS["meta"])
"""Property names of an answer that say something about it, and nothing about a record."""

_NOUNS = _table("nouns")
ARTICLES = _words(_NOUNS["articles"])
QUALIFIERS = _words(_NOUNS["qualifiers"])
"""Words before or after a noun that name no other thing."""

TAILS = _words(_NOUNS["tails"])
"""Last words of a noun phrase that name no other thing, where a word is left before them."""

LINKS = _words(_NOUNS["links"])
"""Words at which a noun phrase ends."""

UNCOUNTED = _words(_NOUNS["uncounted"])
IRREGULAR: dict[str, str] = _NOUNS["irregular"]
"""Plurals → singulars that no rule makes."""

ASSUMED: dict[str, dict[str, str]] = _NOUNS["assumed"]
"""Last word of a noun → attributes that it suggests, where no signature names any."""

_VALUES = _table("values")
THEMES: list[str] = _VALUES["texts"]["themes"].split()
TEAMS: list[str] = _VALUES["texts"]["teams"].split()
SENTENCES: list[str] = _VALUES["texts"]["sentences"]
"""What people write in a note."""

NAMES_OF: dict[str, list[str]] = {
    noun: _VALUES["texts"][kind] for kind, nouns in _VALUES["made_things"].items() for noun in nouns.split()
}
"""Last word of a noun → names that such a thing has."""

RANGES: dict[str, tuple[float, float]] = {
    word: (low, high) for word, (low, high) in _VALUES["ranges"].items()
}
"""Last word of a number's name → what is usual."""

_BEHAVIOUR = _table("behaviour")
FINAL = _words(_BEHAVIOUR["final"])
"""States after which a record is no longer changed."""

BARRED = _words(_BEHAVIOUR["barred"])
"""States under which a record takes no new children."""

ADJECTIVES = _words(_BEHAVIOUR["adjectives"])
"""Words before a noun that are states."""

AMOUNTS = _words(_BEHAVIOUR["amounts"])
STOCKS = _words(_BEHAVIOUR["stocks"])
STOCKED = STOCKS | {f"{word}quantity" for word in STOCKS} | {f"quantity{word}" for word in STOCKS}
"""Names of a number that says how many are left."""

TAKING = _words(_BEHAVIOUR["taking"])
"""What takes from a stock when it is made."""

BALANCES = _words(_BEHAVIOUR["balances"])
STARTS = _words(_BEHAVIOUR["starts"])
ENDS = _words(_BEHAVIOUR["ends"])
RAISING = _words(_BEHAVIOUR["raising"])
LOWERING = _words(_BEHAVIOUR["lowering"])
UNIQUE = _words(_BEHAVIOUR["unique"])
NAMED = _words(_BEHAVIOUR["named"])
"""Things that are told apart by their names."""

PAYING = _words(_BEHAVIOUR["paying"])
EARNING = _words(_BEHAVIOUR["earning"])
BEFORE: dict[str, frozenset[str]] = {verb: _words(states) for verb, states in _BEHAVIOUR["before"].items()}
"""A verb → the states from which it is allowed."""
