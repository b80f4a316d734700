"""How models are asked: recordings, retries, deadlines, budget and accounting around any endpoint."""

from scaleenv_core.endpoints.asking import RoleEndpoint
from scaleenv_core.endpoints.counting import Counted
from scaleenv_core.endpoints.ledger import Ledger, Spent
from scaleenv_core.endpoints.opening import Endpoints, open_client
from scaleenv_core.endpoints.recordings import Recording

__all__ = ["Counted", "Endpoints", "Ledger", "Recording", "RoleEndpoint", "Spent", "open_client"]
