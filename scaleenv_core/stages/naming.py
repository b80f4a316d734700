"""Domains named without a language model: a title, a sentence and a slug that a person recognises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import log
from unicodedata import normalize

from attrs import frozen

from scaleenv_core.names import digest, slug
from scaleenv_core.stages.telling import Telling
from scaleenv_core.types import Tool

_COMPANION = 0.42
"""A further word joins the title if it scores at least this share of the first one's."""

_COMPOUND = 0.25
"""Two words are one thing if they stand together in so many of the tools of the rarer one."""

_HALF = 0.6
"""A word that stands in the same pair so often is half a name: ``hubspot`` is, ``contact`` is not."""

_OPENER = 0.3
"""A word that begins so many descriptions of the tools that have it is a verb."""

_LEAST = 0.15
"""What scores less than this share of the best word is not about the domain."""

_RARE = 3.0
"""A word that three domains are full of is as telling as one can be: rarer ones are typing errors."""


@frozen(kw_only=True)
class DomainName:
    """What a domain is called."""

    slug: str
    """Unique: lower case, digits and hyphens."""

    title: str
    """Unique, in title case: ``Invoices and Customers``."""

    summary: str
    """One sentence: what is done, to what, by how many tools, of whom."""


def named(domains: Sequence[Sequence[Tool]]) -> list[DomainName]:
    """The names of a catalog's domains, in their order.

    A word or a pair of words scores its share of the domain's tools (a word of a name counts
    whole, one of a tag, a path or a description less) times its IDF over the domains. The best
    and the next best that says something else make the title; of domains that would be called
    the same, each gets its next best word against the others. ``service`` is read for the
    summary alone. The same domains in any order, of tools in any order, are named the same.
    """
    said = [Telling.of(tools) for tools in domains]
    scores = _Scores.of(said)
    ranked = [_Ranked.of(one, scores) for one in said]
    titles = _unlike(ranked)
    slugs = slugs_of(titles)
    return [
        DomainName(slug=slugs[title], title=title, summary=one.summary(tools))
        for title, one, tools in zip(titles, ranked, domains, strict=True)
    ]


def slugs_of(titles: Sequence[str]) -> dict[str, str]:
    """Each title's slug; no two alike."""
    taken: set[str] = set()
    return {title: _free(_slug(title), taken) for title in sorted(titles)}


def _slug(title: str) -> str:
    """A title as a folder's name; where letters have none in ASCII, a mark of the title follows."""
    plain = normalize("NFKD", title)
    lost = any(sign.isalpha() and not sign.isascii() for sign in plain)
    made = slug(plain.encode("ascii", "ignore").decode())
    return f"{made[:50]}-{digest(title)[:6]}" if lost else made


def _free(wanted: str, taken: set[str]) -> str:
    candidate, count = wanted, 2
    while candidate in taken:
        candidate, count = f"{wanted[:56].rstrip('-')}-{count}", count + 1
    taken.add(candidate)
    return candidate


@frozen
class _Scores:
    """How telling each word is in a catalog."""

    domains: int
    shares: dict[str, float]
    """Term → the sum of its shares of the domains."""

    openers: Counter[str]
    heard: Counter[str]
    spelt: dict[str, Counter[str]]
    """Stem → how often it is spelt how."""

    @classmethod
    def of(cls, said: Sequence[Telling]) -> _Scores:
        shares: dict[str, float] = {}
        openers: Counter[str] = Counter()
        heard: Counter[str] = Counter()
        spelt: dict[str, Counter[str]] = {}
        for one in said:
            openers.update(one.openers)
            for stem, forms in one.spelt.items():
                spelt.setdefault(stem, Counter()).update(forms)
            for term, tools in one.tools.items():
                shares[term] = shares.get(term, 0.0) + one.share(term)
                heard[term] += len(tools)
        return cls(len(said), shares, openers, heard, spelt)

    def of_term(self, term: str, said: Telling) -> float:
        """A term's score in a domain; every word of a pair has to tell something."""
        score = said.share(term) * log(1 + self.domains / max(_RARE, self.shares[term]))
        for word in term.split():
            if self.openers[word] >= _OPENER * self.heard[word]:
                score *= 0.3
        return round(score, 9)


