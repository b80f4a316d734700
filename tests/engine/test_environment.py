"""A live environment answers, refuses, rolls back, resets, and repeats itself."""

import itertools
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scaleenv_core.engine import (
    Environment,
    SqliteStore,
    compare_changes,
    describe_change,
    fingerprint,
    load_domain,
)
from scaleenv_core.engine.seedreads import SeedReads
from scaleenv_core.errors import DomainError, ToolCrash, ToolLied
from scaleenv_core.testing.shop import SCHEMA, TOOLS, write_shop
from scaleenv_core.types import RowChange, Tool, Touched


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return load_domain(write_shop(tmp_path_factory.mktemp("domains") / "shop"))


@pytest.fixture
def live(shop):
    with Environment(shop) as environment:
        yield environment


@pytest.mark.parametrize(
    ("tool", "arguments", "status", "part"),
    [
        pytest.param("get_order", {"order_id": "o1"}, "answered", '"price":10.0', id="answer"),
        pytest.param("get_order", {"order_id": "o99"}, "refused", "no order 'o99'", id="missing row"),
        pytest.param("get_order", {"order_id": 5}, "rejected", "argument 'order_id': 5", id="wrong type"),
        pytest.param("get_order", {}, "rejected", '"order_id" is a required', id="missing argument"),
        pytest.param("get_oder", {}, "rejected", "did you mean 'get_order'", id="unknown tool"),
        pytest.param("get_order", "{broken", "rejected", "not a JSON object", id="not JSON"),
        pytest.param("get_order", {"order_id": "o1", "ordr": 1}, "rejected", "unknown argument", id="extra"),
        pytest.param("create_order", {"customer_id": "c9"}, "refused", "FOREIGN KEY", id="foreign key"),
        pytest.param("list_orders", {"status": "lost"}, "rejected", "status", id="enum"),
    ],
)
def test_observations(live, tool, arguments, status, part):
    """Each kind of call gives an observation that an agent can act on."""
    seen = live.call(tool, arguments)

    assert seen.status == status
    assert part in seen.text.replace('\\"', '"')


def test_writes_are_described(live):
    """A write is a row change with both images, told in words."""
    live.call("cancel_order", {"order_id": "o1"})

    lines = [line for change in live.changes for line in describe_change(change)]

    assert lines == [
        'orders["o1"].status: "open" → "cancelled"',
        'orders["o1"].changed_at: "2025-12-01T00:00:00Z" → "2026-01-01T09:00:00Z"',
    ]


def test_reads_leave_no_trace(live):
    """Reading changes neither rows nor fingerprint."""
    before = live.fingerprint

    live.call("list_orders", {})

    assert live.changes == ()
    assert live.fingerprint == before


def test_observed_tables(live):
    """What a call touched is observed."""
    record = live.call("cancel_order", {"order_id": "o1"}).record

    row = (Touched(table="orders", keys=(("o1",),)),)
    assert (record.reads, record.writes, record.tables) == (row, row, ("orders",))


def test_reset_is_the_start(live):
    """After a reset the rows and the ids are those of the start."""
    first = live.call("create_order", {"customer_id": "c1"}).text
    live.call("purge_customer", {"customer_id": "c2"})

    live.reset()

    assert live.changes == ()
    assert live.call("create_order", {"customer_id": "c1"}).text == first


def test_instances_are_isolated(shop):
    """What one instance writes no other sees."""
    with Environment(shop) as one, Environment(shop) as other:
        one.call("cancel_order", {"order_id": "o1"})

        assert other.call("get_order", {"order_id": "o1"}).content["status"] == "open"


