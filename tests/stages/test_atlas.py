"""The map of the domains: everything has its place, and one page holds it all."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from html.parser import HTMLParser
from itertools import combinations
from math import dist

import pytest
from attrs import evolve
from click.testing import CliRunner

from scaleenv_core.artifacts import World
from scaleenv_core.cli import cli
from scaleenv_core.config import parse_config, to_toml
from scaleenv_core.converters import to_plain
from scaleenv_core.files import json_lines, write_text
from scaleenv_core.stages.atlas.layout import placed
from scaleenv_core.stages.atlas.links import Links
from scaleenv_core.stages.atlas.page import Atlas, page
from scaleenv_core.stages.atlas.regions import regions
from scaleenv_core.testing.samples import sample_tools
from scaleenv_core.types import Edge, FoundDomain, ToolGraph

SERVICES = ("clinic", "library", "shop")


def _ties(count, seed):
    """Domains in rings of ten, tied to their neighbours, and a few ties between rings."""
    chance = random.Random(seed)
    made = {}
    for one in range(count):
        other = one + 1 if one % 10 < 9 else one - 9
        made[min(one, other), max(one, other)] = 1 + chance.random()
    for _ in range(count // 5):
        one, other = sorted(chance.sample(range(count), 2))
        made.setdefault((one, other), 0.1 * chance.random() + 0.01)
    return made


# Links


def _graph(*edges, directed=True):
    nodes = [f"t{number}" for number in range(6)]
    return ToolGraph.of("test", directed=directed, nodes=nodes, edges=[Edge(*edge) for edge in edges])


def test_edges_are_gathered_by_domain():
    """Edges between two domains are one link with the surest as its example; inner ones stay inside."""
    graph = _graph((0, 2, 0.5, "b"), (1, 3, 0.9, "a"), (0, 1, 0.7, "inner"), (0, 5, 1.0, "nowhere"))
    links = Links.of(graph, [0, 0, 1, 1, 1, -1], [2, 3])

    (link,) = links.between
    assert (link.source, link.target, link.count) == (0, 1, 2)
    assert link.weight == pytest.approx(1.4)
    assert link.best == Edge(1, 3, 0.9, "a")
    assert links.within == {0: (Edge(0, 1, 0.7, "inner"),)}


def test_undirected_links_begin_at_the_lower_domain():
    """An undirected link's example is turned with it."""
    links = Links.of(_graph((0, 2, 0.5, "b"), directed=False), [1, 1, 0, 0, 0, 0], [4, 2])

    assert links.between[0].best == Edge(2, 0, 0.5, "b")


def test_the_strongest_links_of_each_domain_are_kept():
    """A link is kept if it is among the strongest of either of its ends."""
    graph = _graph((0, 1, 0.9, ""), (0, 2, 0.8, ""), (0, 3, 0.7, ""), (4, 3, 0.1, ""))
    links = Links.of(graph, [0, 1, 2, 3, 4, 5], [1] * 6)

    assert [(link.source, link.target) for link in links.top(1)] == [(0, 1), (0, 2), (0, 3), (4, 3)]
    assert [(link.source, link.target) for link in _undirected(graph).top(1)] == [
        (0, 1),
        (0, 2),
        (0, 3),
        (3, 4),
    ]


def _undirected(graph):
    return Links.of(evolve(graph, directed=False), [0, 1, 2, 3, 4, 5], [1] * 6)


# Regions


@pytest.mark.parametrize("count", [1, 2, 3, 40, 200])
def test_every_domain_is_in_one_region(count):
    """Regions partition the domains, whatever ties there are."""
    found = regions(count, _ties(count, 1) if count >= 40 else {})

    assert sorted(number for region in found for number in region) == list(range(count))


