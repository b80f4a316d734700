"""How often a task is solved: always (pass^k), or at least once (pass@k), in k tries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import comb

from scaleenv_core.errors import StageError


def pass_hat_k(successes: Sequence[tuple[int, int]], k: int) -> float:
    """The chance that k tries drawn without replacement all succeed: mean of C(c,k)/C(n,k) over tasks.

    ``successes`` holds a pair ``(c, n)`` for each task: c successes of n tries. Unbiased for
    the chance that k independent tries all succeed.
    Source: τ-bench (arXiv 2406.12045), section 3, pass^k.
    Raises :class:`~scaleenv_core.errors.StageError` where a task has fewer than k tries,
    where c is not one of 0..n, where k < 1, and where there is no task.
    """
    return _mean(f"pass^{k}", successes, k, lambda c, n: comb(c, k) / comb(n, k))


def pass_at_k(successes: Sequence[tuple[int, int]], k: int) -> float:
    """The chance that at least one of k tries succeeds: mean of 1 − C(n−c,k)/C(n,k) over tasks.

    ``successes`` and errors as for :func:`pass_hat_k`; the two are equal at k = 1.
    Source: HumanEval (arXiv 2107.03374), equation 1, pass@k.
    """
    return _mean(f"pass@{k}", successes, k, lambda c, n: 1 - comb(n - c, k) / comb(n, k))


def _mean(
    what: str, successes: Sequence[tuple[int, int]], k: int, of_task: Callable[[int, int], float]
) -> float:
    if k < 1:
        raise StageError(f"{what}: k is at least 1")
    if not successes:
        raise StageError(f"{what}: no task to take the mean over")
    for index, (c, n) in enumerate(successes):
        if not 0 <= c <= n:
            raise StageError(f"{what}: task {index} has {c} successes of {n} tries")
        if n < k:
            raise StageError(f"{what}: task {index} has {n} tries, fewer than {k}; roll out with more trials")
    return sum(of_task(c, n) for c, n in successes) / len(successes)
