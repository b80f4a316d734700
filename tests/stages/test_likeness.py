"""Near-duplicates are found, and found fast: by what tasks do and by what they say."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from scaleenv_core.stages.likeness import Kept, Unlike, call_features, jaccard, text_features
from scaleenv_core.testing.verifier import sample_task
from scaleenv_core.types import Action

SETS = st.frozensets(st.sampled_from("abcdefghijkl"), min_size=1)


def task(text, *calls):
    actions = tuple(Action(tool=tool, arguments=arguments) for tool, arguments in calls)
    return evolve(sample_task(), instruction=text, actions=actions)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param([("a", {"x": 1})], [("a", {"x": 1})], 1.0, id="alike"),
        pytest.param([("a", {"x": 1})], [("a", {"x": 2})], 1 / 3, id="another value"),
        pytest.param([("a", {}), ("b", {})], [("b", {}), ("a", {})], 0.5, id="another order"),
        pytest.param([("a", {})], [("b", {})], 0.0, id="another tool"),
    ],
)
def test_likeness_of_calls(one, other, same):
    """Jaccard's likeness of arguments, tools, and what follows what."""
    features = [call_features(task("", *calls).actions) for calls in (one, other)]

    assert jaccard(*features) == pytest.approx(same)


@given(st.lists(SETS, max_size=12), st.sampled_from([0.3, 0.6, 0.9]))
def test_none_is_missed(sets, epsilon):
    """Looking up prefixes finds what comparing all would find."""
    kept = Kept(epsilon)
    for one in sets:
        assert kept.near(one) is any(jaccard(one, other) > epsilon for other in kept.sets)
        kept.keep(one)


def test_admits():
    """A task that says or does nearly the same is not admitted; another is."""
    words = "please cancel my order and send the refund to the card that I paid with"
    unlike = Unlike(0.6)

    assert unlike.admits(task(words, ("cancel", {"id": 1})))
    assert not unlike.admits(task(f"{words} then", ("pay", {"id": 7})))
    assert not unlike.admits(task("Hello there.", ("cancel", {"id": 1})))
    assert unlike.admits(task("Hello there.", ("pay", {"id": 8})))
    assert Unlike(1.0).admits(task(words, ("cancel", {"id": 1})))


def test_long_texts_have_short_sketches():
    """A long text is stood for by a few of its trigrams, Chinese by its characters'."""
    assert len(text_features(" ".join(map(str, range(1000))))) == 64
    assert text_features("取消订单") == {"取 消 订", "消 订 单"}