def test_failed_call_leaves_nothing(tmp_path):
    """A tool that fails half way is rolled back, ids included, and is a crash."""
    code = TOOLS + (
        '\n\n@write_tool("half")\ndef half(db: Database) -> dict:\n    """Fail late."""\n'
        '    create_order(db, "c1")\n    return {}["lost"]\n'
    )
    half = Tool(id="shop/half", name="half", description="Fail.", parameters={"type": "object"})
    with Environment(load_domain(write_shop(tmp_path / "shop", tools=code, extra=(half,)))) as live:
        with pytest.raises(ToolCrash, match=r"'half': KeyError: 'lost' \(line"):
            live.call("half", {})

        assert live.changes == ()
        assert live.call("create_order", {"customer_id": "c1"}).content["order_id"] == "orders-0001"


def test_a_read_that_writes_is_caught(tmp_path):
    """A tool declared as reading that writes is an error naming tool and table."""
    code = TOOLS.replace('@write_tool("cancel_order")', '@read_tool("cancel_order")')
    domain = load_domain(write_shop(tmp_path / "shop", tools=code))

    with Environment(domain) as live, pytest.raises(ToolLied, match=r"cancel_order.*wrote orders"):
        live.call("cancel_order", {"order_id": "o1"})


CALLS = st.lists(
    st.one_of(
        st.tuples(
            st.just("cancel_order"), st.fixed_dictionaries({"order_id": st.sampled_from(["o1", "o2", "o3"])})
        ),
        st.tuples(
            st.just("create_order"),
            st.fixed_dictionaries(
                {"customer_id": st.sampled_from(["c1", "c2", "c9"]), "price": st.floats(0, 99)}
            ),
        ),
        st.tuples(
            st.just("purge_customer"),
            st.fixed_dictionaries({"customer_id": st.sampled_from(["c1", "c2", "c3"])}),
        ),
    ),
    max_size=8,
)


def dump(environment):
    tables = environment.domain.schema.tables
    return {
        (table, tables[table].key_of(row)): row for table, rows in environment.rows().items() for row in rows
    }


@settings(max_examples=60, deadline=None)
@given(calls=CALLS)
def test_journal_equals_a_full_comparison(shop, calls):
    """The journal's rows are exactly those that differ between two whole dumps."""
    with Environment(shop) as live:
        before = dump(live)
        for tool, arguments in calls:
            try:
                live.call(tool, arguments)
            except ToolCrash:  # purging a customer twice
                continue
        after = dump(live)

        differ = {key for key in {*before, *after} if before.get(key) != after.get(key)}
        assert {(change.table, change.key) for change in live.changes} == differ


@settings(max_examples=30, deadline=None)
@given(calls=CALLS)
def test_replay_is_equal(shop, calls):
    """The same calls on the same rows give the same texts and fingerprint."""

    def play():
        texts = []
        with Environment(shop) as live:
            for tool, arguments in calls:
                try:
                    texts.append(live.call(tool, arguments).text)
                except ToolCrash as exc:
                    texts.append(str(exc))
            return texts, live.fingerprint, live.changes

    one, other = play(), play()

    assert one == other
    assert list(compare_changes(one[2], other[2], shop.manifest.compare)) == []


READS = st.sampled_from(
    [("list_orders", {}), ("list_orders", {"customer_id": "c1"}), ("get_order", {"order_id": "o1"})]
)


@settings(max_examples=60, deadline=None)
@given(
    calls=st.lists(st.one_of(CALLS.map(lambda calls: calls[:1]), READS.map(lambda read: [read])), max_size=12)
)
def test_remembered_reads_are_true(shop, calls):
    """What a domain remembers of its seed rows is what the database would answer, whatever was written."""

    def play(forget):
        with Environment(shop) as live:
            for tool, arguments in itertools.chain.from_iterable(calls):
                if forget:
                    shop.seed_reads[SqliteStore].forget()
                try:
                    yield live.call(tool, arguments).record, live.call("list_orders", {}).text
                except ToolCrash as exc:
                    yield str(exc)

    assert list(play(forget=False)) == list(play(forget=False)) == list(play(forget=True))


