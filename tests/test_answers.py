"""What a model says is read as data, or it is told why not, so often and no more."""

import pytest

from scaleenv_core.answers import Unusable, fenced, json_object, usable
from scaleenv_core.testing.endpoint import ScriptedEndpoint
from scaleenv_core.types import Completion, Message

QUESTION = [Message(role="user", content="A number?")]


def number(answer):
    if not answer.isdecimal():
        raise Unusable(f"{answer!r} is no number")
    return int(answer)


def model(*texts, finish="stop"):
    return ScriptedEndpoint([Completion(model="m", text=text, finish=finish) for text in texts])


def test_told_why():
    """The model sees its answer and the problem, and each attempt is drawn anew."""
    endpoint = model("many", "", "7")

    assert usable(endpoint, QUESTION, number, seed=1, attempts=3) == 7

    dialogue = endpoint.asked[2].messages
    assert [message.role for message in dialogue] == ["user", "assistant", "user", "assistant", "user"]
    assert "'many' is no number" in dialogue[2].content
    assert dialogue[3].content == "(nothing)"
    assert len({request.sampling.seed for request in endpoint.asked}) == 3


def test_bounded():
    """After the last attempt the last problem is raised."""
    endpoint = model("one", "two", "3")

    with pytest.raises(Unusable, match="'two'"):
        usable(endpoint, QUESTION, number, seed=1, attempts=2)

    assert len(endpoint.asked) == 2


def test_cut_off():
    """An answer that was cut off at the limit is none, even if it reads well."""
    with pytest.raises(Unusable, match="cut off"):
        usable(model("7", finish="length"), QUESTION, number, seed=1, attempts=1)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param('{"a": [1]}', id="bare"),
        pytest.param('Here:\n\n```json\n{"a": [1]}\n```\nDone. {', id="fenced"),
        pytest.param('```\n{"a": [1]}\n```', id="fenced without a word"),
        pytest.param('Surely: {"a": [1]}.', id="in a sentence"),
    ],
)
def test_json(answer):
    """The object is found wherever it stands."""
    assert json_object(answer) == {"a": [1]}


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        pytest.param("no", "no JSON object", id="nothing"),
        pytest.param("```json\n[1]\n```", "got list", id="list"),
        pytest.param('{"a": NaN}', "no JSON object", id="constant"),
        pytest.param('{"a": "\\ud800"}', "no JSON object", id="surrogate"),
        pytest.param('{"a": ' + "[" * 5000 + "]" * 5000 + "}", "nested too deep", id="deep"),
        pytest.param('{"a": 1' + "0" * 30 + "}", "no JSON object", id="large number"),
    ],
)
def test_no_json(answer, told):
    """What is no JSON object is said in one line."""
    with pytest.raises(Unusable) as caught:
        json_object(answer)

    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_fences():
    """The first block of a language is found among others, indented or not."""
    answer = "```python\na\n```\n  ```JSON\n{}\n  ```\n```python\nb\n```"

    assert (fenced(answer, "py", "python"), fenced(answer, "json"), fenced(answer, "rust")) == (
        "a\n",
        "{}\n",
        None,
    )
