"""Answers kept on disk: what was asked once is never asked again, by any process."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import orjson
from attrs import define, field
from cattrs.errors import BaseValidationError

from scaleenv_core.chat import chat_request
from scaleenv_core.converters import from_plain, to_plain
from scaleenv_core.errors import WorldError
from scaleenv_core.files import json_text, write_once
from scaleenv_core.names import digest
from scaleenv_core.types import Completion, CompletionRequest, JsonObject


@define(slots=False)
class Recording:
    """One request's place in a folder of answers: a JSON file named by the request's hash.

    The request is hashed in its canonical bytes: the OpenAI form with sorted keys, beside
    the identity of the endpoint. Where two processes ask the same at once, the first answer
    is kept and both go on with it, so that a replay sees what the run saw.
    """

    folder: Path
    identity: JsonObject = field(repr=False)
    request: CompletionRequest = field(repr=False)

    @cached_property
    def _asked(self) -> JsonObject:
        return {"endpoint": self.identity, "request": chat_request(self.request)}

    @cached_property
    def key(self) -> str:
        """The hash."""
        return digest(orjson.dumps(self._asked, option=orjson.OPT_SORT_KEYS))

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / self.key[:2] / f"{self.key}.json"

    def read(self) -> Completion | None:
        """The recorded answer, if there is one."""
        try:
            return from_plain(orjson.loads(self.path.read_bytes())["completion"], Completion)
        except FileNotFoundError:
            return None
        except (ValueError, LookupError, TypeError, BaseValidationError) as exc:
            raise WorldError(f"{self.path} is no recorded completion; delete it to ask anew") from exc

    def write(self, made: Completion) -> Completion:
        """Keep an answer, unless there is one; the one that is kept."""
        if write_once(self.path, json_text({**self._asked, "completion": to_plain(made)})):
            return made
        return self.read() or made