def test_answers_are_not_shared(shop):
    """A tool that changes what it was given changes nobody else's rows."""
    with Environment(shop) as one, Environment(shop) as other:
        before = one._database.get("customers", "c1")
        one._database.get("customers", "c1")["tags"].append("changed")
        one._database.find("customers")[0]["name"] = "changed"

        assert other._database.get("customers", "c1") == one._database.get("customers", "c1") == before
        assert other._database.find("customers")[0] == before


def test_long_answers_are_not_remembered():
    """What is remembered is bounded: long answers are not, and too many are forgotten."""
    reads = SeedReads()
    reads.keep(("long",), ([()] * 2000, []))
    assert reads.answers == {}

    for number in range(200):
        reads.keep((number,), ([()] * 900, []))
        assert sum(len(rows) for rows, _ in reads.answers.values()) <= 50_000
    assert (199,) in reads.answers


def test_exempt_columns_do_not_count(shop):
    """A change of exempt columns alone leaves the fingerprint of nothing done."""
    before = {"order_id": "o1", "changed_at": "then"}
    change = RowChange(table="orders", key=("o1",), before=before, after={**before, "changed_at": "now"})

    compare = shop.manifest.compare

    assert compare == {"orders.changed_at": "exempt"}
    assert fingerprint([change], compare) == fingerprint([], compare)
    assert fingerprint([change], {}) != fingerprint([], {})


@pytest.mark.parametrize(
    ("change", "part"),
    [
        pytest.param(("policy.md", None), "policy.md: no such file", id="missing file"),
        pytest.param(("tools.py", "def f(:"), "tools.py: invalid syntax", id="syntax"),
        pytest.param(("tools.py", "import os"), "'os' may not be imported", id="import"),
        pytest.param(("tools.py", "open('x')"), "name 'open' is not defined", id="builtin"),
        pytest.param(("schema.py", "x = 1"), "defines no 'metadata'", id="no metadata"),
        pytest.param(("schema.py", SCHEMA.replace("Float", "LargeBinary")), "use String", id="type"),
        pytest.param(
            ("schema.py", SCHEMA.replace('customer_id")', 'customer_id", ondelete="CASCADE")', 1)),
            "cascades",
            id="cascade",
        ),
        pytest.param(
            (
                "schema.py",
                SCHEMA.replace("Boolean)", 'Boolean, unique=True, sqlite_on_conflict_unique="REPLACE")'),
            ),
            "ON CONFLICT",
            id="on conflict",
        ),
        pytest.param(("domain.json", "{"), "domain.json", id="manifest"),
    ],
)
def test_broken_folders(tmp_path, change, part):
    """A broken domain folder is one clear line that names the file."""
    folder = write_shop(tmp_path / "shop")
    name, text = change
    if text is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(text)

    with pytest.raises(DomainError, match=part.replace("(", r"\(")):
        load_domain(folder)


def test_dangling_seed_row(tmp_path):
    """Seed rows that refer to nothing are found when the database is made."""
    folder = write_shop(tmp_path / "shop")
    rows = (
        (folder / "rows.jsonl")
        .read_text()
        .replace('"customer_id":"c1","status"', '"customer_id":"c8","status"')
    )
    (folder / "rows.jsonl").write_text(rows)

    with pytest.raises(DomainError, match=r"a row of 'orders' refers to no row of 'customers'"):
        Environment(load_domain(folder))


def test_same_bytes_in_another_process(tmp_path, shop):
    """Another process gives the same answers and fingerprint."""
    script = (
        "import sys; from pathlib import Path; from scaleenv_core.engine import Environment, load_domain\n"
        "e = Environment(load_domain(Path(sys.argv[1])))\n"
        "print(e.call('create_order', {'customer_id': 'c1'}).text, e.fingerprint)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(shop.path)], capture_output=True, text=True, check=True
    )

    with Environment(shop) as live:
        text = live.call("create_order", {"customer_id": "c1"}).text
        assert done.stdout.split() == [text, live.fingerprint]
