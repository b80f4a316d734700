"""Money that moves between two records of one kind: ``transfer(from_account_id, to_account_id, amount)``."""

from __future__ import annotations

from attrs import evolve

from scaleenv_core.names import words

from . import lexicon as lx
from .drafting import Draft
from .entities import Reading
from .nouns import fold
from .plan import READS, Column
from .plan_terms import Transfer
from .shapes import properties
from .signature import Parameter, kind_of

_VERBS = frozenset(["transfer", "send", "move", "pay", "wire", "remit"])
_FROM = frozenset(["from", "source", "sender", "payer", "debtor", "origin", "debit"])
_TO = frozenset(
    ["to", "destination", "target", "recipient", "payee", "receiver", "creditor", "credit", "dest"]
)


def transferring(readings: list[Reading]) -> list[Reading]:
    """The readings; those that move an amount between two records with a balance say so."""
    return [
        evolve(reading, entity=thing, verb="transfer") if (thing := _moved(reading, readings)) else reading
        for reading in readings
    ]


def _moved(reading: Reading, readings: list[Reading]) -> str:
    """The thing whose balances change; nothing where the tool is no transfer."""
    if reading.signature.verb not in _VERBS or reading.verb in READS:
        return ""
    ends = _ends(reading)
    if ends is None or _amount(reading) is None:
        return ""
    left, right = ({*p.words} - _FROM - _TO - {*lx.ID_SUFFIXES} for p in ends)
    known = sorted({r.entity for r in readings if r.verb in ("get", "list") and _keeps_balance(r)})
    named = [name for name in known if left == right and left <= set(name.split("_"))]
    return named[0] if len(named) == 1 else ""


def _ends(reading: Reading) -> tuple[Parameter, Parameter] | None:
    """Whose balance falls, and whose rises."""
    scalars = [p for p in reading.signature.parameters if p.required and p.kind in ("text", "integer")]
    source, target = ([p for p in scalars if set(p.words) & side] for side in (_FROM, _TO))
    return (source[0], target[0]) if len(source) == len(target) == 1 else None


def _amount(reading: Reading) -> Parameter | None:
    return next(
        (
            p
            for p in reading.signature.parameters
            if p.required and p.kind in ("integer", "real") and set(p.words) & lx.AMOUNTS
        ),
        None,
    )


def _keeps_balance(reading: Reading) -> bool:
    inside = properties(reading.located.schema) if reading.located is not None else {}
    return any(
        words(name)[-1:] and words(name)[-1] in lx.BALANCES and kind_of(part) in ("integer", "real")
        for name, part in inside.items()
    )


def read_transfer(draft: Draft) -> None:
    """From whom to whom, and how much."""
    ends, amount = _ends(draft.reading), _amount(draft.reading)
    column = next((c for c in draft.made.columns.values() if _is_balance(c)), None)
    if ends is None or amount is None or column is None:
        draft.unclear("no-effect", "nothing says whose balance changes")
    key = draft.made.columns.get(fold(draft.made.key[0]))
    if key is None or len(draft.made.key) != 1:
        draft.unclear("no-key", f"no parameter says which {draft.made.name} is meant")
    source, target = (draft.value(draft.take(p.name), key) for p in ends)
    draft.transfer = Transfer(
        source=source, target=target, amount=draft.take(amount.name).python, column=column.name
    )
    draft.ignored += [draft.take(name).name for name in list(draft.left)]


def _is_balance(column: Column) -> bool:
    return column.kind in ("integer", "real") and (words(column.name) or [""])[-1] in lx.BALANCES
