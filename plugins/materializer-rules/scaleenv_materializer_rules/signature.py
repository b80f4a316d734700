"""What one tool's signature says: its verb, its noun, its parameters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from attrs import field, frozen

from scaleenv_core.names import python_names, words
from scaleenv_core.types import JsonSchema, Tool

from . import lexicon as lx
from .effects import Effect, effect, effect_of_verb, preamble, told_verb
from .nouns import fold, is_plural, plain_name, singular
from .oneword import known_words, parted
from .plan import Kind
from .toolnames import own_words, stated_method, uncut

_VERBS = lx.VERBS
_READS = lx.READ_VERBS
_LAST = lx.VERBS - lx.NOUN_VERBS | {"publish"}
"""Verbs that are believed at the end of a name."""
_PLAIN = lx.PLAIN_VERBS

_PLAINEST = {
    ("write", "PUT"): "put",
    ("write", "PATCH"): "update",
    ("write", "DELETE"): "delete",
    ("write", "POST"): "create",
}
"""What a method does where no word says more."""

_VERSION = re.compile(r"v?\d+(_\d+)*|v")


@frozen(kw_only=True)
class Parameter:
    """One parameter."""

    name: str
    python: str
    schema: JsonSchema
    kind: Kind
    required: bool

    @property
    def constant(self) -> bool:
        """Whether there is one value that it can have."""
        return "const" in self.schema or len(self.schema.get("enum") or ()) == 1

    @property
    def folded(self) -> str:
        """Its name without case and separators."""
        return fold(plain_name(self.name))

    @property
    def words(self) -> tuple[str, ...]:
        """The words of its name."""
        return tuple(words(plain_name(self.name)))


@frozen(kw_only=True)
class Signature:
    """One tool, read."""

    tool: Tool
    verb: str
    noun: tuple[str, ...]
    many: bool
    """The noun is plural, or the verb lists."""

    parameters: tuple[Parameter, ...]
    path: tuple[str, ...] = ()
    """Names of the path's variables, in order."""

    ends_in_key: bool = False
    """The path's last noun is followed by a variable."""

    told: str = ""
    """The first verb of the description."""

    effect: Effect = ""
    """Whether it reads, writes or computes; nothing where name and description are silent."""

    state: tuple[str, ...] = field(factory=tuple)
    """Words after the noun that name a state: ``MarkInvoiceAsSent`` → sent."""

    def get(self, name: str) -> Parameter | None:
        """The parameter of this name."""
        return next((p for p in self.parameters if p.name == name), None)


def kind_of(schema: JsonSchema) -> Kind:
    """How a value of this schema is stored."""
    types = schema.get("type")
    if isinstance(types, list):
        left = [t for t in types if t != "null"]
        types = left[0] if len(left) == 1 else None
    if types is None and schema.get("enum") and all(isinstance(v, str) for v in schema["enum"]):
        return "text"
    if types is None and not isinstance(schema.get("oneOf", schema.get("anyOf")), list):
        return "json"
    branches = [b for key in ("anyOf", "oneOf") for b in schema.get(key, ()) if isinstance(b, dict)]
    if types is None and branches:
        found = {kind_of(branch) for branch in branches if branch.get("type") != "null"}
        return found.pop() if len(found) == 1 else "json"
    kinds: dict[Any, Kind] = {"string": "text", "integer": "integer", "number": "real", "boolean": "boolean"}
    return kinds.get(types, "json")


def read_signatures(tools: Sequence[Tool]) -> list[Signature]:
    """Every tool's signature; a first word that most names share is the API's name, not a noun."""
    known = {word for tool in tools for word in known_words(tool)}
    named = {tool.name: parted(own_words(tool), known, stated_method(tool)) for tool in tools}
    prefix = _common_prefix(list(named.values()))
    said = preamble([tool.description for tool in tools])
    return [
        _read(tool, named[tool.name], prefix, told_verb(tool.description.removeprefix(said)))
        for tool in tools
    ]


def _common_prefix(names: list[list[str]]) -> list[str]:
    prefix: list[str] = []
    while len(names) >= 4:
        firsts = Counter(
            name[len(prefix)] for name in names if name[: len(prefix)] == prefix and len(name) > len(prefix)
        )
        word, count = max(sorted(firsts.items()), key=lambda pair: pair[1], default=("", 0))
        if count < 0.6 * len(names) or word in _VERBS:
            break
        prefix.append(word)
    return prefix


