"""One plausible value for a name and a schema."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

from attrs import evolve

from scaleenv_core.names import words
from scaleenv_core.sampling import sample_value
from scaleenv_core.types import JsonSchema

from . import lexicon as lx
from .constraints import OTHERS, solved, valid
from .meanings import FORMATS, MEANINGS, PEOPLE, named, told_about
from .nouns import fold, singular
from .plan import Column, Entity
from .shapes import properties
from .signature import kind_of
from .told import told_values

if TYPE_CHECKING:
    from faker import Faker

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
"""The simulated time at reset; seed rows lie in the weeks around it."""


@cache
def _faker() -> Faker:
    from faker import Faker

    return Faker("en_US")


class Values:
    """Draws values; the same seed draws the same."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.fake = _faker()
        self.fake.seed_instance(seed)

    def distinct(self, column: Column, entity: Entity, number: int) -> list[Any]:
        """Values that differ: keys, and the few values of a scope."""
        schema = column.schema
        if others := schema.get(OTHERS):
            kinds = [{k: v for k, v in schema.items() if k != OTHERS}, *others]
            each = [self.distinct(evolve(column, schema=kind), entity, number) for kind in kinds]
            return [each[at % len(each)][at] for at in range(number)]
        kinds = {"text": str, "integer": int}.get(column.kind, object)
        listed = [v for v in column.enum or schema.get("enum") or () if isinstance(v, kinds)]
        if listed:
            return [listed[at % len(listed)] for at in range(number)]
        if column.kind == "integer":
            return self._counted(schema, number)
        made: list[Any] = []
        for at in range(number * 3):
            value = self._identity(column, entity, at)
            if value in made and column.kind == "text" and valid(schema, f"{value}-{at + 1}"):
                value = f"{value}-{at + 1}"
            if value not in made:
                made.append(value)
            if len(made) == number:
                break
        return [made[at % len(made)] for at in range(number)]

    def apart(self, column: Column, entity: Entity, number: int) -> list[Any]:
        """Values of a column that no two records share."""
        made: list[Any] = []
        for at in range(number):
            value = self.of(column, entity, at)
            other = f"{value} {at + 1}"
            made.append(other if value in made and valid(column.schema, other) else value)
        return made

    def _counted(self, schema: JsonSchema, number: int) -> list[int]:
        low, high = int(_low(schema, 1)), _high(schema, 10**9)
        start = low if high < 5000 else max(low, 100 + self.chance.randrange(9) * 100)
        count = max(1, min(number, int(high) - start + 1))
        return [start + at % count for at in range(number)]

    def _identity(self, column: Column, entity: Entity, at: int) -> Any:
        spelt, schema = words(column.name) or ["id"], column.schema
        noun = (
            entity.name
            if spelt[-1] in ("id", "key", "ref", "reference", "code", "number", "no", "num", "sid")
            and column.name in entity.key
            else "_".join(spelt[:-1]) or entity.name
        )
        if schema.get("format") == "uuid" or spelt[-1] in ("uuid", "guid"):
            return str(self.fake.uuid4())
        if schema.get("pattern"):
            return solved(schema, self.chance, wanted=8) or f"{noun}-{at + 1}"
        if column.kind == "text" and spelt[-1] in (
            "id",
            "key",
            "ref",
            "reference",
            "code",
            "number",
            "no",
            "num",
            "sid",
            "identifier",
            "token",
        ):
            letters = "".join(word[:1] for word in noun.split("_")) if "_" in noun else noun[:3]
            return _sized(f"{letters}_{self.chance.randrange(16**6):06x}", schema)
        if spelt[-1] == "arn":
            return f"arn:sim:service:eu-1:100200300400:{noun}/{self.fake.word()}-{at + 1}"
        return self.value(column.name, schema, at)

    def of(self, column: Column, entity: Entity, at: int) -> Any:
        """A value of a column."""
        if column.stamp and column.kind == "text":
            days = self.chance.randrange(3, 31) if column.stamp == "created" else self.chance.randrange(0, 3)
            return _written(NOW - timedelta(days=days, minutes=self.chance.randrange(600)), column.schema)
        name = column.name
        if fold(name) in ("name", "title", "description", "summary", "label", "value", "text"):
            name = f"{entity.name}_{name}"
        return self.value(name, column.schema, at)

    def value(self, name: str, schema: JsonSchema, at: int = 0, depth: int = 3) -> Any:
        """A value for a name and a schema: what the schema lists first, then what the name means."""
        made = self._meant(name, schema, at, depth)
        if kind_of(schema) == "json" or valid(schema, made):
            return made
        other = sample_value(schema, self.chance)
        return other if valid(schema, other) and type(other) is type(made) else made

    def _meant(self, name: str, schema: JsonSchema, at: int, depth: int) -> Any:
        if "const" in schema:
            return schema["const"]
        kind = kind_of(schema)
        plain = {"text": str, "integer": int, "real": (int, float), "boolean": bool, "json": object}[kind]
        if listed := [v for v in schema.get("enum") or () if isinstance(v, plain) and v is not None]:
            return self.chance.choice(listed)
        if kind == "boolean":
            return self.chance.random() < 0.5
        if kind in ("integer", "real"):
            return self._numeric(name, schema, kind)
        if kind == "text":
            return self._text(name, schema)
        return self._nested(name, schema, at, depth)

    def _nested(self, name: str, schema: JsonSchema, at: int, depth: int) -> Any:
        for branch in ("oneOf", "anyOf"):
            options = [o for o in schema.get(branch, ()) if isinstance(o, dict) and o.get("type") != "null"]
            if options and "type" not in schema:
                return self.value(name, options[0], at, depth)
        types = schema.get("type")
        if types == "array" or "items" in schema:
            items = schema.get("items") if isinstance(schema.get("items"), dict) else {"type": "string"}
            low = int(schema.get("minItems", 0))
            if depth <= 0:
                return [self.value(name, items, at, 0) for _ in range(low)]
            many = max(low, min(int(schema.get("maxItems", 3)), self.chance.randrange(1, 4)))
            made: list[Any] = []
            for _ in range(many):
                value = self.value(_one(name), items, at, depth - 1)
                if value not in made or (len(made) < low and not schema.get("uniqueItems")):
                    made.append(value)
            return made
        inside = properties(schema)
        if inside or types == "object":
            needed = set(schema.get("required", ()))
            kept = [n for n in inside if n in needed or (depth > 0 and not inside[n].get("x-recursive"))][
                : 12 + len(needed)
            ]
            made_of = {n: self.value(n, inside[n], at, depth - 1) for n in inside if n in kept or n in needed}
            return made_of | self._more(schema, made_of)
        if isinstance(types, list):
            plain = [t for t in types if t != "null"]
            return self.value(name, {**schema, "type": plain[0]}, at, depth) if plain else None
        return None if types == "null" else self._text(name, schema)

    def _more(self, schema: JsonSchema, made: dict[str, Any]) -> dict[str, Any]:
        """Entries of a map that must have some."""
        lacking = int(schema.get("minProperties", 0)) - len(made)
        if lacking <= 0:
            return {}
        inside, rest = properties(schema), schema.get("additionalProperties")
        names = [n for n in inside if n not in made] or schema.get("propertyNames", {}).get("enum")
        names = names or [f"{self.fake.word()}{n}" for n in range(lacking)]
        rest = rest if isinstance(rest, dict) else {"type": "string"}
        return {n: self.value(n, inside.get(n, rest), depth=0) for n in names[:lacking]}

    def _numeric(self, name: str, schema: JsonSchema, kind: str) -> int | float:
        spelt = words(name)
        low, high = _low(schema, None), _high(schema, None)
        usual = next((lx.RANGES[w] for w in reversed(spelt) if w in lx.RANGES), (1, 100))
        least = usual[0] if low is None else low
        most = usual[1] if high is None else high
        if low is not None and high is None:
            most = max(usual[1], low + 50)
        if high is not None and low is None:
            least = min(usual[0], high)
        most = max(least, min(most, least + 1e12))
        step = schema.get("multipleOf")
        if step and kind == "real":
            return round(least + step * self.chance.randrange(1 + int((most - least) / step)), 6)
        if kind == "integer":
            drawn = self.chance.randint(int(-(-least // 1)), max(int(-(-least // 1)), int(most)))
            return (
                drawn - drawn % int(step)
                if step and int(step) > 0 and drawn - drawn % int(step) >= least
                else drawn
            )
        return min(max(round(self.chance.uniform(least, most), 2), least), most)

    def _text(self, name: str, schema: JsonSchema) -> str:
        form = schema.get("format")
        if schema.get("pattern"):
            made = solved(schema, self.chance, wanted=8)
            if made is not None:
                return made
        examples = (
            [e for e in schema.get("examples", ()) if isinstance(e, str)]
            if isinstance(schema.get("examples"), list)
            else []
        )
        if examples := [e for e in examples or told_values(name, schema) if valid(schema, e)]:
            return str(self.chance.choice(examples))
        if form in FORMATS:
            return _sized(FORMATS[form](self), schema)
        if form in ("int64", "uint64", "int32", "byte-count"):
            return str(self.chance.randrange(1, 5000))
        spelt = words(name)
        folded = "".join(spelt)
        if (
            folded in lx.CREATED | lx.UPDATED
            or folded.endswith(("time", "timestamp"))
            or spelt[-1:] in (["at"], ["on"], ["until"])
        ):
            return _written(self.moment(), schema)
        if spelt and (spelt[-1] in ("date", "day", "dob", "since") or "date" in spelt):
            return self.moment().date().isoformat()
        if spelt[-1:] == ["name"] and (len(spelt) < 2 or spelt[-2] not in MEANINGS or spelt[-2] in PEOPLE):
            return _sized(named(self, name), schema)
        if spelt[-1:] in (["title"], ["label"]) and len(spelt) > 1:
            return _sized(named(self, name), schema)
        if spelt[-1:] in (["description"], ["summary"]):
            return _sized(told_about(self, tuple(spelt[:-1])), schema)
        for word in reversed(spelt):
            if word == "name" and len(spelt) > 1:
                continue
            if word in MEANINGS:
                return _sized(MEANINGS[word](self), schema)
        return _sized(f"{' '.join(spelt) or 'value'} {self.chance.randrange(1, 6)}", schema)

    def moment(self) -> datetime:
        """A time in the weeks around the simulated now."""
        return NOW + timedelta(
            days=self.chance.randrange(-30, 31), minutes=15 * self.chance.randrange(-36, 40)
        )


def _one(name: str) -> str:
    """What an entry of a list is called."""
    spelt = words(name)
    return " ".join([*spelt[:-1], singular(spelt[-1])]) if spelt else name


def _low(schema: JsonSchema, usual: Any) -> Any:
    low = schema.get("minimum")
    above = schema.get("exclusiveMinimum")
    if isinstance(above, int | float) and not isinstance(above, bool):
        return above + 1 if kind_of(schema) == "integer" else above + 0.01
    return low if isinstance(low, int | float) and abs(low) < 2**60 else usual


def _high(schema: JsonSchema, usual: Any) -> Any:
    high = schema.get("maximum")
    below = schema.get("exclusiveMaximum")
    if isinstance(below, int | float) and not isinstance(below, bool):
        return below - 1 if kind_of(schema) == "integer" else below - 0.01
    return high if isinstance(high, int | float) and abs(high) < 2**60 else usual


def _sized(text: str, schema: JsonSchema) -> str:
    low, high = int(schema.get("minLength", 0)), int(schema.get("maxLength", 10**6))
    return text.ljust(low, "x")[: max(high, 0)] if high else ""


def _written(moment: datetime, schema: JsonSchema) -> str:
    if schema.get("format") == "date":
        return moment.date().isoformat()
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
