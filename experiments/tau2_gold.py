"""Our domains against τ²-bench: every gold action, and every tool output that was recorded.

Needs the benchmark's data in ../shared (or SCALEENV_SHARED), and the plugins domain-tau2,
log-tau2 and the domains installed.
Usage: tau2_gold.py
"""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import frozen

from scaleenv_core.engine import DomainFolder, Environment, Observation, load_domain, read_tasks
from scaleenv_core.plugins import Plugins
from scaleenv_core.types import RecordedDialogue, ToolCall

DATA = Path(os.environ.get("SCALEENV_SHARED", "../shared")) / "benchmarks" / "tau2"
FIRST = "recorded/tau-bench-v1-gpt-4o-airline.json.gz"
DOMAINS = ("retail", "airline")

EXPLAINED = {
    "items": "the original gives all changed items price and options of the last one",
    "cancelled": "the original changes, and refunds, a cancelled reservation again; ours refuses",
    "order": "the original lists the airports in no order; ours by code",
    "cabin": "the first tau-bench forgets the new cabin of changed flights",
    "next day": "the first tau-bench shows, for a second flight on the next day, seats of the day before",
    "data": "the first tau-bench has another destination for reservation Z7GOZK",
}


@frozen
class Difference:
    """An output of ours that is not the recorded one."""

    domain: str
    dialogue: str
    tool: str
    why: str
    theirs: str
    ours: str


def write_domains(into: Path) -> list[Path]:
    """The benchmark's domains on our code."""
    options = {"data": str(DATA), "domains": list(DOMAINS), "first": str(DATA / FIRST)}
    plugins = Plugins.of({"domain": ["tau2"]}, {"domain": {"tau2": options}})
    (slugs,) = plugins.hook.write_domains(into=into)
    return [into / slug for slug in slugs]


def gold(folder: Path) -> tuple[int, int, int, list[tuple[str, int, str, str]]]:
    """Tasks, those whose replay ends as sealed, gold actions, and those that are refused."""
    tasks, ended, actions, refused = read_tasks(folder), 0, 0, []
    with Environment(load_domain(folder)) as environment:
        for task in tasks:
            environment.reset(task.start)
            for number, action in enumerate(task.actions):
                actions += 1
                seen = environment.call(action.tool, action.arguments, action.held_by)
                if seen.status != "answered":
                    refused.append((task.id, number, action.tool, seen.content))
            ended += environment.fingerprint == task.fingerprint
    return len(tasks), ended, actions, refused


def dialogues() -> Iterator[RecordedDialogue]:
    """All recorded dialogues of these domains."""
    files = [
        str(path) for path in sorted((DATA / "recorded").glob("*.json.gz")) if "telecom" not in path.name
    ]
    plugins = Plugins.of({"log": ["tau2"]}, {"log": {"tau2": {"files": files}}})
    for read in plugins.hook.read_log():
        yield from (dialogue for dialogue in read if isinstance(dialogue, RecordedDialogue))


def answered(dialogue: RecordedDialogue) -> Iterator[tuple[ToolCall, str]]:
    """Calls with what was recorded for them, paired by position: ids repeat."""
    waiting: deque[ToolCall] = deque()
    for message in dialogue.messages:
        waiting.extend(message.tool_calls)
        if message.role == "tool":
            yield waiting.popleft(), message.content


def compared(live: Environment, dialogue: RecordedDialogue) -> Iterator[Difference | None]:
    """One dialogue's calls made again: a difference, or ``None``, for each."""
    live.reset()
    first = dialogue.domain == "tau-airline"
    cancelled: set[Any] = set()
    for call, theirs in answered(dialogue):
        if first and call.tool == "think":  # a notebook, no tool of the domain
            continue
        seen = live.call(call.tool, call.arguments)
        wanted = spelt(call, parsed(theirs)) if first else parsed(theirs)
        if same(wanted, seen):
            yield None
        else:
            why = "cancelled" if subject(call) in cancelled else reason(call, wanted, seen)
            yield Difference(dialogue.domain, dialogue.id, call.tool, why, theirs, seen.text)
        if call.tool == "cancel_reservation":
            cancelled.add(subject(call))