def _read(tool: Tool, name: list[str], prefix: list[str], told: str) -> Signature:
    properties = tool.parameters.get("properties", {})
    needed = set(tool.parameters.get("required", ()))
    pythons = python_names(properties)
    parameters = tuple(
        Parameter(
            name=key,
            python=pythons[key],
            schema=schema if isinstance(schema, dict) else {},
            kind=kind_of(schema if isinstance(schema, dict) else {}),
            required=key in needed,
        )
        for key, schema in properties.items()
    )
    method, segments = _path(tool)
    verb, noun = _verb_noun(tool, name, prefix, method, segments)
    does = effect(tool, verb, told)
    if verb not in name and method == "POST" and effect_of_verb(told) == "write":
        verb = told  # a path that ends in a noun says no more than that it posts
    if does and effect_of_verb(verb) != does:
        # Its name's verb is a noun, or there is none: the description's, or the plainest.
        noun = _after_prefix(name, prefix) if verb in name or not _phrase(noun) else noun
        verb = (
            told
            if effect_of_verb(told) == does
            else _PLAINEST.get((does, method), "get" if does == "read" else verb)
        )
    acted = _acted(method, segments, name)
    if acted and effect_of_verb(verb) != "compute" and verb not in lx.STATES:
        verb, noun = "update", name[acted:]
    state: tuple[str, ...] = ()
    if verb in ("mark", "set", "update", "change") and "as" in noun:
        at = noun.index("as")
        noun, state = noun[:at], tuple(noun[at + 1 :])
        verb = "mark" if state else verb
    plain = _phrase(noun)
    listed = (bool(plain) and is_plural(plain[-1])) or (verb in lx.LIST_VERBS) or "all" in noun
    variables = tuple(part[1:-1] for part in segments if part.startswith("{"))
    return Signature(
        tool=tool,
        verb=verb,
        noun=(*plain[:-1], singular(plain[-1])) if plain else (),
        many=listed,
        parameters=parameters,
        path=tuple(v for v in variables if v in pythons),
        ends_in_key=bool(segments)
        and (segments[-1].startswith("{") or _ends_in_action(segments) or bool(acted)),
        state=state,
        told=told,
        effect=does,
    )


def _path(tool: Tool) -> tuple[str, list[str]]:
    if tool.http is None:
        return stated_method(tool), []
    text = re.sub(r"[?#].*", "", tool.http.path)
    parts: list[str] = []
    for part in text.strip("/").split("/"):
        if re.fullmatch(r"\{[^{}]*\}", part):
            parts.append(part)
            continue
        part = re.sub(r"\.(json|xml|php|aspx?|ashx)$", "", part)
        if match := re.fullmatch(r"(.*?)\(?\{([^{}]*)\}\)?(.*)", part):
            parts += [p for p in (match[1].rstrip(":(='"), f"{{{match[2]}}}", match[3].strip(":.-)'")) if p]
        else:
            parts += [p for p in part.split(":") if p]
    return tool.http.method.upper(), parts


def _acted(method: str, segments: list[str], name: list[str]) -> int:
    """How many words name what a POST does to one record: one, of ``/decisions/{id}/action``."""
    if method != "POST" or len(segments) < 2 or not segments[-2].startswith("{"):
        return 0
    said = words(segments[-1])
    own = bool(said) and name[: len(said)] == said and len(name) > len(said)
    named = own and said[0] not in _VERBS and name[len(said)] not in _PLAIN
    return len(said) if named and not is_plural(said[-1]) else 0


def _ends_in_action(segments: list[str]) -> bool:
    return (
        len(segments) > 1
        and segments[-2].startswith("{")
        and words(segments[-1])[:1][-1:] != []
        and (words(segments[-1])[0] in _VERBS and not is_plural(words(segments[-1])[-1]))
    )


def _verb_noun(
    tool: Tool, name: list[str], prefix: list[str], method: str, segments: list[str]
) -> tuple[str, list[str]]:
    done = words(segments[-1])[0] if method == "POST" and _ends_in_action(segments) else ""
    if done in name and done in _PLAIN - _READS and name[0] != "post":
        rest = [word for word in name if word != done and word not in _READS]
        return done, rest or words("".join(segments[-3:-2]))
    last = _last_segment(uncut(tool.name))
    if len(last) > 1 and last[0] in _VERBS - lx.NOUN_VERBS and last != name:
        # ``books.shelves.clearVolumes``: the last part of the name is the operation.
        before = _after_prefix(name[: len(name) - len(last)], prefix)
        verb, noun = _of_words(last, "")
        return verb, noun if _phrase(noun) and not set(noun) <= _READS else before
    from_path = method and name and name[0] == method.lower() and _spells(name[1:], segments)
    if from_path:
        verb, noun = _of_path(method, segments)
        return ("put" if verb == "put-part" else verb), noun
    rest = _after_prefix(name, prefix)
    verb, noun = _of_words(rest, method)
    if not _phrase(noun) and rest is not name:
        verb, noun = _of_words(name, method)
    doubled = name[:1] == [method.lower()] and verb == name[0] and len(noun) > 1
    if doubled and (noun[0] in _READS | _PLAIN or (method == "POST" and noun[0] in _VERBS)):
        inner, left = _of_words(noun, "")
        verb, noun = inner or verb, left if inner else noun
    if method:
        by_path, path_noun = _of_path(method, segments)
        if by_path == "put-part":
            # A PUT below a record: an unknown action, unless the name says what it puts.
            by_path = ""
        verb = verb or by_path
        if not _phrase(noun):
            noun = path_noun
    return verb, noun


