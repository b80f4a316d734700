"""On a real Ray cluster of this machine, work is done as by processes, and rollouts are the same."""

import pytest
from scaleenv_executor_ray import OnRay

from scaleenv_core.errors import StageError
from scaleenv_core.testing.executor import ExecutorContract

try:
    import ray
except ImportError:
    ray = None


@pytest.fixture(scope="module")
def cluster():
    """Ray on this machine: one for all tests, for it takes its time to start."""
    if ray is None:
        pytest.skip("Ray is not installed: nox -s tests_ray")
    ray.init(
        num_cpus=2,
        object_store_memory=100_000_000,
        include_dashboard=False,
        logging_level="ERROR",
        log_to_driver=False,
    )
    yield
    ray.shutdown()


class TestContract(ExecutorContract):
    @pytest.fixture
    def plugin(self, cluster):
        return OnRay(cpus=0.5)


@pytest.mark.skipif(ray is not None, reason="Ray is installed")
def test_without_ray():
    """Where the library is not installed, one line says how to get it."""
    session = OnRay().open_executor(start=int, count=1)

    with pytest.raises(StageError, match=r"pip install 'scaleenv-executor-ray\[ray\]'"):
        next(iter(session.run([1])))
