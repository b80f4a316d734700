"""Arguments and answers against a tool's JSON Schemas, with errors that an agent can act on."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from attrs import frozen

from scaleenv_core.errors import DomainError, nearest
from scaleenv_core.names import python_names
from scaleenv_core.types import JsonObject, JsonSchema, Tool


@frozen(slots=False)
class ArgumentCheck:
    """One tool's compiled schemas; each is compiled when first needed."""

    tool: Tool

    @cached_property
    def names(self) -> dict[str, str]:
        """Argument → the Python parameter that takes it."""
        return python_names(self.tool.parameters.get("properties", {}))

    @cached_property
    def _parameters(self) -> Any:
        return _compiled(self.tool.parameters, f"parameters of {self.tool.name!r}")

    @cached_property
    def _returns(self) -> Any:
        return _compiled(self.tool.returns or {}, f"returns of {self.tool.name!r}")

    def problem(self, arguments: JsonObject) -> str:
        """What is wrong with the arguments: path, expected, got; empty where nothing is."""
        if self._parameters.is_valid(arguments):
            for name in arguments:
                if name not in self.names:
                    return f"unknown argument {name!r}{nearest(name, self.names)}"
            return ""
        return "; ".join(_said(error, "argument") for error in self._parameters.iter_errors(arguments))

    def answer_problem(self, answer: Any) -> str:
        """What is wrong with an answer against the declared return schema; empty where nothing is."""
        if self._returns.is_valid(answer):
            return ""
        return "; ".join(_said(error, "answer") for error in self._returns.iter_errors(answer))


def _compiled(schema: JsonSchema, what: str) -> Any:
    import jsonschema_rs

    try:
        return jsonschema_rs.validator_for(schema)
    except (ValueError, jsonschema_rs.ValidationError) as exc:
        raise DomainError(f"{what} are not a valid JSON Schema: {exc}") from exc


def _said(error: Any, what: str) -> str:
    path = ".".join(map(str, error.instance_path))
    return f"{what} {path!r}: {error.message}" if path else str(error.message)
