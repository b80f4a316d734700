"""Endpoint: dense vectors by any server that speaks OpenAI's ``/v1/embeddings``."""

from __future__ import annotations

import os
import time
from array import array
from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from attrs import field, frozen
from attrs.validators import ge, gt, min_len

from scaleenv_core import hookimpl
from scaleenv_core.errors import StageError
from scaleenv_core.types import Vector

if TYPE_CHECKING:
    import httpx

__all__ = ["Endpoint"]

_LONGEST = 60.0
"""Seconds waited between two attempts at most, whatever the server asks for."""


@frozen(kw_only=True)
class Endpoint:
    """Asks a server for vectors, some texts at a time; tries again what may pass.

    Status 408, 409, 429 and 5xx, a connection that fails and an answer that does not come are
    tried again, each time after twice the wait, or after what the server's ``Retry-After``
    says. Anything else, and an answer that does not fit the question, ends the run with one line.
    """

    base_url: str = field(default="http://localhost:8000/v1", validator=min_len(1))
    """Where the server is, with its ``/v1``."""

    model: str = ""
    """The model's name, as the server knows it; may stay empty where it serves only one."""

    key_variable: str = "OPENAI_API_KEY"
    """The environment variable with the key; nothing is sent where it is not set."""

    batch: int = field(default=64, validator=ge(1))
    """Texts a request."""

    timeout: float = field(default=60.0, validator=gt(0.0))
    """Seconds without a byte of the answer, after which a request has failed."""

    attempts: int = field(default=5, validator=ge(1))
    """Times a request is made before the run gives up."""

    wait: float = field(default=1.0, validator=ge(0.0))
    """Seconds before the second attempt."""

    @hookimpl
    def embed_texts(self, texts: Sequence[str]) -> list[Vector]:
        """One dense vector a text; all of one length."""
        import httpx

        key = os.environ.get(self.key_variable, "")
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        made: list[Vector] = []
        with httpx.Client(headers=headers, timeout=self.timeout) as client:
            for start in range(0, len(texts), self.batch):
                some = list(texts[start : start + self.batch])
                made += self._read(self._answer(client, some), len(some))
        if len({len(vector.values) for vector in made}) > 1:
            raise self._error("gave vectors of different lengths")
        return made

    def _answer(self, client: httpx.Client, texts: list[str]) -> Any:
        import httpx

        url = f"{self.base_url.rstrip('/')}/embeddings"
        body = {"model": self.model, "input": texts, "encoding_format": "float"}
        said = ""
        for attempt in range(self.attempts):
            wait = self.wait * 2**attempt
            try:
                answer = client.post(url, json=body)
            except httpx.TransportError as exc:
                said = f"{type(exc).__name__}: {exc}"
            except (httpx.InvalidURL, httpx.UnsupportedProtocol) as exc:
                raise self._error(f"cannot be asked: {exc}") from exc
            else:
                if answer.is_success:
                    return _json(answer)
                said = f"status {answer.status_code}: {answer.text[:200]}"
                if answer.status_code not in (408, 409, 429) and answer.status_code < 500:
                    break
                wait = _asked_wait(answer, wait)
            if attempt + 1 < self.attempts:
                time.sleep(min(wait, _LONGEST))
        raise self._error(f"gave no vectors: {' '.join(said.split())}")

    def _read(self, answer: Any, count: int) -> list[Vector]:
        try:
            rows = sorted(answer["data"], key=lambda row: row["index"])
            made = [Vector(array("f", row["embedding"])) for row in rows]
            places = [row["index"] for row in rows]
        except (TypeError, KeyError, OverflowError) as exc:
            raise self._error(f"gave an answer of another form: {type(exc).__name__} {exc}") from exc
        if places != list(range(count)):
            raise self._error(f"gave {len(made)} vectors for {count} texts")
        if not all(vector.values and all(map(isfinite, vector.values)) for vector in made):
            raise self._error("gave a vector that is empty or not finite")
        return made

    def _error(self, what: str) -> StageError:
        return StageError(f"embeddings endpoint {self.base_url} (model {self.model!r}) {what}")


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:  # not JSON, or not UTF-8: read as an answer of another form
        return None


def _asked_wait(answer: httpx.Response, wait: float) -> float:
    try:
        return max(wait, float(answer.headers.get("Retry-After", "")))
    except ValueError:  # absent, or a date
        return wait
