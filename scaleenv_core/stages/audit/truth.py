"""What a variant really is, found by executing it and not by asking a verifier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from attrs import define, evolve, field

from scaleenv_core.engine import DomainFolder, fingerprint
from scaleenv_core.stages.audit.playing import Played
from scaleenv_core.stages.audit.spelling import tells, tokens
from scaleenv_core.stages.audit.values import leaves
from scaleenv_core.types import Action, CallRecord, JsonObject, RowChange, Rule, Task, Touched

Truth = Literal["wrong", "equal", "guessed", "broken"]
"""``equal``: the same end and the same facts told, each having been looked up, nothing claimed that
failed, and no rule broken. ``guessed``: that, too, but it rests on something unseen: an argument that gold
learns from an answer; answers that a fact, or that there is nothing to do, may follow from; or a fact that
only a call of the same tool about other rows gave. ``broken``: a tool or a verifier broke."""

_LEAVE = ("yes", "可以", "好的")

Row = Mapping[str, Any]


@define
class Judge:
    """Compares what was played with one task's gold."""

    domain: DomainFolder
    task: Task
    gold: Played
    _sources: dict[str, list[CallRecord]] = field(init=False)
    """Fact → the gold calls whose answers hold it."""

    _learnt: set[str] = field(init=False)
    """Words of gold arguments that gold always has from an earlier answer, and not from the user."""

    def __attrs_post_init__(self) -> None:
        task = self.task
        self._sources = {fact: _telling(self.gold, fact) for fact in task.outputs}
        spoken = [task.instruction, *task.later, *(withheld.says for withheld in task.withheld)]
        spoken += [message.content for message in task.history]
        said = {word for text in spoken for word in tokens(text)}
        used = list(_words(self.gold.variant.actions, self.gold.answers))
        unseen = {word for word, seen in used if not seen}
        self._learnt = {word for word, _ in used} - unseen - said

    def truth(self, played: Played) -> tuple[Truth, str]:
        """What it is, and why."""
        if why := next(self._wrong(played), ""):
            return "wrong", why
        if why := next(self._guessed(played), ""):
            return "guessed", why
        same = played.trajectory.changes == self.gold.trajectory.changes
        return "equal", "" if same else "only exempt columns or the letters of free texts differ"

    def _wrong(self, played: Played) -> Iterator[str]:
        mine, gold = played.trajectory, self.gold.trajectory
        if self.gold.variant.actions and not played.variant.actions:
            yield "nothing was done"
        if self._end(mine.changes) != self._end(gold.changes):
            yield "another end"
        if mine.checks != gold.checks:
            yield "another check holds"
        for fact, wanted in self._sources.items():
            last = played.variant.reply.says(fact)
            if not last and not tells(played.variant.opening, fact):
                yield f"{fact!r} was not told"
            elif wanted and not self._founded(fact, wanted, played) and not self._near(wanted, fact, played):
                yield f"{fact!r} was told and not looked up"
            elif wanted and not last:
                yield f"{fact!r} was told before it was looked up"
        yield from (f"{tool} failed, and success was claimed" for tool in self._hidden(played))
        yield from (f"the rule {rule.id!r} is broken" for rule in self._broken(played))

    def _end(self, changes: Sequence[RowChange]) -> str:
        """A fingerprint of an end, free texts folded to their letters and digits."""
        compare = self.domain.manifest.compare

        def folded(table: str, row: JsonObject | None) -> JsonObject | None:
            return row and {
                column: " ".join(tokens(value))
                if compare.get(f"{table}.{column}") == "semantic" and isinstance(value, str)
                else value
                for column, value in row.items()
            }

        ends = (evolve(c, before=folded(c.table, c.before), after=folded(c.table, c.after)) for c in changes)
        return fingerprint(ends, compare)

    def _guessed(self, played: Played) -> Iterator[str]:
        unseen = not {*self.gold.answers} <= {*played.answers}
        for fact, wanted in self._sources.items():
            if wanted and not self._founded(fact, wanted, played):
                yield f"{fact!r} was told, and seen only of other rows"
            if not wanted and (unseen or not played.variant.reply.says(fact)):
                yield f"{fact!r} was told, and not all seen that it may be computed from"
        if unseen and self.task.read_only and not self._sources:
            yield "nothing was to be done or told, and not all seen that this may follow from"
        for word, seen in _words(played.variant.actions, played.answers):
            if word in self._learnt and not seen:
                yield f"{word!r} was not seen before it was used"

    def _founded(self, fact: str, wanted: Sequence[CallRecord], played: Played) -> bool:
        """Whether a call saw the fact where gold does: the same call, or one that read such a row."""
        if any(_same(call, gold) for call in _telling(played, fact) for gold in wanted):
            return True
        looked_first = all(gold.status != "answered" for gold in wanted)
        calls = played.trajectory.calls if looked_first else _telling(played, fact)
        return any(meet(call.reads, gold.reads, unknown=False) for call in calls for gold in wanted)

    def _near(self, wanted: Sequence[CallRecord], fact: str, played: Played) -> bool:
        return not {call.tool for call in wanted}.isdisjoint(call.tool for call in _telling(played, fact))

    def _hidden(self, played: Played) -> Iterator[str]:
        """Tools that failed for good, and of which the reply does not say so."""
        calls = played.trajectory.calls
        for number, call in enumerate(calls):
            if call.status != "failed" or call.tool in played.variant.reply.admits:
                continue
            gold = any(_same(call, wanted) for wanted in self.gold.trajectory.calls)
            if not gold and not self.domain.functions[call.tool].writes:
                continue
            after = [later for later in calls[number + 1 :] if later.status != "failed"]
            checked = any(meet(later.reads, call.writes, unknown=False) for later in after)
            if not checked and not any(_same(call, later) for later in after):
                yield call.tool

    def _broken(self, played: Played) -> Iterator[Rule]:
        """The rules that are not kept, by what was asked, called and written."""
        for rule in self.domain.manifest.rules:
            calls = [c for c in played.trajectory.calls if c.tool in rule.tools and c.status == "answered"]
            if rule.kind == "confirm":
                asked = any(w.says.lower().startswith(_LEAVE) for w in played.variant.asked)
                broken = bool(calls) and not asked
            elif rule.kind == "limit":
                broken = len(calls) > rule.most
            else:
                wrote = [t for call in calls for t in call.writes if t.table == rule.table]
                rows = [self._row(rule.table, key) for touched in wrote for key in touched.keys]
                broken = any(row.get(rule.column) in rule.values for row in rows)
            if broken:
                yield rule

    def _row(self, table: str, key: tuple[Any, ...]) -> Row:
        """A row as the task begins; an empty one where there is none."""
        for change in self.task.start:
            if (change.table, change.key) == (table, key):
                return change.after or {}
        columns = self.domain.schema.tables[table].key
        rows = (row for name, row in self.domain.rows if name == table)
        return next((row for row in rows if tuple(row.get(column) for column in columns) == key), {})


def _telling(played: Played, fact: str) -> list[CallRecord]:
    pairs = zip(played.trajectory.calls, played.answers, strict=True)
    return [call for call, text in pairs if call.status in ("answered", "refused") and tells(text, fact)]


def _same(one: CallRecord, other: CallRecord) -> bool:
    return (one.tool, one.arguments) == (other.tool, other.arguments)


def meet(some: Sequence[Touched], others: Sequence[Touched], *, unknown: bool = True) -> bool:
    """Whether both touched a row; ``unknown``: or one may have, as a table was asked and gave none."""
    return any(
        one.table == other.table
        and ((unknown and not (one.keys and other.keys)) or bool({*one.keys} & {*other.keys}))
        for one in some
        for other in others
    )


def _words(actions: Sequence[Action], answers: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Each word and number among the arguments, and whether an answer before its call has it."""
    before: set[str] = set()
    for action, answer in zip(actions, answers, strict=True):
        for _, value in leaves(action.arguments):
            if not isinstance(value, bool) and value is not None:
                yield from ((word, word in before) for word in tokens(str(value)))
        before.update(tokens(answer))
