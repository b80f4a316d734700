"""Small functions that emitted code shares; each is written only where it is used."""

from __future__ import annotations

HELPERS: dict[str, str] = {
    "_shown": '''
def _shown(
    row: dict[str, Any], fields: tuple[str, ...], always: tuple[str, ...] = ()
) -> dict[str, Any]:
    """These fields of a row; NULL is left out, unless the API always answers the field."""
    return {field: row[field] for field in fields if row[field] is not None or field in always}
''',
    "_renamed": '''
def _renamed(row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """A row under the names of this answer; NULL is left out."""
    return {name: row[column] for name, column in names.items() if row[column] is not None}
''',
    "_only": '''
def _only(given: dict[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    """These fields of an object; what it lacks is NULL."""
    return {field: given.get(field) for field in fields}
''',
    "_told": '''
def _told(row: dict[str, Any]) -> str:
    """What a row says, in a line."""
    said = {column: value for column, value in row.items() if column != "row_id" and value is not None}
    return ", ".join(f"{column}: {value}" for column, value in said.items())
''',
    "_one_of": '''
def _one_of(name: str, value: Any, allowed: tuple[str, ...]) -> None:
    """Refuse a value that the column does not know."""
    if value is not None and value not in allowed:
        raise Refusal(f"{name} must be one of {', '.join(allowed)}; got {value!r}")
''',
    "_mentions": '''
def _mentions(row: dict[str, Any], text: str) -> bool:
    """Whether any text of the row contains this, in whatever case."""
    texts = [value.lower() for value in row.values() if isinstance(value, str)]
    return any(text.lower() in value for value in texts)
''',
    "_holds": '''
def _holds(stored: Any, wanted: Any) -> bool:
    """Whether a stored list or object is, or contains, what is wanted."""
    if stored == wanted:
        return True
    if isinstance(wanted, list):
        return bool(wanted) and all(_holds(stored, one) for one in wanted)
    if isinstance(stored, dict):
        return any(_holds(value, wanted) for value in stored.values())
    return isinstance(stored, list) and any(_holds(value, wanted) for value in stored)
''',
    "_in_range": '''
def _in_range(value: Any, wanted: Any) -> bool:
    """Whether a number is the wanted one, or within ``gt``, ``gte``, ``lt`` and ``lte``."""
    if not isinstance(wanted, dict):
        return value == wanted
    return value is not None and (
        value > wanted.get("gt", value - 1)
        and value >= wanted.get("gte", value)
        and value < wanted.get("lt", value + 1)
        and value <= wanted.get("lte", value)
    )
''',
    "_matches": '''
def _matches(row: dict[str, Any], expression: str) -> bool:
    """Whether a row agrees with ``column eq 'value'``, joined by ``and``."""
    for term in re.split(r" +and +", expression.strip(), flags=re.IGNORECASE):
        found = re.fullmatch(r"\\W*([\\w.]+?)\\s*(?: eq |==|=|:)\\s*[\\"']?(.*?)[\\"']?\\W*", term)
        if found is None or found[1] not in row:
            raise Refusal(f"filters are written column eq 'value'; columns: {', '.join(row)}")
        if str(row[found[1]]).lower() != found[2].lower():
            return False
    return True
''',
    "_sorted": '''
def _sorted(
    rows: list[dict[str, Any]], by: str | None, direction: str | None = None
) -> list[dict[str, Any]]:
    """The rows sorted by a column: ``name``, ``-name`` or ``name desc``; NULL comes last."""
    if not rows or (by is None and direction is None):
        return rows
    name, _, way = (by or "").strip().replace(":", " ").replace(",", " ").partition(" ")
    down = name.startswith("-") or "desc" in f"{way} {direction}".lower() or name.lower() == "desc"
    if name.lower() in ("asc", "desc", ""):
        return rows[::-1] if down else rows
    spelt = {column.lower(): column for column in rows[0]}
    column = spelt.get(name.lstrip("+-").lower())
    if column is None or any(isinstance(row[column], (dict, list)) for row in rows):
        raise Refusal(f"cannot sort by {name!r}; columns: {', '.join(rows[0])}")
    known = [row for row in rows if row[column] is not None]
    known.sort(key=lambda row: row[column], reverse=down)
    return known + [row for row in rows if row[column] is None]
''',
    "_cut": '''
def _cut(rows: list[dict[str, Any]], start: int, size: int | None) -> list[dict[str, Any]]:
    """The rows of one page."""
    if start < 0 or (size is not None and size < 0):
        raise Refusal("a page starts at 0 or later and cannot have a negative size")
    return rows[start:] if size is None else rows[start : start + size]
''',
    "_start": '''
def _start(token: str | None) -> int:
    """Where the page that a token stands for begins."""
    if not token:
        return 0
    number = token.removeprefix("from-")
    if not number.isdecimal():
        raise Refusal(f"page token {token!r} was not given out here")
    return int(number)
''',
    "_whole": '''
def _whole(name: str, text: str | None) -> int | None:
    """A whole number that comes as text."""
    if text is None or text == "":
        return None
    if not str(text).strip().lstrip("-").isdecimal():
        raise Refusal(f"{name} must be a whole number; got {text!r}")
    return int(text)
''',
    "_number": '''
def _number(name: str, text: str | None) -> float | None:
    """A number that comes as text."""
    if text is None or text == "":
        return None
    digits = text.strip().lstrip("-").replace(".", "", 1)
    if not digits.isdecimal():
        raise Refusal(f"{name} must be a number; got {text!r}")
    return float(text)
''',
    "_truth": '''
def _truth(name: str, text: str | None) -> bool | None:
    """A yes or no that comes as text."""
    if text is None or text == "":
        return None
    if text.lower() not in ("true", "false", "1", "0", "yes", "no"):
        raise Refusal(f"{name} must be true or false; got {text!r}")
    return text.lower() in ("true", "1", "yes")
''',
}


def needed(code: str) -> list[str]:
    """The lines of the helpers that this code calls."""
    lines: list[str] = []
    for name, text in HELPERS.items():
        if f"{name}(" in code:
            lines += ["", "", *text.strip("\n").split("\n")]
    return lines
