"""Splits by domain, and what the held-out tasks share with the others."""

from array import array

import pytest
from attrs import evolve

from scaleenv_core.errors import StageError
from scaleenv_core.stages.export import chat, split_domains
from scaleenv_core.stages.leakage import instruction_grams, leakage, tool_grams
from scaleenv_core.testing.verifier import clean_trajectory
from scaleenv_core.types import STOP, Action, Message, Task, Vector

SLUGS = [f"domain-{number:02}" for number in range(20)]


@pytest.mark.parametrize(
    ("share", "count"), [(0.0, None), (0.01, 1), (0.1, 2), (0.5, 10), (1.0, 19)], ids=str
)
def test_share_of_the_domains(share, count):
    """The share is rounded, at least one domain each way; every domain is in one split."""
    splits = split_domains(SLUGS, share, seed=3)

    assert sorted(slug for slugs in splits.values() for slug in slugs) == SLUGS
    assert len(splits["test"]) == count if count else "test" not in splits


def test_draw_is_by_seed_and_name():
    """The same seed draws the same domains in any order; another seed others; a new one moves few."""
    drawn = split_domains(SLUGS, 0.3, seed=3)["test"]

    assert split_domains(SLUGS[::-1], 0.3, seed=3)["test"] == drawn
    assert split_domains(SLUGS, 0.3, seed=4)["test"] != drawn
    assert len({*split_domains([*SLUGS, "new"], 0.3, seed=3)["test"]} - {*drawn}) <= 1


def test_only_domain_is_not_held_out():
    """One domain cannot be split."""
    with pytest.raises(StageError, match="only domain"):
        split_domains(["alone"], 0.1, seed=0)


def task(key, instruction, *tools):
    """A task of which only the text and the gold tools matter."""
    actions = tuple(Action(tool=tool, arguments={}) for tool in tools)
    return Task(
        id=key, domain="d", instruction=instruction, actions=actions, changes=(), fingerprint="", tools=()
    )


TRAIN = [
    task("d/1", "Please cancel the order number seven for me today", "find", "get", "cancel"),
    task("d/2", "Book a room with a view", "search", "book"),
]
HELD = [
    task("e/1", "please CANCEL the order number seven, for the cat", "get", "cancel", "tell"),
    task("e/2", "Play some music", "play"),
]


def measured(vectors=None):
    return leakage(lambda: iter(TRAIN), lambda: iter(HELD), vectors)


def test_instruction_overlap():
    """The share of a held-out instruction's 5-grams that one training instruction has, by hand: 3 of 5."""
    found = measured()["instructions"]

    assert len(instruction_grams(HELD[0])) == 5
    assert found["worst"] == [{"test": "e/1", "train": "d/1", "value": 0.6}]
    assert (found["compared"], found["mean"], found["near"]) == (2, 0.3, 0.5)


def test_tool_overlap():
    """The share of a held-out task's tool pairs that one training task has, by hand: 1 of 2."""
    assert measured()["tools"]["worst"] == [{"test": "e/1", "train": "d/1", "value": 0.5}]
    assert tool_grams(HELD[1]) == {("play",)}


@pytest.mark.parametrize("sparse", [True, False], ids=["sparse", "dense"])
def test_embedding(sparse):
    """The cosine with the nearest training task, of sparse vectors and of dense ones."""
    places = array("i", [0, 1]) if sparse else None
    given = {"e/1": (3.0, 4.0), "e/2": (1.0, 0.0), "d/1": (8.0, 6.0), "d/2": (0.0, 2.0)}
    by_text = {task.instruction: given[task.id] for task in (*TRAIN, *HELD)}

    found = measured(lambda texts: [Vector(array("f", by_text[text]), places) for text in texts])

    assert found["embedding"]["worst"] == [
        {"test": "e/1", "train": "d/1", "value": 0.96},
        {"test": "e/2", "train": "d/1", "value": 0.8},
    ]
    assert found["embedding"]["near"] == 1.0


def test_nothing_in_common():
    """Without any training task no pair is told, and the share is 0."""
    assert leakage(list, lambda: iter(HELD), None)["instructions"] == {
        "compared": 2,
        "mean": 0.0,
        "near": 0.0,
        "worst": [],
    }


@pytest.mark.parametrize(
    ("said", "kept"), [("Thanks, goodbye. ###STOP###", ["Thanks, goodbye."]), (STOP, [])]
)
def test_stop_word_is_not_exported(said, kept):
    """What a user says beside the stop word is kept; a message that is no more than the word is not."""
    trajectory = clean_trajectory()
    ended = evolve(trajectory, messages=(*trajectory.messages[:-1], Message(role="user", content=said)))

    messages = chat(ended, [])["messages"]

    assert [message["content"] for message in messages[5:]] == kept
