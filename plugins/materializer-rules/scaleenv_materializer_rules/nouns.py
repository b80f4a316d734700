"""English of identifiers: singular and plural, and which words are one thing."""

from __future__ import annotations

import re
from functools import cache

IRREGULAR = {
    "people": "person",
    "children": "child",
    "men": "man",
    "women": "woman",
    "feet": "foot",
    "mice": "mouse",
    "geese": "goose",
    "indices": "index",
    "vertices": "vertex",
    "matrices": "matrix",
    "appendices": "appendix",
    "criteria": "criterion",
    "analyses": "analysis",
    "statuses": "status",
    "aliases": "alias",
    "buses": "bus",
    "viruses": "virus",
    "bonuses": "bonus",
    "campuses": "campus",
    "leaves": "leaf",
    "shelves": "shelf",
    "lives": "life",
    "movies": "movie",
    "cookies": "cookie",
    "ties": "tie",
    "caches": "cache",
    "taxes": "tax",
    "quizzes": "quiz",
    "databases": "database",
    "licenses": "license",
    "purchases": "purchase",
    "expenses": "expense",
    "responses": "response",
    "cases": "case",
    "courses": "course",
    "releases": "release",
    "houses": "house",
    "warehouses": "warehouse",
    "leases": "lease",
    "phrases": "phrase",
    "bases": "base",
    "phases": "phase",
    "exercises": "exercise",
    "diseases": "disease",
    "nurses": "nurse",
    "images": "image",
    "axes": "axis",
    "bookshelves": "bookshelf",
}
UNCOUNTED = frozenset(
    [
        "news",
        "series",
        "species",
        "status",
        "access",
        "address",
        "analysis",
        "basis",
        "bus",
        "campus",
        "class",
        "gas",
        "bonus",
        "virus",
        "news",
        "weather",
        "information",
        "metadata",
        "data",
        "media",
        "software",
        "inventory",
        "content",
        "history",
        "progress",
        "news",
        "sms",
        "dns",
        "https",
        "alias",
        "chess",
        "process",
        "business",
        "address",
        "canvas",
        "atlas",
        "lens",
        "axis",
        "success",
        "mass",
        "pass",
        "https",
        "aws",
        "ios",
        "kubernetes",
        "settings",
        "analytics",
        "statistics",
        "stats",
        "details",
        "credentials",
        "permissions",
        "preferences",
        "business",
        "is",
        "this",
        "has",
        "was",
    ]
)
PLURALS = {single: many for many, single in IRREGULAR.items()}


@cache
def singular(word: str) -> str:
    """One of a plural: ``orders`` → ``order``; a word that is not plural stays."""
    if word in IRREGULAR:
        return IRREGULAR[word]
    if word in UNCOUNTED or len(word) < 4 or word.endswith(("ss", "us", "is", "ics")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") else word


@cache
def plural(word: str) -> str:
    """Many of a singular: ``category`` → ``categories``."""
    if word in PLURALS:
        return PLURALS[word]
    if word in UNCOUNTED:
        return word
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    return word + "s"


def is_plural(word: str) -> bool:
    """Whether a word names many."""
    return singular(word) != word or word in ("media", "data", "series", "news", "stats", "settings")


def participle(verb: str) -> str:
    """What a thing is after the verb: ``cancel`` → ``cancelled``, ``ship`` → ``shipped``."""
    if verb.endswith("e"):
        return verb + "d"
    if re.search(r"[^aeiou]y$", verb):
        return verb[:-1] + "ied"
    if re.fullmatch(r"[^aeiou]*[aeiou][bdglmnprt]", verb):
        return verb + verb[-1] + "ed"
    return verb + "ed"


def article(noun: str) -> str:
    """``an order``, ``a user``."""
    vowel = noun[:1] in "aeiou" and not noun.startswith(("use", "uni", "uti", "one", "eu"))
    return f"{'an' if vowel else 'a'} {noun}"


def plain_name(name: str) -> str:
    """A parameter's own name, without the object that it is spelt inside: ``request.jobId`` → ``jobId``."""
    name = re.sub(r"[\\'\"{}]", "", "".join(c for c in name if c.isprintable())).strip() or "value"
    inner = re.fullmatch(r"[\w.$-]*\[([^\[\]]+)\](\[\])?", name)
    if inner:
        return inner[1]
    last = name.rstrip("[]").rpartition(".")[2]
    return last or name


def fold(name: str) -> str:
    """A name without case and separators, to compare spellings: ``orderId`` = ``order_id``."""
    return re.sub(r"[^a-z0-9]", "", name.lower())