def test_what_is_tied_lies_in_one_region():
    """Rings of tied domains come out whole."""
    found = regions(100, _ties(100, 2))

    assert 4 <= len(found) <= 12
    torn = [
        ring for ring in range(10) if len({n for n, region in enumerate(found) if ring * 10 in region}) > 1
    ]
    assert torn == []
    assert all(len({number // 10 for number in region}) * 10 == len(region) for region in found)


def test_what_nothing_ties_is_the_last_region():
    """Domains without any tie are together at the end."""
    found = regions(23, _ties(20, 3))

    assert found[-1] == [20, 21, 22]


# Layout


@pytest.mark.parametrize("count", [1, 5, 120])
def test_nothing_lies_upon_another(count):
    """Cells are one apart and inside their island; islands do not touch."""
    ties = _ties(count, 4) if count >= 10 else {}
    islands = placed(regions(count, ties), ties)

    places = [point for island in islands for point in island.places.values()]
    assert len(places) == count
    assert all(dist(one, other) > 0.999 for one, other in combinations(places, 2))
    for one, other in combinations(islands, 2):
        assert dist(one.centre, other.centre) > one.radius + other.radius
    for island in islands:
        assert all(dist(point, island.centre) <= island.radius for point in island.places.values())


def test_likes_lie_beside_likes():
    """Tied domains are nearer to each other than domains are at large."""
    ties = _ties(120, 5)
    places = {
        key: point for island in placed(regions(120, ties), ties) for key, point in island.places.items()
    }

    tied = [dist(places[one], places[other]) for (one, other), weight in ties.items() if weight > 1]
    every = [dist(one, other) for one, other in combinations(places.values(), 2)]
    assert sum(tied) / len(tied) < 0.3 * sum(every) / len(every)


# Page


def _atlas(change=lambda tool: tool):
    tools = [change(tool) for tool in sample_tools()]
    domains = [
        FoundDomain(
            slug=service,
            title=service.title(),
            summary=f"The {service}.",
            tools=tuple(tool.id for tool in tools if tool.service == service),
        )
        for service in SERVICES
    ]
    home = [SERVICES.index(tool.service) for tool in tools]
    edges = [Edge(0, len(tools) - 1, 0.5, "a.id → b_id"), Edge(0, 1, 0.9, "x")]
    graphs = [
        ToolGraph.of(kind, directed=kind == "dataflow", nodes=[tool.id for tool in tools], edges=edges)
        for kind in ("similarity", "dataflow")
    ]
    links = [Links.of(graph, home, [len(found.tools) for found in domains]) for graph in graphs]
    return Atlas.of(domains, tools, links)


class _Read(HTMLParser):
    """What a browser would make of a page: elements, attributes, texts by the id around them."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.texts, self.ids = [], [], [], {}, []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        own = dict(attrs)
        self.ids += [own["id"]] if "id" in own else []
        if tag not in ("meta", "input"):
            self.open.append((tag, own.get("id")))

    def handle_endtag(self, tag):
        assert self.open[-1][0] == tag, f"{tag} ends while {self.open[-1][0]} is open"
        self.open.pop()

    def handle_data(self, data):
        name = next((key for _, key in reversed(self.open) if key), None)
        self.texts[name] = self.texts.get(name, "") + data


@pytest.fixture(scope="module")
def read():
    """The page of the samples."""
    return _Read(page(_atlas()))


def test_the_page_is_well_formed(read):
    """Every element is closed, ids are unique, and each link leads to an element of the page."""
    assert read.open == []
    assert len(read.ids) == len(set(read.ids))
    assert {value[1:] for key, value in read.attributes if key == "href"} <= set(read.ids)


def test_the_page_loads_nothing(read):
    """No attribute names another file or address, and the page's own policy forbids the network."""
    assert [key for key, _ in read.attributes if key in ("src", "srcset", "action", "data", "poster")] == []
    assert [value for key, value in read.attributes if key == "href" and not value.startswith("#")] == []
    assert {"img", "iframe", "link", "object"} & set(read.tags) == set()
    assert any("default-src 'none'" in str(value) for _, value in read.attributes)
    assert "http" not in page(_atlas()).replace("http-equiv", "").lower()


def test_without_a_script_it_is_a_list(read):
    """Every domain stands in the list with title, size and summary."""
    for service in SERVICES:
        size = sum(tool.service == service for tool in sample_tools())
        assert read.texts[f"d-{service}"] == f"{service.title()} {size}The {service}."


def test_the_data_says_everything(read):
    """Tools, places and edges of each domain are in the data that the script reads."""
    data = json.loads(read.texts["data"])
    tools = {tool.id: tool for tool in sample_tools()}
    names = [[name for name, _ in rows] for rows in data["tools"]]

    assert sorted(name for rows in names for name in rows) == sorted(tool.name for tool in tools.values())
    assert sorted(number for island in data["islands"] for number in island["domains"]) == [0, 1, 2]
    assert [(graph["kind"], graph["directed"]) for graph in data["graphs"]] == [
        ("similarity", False),
        ("dataflow", True),
    ]
    (row,) = data["graphs"][1]["between"]
    assert (row[0], row[1], row[2], row[5], row[6]) == (0, 2, 1, 0.5, "a.id → b_id")
    assert data["graphs"][0]["within"] == {"0": [[0, 1, 0.9, "x"]]}


def test_catalog_text_cannot_leave_its_place():
    """Whatever a description holds, it stays text."""
    nasty = "</script><img src=x onerror=alert(1)><!-- \u2028 & \" '"
    atlas = _atlas(lambda tool: evolve(tool, description=nasty, name=nasty))
    atlas = evolve(atlas, domains=[evolve(found, title=nasty, summary=nasty) for found in atlas.domains])
    read = _Read(page(atlas))

    assert "img" not in read.tags
    assert read.texts["d-shop"].count("</script>") == 2
    assert json.loads(read.texts["data"])["tools"][0][0][0] == nasty


def test_long_descriptions_are_cut():
    """The page stays small however much the catalog says."""
    long = page(_atlas(lambda tool: evolve(tool, description="word " * 10_000)))

    assert len(long) < len(page(_atlas())) + 200 * len(sample_tools())


def test_the_same_atlas_is_the_same_page():
    """Two makings give the same text."""
    assert page(_atlas()) == page(_atlas())


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node to parse JavaScript")
def test_the_script_parses(tmp_path):
    """The script is valid JavaScript."""
    text = page(_atlas())
    script = tmp_path / "page.js"
    script.write_text(text.rpartition("<script>")[2].partition("</script>")[0])

    assert subprocess.run(["node", "--check", script], capture_output=True, text=True).stderr == ""


def test_command(tmp_path):
    """``scaleenv graph --report`` finds the domains, writes the page, and says where it is."""
    world = World(tmp_path / "world")
    write_text(world.config, to_toml(parse_config({})))
    write_text(world.catalog, json_lines(map(to_plain, sample_tools())))
    done = CliRunner().invoke(cli, ["graph", str(world.root), "--report", "--json"])

    assert done.exit_code == 0, done.output
    summary = json.loads(done.stdout)
    assert summary["domains"] == len(world.found_domains()) > 0
    assert summary["bytes"] == world.report.stat().st_size
    assert len(_Read(world.report.read_text("utf-8")).ids) > summary["domains"]
