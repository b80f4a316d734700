"""From a keyword to tools: in batches, without what is no tool or there already."""

import pytest
from scaleenv_source_llm import LLM

from scaleenv_core.testing.endpoint import ScriptedEndpoint
from scaleenv_core.testing.parcels import GOOD, SIGNATURES, json_block
from scaleenv_core.testing.source import ToolSourceContract
from scaleenv_core.types import Completion, Dropped


def collect(plugin, *texts):
    """What the source yields, and what it asked."""
    endpoint = ScriptedEndpoint([Completion(model="m", text=text) for text in texts])
    found = list(plugin.collect_tools(endpoint))
    tools = [one for one in found if not isinstance(one, Dropped)]
    return tools, [one for one in found if isinstance(one, Dropped)], endpoint.asked


class TestContract(ToolSourceContract):
    @pytest.fixture
    def plugin(self):
        return LLM(ideas=("parcel lockers",), tools=7, batch=8)

    @pytest.fixture
    def endpoint(self):
        """Knows five tools, and writes them again when it is asked for more."""

        class Model:
            def complete(self, messages, tools=(), sampling=None):
                return Completion(model="m", text=GOOD["tools"])

        return Model()


def test_batches():
    """Tools are asked for until there are enough; the model is told which there are."""
    batches = [json_block({"tools": SIGNATURES[n : n + 2]}) for n in (0, 2, 4)]

    tools, dropped, asked = collect(LLM(ideas=("parcel lockers",), tools=5, batch=2), *batches)

    assert [tool.name for tool in tools] == [one["name"] for one in SIGNATURES]
    assert {tool.service for tool in tools} == {"parcel-lockers"}
    assert dropped == []
    assert [("Write up to 2 more" in request.messages[1].content) for request in asked] == [True, True, False]
    assert "- list_parcels: List parcels, all or those of one locker." in asked[1].messages[1].content


def test_runs_dry():
    """A model that knows no more ends the idea with fewer."""
    tools, dropped, asked = collect(
        LLM(ideas=("a", "b")), json_block({"tools": SIGNATURES[:2]}), json_block({"tools": []})
    )

    assert [tool.service for tool in tools] == ["a", "a"]
    assert dropped == []
    assert len(asked) == 3


def test_mistakes_go_back():
    """The model is told what is no tool, and which is there already; its second answer is taken."""
    twice = json_block({"tools": [SIGNATURES[0], {**SIGNATURES[0], "name": "listParcels"}, {"name": "x"}]})

    tools, dropped, asked = collect(LLM(ideas=("a",), tools=2), twice, json_block({"tools": SIGNATURES[:2]}))

    complaint = asked[1].messages[-1].content
    assert "there is a tool 'listParcels' already" in complaint
    assert "tool 3 of 'a'" in complaint
    assert (len(tools), dropped) == (2, [])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param({"name": "no name"}, "not-a-tool", id="name"),
        pytest.param({"description": " "}, "not-a-tool", id="description"),
        pytest.param({"returns": "text"}, "not-a-tool", id="returns"),
        pytest.param({"name": "getParcel"}, "duplicate", id="duplicate"),
    ],
)
def test_never_right(change, reason):
    """What stays wrong is dropped with its reason, and the rest is kept."""
    answer = json_block({"tools": [*SIGNATURES[:2], {**SIGNATURES[2], **change}]})

    tools, dropped, _ = collect(
        LLM(ideas=("a",), tools=3, attempts=2), answer, answer, json_block({"tools": []})
    )

    assert [tool.name for tool in tools] == [one["name"] for one in SIGNATURES[:2]]
    assert [one.reason for one in dropped] == [reason]


def test_never_an_answer():
    """An idea for which no answer can be read is one dropped entry."""
    tools, dropped, asked = collect(LLM(ideas=("a",), attempts=2), "I cannot.")

    assert (tools, [one.reason for one in dropped], len(asked)) == ([], ["unusable-answer"], 2)


def test_conditions():
    """What a tool requires and does stands in its description."""
    one = {**SIGNATURES[1], "requires": ["the locker exists"], "effects": ["none"]}

    (tool,), _, _ = collect(LLM(ideas=("a",), tools=1), json_block({"tools": [one]}))

    assert tool.description.splitlines()[1:] == ["Requires: the locker exists.", "Effects: none."]
    assert tool.parameters == one["parameters"]
