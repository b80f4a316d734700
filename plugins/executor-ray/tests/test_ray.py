"""On a real Ray cluster of this machine, work is done as by processes, and rollouts are the same."""

import pytest
from scaleenv_executor_ray import OnRay

from scaleenv_core.errors import StageError
from scaleenv_core.testing.executor import ExecutorContract

try:
    import ray
except ImportError:
    ray = None

needs_ray = pytest.mark.skipif(ray is None, reason="Ray is not installed: nox -s tests_ray")


@pytest.mark.filterwarnings("default")  # Ray's own
@needs_ray
class TestContract(ExecutorContract):
    @pytest.fixture
    def plugin(self):
        return OnRay(cpus=0.5)


@pytest.mark.skipif(ray is not None, reason="Ray is installed")
def test_without_ray():
    """Where the library is not installed, one line says how to get it."""
    session = OnRay().open_executor(start=int, count=1)

    with pytest.raises(StageError, match=r"pip install 'scaleenv-executor-ray\[ray\]'"):
        next(iter(session.run([1])))
