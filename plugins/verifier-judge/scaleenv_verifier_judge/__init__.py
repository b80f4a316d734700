"""A model judges whether the free texts at the end say the same as gold's (ScaleEnv, semantic columns)."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import field, frozen
from attrs.validators import ge

from scaleenv_core import hookimpl
from scaleenv_core.errors import EndpointError
from scaleenv_core.interfaces import Endpoint
from scaleenv_core.prompting import prompt
from scaleenv_core.types import DomainManifest, Message, Sampling, Task, Trajectory, Verdict
from scaleenv_core.wording import words

__all__ = ["Judge"]


@frozen
class Judge:
    """Asks the endpoint of the role ``judge`` about each text of a semantic column that is not gold's.

    Texts of the same words are not asked about, and rows that only one end has are the verifier
    ``state``'s. An answer that is neither YES nor NO makes the trajectory invalid, as no answer does.
    """

    max_tokens: int = field(default=200, validator=ge(1))
    """Most tokens of an answer."""

    @hookimpl
    def verify_trajectory(
        self, trajectory: Trajectory, task: Task, domain: DomainManifest, endpoint: Endpoint
    ) -> Verdict:
        """The first text that says something else, or a pass."""
        asked = False
        for table, column, wanted, written in _differing(trajectory, task, domain):
            asked = True
            question = prompt(
                __package__ or "", "same", table=table, column=column, wanted=wanted, written=written
            )
            # A temperature and a seed that never change: the recording answers from then on.
            sampling = Sampling(temperature=0.0, max_tokens=self.max_tokens, seed=0)
            answer = endpoint.complete([Message(role="user", content=question)], (), sampling).text.strip()
            said = words(answer)[:1]
            if said not in (("yes",), ("no",)):
                raise EndpointError(f"the judge says neither YES nor NO: {answer[:200]!r}")
            if said == ("no",):
                reason = f"{table}.{column}: {written!r}, gold {wanted!r}: {answer}"
                return Verdict(verifier="judge", passed=False, reason=reason)
        return Verdict(verifier="judge", passed=True, applies=asked)


def _differing(
    trajectory: Trajectory, task: Task, domain: DomainManifest
) -> Iterator[tuple[str, str, str, str]]:
    """Table and column of each semantic text that is not gold's, with gold's and what was written."""
    mine, gold = ({(c.table, c.key): c for c in changes} for changes in (trajectory.changes, task.changes))
    for place in sorted({*mine, *gold}, key=repr):
        # A side without a change ends as it began, and both began alike.
        got = mine[place].after if place in mine else gold[place].before
        want = gold[place].after if place in gold else mine[place].before
        if not got or not want:
            continue
        for column in sorted({*got} & {*want}):
            texts = want[column], got[column]
            semantic = domain.compare.get(f"{place[0]}.{column}") == "semantic"
            if (
                semantic
                and all(isinstance(text, str) for text in texts)
                and words(texts[0]) != words(texts[1])
            ):
                yield place[0], column, *texts