def _after_prefix(name: list[str], prefix: list[str]) -> list[str]:
    """The words after as much of the API's own prefix as the name begins with."""
    at = 0
    while at < min(len(prefix), len(name) - 1) and name[at] == prefix[at]:
        at += 1
    return name[at:]


def _last_segment(name: str) -> list[str]:
    """The words of the last part of a name whose parts are camel-cased; else nothing."""
    parts = [part for part in re.split(r"[._\-/]", name) if part]
    return words(parts[-1]) if len(parts) > 1 else []


def _spells(rest: list[str], segments: list[str]) -> bool:
    static = [w for part in segments if not part.startswith("{") for w in words(part)]
    if not static or not rest:
        return False
    known = {*rest, "api", "v1", "v", "1", "2", "3"}
    cut = next((n for n, word in enumerate(static) if word not in known), len(static))
    # A name that was cut ends in the beginning of a word of the path.
    return cut == len(static) or (cut > 0 and len(rest) > 4 and static[cut].startswith(rest[-1]))


def _of_words(name: list[str], method: str) -> tuple[str, list[str]]:
    left = [w for w in name if not _VERSION.fullmatch(w)]
    while left and left[-1] in ("tool", "async", "api", "a", "b", "x") and len(left) > 1:
        left = left[:-1]
    order = [0, len(left) - 1, *range(1, len(left) - 1)] if len(left) > 1 else range(len(left))
    for at in sorted(order, key=lambda at: left[at] in lx.NOUN_VERBS):
        word, last = left[at], at == len(left) - 1
        if word not in _VERBS or (method == "GET" and word not in _READS | _PLAIN | lx.COMPUTE_VERBS):
            continue
        if (
            at
            and not (word in _PLAIN or (last and word in _LAST))
            and not (
                last
                and (word in lx.STATES or word in _PLAIN | lx.UPDATE_VERBS | {"put", "post", "import"})
                and method not in ("GET", "")
            )
        ):
            continue
        if word in lx.COMPUTE_VERBS and last and at:
            continue
        after = left[at + 1 :]
        if at and after and set(after) <= lx.TAILS:
            after = []  # ``timezone_code_get_collection``
        following = [w for w in after if w != "or"]
        if (
            word in lx.CREATE_VERBS | lx.UPDATE_VERBS
            and following[:1]
            and following[0] in ("update", "create", "replace", "insert")
        ):
            return "upsert", following[1:] or left[:at]
        if after and after[0] in lx.LINKS and at:
            return word, left[:at]
        return word, after if _phrase(after) else [*left[:at], *after[:0]]
    if left and left[0] in ("is", "has", "exists") and len(left) > 1:
        return "exists", left[1:]
    return "", left


def _of_path(method: str, segments: list[str]) -> tuple[str, list[str]]:
    static = [part for part in segments if not part.startswith("{") and not _VERSION.fullmatch(part.lower())]
    by_method = {
        "GET": "get",
        "HEAD": "exists",
        "POST": "create",
        "PUT": "put",
        "PATCH": "update",
        "DELETE": "delete",
    }
    verb = by_method.get(method, "")
    if method == "PUT" and segments and not segments[-1].startswith("{"):
        verb = "put-part"
    if not static:
        # One address for every operation: its method says nothing about this one.
        return ("" if method == "POST" else verb), []
    last = words(static[-1])
    ended = not segments[-1].startswith("{")
    if (
        ended
        and last
        and ((last[0] in _PLAIN | _READS and len(last) > 1) or (last[0] in _VERBS and len(last) == 1))
    ):
        found, noun = _of_words(last, method)
        if found and (noun or len(static) > 1):
            if found in lx.CREATE_VERBS and method == "GET":
                return verb, last
            return found, noun or words(static[-2])
    if (
        ended
        and method == "POST"
        and len(segments) > 1
        and segments[-2].startswith("{")
        and not is_plural((last or [""])[-1])
    ):
        return (last[0] if len(last) == 1 else verb), (
            words(static[-2]) if len(last) == 1 and len(static) > 1 else last
        )
    if not ended and method == "POST":
        verb = "post"
    if method == "GET" and ended and last and is_plural(last[-1]):
        verb = "list"
    return verb, last


def _phrase(noun: Sequence[str]) -> list[str]:
    """The noun itself: no articles, no qualifiers, nothing after a preposition."""
    kept: list[str] = []
    for at, word in enumerate(noun):
        if word in lx.LINKS:
            if kept:
                break
            if at == 0:
                return []
            continue
        if word not in lx.ARTICLES and not _VERSION.fullmatch(word):
            kept.append(word)
    while len(kept) > 1 and (kept[0] in lx.QUALIFIERS or kept[0] in _VERBS & {"get", "list", "search"}):
        kept = kept[1:]
    while len(kept) > 1 and (kept[-1] in lx.TAILS or kept[-1] in lx.QUALIFIERS):
        kept = kept[:-1]
    return [] if len(kept) == 1 and kept[0] in lx.QUALIFIERS | {"get", "list", "search", "all"} else kept