@frozen
class _Ranked:
    """A domain's terms, the most telling first."""

    said: Telling
    scores: dict[str, float]
    terms: tuple[str, ...]
    spelt: dict[str, Counter[str]]
    """In the whole catalog."""

    @classmethod
    def of(cls, said: Telling, scores: _Scores) -> _Ranked:
        made = {term: scores.of_term(term, said) for term in said.worth}
        # What one tool of many says is no name for them all.
        least = 1 if said.size < 4 else 2
        terms = [term for term in made if len(said.tools[term]) >= least] or list(made)
        halves: set[str] = set()
        for pair in (term for term in terms if " " in term):
            for word in pair.split():
                if len(said.tools[pair]) >= _HALF * len(said.tools.get(word, pair)):
                    halves.add(word)
                    made[pair] = max(made[pair], made.get(word, 0.0))
        terms = [term for term in terms if term not in halves]
        terms.sort(key=lambda term: (-made[term], -len(said.tools[term]), -len(term.split()), term))
        return cls(said, made, tuple(terms[:60]), scores.spelt)

    def chosen(self) -> list[str]:
        """The best term, and the next best that adds to it."""
        if not self.terms:
            return []
        first = self.terms[0]
        others = [term for term in self.terms[1:] if not _overlap(term, first)]
        best = max(others, key=lambda term: self._gain(term, first), default=None)
        if best is None or self._gain(best, first) < _COMPANION * self.scores[first]:
            return [first]
        return [first, best]

    def _gain(self, term: str, first: str) -> float:
        """A term's score, less for tools that the first term has named already."""
        tools = self.said.tools[term]
        fresh = len(tools - self.said.tools[first]) / len(tools)
        return self.scores[term] * (0.6 + 0.4 * fresh)

    def title(self, terms: Sequence[str]) -> str:
        """Terms as a title: two that belong together as one, others as a series."""
        if len(terms) == 2 and (pair := self._pair(*terms)):
            return self.shown(pair)
        return _series([self.shown(term) for term in terms]) or self.said.plainest.strip() or "Tools"

    def _pair(self, one: str, other: str) -> str:
        """The two terms as one compound, in the order that the tools say them; empty if they are two."""
        for left, right in ((one, other), (other, one)):
            joint = f"{left.split()[-1]} {right.split()[0]}"
            together = len(self.said.tools.get(joint, ()))
            if together >= _COMPOUND * min(len(self.said.tools[one]), len(self.said.tools[other])):
                return f"{left} {right}"
        return ""

    def shown(self, term: str) -> str:
        """A term in title case: the last word in the number it is mostly said in, the others singular."""
        *before, last = term.split()
        return " ".join([*(self._word(word, many=False) for word in before), self._word(last, many=True)])

    def _word(self, stem: str, *, many: bool) -> str:
        forms: Counter[str] = Counter()
        for form, count in self.said.spelt[stem].items():
            forms[form.lower()] += count
        plural = sorted((form for form in forms if form != stem), key=lambda form: (-forms[form], form))
        one = stem if stem in forms or any(form.lower() == stem for form in self.spelt[stem]) else plural[0]
        plain = plural[0] if many and plural and forms[plural[0]] * 6 >= sum(forms.values()) else one
        # As the domain spells it, else as the catalog does.
        own = _own(plain, self.said.spelt[stem]) or _own(plain, self.spelt[stem])
        return own or plain.capitalize()

    def summary(self, tools: Sequence[Tool]) -> str:
        """One sentence: verbs, things, how many tools, of which service."""
        things: list[str] = []
        for term in self.terms:
            if (
                len(things) < 4
                and self.scores[term] >= _LEAST * self.scores[self.terms[0]]
                and not any(_overlap(term, other) for other in things)
            ):
                things.append(term)
        nouns = _series([_lowered(self.shown(term)) for term in things]) or "what they are named for"
        verbs = [verb for verb, _ in sorted(self.said.verbs.items(), key=lambda row: (-row[1], row[0]))[:3]]
        return f"{len(tools)} tools to {_series(verbs) or 'work with'} {nouns}{_origin(tools)}."


def _unlike(ranked: Sequence[_Ranked]) -> list[str]:
    """A title for each domain; no two alike, but for case."""
    chosen = [one.chosen() for one in ranked]
    titles = [one.title(terms) for one, terms in zip(ranked, chosen, strict=True)]
    for longest in (2, 3):
        for group in _alike(titles):
            counts = Counter(term for number in group for term in ranked[number].terms)
            for number in group:
                one = ranked[number]
                if len(chosen[number]) < longest:
                    chosen[number] += _against(one, chosen[number], counts, len(group))
                titles[number] = one.title(chosen[number])
    while groups := list(_alike(titles)):
        for group in groups:
            group.sort(key=lambda number: ranked[number].said.first)
            for count, number in enumerate(group[1:], start=2):
                titles[number] = f"{titles[number]} {count}"
    return titles


def _alike(titles: Sequence[str]) -> Iterator[list[int]]:
    groups: dict[str, list[int]] = {}
    for number, title in enumerate(titles):
        groups.setdefault(title.lower(), []).append(number)
    return (group for group in groups.values() if len(group) > 1)


def _against(one: _Ranked, chosen: Sequence[str], counts: Counter[str], size: int) -> list[str]:
    """The term that best tells a domain from the others of its title, if there is one."""
    fresh = [term for term in one.terms if not any(_overlap(term, other) for other in chosen)]
    fresh = [term for term in fresh if one.scores[term] >= _LEAST * one.scores[chosen[0]]]
    return sorted(fresh, key=lambda term: (-one.scores[term] * log(1 + size / counts[term]), term))[:1]


def _overlap(one: str, other: str) -> bool:
    """Whether two terms share a word, be it glued to another: ``tasklist`` and ``task``."""
    if set(one.split()) & set(other.split()):
        return True
    glued, whole = sorted((one.replace(" ", ""), other.replace(" ", "")), key=len)
    return len(glued) > 2 and (whole.startswith(glued) or whole.endswith(glued))


def _own(word: str, spelt: Counter[str]) -> str:
    """A name that is spelt in its own way, such as ``GitHub``, ``JQL``, ``S3``; empty for a common word."""
    capital = sum(count for form, count in spelt.items() if form.lower() == word != form)
    own = [
        form
        for form, count in spelt.items()
        if form.lower() == word
        and form not in (word, word.capitalize())
        and not (form.isupper() and len(form) > 5)
        and count * 5 >= capital * 2
    ]
    return max(own, key=lambda form: (spelt[form], form), default="")


def _lowered(title: str) -> str:
    return " ".join(word.lower() if word == word.capitalize() else word for word in title.split())


def _series(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def _origin(tools: Sequence[Tool]) -> str:
    services = Counter(tool.service for tool in tools if tool.service)
    if not services:
        return ""
    ranked = sorted(services.items(), key=lambda row: (-row[1], row[0]))
    name, count = ranked[0]
    if len(ranked) == 1 and count == len(tools):
        return f", all of {name}"
    return f", mostly of {name}" if count * 2 > len(tools) else f", of {len(ranked)} services"
