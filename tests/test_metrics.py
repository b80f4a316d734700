"""pass^k and pass@k against values worked by hand and against counting."""

from itertools import combinations

import pytest

from scaleenv_core.errors import StageError
from scaleenv_core.metrics import pass_at_k, pass_hat_k


@pytest.mark.parametrize(
    ("successes", "k", "expected"),
    [
        pytest.param([(3, 4)], 1, 0.75, id="k=1 is the success rate"),
        pytest.param([(3, 4)], 2, 3 / 6, id="C(3,2)/C(4,2)"),
        pytest.param([(3, 4)], 3, 1 / 4, id="C(3,3)/C(4,3)"),
        pytest.param([(3, 4)], 4, 0.0, id="one failure ends pass^n"),
        pytest.param([(4, 4), (2, 4), (0, 4)], 2, (1 + 1 / 6 + 0) / 3, id="mean over tasks"),
        pytest.param([(2, 4), (5, 5)], 2, (1 / 6 + 1) / 2, id="numbers of tries differ"),
    ],
)
def test_pass_hat_k_by_hand(successes, k, expected):
    """pass^k is the mean over tasks of C(c,k)/C(n,k)."""
    assert pass_hat_k(successes, k) == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize(
    ("successes", "k", "expected"),
    [
        pytest.param([(1, 4)], 1, 0.25, id="k=1 is the success rate"),
        pytest.param([(1, 4)], 2, 1 - 3 / 6, id="1 - C(3,2)/C(4,2)"),
        pytest.param([(1, 4)], 4, 1.0, id="one success is enough for pass@n"),
        pytest.param([(0, 4)], 4, 0.0, id="no success"),
        pytest.param([(3, 4)], 2, 1.0, id="fewer failures than k"),
        pytest.param([(4, 4), (2, 4), (0, 4)], 2, (1 + 5 / 6 + 0) / 3, id="mean over tasks"),
        pytest.param([(2, 5), (1, 3)], 2, (7 / 10 + 2 / 3) / 2, id="numbers of tries differ"),
    ],
)
def test_pass_at_k_by_hand(successes, k, expected):
    """pass@k is the mean over tasks of 1 − C(n−c,k)/C(n,k)."""
    assert pass_at_k(successes, k) == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize("k", range(1, 6))
def test_both_count_draws(k):
    """For each c of five tries, both equal the share among all draws of k tries, counted one by one."""
    for c in range(6):
        draws = list(combinations([True] * c + [False] * (5 - c), k))

        assert pass_hat_k([(c, 5)], k) == pytest.approx(sum(map(all, draws)) / len(draws))
        assert pass_at_k([(c, 5)], k) == pytest.approx(sum(map(any, draws)) / len(draws))


@pytest.mark.parametrize("metric", [pass_hat_k, pass_at_k], ids=["pass^k", "pass@k"])
@pytest.mark.parametrize(
    ("successes", "k", "said"),
    [
        pytest.param([(1, 4), (1, 2)], 3, "task 1 has 2 tries, fewer than 3", id="too few tries"),
        pytest.param([(5, 4)], 1, "task 0 has 5 successes of 4 tries", id="more successes than tries"),
        pytest.param([(-1, 4)], 1, "task 0 has -1 successes", id="negative"),
        pytest.param([(1, 4)], 0, "k is at least 1", id="k of 0"),
        pytest.param([], 1, "no task", id="no task"),
    ],
)
def test_unfit_counts_are_refused(metric, successes, k, said):
    """What has no value is an error that says why, never a number."""
    with pytest.raises(StageError, match=said):
        metric(successes, k)
