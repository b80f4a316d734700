"""Calls are read from a model's text in the forms that models are taught; broken ones are kept."""

import pytest

pytest.importorskip("torch", reason="needs torch")
pytest.importorskip("scaleenv_agent_transformers", reason="needs scaleenv-agent-transformers")
from scaleenv_agent_transformers.calls import read

CALL = '{"name": "f", "arguments": {"a": {"b": [1, "ü"]}}}'
MADE = ("f", {"a": {"b": [1, "ü"]}})


@pytest.mark.parametrize(
    ("text", "said", "calls"),
    [
        pytest.param("Hello {there}.", "Hello {there}.", [], id="words"),
        pytest.param(f"<tool_call>\n{CALL}\n</tool_call>", "", [MADE], id="hermes"),
        pytest.param(f"Let me see.\n<tool_call>{CALL}</tool_call>", "Let me see.", [MADE], id="words first"),
        pytest.param(f"<tool_call>{CALL}</tool_call>" * 2, "", [MADE, MADE], id="parallel"),
        pytest.param(f"<tool_call>{CALL}", "", [MADE], id="not closed"),
        pytest.param(CALL.replace("arguments", "parameters"), "", [MADE], id="llama"),
        pytest.param(f"<|python_tag|>{CALL}; {CALL}<|eom_id|>", "", [MADE, MADE], id="llama, two"),
        pytest.param(f"```json\n{CALL}\n```", "", [MADE], id="fenced"),
        pytest.param(f"[TOOL_CALLS][{CALL}, {CALL}]", "", [MADE, MADE], id="mistral"),
        pytest.param(f"Yes.<|call|>{CALL}<|call|>{CALL}", "Yes.", [MADE, MADE], id="scaleenv"),
        pytest.param(f"<think>{CALL} or not?</think>No.", "No.", [], id="thought"),
        pytest.param("<think>and so on", "", [], id="thought without end"),
        pytest.param('<tool_call>{"name": "f"}</tool_call>', "", [("f", {})], id="no arguments"),
        pytest.param('{"name": "f", "arguments": "{\\"a\\": 1}"}', "", [("f", {"a": 1})], id="in a text"),
        pytest.param('{"name": "Ann", "age": 7}', '{"name": "Ann", "age": 7}', [], id="JSON, and no call"),
        pytest.param('<tool_call>{"name": "f", "arguments": {"a": ', "", [("f", '{"a":')], id="cut off"),
        pytest.param("<tool_call>{'name': 'f'}", "", [("unreadable", "{'name': 'f'}")], id="no JSON"),
        pytest.param('<tool_call>{"tool": "f"}', "", [("unreadable", '{"tool": "f"}')], id="no name"),
        pytest.param('<tool_call>{"name": "f", "arguments": [1]}', "", [("f", "[1]")], id="no object"),
        pytest.param('{"name": "f", "arguments": "a, b"}', "", [("f", "a, b")], id="no JSON in a text"),
    ],
)  # fmt: skip
def test_read(text, said, calls):
    """What is said, and what is called, in order."""
    assert read(text) == (said, calls)
