"""One tool's function as a model wrote it: read and checked, never run."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator

from attrs import frozen

from scaleenv_core.answers import Unusable, fenced
from scaleenv_core.engine import DOOR
from scaleenv_core.engine.toolcode import FORBIDDEN, TOOL_IMPORTS
from scaleenv_core.names import python_names
from scaleenv_core.types import Tool

_LONGEST = 20_000
_MODULE_NAMES = {*DOOR, *TOOL_IMPORTS, *vars(builtins)}


@frozen
class Function:
    """One function, and what it imports."""

    name: str
    text: str
    imports: tuple[tuple[str, str], ...] = ()
    """Module and name; the name is empty where the module itself is imported."""


def function_names(tools: Iterable[str]) -> dict[str, str]:
    """Each tool's name → that of its function, which hides nothing that the others use."""
    made = python_names(tools)
    return {tool: f"{name}_tool" if name in _MODULE_NAMES else name for tool, name in made.items()}


def signature(name: str, tool: Tool) -> str:
    """The first line of a tool's function."""
    given = python_names(tool.parameters.get("properties", {}))
    required = set(tool.parameters.get("required", ()))
    needed = [given[one] for one in given if one in required]
    others = [f"{given[one]}=None" for one in given if one not in required]
    return f"def {name}({', '.join(['db', *needed, *others])}):"


def read_function(answer: str, name: str, tool: Tool) -> Function:
    """The function in an answer; raises :class:`Unusable` with all that is wrong."""
    code = fenced(answer, "python", "py")
    if code is None:
        raise Unusable("there is no block of Python that begins with ```python")
    code = code.replace("\r\n", "\n").replace("\r", "\n")  # lines as the parser counts them
    if len(code) > _LONGEST:
        raise Unusable(f"the function is longer than {_LONGEST} characters")
    module = _parsed(code)
    wrong = list(_problems(module, name, tool))
    if wrong:
        raise Unusable("; ".join(dict.fromkeys(wrong)))
    (function,) = _functions(module)
    return _function(code, module, function)


def tools_in(code: str) -> dict[str, Function]:
    """The functions of a whole ``tools.py``, by the tools that they are marked as."""
    module = _parsed(code)
    made = {}
    for node in _functions(module):
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and isinstance(mark.args[0], ast.Constant):
                made[str(mark.args[0].value)] = _function(code, module, node)
    return made


def _functions(module: ast.Module) -> list[ast.FunctionDef]:
    return [node for node in module.body if isinstance(node, ast.FunctionDef)]


def _function(code: str, module: ast.Module, node: ast.FunctionDef) -> Function:
    inside = [node.args, *node.body, *([node.returns] if node.returns else [])]
    used = {part.id for place in inside for part in ast.walk(place) if isinstance(part, ast.Name)}
    wanted = {(m, n) for m, n in _imports(module) if (n or m) in used and m != "__future__"}
    lines = code.split("\n")[node.lineno - 1 : node.end_lineno]
    return Function(node.name, "\n".join(lines).rstrip(), tuple(sorted(wanted)))


def _parsed(code: str) -> ast.Module:
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError) as exc:
        raise Unusable(f"it is not Python: {exc}") from exc
    except (RecursionError, MemoryError) as exc:
        raise Unusable("it is not Python: nested too deep") from exc


def _imports(module: ast.Module) -> Iterator[tuple[str, str]]:
    for node in module.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from _imported(node)


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    for alias in node.names:
        yield (node.module or "", alias.name) if isinstance(node, ast.ImportFrom) else (alias.name, "")


def _problems(module: ast.Module, name: str, tool: Tool) -> Iterator[str]:
    functions = _functions(module)
    others = [
        node for node in module.body if not isinstance(node, ast.FunctionDef | ast.Import | ast.ImportFrom)
    ]
    if [function.name for function in functions] != [name] or others:
        yield f"expected imports and the one function {name!r}, and nothing beside them"
        return
    yield from _signature_problems(functions[0], tool)
    for node in ast.walk(module):
        yield from _node_problems(node)


def _signature_problems(function: ast.FunctionDef, tool: Tool) -> Iterator[str]:
    given, arguments = signature(function.name, tool), function.args
    named = [argument.arg for argument in arguments.args]
    expected = python_names(tool.parameters.get("properties", {}))
    if function.decorator_list:
        yield "write no decorator"
    if (
        arguments.vararg
        or arguments.kwarg
        or arguments.posonlyargs
        or arguments.kwonlyargs
        or named[:1] != ["db"]
        or sorted(named[1:]) != sorted(expected.values())
    ):
        yield f"its first line must be: {given}"
        return
    if not all(_constant(default) for default in arguments.defaults):
        yield "the defaults of its parameters must be constants"
    needed = set(named[1 : len(named) - len(arguments.defaults)])
    optional = {expected[one] for one in expected} - {
        expected[one] for one in tool.parameters.get("required", ()) if one in expected
    }
    if needed & optional:
        yield f"{', '.join(sorted(needed & optional))} may be left out: give it the default None"


def _constant(node: ast.expr) -> bool:
    return isinstance(node.operand if isinstance(node, ast.UnaryOp) else node, ast.Constant)


def _node_problems(node: ast.AST) -> Iterator[str]:
    """What the engine would refuse, or what keeps state outside the database. No protection: cells are."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        for module, name in _imported(node):
            names = TOOL_IMPORTS.get(module, frozenset())
            if name == "*" or not (names is None or name in names):
                yield f"{f'{name!r} of ' if name else ''}{module!r} may not be imported"
        if any(alias.asname for alias in node.names):
            yield "import under the own names, without 'as'"
    elif isinstance(node, ast.Global):
        yield "no global variables: all state is in the database"
    elif isinstance(node, ast.Name) and (node.id in FORBIDDEN or node.id.startswith("__")):
        yield f"{node.id!r} is not allowed"
    elif isinstance(node, ast.Attribute) and node.attr.startswith("_"):
        yield f"'.{node.attr}' is not allowed: no name with an underscore in front"
