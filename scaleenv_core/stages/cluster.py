"""Cluster: the similarity graph → domains with names."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from attrs import evolve

from scaleenv_core.agreement import stability
from scaleenv_core.artifacts import Summary, UnitRecord, inputs_hash
from scaleenv_core.converters import to_plain
from scaleenv_core.endpoints import Endpoints, open_client
from scaleenv_core.errors import StageError
from scaleenv_core.files import json_lines, write_text
from scaleenv_core.names import digest, subseed
from scaleenv_core.settings import DomainSettings
from scaleenv_core.stages import graph as graph_stage
from scaleenv_core.stages.asking import ROLE, Flow, asked_names, wrong_flows
from scaleenv_core.stages.naming import named, slugs_of
from scaleenv_core.stages.running import Run
from scaleenv_core.types import Community, FoundDomain, Tool


def run(run: Run) -> Summary:
    """Write ``communities.jsonl``: a :class:`FoundDomain` a line."""
    config = run.config
    graph = graph_stage.load(run, directed=False)
    recorded = run.world.recorded("graph", "all")
    inputs = inputs_hash(
        "cluster",
        config.seed,
        to_plain(config.domains),
        run.component("clusterer"),
        recorded.output_hash if recorded else "",
        open_client(config, ROLE).identity if _asks(config.domains) else None,
    )

    def make() -> UnitRecord:
        tools = run.world.read_catalog()
        ask = partial(run.plugins("clusterer").hook.cluster_tools, graph=graph, tools=tools)
        seed = subseed(config.seed, "cluster")
        communities = ask(seed=seed)
        chosen, left_out = choose(communities, config.domains, config.seed)
        if tools and not chosen:
            least = config.domains.min_tools
            raise StageError(
                f"no {least} of the {len(tools):,} tools are alike enough for a domain: "
                f"collect more, or lower [domains] min_tools = {least}"
            )
        made = found(chosen, tools)
        summary: Summary = {
            "communities": len(communities),
            "domains": len(chosen),
            "tools_in_domains": sum(len(community.tools) for community in chosen),
            "tools_left_out": sum(len(community.tools) for community in left_out),
        }
        if config.domains.stability > 1:
            agree = seed_stability(communities, ask, seed, config.domains.stability)
            summary["stability"] = round(agree, 4)
        run.world.wrong_flows.unlink(missing_ok=True)
        if _asks(config.domains):
            made, told = _asked(run, made, {tool.id: tool for tool in tools})
            summary |= told
        text = json_lines(map(to_plain, made))
        write_text(run.world.communities, text)
        return UnitRecord(
            inputs=inputs, outputs=("communities.jsonl",), output_hash=digest(text), summary=summary
        )

    return run.unit("cluster", "all", inputs, make)


def _asks(settings: DomainSettings) -> bool:
    return settings.named_by == "model" or settings.check_flows


def _asked(run: Run, made: list[FoundDomain], tools: Mapping[str, Tool]) -> tuple[list[FoundDomain], Summary]:
    """The domains as a model names them, and what was counted; writes the flows that it finds wrong."""
    config, summary = run.config, Summary()
    seed, at_once = subseed(config.seed, ROLE), config.completions.concurrency
    with Endpoints(config, run.world.completions) as endpoints:
        endpoint = endpoints.role(ROLE)
        if config.domains.named_by == "model":
            names, kept = asked_names(made, tools, endpoint, seed, at_once)
            slugs = slugs_of([title for title, _ in names])
            made = [
                evolve(domain, title=title, summary=said, slug=slugs[title])
                for domain, (title, said) in zip(made, names, strict=True)
            ]
            summary["names_kept"] = dict(sorted(kept.items()))
        if config.domains.check_flows:
            wrong, unsaid = wrong_flows(_flows_inside(run, made), tools, endpoint, seed, at_once)
            write_text(run.world.wrong_flows, json_lines(wrong))
            summary |= {"flows_wrong": len(wrong), "flows_unchecked": dict(sorted(unsaid.items()))}
    return made, summary


def _flows_inside(run: Run, domains: Sequence[FoundDomain]) -> list[list[Flow]]:
    """Each domain's data-flow edges."""
    home = {tool: number for number, domain in enumerate(domains) for tool in domain.tools}
    inside: list[list[Flow]] = [[] for _ in domains]
    for flow in graph_stage.flows(run):
        number = home.get(flow[0])
        if number is not None and number == home.get(flow[1]):
            inside[number].append(flow)
    return inside


def seed_stability(
    first: Sequence[Community], ask: Callable[..., Sequence[Community]], seed: int, seeds: int
) -> float:
    """How little the domains owe to the seed: 1 where so many seeds find the same ones."""
    others = (ask(seed=subseed(seed, "again", number)) for number in range(1, seeds))
    return stability([_partition(communities) for communities in (first, *others)])


def _partition(communities: Sequence[Community]) -> list[int]:
    """Each tool's community, in the order of the tools' ids."""
    places = sorted((tool, place) for place, one in enumerate(communities) for tool in one.tools)
    return [place for _, place in places]


def choose(
    communities: Sequence[Community], settings: DomainSettings, seed: int
) -> tuple[list[Community], list[Community]]:
    """The communities that become domains, and the others."""
    large = [number for number, found in enumerate(communities) if len(found.tools) >= settings.min_tools]
    if settings.limit and len(large) > settings.limit:
        large = random.Random(subseed(seed, "domains")).sample(large, settings.limit)
    chosen = set(large)
    return (
        [found for number, found in enumerate(communities) if number in chosen],
        [found for number, found in enumerate(communities) if number not in chosen],
    )


def found(communities: Sequence[Community], tools: Sequence[Tool]) -> list[FoundDomain]:
    """Each community with the names that tell it from the others."""
    by_id = {tool.id: tool for tool in tools}
    names = named([[by_id[tool] for tool in community.tools] for community in communities])
    return [
        FoundDomain(slug=name.slug, title=name.title, summary=name.summary, tools=community.tools)
        for name, community in zip(names, communities, strict=True)
    ]
