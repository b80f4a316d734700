"""What a domain costs in tokens, were every first answer right: the hand-written domains, asked for anew.

    python tokens.py [DOMAIN_FOLDER ...]

The model is a script that knows the domain: it answers with the folder's own tables, rows and
functions, so questions and answers have their real sizes. A token is taken for four characters.
"""

from __future__ import annotations

import ast
import json
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from scaleenv_materializer_llm.functions import function_names
from scaleenv_materializer_llm.plan import Column, Conduct, Plan, Table
from scaleenv_materializer_llm.questions import Questions

from scaleenv_core.answers import Unusable
from scaleenv_core.converters import to_plain
from scaleenv_core.engine import DomainFolder, load_domain
from scaleenv_core.types import Completion, DomainDraft, JsonObject, Message

CASES = {"cases": [{"arguments": {"order_id": "o1"}, "outcome": "answered", "changes": []}] * 3}
ROWS = 8
"""A table, as the plugin asks for."""


class Knowing:
    """Gives the answer that it is told to, and counts what is said."""

    answer = ""

    def __init__(self) -> None:
        self.said: Counter[str] = Counter()

    def complete(self, messages: list[Message], **_: object) -> Completion:
        """The answer."""
        self.said["questions"] += 1
        self.said["prompt"] += sum(len(message.content) for message in messages) // 4
        self.said["shared"] += len(messages[0].content) // 4
        self.said["completion"] += len(self.answer) // 4
        return Completion(model="known", text=self.answer)

    def asked(self, ask: Callable[[], object], answer: str) -> None:
        """Let a question be asked that gets this answer."""
        self.answer = answer
        try:
            ask()
        except Unusable:
            self.said["not in the form"] += 1  # hand-written code has helpers; it counts all the same


def plan_of(domain: DomainFolder) -> Plan:
    """The plan that a model would have had to write for it."""
    tables = tuple(
        Table(
            name=spec.name,
            columns=tuple(
                Column(
                    name=column.name,
                    type=column.kind,
                    key=column.name in spec.key,
                    references=".".join(spec.references.get(column.name, ())),
                )
                for column in spec.columns.values()
            ),
        )
        for spec in domain.schema.tables.values()
    )
    conducts = tuple(
        Conduct(
            tool=operation.tool,
            writes=operation.writes,
            tables=operation.tables or tuple(domain.schema.tables)[:3],
            requires=("the record exists", "its status allows it"),
            effects=("its status and what hangs on it change",) * operation.writes,
        )
        for operation in domain.manifest.operations
        if operation.tool in domain.tools
    )
    return Plan(tables=tables, tools=conducts, policy=tuple(domain.policy.splitlines()))


def bodies(code: str) -> dict[str, str]:
    """The text of each function, by its name."""
    functions = [node for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)]
    return {node.name: ast.get_source_segment(code, node) or "" for node in functions}


def cost(folder: Path) -> tuple[int, Counter[str]]:
    """Tools, and what was said."""
    domain, model = load_domain(folder), Knowing()
    plan, rows = plan_of(domain), dict[str, list[JsonObject]]()
    for table, row in domain.rows:
        if len(rows.setdefault(table, [])) < ROWS:
            rows[table].append(row)
    draft = DomainDraft(slug="x", title=domain.manifest.title, tools=tuple(domain.tools.values()))
    asking = Questions(draft, function_names(domain.tools), model, seed=0, attempts=1)
    written = bodies((folder / "tools.py").read_text(encoding="utf-8"))
    model.asked(asking.plan, json.dumps(to_plain(plan)))
    model.asked(lambda: asking.rows(plan, ROWS), json.dumps(rows))
    for conduct in plan.tools:
        code = written[domain.functions[conduct.tool].function.__name__]
        answer = f"```python\n{code}\n```\n```json\n{json.dumps(CASES)}\n```"
        model.asked(lambda conduct=conduct: asking.tool(plan, conduct, rows), answer)
    return len(draft.tools), model.said


if __name__ == "__main__":
    ours = Path(__file__).parents[3].glob("domains_contrib/*/*/*/domain.json")
    print("| domain | tools | questions | prompt tokens | of these always the same | answer tokens |")
    print("|---|---|---|---|---|---|")
    for place in [Path(given) for given in sys.argv[1:]] or sorted(path.parent for path in ours):
        tools, said = cost(place)
        counts = (f"{said[name]:,}" for name in ("questions", "prompt", "shared", "completion"))
        print(f"| {place.name} | {tools} | {' | '.join(counts)} |")
