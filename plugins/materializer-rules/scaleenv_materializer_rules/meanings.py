"""What a text looks like, by the format that is declared and by the words of its name."""

# ruff: noqa: ARG005 - tables of one-line meanings

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from scaleenv_core.names import words

from . import lexicon as lx

if TYPE_CHECKING:
    from .values import Values

Draw = Callable[["Values"], str]

FORMATS: dict[str, Draw] = {
    "date-time": lambda v: v.moment().strftime("%Y-%m-%dT%H:%M:%SZ"),
    "datetime": lambda v: v.moment().strftime("%Y-%m-%dT%H:%M:%SZ"),
    "google-datetime": lambda v: v.moment().strftime("%Y-%m-%dT%H:%M:%SZ"),
    "date": lambda v: v.moment().date().isoformat(),
    "time": lambda v: v.moment().strftime("%H:%M:%S"),
    "email": lambda v: str(v.fake.ascii_safe_email()),
    "uri": lambda v: f"https://example.com/{v.fake.slug()}",
    "url": lambda v: f"https://example.com/{v.fake.slug()}",
    "uuid": lambda v: str(v.fake.uuid4()),
    "guid": lambda v: str(v.fake.uuid4()),
    "ipv4": lambda v: str(v.fake.ipv4_private()),
    "ipv6": lambda v: str(v.fake.ipv6()),
    "hostname": lambda v: f"{v.fake.word()}.example.com",
    "byte": lambda v: "c2FtcGxl",
    "duration": lambda v: f"PT{v.chance.randrange(1, 60)}M",
}


def _title(values: Values) -> str:
    return thing(values, ())


def thing(values: Values, noun: tuple[str, ...]) -> str:
    """The name of a thing, by what it is: ``Checkout Pipeline``."""
    known = lx.NAMES_OF.get(noun[-1]) if noun else None
    if known:
        return values.chance.choice(known)
    theme = values.chance.choice(lx.THEMES)
    return f"{theme} {noun[-1].capitalize()}" if noun else theme


def told_about(values: Values, noun: tuple[str, ...]) -> str:
    """A line that describes a thing: ``Checkout pipeline of the payments team.``"""
    what = " ".join(noun) or "entry"
    return (
        f"The {values.chance.choice(lx.THEMES).lower()} {what} of the {values.chance.choice(lx.TEAMS)} team."
    )


def _note(values: Values) -> str:
    return values.chance.choice(lx.SENTENCES)


