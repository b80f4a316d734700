"""On a real server, everything answers as on the built-in database."""

import pytest
from scaleenv_database_postgres import Postgres
from scaleenv_database_postgres.testing import binary, temporary_server

from scaleenv_core.engine import Environment, load_domain
from scaleenv_core.errors import StageError
from scaleenv_core.testing.database import DatabaseContract
from scaleenv_core.testing.shop import TOOLS, write_shop
from scaleenv_core.types import Tool

SUMS = '''

@read_tool("totals")
def totals(db: Database) -> list:
    """Sum up."""
    orders = db.tables.orders
    sums = select(
        orders.c.status,
        func.sum(orders.c.price).label("price"),
        func.count().label("orders"),
        func.avg(func.length(orders.c.order_id)).label("length"),
    )
    return db.select(sums.group_by(orders.c.status).order_by(orders.c.status))
'''

pytestmark = pytest.mark.skipif(binary("pg_ctl") is None, reason="no PostgreSQL server programs here")


@pytest.fixture(scope="session")
def url():
    with temporary_server() as made:
        yield made


class TestContract(DatabaseContract):
    @pytest.fixture
    def plugin(self, url):
        return Postgres(url)


def test_select_sums_alike(url, tmp_path):
    """Sums and averages come as the numbers that SQLite gives."""
    header = "from scaleenv_core.engine import"
    code = TOOLS.replace(header, f"from sqlalchemy import func, select\n{header}", 1) + SUMS
    totals = Tool(id="shop/totals", name="totals", description="Sum up.", parameters={"type": "object"})
    domain = load_domain(write_shop(tmp_path / "shop", tools=code, extra=(totals,)))

    def answer(**options):
        with Environment(domain, **options) as live:
            return live.call("totals", {}).text

    assert answer() == answer(open_store=lambda wanted: Postgres(url).open_store(wanted))


def test_no_server(tmp_path):
    """A server that is not there is one clear line."""
    domain = load_domain(write_shop(tmp_path / "shop"))

    with pytest.raises(StageError, match="no PostgreSQL server"):
        Postgres(f"host={tmp_path} connect_timeout=2").open_store(domain)
