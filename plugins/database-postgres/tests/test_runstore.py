"""A run's store on a real PostgreSQL server."""

from itertools import count

import psycopg
import pytest
from scaleenv_database_postgres.testing import binary, temporary_server

from scaleenv_core.testing.runstore import RunStoreContract

pytestmark = pytest.mark.skipif(binary("pg_ctl") is None, reason="no PostgreSQL server programs here")
_numbers = count()


@pytest.fixture(scope="module")
def server():
    with temporary_server() as made:
        yield made


class TestContract(RunStoreContract):
    @pytest.fixture
    def url(self, server):
        name = f"run{next(_numbers)}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"create database {name}")
            about = connection.info
            return f"postgresql+psycopg://{about.user}@/{name}?host={about.host}"