MEANINGS: dict[str, Draw] = {
    "email": lambda v: str(v.fake.ascii_safe_email()),
    "mail": lambda v: str(v.fake.ascii_safe_email()),
    "surname": lambda v: str(v.fake.last_name()),
    "lastname": lambda v: str(v.fake.last_name()),
    "last": lambda v: str(v.fake.last_name()),
    "firstname": lambda v: str(v.fake.first_name()),
    "first": lambda v: str(v.fake.first_name()),
    "username": lambda v: str(v.fake.user_name()),
    "login": lambda v: str(v.fake.user_name()),
    "handle": lambda v: str(v.fake.user_name()),
    "full": lambda v: str(v.fake.name()),
    "author": lambda v: str(v.fake.name()),
    "owner": lambda v: str(v.fake.name()),
    "borrower": lambda v: str(v.fake.name()),
    "person": lambda v: str(v.fake.name()),
    "customer": lambda v: str(v.fake.name()),
    "contact": lambda v: str(v.fake.name()),
    "user": lambda v: str(v.fake.name()),
    "patient": lambda v: str(v.fake.name()),
    "creator": lambda v: str(v.fake.name()),
    "company": lambda v: str(v.fake.company()),
    "organization": lambda v: str(v.fake.company()),
    "vendor": lambda v: str(v.fake.company()),
    "phone": lambda v: f"+1202555{v.chance.randrange(100, 200):04d}",
    "mobile": lambda v: f"+1202555{v.chance.randrange(100, 200):04d}",
    "address": lambda v: str(v.fake.street_address()),
    "street": lambda v: str(v.fake.street_address()),
    "city": lambda v: str(v.fake.city()),
    "location": lambda v: str(v.fake.city()),
    "place": lambda v: str(v.fake.city()),
    "zip": lambda v: str(v.fake.postcode()),
    "postcode": lambda v: str(v.fake.postcode()),
    "postal": lambda v: str(v.fake.postcode()),
    "country": lambda v: str(v.fake.country_code()),
    "state": lambda v: str(v.fake.state_abbr()),
    "region": lambda v: v.chance.choice(["eu-west", "us-east", "ap-south"]),
    "zone": lambda v: v.chance.choice(["eu-west-1a", "us-east-1b"]),
    "url": lambda v: f"https://example.com/{v.fake.slug()}",
    "uri": lambda v: f"https://example.com/{v.fake.slug()}",
    "link": lambda v: f"https://example.com/{v.fake.slug()}",
    "href": lambda v: f"https://example.com/{v.fake.slug()}",
    **dict.fromkeys(
        ("image", "icon", "logo", "photo", "avatar", "picture", "thumbnail", "banner"),
        lambda v: f"https://example.com/{v.fake.slug()}.png",
    ),
    **dict.fromkeys(("uid", "pid", "sid"), lambda v: f"{v.chance.randrange(16**8):08x}"),
    **dict.fromkeys(("desc", "details", "detail", "about", "overview"), lambda v: told_about(v, ())),
    **dict.fromkeys(("gateway", "dns", "nameserver", "subnet"), lambda v: str(v.fake.ipv4_private())),
    **dict.fromkeys(("netmask", "mask"), lambda v: "255.255.255.0"),
    **dict.fromkeys(("server", "host", "endpoint"), lambda v: f"{v.fake.word()}.example.com"),
    **dict.fromkeys(("os", "platform"), lambda v: v.chance.choice(("linux", "windows", "macos"))),
    **dict.fromkeys(("team", "group"), lambda v: v.chance.choice(lx.TEAMS)),
    **dict.fromkeys(
        ("service", "application", "app", "project"), lambda v: v.chance.choice(lx.THEMES).lower()
    ),
    "website": lambda v: f"https://{v.fake.word()}.example.com",
    "domain": lambda v: f"{v.fake.word()}.example.com",
    "ip": lambda v: str(v.fake.ipv4_private()),
    "arn": lambda v: f"arn:aws:sim:eu-west-1:100200300400:{v.fake.word()}/{v.chance.randrange(16**8):08x}",
    "expiry": lambda v: v.moment().date().isoformat(),
    "expiration": lambda v: v.moment().date().isoformat(),
    "deadline": lambda v: v.moment().date().isoformat(),
    "manufacturer": lambda v: str(v.fake.company()),
    "isbn": lambda v: str(v.fake.isbn13()),
    "id": lambda v: f"{v.chance.randrange(16**8):08x}",
    "uuid": lambda v: str(v.fake.uuid4()),
    "guid": lambda v: str(v.fake.uuid4()),
    "code": lambda v: (
        f"{''.join(v.chance.choices('ABCDEFGHKLMNPRSTUVWXYZ', k=3))}-{v.chance.randrange(100, 1000)}"
    ),
    "sku": lambda v: f"SKU-{v.chance.randrange(1000, 10000)}",
    "slug": lambda v: str(v.fake.slug()),
    "currency": lambda v: v.chance.choice(["EUR", "USD", "GBP"]),
    "language": lambda v: v.chance.choice(["en", "de", "fr", "es"]),
    "lang": lambda v: v.chance.choice(["en", "de", "fr"]),
    "locale": lambda v: v.chance.choice(["en-US", "de-DE"]),
    "timezone": lambda v: v.chance.choice(["UTC", "Europe/Berlin", "America/New_York"]),
    "color": lambda v: str(v.fake.color_name()),
    "colour": lambda v: str(v.fake.color_name()),
    "status": lambda v: v.chance.choice(["active", "pending", "closed"]),
    "level": lambda v: v.chance.choice(["info", "warning", "error"]),
    "type": lambda v: v.chance.choice(["standard", "basic", "premium"]),
    "category": lambda v: v.chance.choice(["home", "work", "travel", "health"]),
    "kind": lambda v: v.chance.choice(["standard", "basic", "premium"]),
    "role": lambda v: v.chance.choice(["admin", "editor", "viewer"]),
    "description": lambda v: told_about(v, ()),
    "summary": lambda v: told_about(v, ()),
    "text": _note,
    "message": _note,
    "body": _note,
    "content": _note,
    "comment": _note,
    "note": _note,
    "notes": _note,
    "subject": lambda v: _note(v).rstrip("."),
    "reason": _note,
    "title": _title,
    "label": _title,
    "filename": lambda v: str(v.fake.file_name(category="office")),
    "file": lambda v: str(v.fake.file_name(category="office")),
    "path": lambda v: f"/{v.fake.word()}/{v.fake.file_name(category='office')}",
    "version": lambda v: f"{v.chance.randrange(1, 4)}.{v.chance.randrange(10)}",
    "token": lambda v: f"tok_{v.chance.randrange(16**10):010x}",
    "hash": lambda v: f"{v.chance.randrange(16**16):016x}",
    "etag": lambda v: f'"{v.chance.randrange(16**8):08x}"',
    "symbol": lambda v: "".join(v.chance.choices("ABCDEFGHKLMNPRSTUVWXYZ", k=4)),
    "ticker": lambda v: "".join(v.chance.choices("ABCDEFGHKLMNPRSTUVWXYZ", k=4)),
    "conditions": lambda v: v.chance.choice(["clear", "cloudy", "rain", "snow"]),
    "number": lambda v: str(v.chance.randrange(1000, 99999)),
    "domainname": lambda v: f"{v.fake.word()}.example.com",
    "specialty": lambda v: v.chance.choice(["eyes", "heart"]),
    "amount": lambda v: f"{v.chance.randrange(500, 90000) / 100:.2f}",
    "price": lambda v: f"{v.chance.randrange(500, 90000) / 100:.2f}",
    "total": lambda v: f"{v.chance.randrange(500, 90000) / 100:.2f}",
    "name": _title,
    "tag": lambda v: v.chance.choice(["urgent", "draft", "internal", "archive"]),
    "tags": lambda v: v.chance.choice(["urgent", "draft", "internal", "archive"]),
}
"""A word of a name → what such a text looks like; the last word that is known decides."""

PEOPLE = (
    "user",
    "customer",
    "person",
    "author",
    "patient",
    "doctor",
    "contact",
    "employee",
    "member",
    "owner",
    "student",
    "agent",
    "guest",
    "speaker",
    "candidate",
    "driver",
    "player",
    "attendee",
    "lead",
)


def named(values: Values, name: str) -> str:
    """A person's name, or a thing's."""
    spelt = tuple(words(name))
    if set(spelt) & set(PEOPLE):
        return str(values.fake.name())
    return thing(values, spelt[:-1])
