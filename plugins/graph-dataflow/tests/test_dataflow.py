"""The data-flow graph keeps its contract, and its edges say what fits what."""

import pytest
from scaleenv_graph_dataflow import DataFlow

from scaleenv_core.testing.graph import GraphBuilderContract, build, edge_between
from scaleenv_core.testing.samples import sample_tools
from scaleenv_core.types import Http, Tool


class TestContract(GraphBuilderContract):
    @pytest.fixture
    def plugin(self):
        """The defaults."""
        return DataFlow()


STRING = {"type": "string"}


def _object(**properties):
    return {"type": "object", "properties": properties}


def _list(**properties):
    return {"type": "array", "items": _object(**properties)}


def _tool(name, parameters=None, returns=None, path=""):
    return Tool(
        id=f"t/{name}",
        name=name,
        description="",
        parameters=_object(**(parameters or {})),
        returns=returns,
        http=Http(method="GET", path=path) if path else None,
    )


def _reasons(source, target, plugin=None):
    graph = build(plugin or DataFlow(minimum=0.0), [source, target])
    return [edge.reason for edge in edge_between(graph, source.id, target.id)]


@pytest.mark.parametrize(
    ("source", "target", "reason"),
    [
        pytest.param(
            _tool("getOrder", returns=_object(order_id=STRING)),
            _tool("payOrder", {"order_id": STRING}),
            "order_id → order_id",
            id="same name",
        ),
        pytest.param(
            _tool("listThings", returns=_object(calendarId=STRING)),
            _tool("wipe", {"calendar_id": STRING}),
            "calendarId → calendar_id",
            id="other spelling",
        ),
        pytest.param(
            _tool("listUnits", returns=_object(OrgUnitId=STRING)),
            _tool("wipe", {"orgunitid": STRING}),
            "OrgUnitId → orgunitid",
            id="no word borders",
        ),
        pytest.param(
            _tool("checkout", returns=_object(order=_object(id=STRING))),
            _tool("pay", {"order_id": STRING}),
            "order.id → order_id",
            id="entity of the parent",
        ),
        pytest.param(
            _tool("listEvents", returns=_object(items=_list(id=STRING))),
            _tool("deleteEvent", {"eventId": STRING}),
            "items[].id → eventId",
            id="entity of the tool, behind a wrapper",
        ),
        pytest.param(
            _tool("ListBuckets", returns=_object(Buckets=_list(Name=STRING))),
            _tool("GetBucketAcl", {"Bucket": STRING}),
            "Buckets[].Name → Bucket",
            id="the entity itself",
        ),
        pytest.param(
            _tool("GetAllTaskFolders", returns=_list(Id=STRING)),
            _tool("rename", {"folder_id": STRING}),
            "[].Id → folder_id",
            id="end of the entity, answer an array",
        ),
        pytest.param(
            _tool("find", returns=_object(pets=_list(pet_id=STRING))),
            _tool("updatePet", {"id": STRING}),
            "pets[].pet_id → id",
            id="generic parameter of the tool's entity",
        ),
        pytest.param(
            _tool("q", returns=_list(id=STRING), path="/v1/members"),
            _tool("r", {"memberUuid": STRING}),
            "[].id → memberUuid",
            id="entity of the path, kinds of identifiers",
        ),
        pytest.param(
            _tool("listTags", returns=_object(tags={"type": "array", "items": STRING})),
            _tool("tagIt", {"tag": STRING}),
            "tags[] → tag",
            id="elements that are plain values",
        ),
        pytest.param(
            _tool("listColors", returns={"type": "array", "items": STRING}),
            _tool("paint", {"color": STRING}),
            "[] → color",
            id="the answer is a bare array of values",
        ),
        pytest.param(
            _tool("FinanceGetTimePeriods", returns=_list(Id=STRING)),
            _tool("close", {"timePeriodName": STRING}),
            "[].Id → timePeriodName",
            id="the subject of the tool",
        ),
        pytest.param(
            _tool("ListGivingPages", returns=_list(id=STRING)),
            _tool("thank", {"campaignId": STRING | {"description": "The giving page"}}),
            "[].id → campaignId",
            id="the subject is in the description",
        ),
        pytest.param(
            _tool("GetAllBadgeListsOfYourAccount", returns=_list(id=STRING)),
            _tool("wipe", {"badge_list_id": STRING}),
            "[].id → badge_list_id",
            id="a verb's word that is a noun",
        ),
        pytest.param(
            _tool("listTicketTypes", returns=_list(name=STRING)),
            _tool("createTicket", {"type": STRING}),
            "[].name → type",
            id="a generic name with a list of its own",
        ),
    ],
)
def test_fits(source, target, reason):
    """An output that a parameter can be taken from is found, with its path as the reason."""
    assert reason in _reasons(source, target)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        pytest.param(
            _tool("listCats", returns=_list(id=STRING)),
            _tool("getInvoice", {"id": STRING}),
            id="generic names of two entities",
        ),
        pytest.param(
            _tool("listCats", returns=_object(order_id=_list(a=STRING))),
            _tool("pay", {"order_id": STRING}),
            id="an array for a string",
        ),
        pytest.param(
            _tool("listCats", returns=_object(color={"type": "string", "enum": ["red"]})),
            _tool("paint", {"color": {"type": "string", "enum": ["blue"]}}),
            id="no allowed value in common",
        ),
        pytest.param(
            _tool("listCats", returns=_object(nextPageToken=STRING, limit=STRING)),
            _tool("listDogs", {"pageToken": STRING, "limit": STRING, "nextPageToken": STRING}),
            id="parameters that steer the call",
        ),
        pytest.param(
            _tool("getOrder", returns=_object(status=STRING)),
            _tool("listOrders", {"status": STRING}),
            id="an attribute that tells nothing apart",
        ),
        pytest.param(
            _tool("getOrder", returns=_object(paid={"type": "boolean"})),
            _tool("listOrders", {"paid": {"type": "boolean"}}),
            id="truth values",
        ),
        pytest.param(
            _tool("listChannels", returns=_object(data=_list(spaceId=STRING))),
            _tool("openChannel", {"channelId": STRING}),
            id="another entity's id",
        ),
        pytest.param(
            _tool("getFile", returns=_object(errors=_list(code=STRING))),
            _tool("wipe", {"file_code": STRING}),
            id="part of an error",
        ),
        pytest.param(
            _tool("listCats", returns=_list(id=STRING, name=STRING)),
            _tool("createCat", {"id": STRING, "name": STRING}),
            id="what the caller makes up",
        ),
        pytest.param(
            _tool("listCats", returns=_list(id=STRING, max_results=STRING, order_by=STRING)),
            _tool("findCats", {"max_results": STRING, "order_by": STRING}),
            id="bounds and orders",
        ),
    ],
)
def test_does_not_fit(source, target):
    """What only looks alike is not joined."""
    assert _reasons(source, target) == []


