"""Rollout: agent × user × environment → trajectories, each complete enough to judge again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from attrs import define, evolve, field

from scaleenv_core.artifacts import Summary, UnitRecord, inputs_hash
from scaleenv_core.converters import to_plain
from scaleenv_core.endpoints import Endpoints
from scaleenv_core.engine import content_hash, machinery, read_manifest, read_policy
from scaleenv_core.errors import DomainError, EndpointError, MachineryError
from scaleenv_core.files import json_lines, write_text
from scaleenv_core.names import digest, subseed
from scaleenv_core.prompting import prompt
from scaleenv_core.stages.remote import Playground
from scaleenv_core.stages.running import Run, totals
from scaleenv_core.stages.workers import Job, Seat
from scaleenv_core.types import STOP, CallRecord, DomainManifest, Failure, Holder, Message, Task, Trajectory


def run(run: Run) -> Summary:
    """Write ``runs/<name>/trajectories/<domain>.jsonl``."""
    components = [run.component(kind) for kind in ("agent", "user", "database")]
    components += [to_plain(run.config.rollout), to_plain(run.config.faults)]
    components += [run.asked("agent"), run.asked("user")]
    jobs, inputs = [], {}
    for slug in run.sound_domains():
        folder = run.world.domain(slug)
        tasks = run.world.need(folder / "tasks.jsonl", "synthesize").read_bytes()
        inputs[slug] = inputs_hash(
            "rollout",
            run.config.seed,
            components,
            content_hash(folder),
            read_policy(folder),
            digest(tasks),
        )
        target = f"runs/{run.name}/trajectories/{slug}.jsonl"
        jobs.append(Job(slug, (str(run.world.root), slug, target, inputs[slug])))

    def failed(unit: str, error: str) -> UnitRecord:
        summary = {"domains_broken": 1, "failures": {error: 1}}
        return UnitRecord(inputs=inputs[unit], outputs=(), output_hash="", summary=summary)

    records = run.units(f"rollout-{run.name}", make, jobs, inputs, failed)
    return totals(record.summary for record in records)


def make(seat: Seat, root: str, slug: str, target: str, inputs: str) -> UnitRecord:
    """One domain's rollouts, in a worker."""
    from scaleenv_core.artifacts import World

    world = World(Path(root))
    tasks = world.domain_tasks(slug)
    with Endpoints(seat.config, world.completions) as endpoints:
        found = list(rollouts(seat, world.domain(slug), tasks, endpoints)) if tasks else []
    text = json_lines(map(to_plain, found))
    write_text(world.root / target, text)
    return UnitRecord(
        inputs=inputs,
        outputs=(target,),
        output_hash=digest(text),
        summary={
            "trajectories": len(found),
            "calls": sum(len(trajectory.calls) for trajectory in found),
            "broken": sum(trajectory.failure is not None for trajectory in found),
        },
    )


def rollouts(seat: Seat, folder: Path, tasks: list[Task], endpoints: Endpoints) -> Iterator[Trajectory]:
    """Every task of a domain, as often as the config says."""
    manifest = read_manifest(folder)
    policy = read_policy(folder)
    with seat.playground(folder) as environment:
        for task in tasks:
            for trial in range(seat.config.rollout.trials):
                seed = subseed(seat.config.seed, "rollout", task.id, trial)
                yield _Dialogue(seat, environment, endpoints, manifest, policy, task, seed).play(trial)


@define
class _Dialogue:
    """One rollout under way."""

    seat: Seat
    environment: Playground
    endpoints: Endpoints
    manifest: DomainManifest
    policy: str
    task: Task
    seed: int
    messages: list[Message] = field(factory=list)
    calls: list[CallRecord] = field(factory=list)
    _owner: str = "environment"

    def play(self, trial: int) -> Trajectory:
        (agent,) = self.seat.plugins("agent").names("agent")
        (user,) = self.seat.plugins("user").names("user")
        failure, ended = None, "failure"
        checks: tuple[bool, ...] = ()
        try:
            self.environment.reset(self.task.start, subseed(self.seed, "faults"), self.task.faults)
            ended = self._converse()
            self._owner = "environment"
            checks = tuple(self.environment.holds(check) for check in self.task.checks)
        except (MachineryError, DomainError) as exc:
            owner = "endpoint" if isinstance(exc, EndpointError) else self._owner
            failure = Failure(owner=owner, error=str(exc))  # type: ignore[arg-type]
        return Trajectory(
            id=f"{self.task.id}/{agent}/{trial}",
            task=self.task.id,
            domain=self.task.domain,
            agent=agent,
            user=user,
            trial=trial,
            seed=self.seed,
            messages=tuple(self.messages),
            calls=tuple(self.calls),
            changes=self.environment.changes,
            ended=ended,  # type: ignore[arg-type]
            checks=checks,
            failure=failure,
        )

    def _converse(self) -> str:
        task, about = self.task, self.manifest
        policy = self.policy.strip()
        system = prompt("scaleenv_core.stages", "system", title=about.title, now=about.now, policy=policy)
        self.messages += [Message(role="system", content=system), *task.history]
        offered = self.environment.offered("agent")
        users = tuple(self.environment.offered("user").values())
        user = self._asked("user", "start_user", task=task, tools=users, seed=subseed(self.seed, "user"))
        agent = self._asked(
            "agent",
            "start_agent",
            tools=tuple(offered[name] for name in task.tools if name in offered),
            policy=self.policy,
            seed=subseed(self.seed, "agent"),
            task=task,
        )
        if self._user_speaks(user):
            return "user_stop"
        for _ in range(self.seat.config.rollout.max_turns):
            self._owner = "agent"
            with machinery("agent"):
                message = agent.act(tuple(message for message in self.messages if not message.private))
            self.messages.append(message)
            if message.tool_calls:
                self._call(message, "agent")
            elif STOP in message.content:
                return "agent_stop"
            elif self._user_speaks(user):
                return "user_stop"
        return "max_turns"

    def _asked(self, kind: str, hook: str, **arguments: Any) -> Any:
        self._owner = kind
        with machinery(kind):
            start = getattr(self.seat.plugins(kind).hook, hook)
            return start(**arguments, endpoint=self.endpoints.role(kind))

    def _user_speaks(self, user: Any) -> bool:
        """The user's next words, after as many calls of its own as it likes to make."""
        for _ in range(self.seat.config.rollout.max_turns):
            self._owner = "user"
            with machinery("user"):
                message = user.speak(tuple(heard_by_user(self.messages)))
            if not message.tool_calls:
                self.messages.append(message)
                return STOP in message.content
            self.messages.append(evolve(message, private=True))
            self._call(message, "user")
        raise MachineryError("the user only calls tools, and never says a word")

    def _call(self, message: Message, held_by: Holder) -> None:
        self._owner = "tool"
        for call in message.tool_calls:
            # Tools that were not offered are unknown to this dialogue.
            known = held_by == "user" or call.tool in self.task.tools
            tool = call.tool if known else f"{call.tool} (not offered)"
            seen = self.environment.call(tool, call.arguments, held_by)
            self.calls.append(seen.record)
            answer = Message(role="tool", content=seen.text, tool_call_id=call.id, private=held_by == "user")
            self.messages.append(answer)


def heard_by_user(messages: Iterable[Message]) -> Iterator[Message]:
    """What a user hears of a dialogue: its own part, and the agent's words."""
    for message in messages:
        if message.role == "user" or message.private or (message.role == "assistant" and message.content):
            yield evolve(message, tool_calls=()) if message.role == "assistant" else message
