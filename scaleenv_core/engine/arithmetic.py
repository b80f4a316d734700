"""Arithmetic for tool code, which may not evaluate text: numbers, + - * / and parentheses."""

from __future__ import annotations

import math
import operator
import re
from collections import deque
from collections.abc import Callable, Mapping

from scaleenv_core.errors import Refusal

_TOKEN = re.compile(r"\d+\.?\d*|\.\d+|[-+*/()]", re.ASCII)
_SUMS: Mapping[str, Callable[[float, float], float]] = {"+": operator.add, "-": operator.sub}
_PRODUCTS: Mapping[str, Callable[[float, float], float]] = {"*": operator.mul, "/": operator.truediv}
_LONGEST = 1000


def arithmetic(expression: str) -> float:
    """The value of an expression such as ``2 * (3.5 + 1)``; refuses what has none."""
    tokens = deque(_TOKEN.findall(expression[:_LONGEST]))
    if "".join(tokens) != "".join(expression.split()):
        raise Refusal("only numbers, + - * / and parentheses can be calculated")
    try:
        value = _sum(tokens)
    except ZeroDivisionError as exc:
        raise Refusal("nothing can be divided by zero") from exc
    except RecursionError as exc:
        raise Refusal("the parentheses are too deep") from exc
    if tokens or not math.isfinite(value):
        raise Refusal("this is no expression with a value")
    return value


def _sum(tokens: deque[str]) -> float:
    value = _product(tokens)
    while tokens and tokens[0] in _SUMS:
        value = _SUMS[tokens.popleft()](value, _product(tokens))
    return value


def _product(tokens: deque[str]) -> float:
    value = _atom(tokens)
    while tokens and tokens[0] in _PRODUCTS:
        value = _PRODUCTS[tokens.popleft()](value, _atom(tokens))
    return value


def _atom(tokens: deque[str]) -> float:
    token = tokens.popleft() if tokens else ""
    if token in _SUMS:
        return _SUMS[token](0.0, _atom(tokens))
    if token == "(":
        value = _sum(tokens)
        if tokens and tokens.popleft() == ")":
            return value
    elif token[:1] not in ("", ")", "*", "/"):
        return float(token)
    raise Refusal("this is no expression with a value")