def test_samples_lists_lead_to_their_entities():
    """In the sample catalog every list tool leads to get, update and delete of its entity."""
    graph = build(DataFlow(), sample_tools())
    shown = {
        (graph.nodes[edge.source], graph.nodes[edge.target]): edge.reason
        for edge in graph.edges()
        if edge.reason.endswith("→ order_id")
    }

    for verb in ("get", "update", "delete", "cancel"):
        assert shown["shop/list_orders", f"shop/{verb}_order"] == "orders[].order_id → order_id"


def test_a_list_is_a_better_source_than_an_echo():
    """A tool that needs an id itself scores lower as its source than one that lists it."""
    graph = build(DataFlow(minimum=0.0, share=0.0), sample_tools())
    score = {
        graph.nodes[edge.source]: edge.score
        for edge in graph.edges()
        if graph.nodes[edge.target] == "shop/delete_order" and edge.reason.endswith("→ order_id")
    }

    assert max(score, key=lambda name: score[name]) == "shop/list_orders"
    assert score["shop/get_order"] < score["shop/list_orders"]


def test_foreign_keys_flow_from_the_other_entity():
    """An order's product comes from the products."""
    graph = build(DataFlow(), sample_tools())
    edges = edge_between(graph, "shop/list_products", "shop/create_order")

    assert [edge.reason for edge in edges] == ["products[].product_id → product_id"]


def test_only_tools_nearby_are_looked_at():
    """Of two lists of users, the one with the target's spellings and paths is its source."""
    near = _tool("listUsers", {"x-tenant": STRING}, _list(id=STRING), path="/acme/v7/users")
    apart = _tool("allUsers", {"limit": STRING}, _list(id=STRING), path="/people")
    target = _tool("dropUser", {"user_id": STRING, "x-tenant": STRING}, path="/acme/v7/users/drop")
    graph = build(DataFlow(minimum=0.0, neighbours=1), [apart, target, near])

    assert {graph.nodes[edge.source] for edge in graph.edges()} == {"t/listUsers"}


@pytest.mark.parametrize("bound", [1, 3])
def test_sources_of_a_parameter_are_bounded(bound):
    """Each parameter keeps its best sources only."""
    graph = build(DataFlow(per_parameter=bound, minimum=0.0, share=0.0), sample_tools())
    count: dict[tuple[int, str], int] = {}
    for edge in graph.edges():
        key = (edge.target, edge.reason.split(" → ")[1])
        count[key] = count.get(key, 0) + 1

    assert max(count.values()) == bound


def test_a_higher_minimum_only_takes_edges_away():
    """Edges at a higher minimum are those of a lower one that score more."""
    low, high = (build(DataFlow(minimum=least), sample_tools()) for least in (0.05, 0.3))

    assert [edge for edge in low.edges() if edge.score > 0.3] == list(high.edges())
    assert 0 < len(high) < len(low)


def test_sources_far_behind_the_best_are_left_out():
    """Edges of a higher share are those of a lower one that are near enough to the best."""
    low, high = (build(DataFlow(minimum=0.0, share=share), sample_tools()) for share in (0.0, 0.9))

    assert set(high.edges()) < set(low.edges())


@pytest.mark.parametrize(
    "options", [{"per_parameter": 0}, {"minimum": 1.0}, {"share": 1.5}, {"neighbours": 0}], ids=str
)
def test_wrong_options_are_refused(options):
    """An option out of its range is refused."""
    with pytest.raises(ValueError):
        DataFlow(**options)
