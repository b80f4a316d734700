"""What was asked and spent, per role and model, by all processes of a world."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

from attrs import define, field, frozen

from scaleenv_core.errors import BudgetSpent
from scaleenv_core.settings import CompletionSettings
from scaleenv_core.types import Completion, Usage

_TABLE = """
create table if not exists spent (
    role text, model text, asked integer, replayed integer, prompt_tokens integer,
    completion_tokens integer, cost_usd real, unpriced integer, uncounted integer, seconds real,
    primary key (role, model)
) strict, without rowid
"""
_ADD = """
insert into spent values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do update set
    asked = asked + excluded.asked, replayed = replayed + excluded.replayed,
    prompt_tokens = prompt_tokens + excluded.prompt_tokens,
    completion_tokens = completion_tokens + excluded.completion_tokens,
    cost_usd = cost_usd + excluded.cost_usd, unpriced = unpriced + excluded.unpriced,
    uncounted = uncounted + excluded.uncounted, seconds = seconds + excluded.seconds
"""


@frozen(kw_only=True)
class Spent:
    """One role's account with one model."""

    role: str
    model: str
    asked: int
    """Answers that came over the network; the tokens, cost and seconds are theirs."""

    replayed: int
    """Answers taken from recordings: they cost nothing."""

    prompt_tokens: int
    completion_tokens: int
    cost_usd: float
    unpriced: int
    """Answers without a price."""

    uncounted: int
    """Answers whose tokens the endpoint did not count."""

    seconds: float

    @property
    def tokens(self) -> int:
        """Of questions and answers together."""
        return self.prompt_tokens + self.completion_tokens


@define
class Ledger:
    """A small SQLite file that many processes and threads add to; ``None`` keeps it in memory."""

    path: Path | None
    _lock: threading.Lock = field(factory=threading.Lock, init=False)
    _opened: sqlite3.Connection | None = field(default=None, init=False)

    def note(self, role: str, made: Completion, *, replayed: bool = False) -> None:
        """Add one answer."""
        usage = made.usage or Usage(prompt=0, completion=0)
        paid = (
            (0, 0, 0.0, 0, 0, 0.0)
            if replayed
            else (
                usage.prompt,
                usage.completion,
                made.cost_usd or 0.0,
                int(made.cost_usd is None),
                int(made.usage is None),
                made.latency_s,
            )
        )
        with self._lock:
            self._database().execute(_ADD, (role, made.model, int(not replayed), int(replayed), *paid))

    def accounts(self) -> tuple[Spent, ...]:
        """Every account, by role and model."""
        names = ", ".join(name.name for name in Spent.__attrs_attrs__)
        with self._lock:
            rows = self._database().execute(f"select {names} from spent order by role, model")
            columns = [column[0] for column in rows.description]
            return tuple(Spent(**dict(zip(columns, row, strict=True))) for row in rows)

    def check(self, settings: CompletionSettings) -> None:
        """Raise :class:`BudgetSpent` where nothing more may be asked."""
        if not (settings.budget_usd or settings.budget_tokens):
            return
        accounts = self.accounts()
        cost = sum(account.cost_usd for account in accounts)
        tokens = sum(account.tokens for account in accounts)
        if settings.budget_usd and cost >= settings.budget_usd:
            raise BudgetSpent(_over("budget_usd", f"${cost:.4g}", f"${settings.budget_usd:g}"))
        if settings.budget_tokens and tokens >= settings.budget_tokens:
            raise BudgetSpent(_over("budget_tokens", f"{tokens:,}", f"{settings.budget_tokens:,}"))

    def close(self) -> None:
        """Close the file; it opens again when it is used again."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
                self._opened = None

    def _database(self) -> sqlite3.Connection:
        if self._opened is None:
            if self.path is not None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            where = self.path or ":memory:"
            made = sqlite3.connect(where, timeout=60, isolation_level=None, check_same_thread=False)
            # A kill loses nothing; a power cut may lose the last answers' accounts, no more.
            made.execute("pragma journal_mode = wal")
            made.execute("pragma synchronous = normal")
            made.execute(_TABLE)
            self._opened = made
        return self._opened


def _over(name: str, spent: str, budget: str) -> str:
    return (
        f"the budget is spent: {spent} of completions.{name} = {budget}; all answers so far are kept: "
        "raise it and run the same command again"
    )
