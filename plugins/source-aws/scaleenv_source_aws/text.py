"""AWS documents in HTML; people and agents read plain text."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from html.parser import HTMLParser

_SIMPLE = re.compile(r"\s*<p>([^<]*)</p>\s*|([^<]*)")
_BLOCKS = {
    "p", "div", "ul", "ol", "dl", "dt", "dd", "note", "important", "warning", "pre",
    "h1", "h2", "h3", "h4", "h5", "table", "tr", "caution", "tip",
    "fullname", "blockquote", "section",
}  # fmt: skip
_LISTS = {"ul", "ol", "dl"}


@lru_cache(maxsize=65536)
def plain_text(html: str) -> str:
    r"""The whole text: a blank line between paragraphs, ``- `` before list items, entities decoded.

    >>> plain_text("<p>One &amp; <code>two</code>.</p><ul><li><p>first</p></li><li>second</li></ul>")
    'One & two.\n\n- first\n- second'
    """
    simple = _SIMPLE.fullmatch(html)
    if simple:  # most of them; the parser costs thirty times as much
        return " ".join(unescape(simple[1] or simple[2] or "").split())
    page = _Page()
    page.feed(html)
    page.close()
    return page.text()


class _Page(HTMLParser):
    """Collects lines; each knows how deep in lists it is and whether a blank one goes before it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.words = ""
        self.lists: list[list[int]] = []
        self.marker = ""
        self.verbatim = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _BLOCKS or tag == "li":
            self._end_line()
        if tag == "br":
            self._end_line()
        elif tag in _LISTS:
            self.lists.append([0, tag == "ol"])
        elif tag in ("li", "dt"):
            self._item()
        elif tag == "pre":
            self.verbatim += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS or tag == "li":
            self._end_line()
            if tag in _LISTS and self.lists:
                self.lists.pop()
            if tag == "li":
                self.marker = ""
            if not self.lists:
                self._blank()
        if tag == "pre":
            self.verbatim = max(0, self.verbatim - 1)

    def handle_data(self, data: str) -> None:
        if not self.verbatim:
            self.words += data
            return
        first, *rest = data.split("\n")
        self.words += first
        for line in rest:
            self._end_line()
            self.words = line

    def text(self) -> str:
        """What was read, without blank lines at either end."""
        self._end_line()
        return "\n".join(self.lines).strip("\n")

    def _item(self) -> None:
        if self.lists:
            self.lists[-1][0] += 1
            count, numbered = self.lists[-1]
            self.marker = f"{count}. " if numbered else "- "

    def _end_line(self) -> None:
        line = self.words.rstrip() if self.verbatim else " ".join(self.words.split())
        self.words = ""
        if not line.strip():
            return
        indent = "  " * max(0, len(self.lists) - (1 if self.marker else 0))
        self.lines.append(f"{indent}{self.marker}{line}")
        self.marker = ""

    def _blank(self) -> None:
        if self.lines and self.lines[-1]:
            self.lines.append("")
