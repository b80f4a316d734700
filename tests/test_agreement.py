"""Agreement of partitions: known values, and what every such measure keeps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaleenv_core.agreement import (
    adjusted_mutual_information,
    adjusted_rand_index,
    homogeneity,
    stability,
)

LABELS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("one", "other", "ami", "ari", "pure"),
    [
        # By scikit-learn 1.9.1.
        ("aabbcc", "aabbbc", 0.5023607027202738, 0.4444444444444444, 0.7715561736794712),
        ("aaaabbbb", "abababab", -0.12974472642510582, -0.16666666666666666, 0.0),
        ("aaabbbcccddd", "aabbccddeeff", 0.4365396658815577, 0.367816091954023, 0.6447546787242361),
        ("abcdef", "aaabbb", 0.0, 0.0, 1.0),
        ("aaaa", "aaaa", 1.0, 1.0, 1.0),
        ("abcd", "dcba", 1.0, 1.0, 1.0),
    ],
)
def test_known_values(one, other, ami, ari, pure):
    """The measures are those that others compute."""
    assert adjusted_mutual_information(one, other) == pytest.approx(ami, abs=1e-9)
    assert adjusted_rand_index(one, other) == pytest.approx(ari, abs=1e-9)
    assert homogeneity(one, other) == pytest.approx(pure, abs=1e-9)


@given(pairs=LABELS)
def test_names_of_the_parts_do_not_matter(pairs):
    """Renamed labels, and for AMI and ARI exchanged partitions, give the same value."""
    one, other = [a for a, _ in pairs], [b for _, b in pairs]
    renamed = [f"part {-a}" for a in one]

    for measure in (adjusted_mutual_information, adjusted_rand_index):
        assert measure(one, other) == pytest.approx(measure(other, renamed), abs=1e-9)
        assert measure(one, other) <= 1 + 1e-9
    assert homogeneity(one, other) == pytest.approx(homogeneity(renamed, other), abs=1e-9)


def test_large_parts_have_their_chance_too():
    """The expected information of large parts is summed where it matters, and not beyond."""
    one = [place % 3 for place in range(3000)]
    other = [place // 1500 for place in range(3000)]

    assert adjusted_mutual_information(one, other) == pytest.approx(0, abs=1e-3)


def test_stability_is_the_mean_of_all_pairs():
    """Of three partitions two are equal: one pair agrees wholly, two as they may."""
    found = adjusted_mutual_information("aabbcc", "aabbbc")

    assert stability(["aabbcc", "aabbcc", "aabbbc"]) == pytest.approx((1 + 2 * found) / 3)
    assert stability(["abc"]) == 1
