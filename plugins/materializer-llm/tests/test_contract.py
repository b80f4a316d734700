"""With a model that answers well, the plugin keeps the contract of every materializer."""

import json
import re

import pytest
from scaleenv_materializer_llm import LLM

from scaleenv_core.sampling import sample_value
from scaleenv_core.testing.materializer import MaterializerContract, sample_draft
from scaleenv_core.types import Completion

KINDS = {"string": "text", "integer": "integer", "number": "real", "boolean": "boolean"}


class GoodModel:
    """Answers for the planted domains of the contract as a careful model would."""

    def __init__(self, service):
        self.tools = {tool.name: tool for tool in sample_draft(service).tools}
        self.entities = [name.removeprefix("get_") for name in self.tools if name.startswith("get_")]

    def complete(self, messages, tools=(), sampling=None):
        asked = messages[1].content
        if "Plan the back end" in asked:
            answer = self.plan()
        elif "Write its seed rows" in asked:
            answer = self.rows(sampling.seed)
        else:
            name = re.search(r'^\{"name": "(\w+)"', asked, re.MULTILINE)[1]
            answer = self.tool(name)
        return Completion(model="good", text=answer)

    def entity(self, tool):
        verb, _, what = tool.partition("_")
        return what[:-1] if verb == "list" else what

    def columns(self, entity):
        return self.tools[f"get_{entity}"].returns["properties"]

    def children(self, entity):
        return [other for other in self.entities if f"{entity}_id" in self.columns(other) and other != entity]

    def plan(self):
        tables = []
        for entity in self.entities:
            columns = []
            for name, schema in self.columns(entity).items():
                parent = name.removesuffix("_id")
                refers = parent in self.entities and parent != entity
                column = {"name": name, "type": KINDS[schema["type"]], "values": schema.get("enum", [])}
                columns.append(
                    {
                        **column,
                        "key": name == f"{entity}_id",
                        "references": f"{parent}s.{name}" if refers else "",
                        "nullable": name == "status",
                    }
                )
            tables.append({"name": f"{entity}s", "columns": columns})
        tools = [
            {
                "tool": name,
                "writes": name.partition("_")[0] not in ("get", "list"),
                "tables": [f"{one}s" for one in self.touched(name)],
                **self.places(name),
            }
            for name in self.tools
        ]
        return f"```json\n{json.dumps({'tables': tables, 'tools': tools})}\n```"

    def places(self, tool):
        """Which rows its parameters select, and where they are stored."""
        entity, given = self.entity(tool), self.tools[tool].parameters["properties"]
        place = {name: f"{entity}s.{name}" for name in given}
        selects = [name for name in given if name == f"{entity}_id" or tool.startswith("list")]
        return {
            "selects": {name: place[name] for name in selects},
            "stores": {name: place[name] for name in given if name not in selects},
        }

    def touched(self, tool):
        entity = self.entity(tool)
        parents = [other for other in self.entities if f"{other}_id" in self.columns(entity)]
        return sorted({entity, *parents, *self.children(entity)})

    def rows(self, seed):
        import random

        rng, made = random.Random(seed), {}
        for entity in sorted(self.entities, key=lambda entity: -len(self.children(entity))):
            made[f"{entity}s"] = [
                {
                    name: self.value(entity, name, schema, n, rng)
                    for name, schema in self.columns(entity).items()
                }
                for n in range(8)
            ]
        return f"```json\n{json.dumps(made)}\n```"

    def value(self, entity, name, schema, n, rng):
        parent = name.removesuffix("_id")
        if parent in self.entities:
            # Some parents have no child, so that they can be deleted.
            return f"{parent}-{n if parent == entity else n % 5}"
        return schema["enum"][n % len(schema["enum"])] if "enum" in schema else sample_value(schema, rng)

    def tool(self, name):
        tool, verb, entity = self.tools[name], name.partition("_")[0], self.entity(name)
        properties = tool.parameters["properties"]
        required = tool.parameters.get("required", [])
        table, key = f"{entity}s", f"{entity}_id"
        given = ", ".join(["db", *required, *(f"{one}=None" for one in properties if one not in required)])
        parents = [one for one in properties if one.removesuffix("_id") in self.entities and one != key]
        lines = [f"def {name}({given}):", f'    """{tool.description}"""']
        if verb == "list":
            pairs = ", ".join(f"{one}={one}" for one in properties)
            lines.append(f'    return {{"{table}": db.find("{table}", given({pairs}))}}')
            return self.answer(lines, {}, [])
        if verb != "create":
            lines += [
                f'    record = db.get("{table}", {key})',
                "    if record is None:",
                f'        raise Refusal(f"there is no {entity} {{{key}!r}}")',
            ]
        for parent in parents:
            lines += [
                f'    if {parent} is not None and db.get("{parent.removesuffix("_id")}s", {parent}) is None:',
                f'        raise Refusal(f"there is no {parent} {{{parent}!r}}")',
            ]
        return self.answer(lines + self.ending(verb, entity, properties), *self.proof(verb, entity, tool))

    def ending(self, verb, entity, properties):
        table, key = f"{entity}s", f"{entity}_id"
        pairs = ", ".join(f'"{one}": {one}' for one in properties if one != key)
        if verb == "get":
            return ["    return record"]
        if verb == "create":
            status = ', "status": "open"' if "status" in self.columns(entity) else ""
            return [f'    return db.insert("{table}", {{"{key}": db.new_id("{table}"), {pairs}{status}}})']
        if verb == "update":
            changes = ", ".join(f"{one}={one}" for one in properties if one != key)
            return [f'    return db.update("{table}", {key}, given({changes}))']
        if verb == "cancel":
            return [
                '    if record["status"] == "cancelled":',
                f'        raise Refusal(f"{entity} {{{key}!r}} is cancelled already")',
                f'    return db.update("{table}", {key}, {{"status": "cancelled"}})',
            ]
        lines = []
        for child in self.children(entity):
            lines += [
                f'    if db.count("{child}s", {{"{key}": {key}}}):',
                f'        raise Refusal(f"{entity} {{{key}!r}} has {child}s")',
            ]
        return [*lines, f'    db.delete("{table}", {key})', "    return {}"]

    def proof(self, verb, entity, tool):
        """Arguments of a call that is answered, and what it changes."""
        key, table = f"{entity}_id", f"{entity}s"
        arguments = {}
        for name, schema in tool.parameters["properties"].items():
            parent = name.removesuffix("_id")
            arguments[name] = f"{parent}-0" if parent in self.entities else self.unlike(schema)
        if verb == "create":
            return arguments, [{"table": table, "values": arguments}]
        arguments[key] = f"{entity}-7"
        place = {"table": table, "key": [arguments[key]]}
        if verb == "delete":
            return arguments, [{**place, "values": None}]
        if verb == "cancel":
            return {key: f"{entity}-0"}, [
                {"table": table, "key": [f"{entity}-0"], "values": {"status": "cancelled"}}
            ]
        if verb == "update":
            return arguments, [{**place, "values": {n: v for n, v in arguments.items() if n != key}}]
        return arguments, []

    def unlike(self, schema):
        """A value that no seed row has."""
        if "enum" in schema:
            return schema["enum"][0]
        kinds = {"string": "zzz", "integer": 19, "number": 0.25, "boolean": True}
        formats = {"email": "z@z.example", "date": "1999-01-01", "date-time": "1999-01-01T00:00:00Z"}
        return formats.get(schema.get("format", ""), kinds[schema["type"]])

    def answer(self, lines, arguments, changes):
        code = "\n".join(["from scaleenv_core.engine import Refusal, given", "", *lines])
        cases = {"cases": [{"arguments": arguments, "outcome": "answered", "changes": changes}]}
        return f"```python\n{code}\n```\n```json\n{json.dumps(cases)}\n```"


class TestLLM(MaterializerContract):
    @pytest.fixture
    def plugin(self):
        """The plugin under test."""
        return LLM()

    @pytest.fixture
    def endpoint(self, service):
        """A model that answers well."""
        return GoodModel(service)
