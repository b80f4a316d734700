"""Data flow: a directed edge where an output of one tool fits an input of another."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from attrs import field, frozen
from attrs.validators import ge

from scaleenv_core import hookimpl
from scaleenv_core.fields import Field, fields_of
from scaleenv_core.names import singular, words
from scaleenv_core.types import Edge, JsonSchema, Tool, ToolGraph

__all__ = ["DataFlow"]

Stems = tuple[str, ...]

_KEYS = (("id",), ("name",), ("arn",), ("key",), ("number",), ("email",), ("code",))
"""Last words that identify something; by themselves they say nothing, with an entity much."""


@frozen(kw_only=True)
class DataFlow:
    """Typed output → input edges; the reason reads ``items[].id → eventId``.

    An output is known by its name (``eventId``) and by its name with its entity's, which is
    the property around it (``event.id``) or what the tool is about (``events.list`` → ``id``).
    A name that many tools have scores low (IDF).
    """

    common: int = field(default=300, validator=ge(1))
    """Names that more tools than this give are left out: everybody has them."""

    per_parameter: int = field(default=12, validator=ge(1))
    """Best sources kept for each parameter of a tool."""

    @hookimpl
    def build_graph(self, tools: Sequence[Tool]) -> ToolGraph:
        """Join outputs to the parameters that they fit."""
        givers: dict[Stems, list[tuple[int, Field]]] = defaultdict(list)
        for number, tool in enumerate(tools):
            seen: set[Stems] = set()
            for found in fields_of(tool.returns):
                for name in _output_names(found, tool):
                    if name not in seen:
                        seen.add(name)
                        givers[name].append((number, found))
        edges = [
            edge for number, tool in enumerate(tools) for edge in self._into(number, tool, tools, givers)
        ]
        nodes = [tool.id for tool in tools]
        return ToolGraph.of("dataflow", directed=True, nodes=nodes, edges=edges)

    def _into(
        self,
        number: int,
        tool: Tool,
        tools: Sequence[Tool],
        givers: dict[Stems, list[tuple[int, Field]]],
    ) -> Iterator[Edge]:
        about = entity_of(tool)
        for parameter, schema in sorted(tool.parameters.get("properties", {}).items()):
            best: dict[int, tuple[float, str]] = {}
            for name, weight in _input_names(parameter, about):
                found = givers.get(name, ())
                if not found or len(found) > self.common:
                    continue
                rare = math.log((len(tools) + 1) / len(found)) / math.log(len(tools) + 1)
                for source, output in found:
                    if source == number or not compatible(output.schema, schema):
                        continue
                    score = round(min(1.0, max(0.01, weight * rare)), 6)
                    if score > best.get(source, (0.0, ""))[0]:
                        best[source] = (score, f"{output.path} → {parameter}")
            ranked = sorted(best.items(), key=lambda pair: (-pair[1][0], tools[pair[0]].id))
            for source, (score, reason) in ranked[: self.per_parameter]:
                yield Edge(source, number, score, reason)


def stems(name: str) -> Stems:
    """A name's words in the singular."""
    return tuple(singular(word) for word in words(name))


_VERBS = frozenset(
    "get list create insert add update patch delete remove describe search find query put set batch "
    "cancel start stop send modify by for all new".split()
)


def entity_of(tool: Tool) -> Stems:
    """What a tool is about: the nouns of its name's last part that has any."""
    for part in reversed(tool.name.replace("/", ".").split(".")):
        nouns = tuple(stem for stem in stems(part) if stem not in _VERBS)
        if nouns:
            return nouns
    return ()


def _output_names(found: Field, tool: Tool) -> Iterator[Stems]:
    name = stems(found.name)
    parents = [stems(parent) for parent in found.parents]
    owner = next((p for p in reversed(parents) if p not in (("item",), ("data",), ("result",))), None)
    if name not in _KEYS:
        yield name
    yield (owner or entity_of(tool)) + name


def _input_names(parameter: str, about: Stems) -> Iterator[tuple[Stems, float]]:
    """The output names that a parameter is looked for under, each with what a match is worth."""
    name = stems(parameter)
    if name in _KEYS:
        yield about + name, 1.0
        return
    yield name, 1.0
    if name[-1:] not in _KEYS:
        # ``Bucket`` and ``calendar`` mean the thing's name or id.
        for key in (("id",), ("name",)):
            yield name + key, 0.8
    elif name[:-1]:
        # ``orderId`` may be any key of an order, but less surely.
        for key in _KEYS[:3]:
            if name[-1:] != key:
                yield name[:-1] + key, 0.4


def compatible(output: JsonSchema, wanted: JsonSchema) -> bool:
    """Whether a value of one schema may stand for the other: scalar type, format, enum."""
    kinds = [_kinds(output), _kinds(wanted)]
    if not kinds[0] & kinds[1] & {"string", "integer", "number"}:
        return False
    if output.get("format") and wanted.get("format") and output["format"] != wanted["format"]:
        return False
    if "enum" in wanted:
        return bool({str(v) for v in output.get("enum", ())} & {str(v) for v in wanted["enum"]})
    return "boolean" not in kinds[1]


def _kinds(schema: JsonSchema) -> set[str]:
    kind = schema.get("type", "string" if not schema.get("properties") else "object")
    found = Counter([kind] if isinstance(kind, str) else kind)
    return {"number" if name == "integer" else name for name in found} | set(found)
