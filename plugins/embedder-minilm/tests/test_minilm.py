"""The MiniLM embedder keeps its contract, and computes what the model's authors compute."""

import pytest

pytest.importorskip("onnxruntime", reason="needs scaleenv-embedder-minilm and what it depends on")
pytest.importorskip("scaleenv_embedder_minilm", reason="needs scaleenv-embedder-minilm")
from scaleenv_embedder_minilm import MiniLM

from scaleenv_core.testing.embedder import EmbedderContract, cosine


class TestContract(EmbedderContract):
    @pytest.fixture
    def plugin(self):
        """The defaults."""
        return MiniLM()


# By transformers 5.23.0 and torch 2.15.0: mean of the last states, unit length, first coordinates.
@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("List the events of a calendar.", [0.0463, 0.0736, 0.0255, 0.0524]),
        ("weather", [-0.0527, 0.0651, 0.1130, 0.1142]),
        (
            "get the forecast of a city for the next seven days, with rain and wind",
            [0.0047, 0.0434, 0.1005, 0.1174],
        ),
    ],
)
def test_computes_what_torch_computes(text, first):
    """The ONNX graph that is built from the weights is the model."""
    (vector,) = MiniLM().embed_texts([text])

    assert len(vector.values) == 384
    assert list(vector.values[:4]) == pytest.approx(first, abs=1e-4)
    assert sum(value * value for value in vector.values) == pytest.approx(1, abs=1e-5)


def test_identifiers_are_words():
    """``list_calendarEvents`` is read as three words."""
    one, other = MiniLM().embed_texts(["list_calendarEvents", "list calendar Events"])

    assert one == other


def test_meaning_is_nearer_than_spelling():
    """Two ways to say one thing share no word, and are near."""
    car, vehicle, card = MiniLM().embed_texts(["rent a car", "automobile hire", "pay a card"])

    assert cosine(car, vehicle) > cosine(car, card) > cosine(vehicle, card)


def test_no_further_than_max_tokens():
    """What comes after ``max_tokens`` is not read."""
    short = MiniLM(max_tokens=8)
    one, other = short.embed_texts(["a b c d e f g h", "a b c d e f x y"])

    assert one == other


@pytest.mark.parametrize("max_tokens", [3, 513])
def test_wrong_options_are_refused(max_tokens):
    """An option out of its range is refused."""
    with pytest.raises(ValueError):
        MiniLM(max_tokens=max_tokens)