def subject(call: ToolCall) -> Any:
    """The reservation that a call is about."""
    return isinstance(call.arguments, dict) and call.arguments.get("reservation_id")


def parsed(text: str) -> Any:
    """An output as a value: JSON where it is an object or a list, else the text."""
    return json.loads(text) if text[:1] in ("{", "[") else text


def spelt(call: ToolCall, theirs: Any) -> Any:
    """An output of the first tau-bench, with the names of the second."""
    if call.tool == "get_user_details" and isinstance(theirs, dict):
        theirs["address"]["state"] = theirs["address"].pop("province")
        return {"user_id": call.arguments["user_id"], **theirs}
    if call.tool == "list_all_airports":
        return [{"iata": iata, "city": city} for iata, city in sorted(theirs.items())]
    return theirs


def same(theirs: Any, seen: Observation) -> bool:
    """Whether both refused, or both said the same."""
    refused = isinstance(theirs, str) and theirs.startswith("Error")
    if refused or seen.status != "answered":
        return refused and seen.status != "answered"
    return bool(plain(theirs) == plain(seen.content))


def plain(value: Any, without: str = "") -> Any:
    """Without nulls, which stand for nothing, and without the dust of binary fractions."""
    if isinstance(value, dict):
        return {k: plain(v, without) for k, v in value.items() if v is not None and k != without}
    if isinstance(value, list):
        return [plain(part, without) for part in value]
    return round(value, 6) if isinstance(value, float) else value


def reason(call: ToolCall, theirs: Any, seen: Observation) -> str:
    """Which explanation fits a difference, if any does."""
    if call.tool == "modify_pending_order_items":
        return "items" if plain(theirs, "items") == plain(seen.content, "items") else ""
    if call.tool == "list_all_airports":
        return "order" if sorted(map(str, theirs)) == sorted(map(str, seen.content)) else ""
    if call.tool == "search_onestop_flight":
        return "next day"
    if subject(call) == "Z7GOZK":
        return "data"
    return "cabin" if plain(theirs, "cabin") == plain(seen.content, "cabin") else ""


def outputs(domains: dict[str, DomainFolder]) -> tuple[Counter[str], list[Difference]]:
    """How many outputs each domain's recordings have, and all that differ."""
    made, differences = Counter[str](), []
    live = {slug: Environment(domain) for slug, domain in domains.items()}
    for dialogue in dialogues():
        for difference in compared(live[dialogue.domain], dialogue):
            made[dialogue.domain] += 1
            differences += [difference] if difference else []
        made[f"{dialogue.domain} dialogues"] += 1
    for environment in live.values():
        environment.close()
    return made, differences


def main() -> None:
    """Print both tables."""
    with tempfile.TemporaryDirectory(prefix="scaleenv-") as place:
        folders = write_domains(Path(place))
        print(
            "| domain | tasks | replays that end as sealed | gold actions | refused |\n|---|---|---|---|---|"
        )
        all_refused = []
        for folder in folders:
            tasks, ended, actions, refused = gold(folder)
            print(f"| {folder.name} | {tasks} | {ended} | {actions} | {len(refused)} |")
            all_refused += refused
        print("\n| task | action | tool | refusal |\n|---|---|---|---|")
        for task, number, tool, said in all_refused:
            print(f"| {task} | {number} | {tool} | {said} |")
        made, differences = outputs({folder.name: load_domain(folder) for folder in folders})
    print("\n| recordings | dialogues | outputs | the same |\n|---|---|---|---|")
    for folder in folders:
        slug = folder.name
        other = sum(difference.domain == slug for difference in differences)
        print(f"| {slug} | {made[f'{slug} dialogues']} | {made[slug]} | {made[slug] - other} |")
    print("\n| difference | outputs | where |\n|---|---|---|")
    for why in [*EXPLAINED, ""]:
        found = [difference for difference in differences if difference.why == why]
        places = sorted({f"{difference.domain} {difference.tool}" for difference in found})
        print(f"| {EXPLAINED.get(why, 'not explained')} | {len(found)} | {', '.join(places)} |")


if __name__ == "__main__":
    main()
