"""The words that the compiler knows: verbs, wrappers, and parameters without an effect."""

from __future__ import annotations

LIST_VERBS = frozenset(
    ["list", "search", "find", "query", "filter", "browse", "enumerate", "index", "scan", "page"]
)
GET_VERBS = frozenset(
    [
        "get",
        "describe",
        "retrieve",
        "fetch",
        "read",
        "show",
        "view",
        "lookup",
        "load",
        "head",
        "detail",
        "details",
        "display",
        "open",
        "download",
        "obtain",
        "inspect",
        "see",
    ]
)
COUNT_VERBS = frozenset({"count"})
EXISTS_VERBS = frozenset(["exists", "exist", "has", "check", "is"])
CREATE_VERBS = frozenset(
    [
        "create",
        "insert",
        "add",
        "register",
        "import",
        "post",
        "new",
        "submit",
        "make",
        "save",
        "record",
        "log",
        "store",
        "send",
        "book",
        "open",
        "place",
        "schedule",
        "publish",
        "write",
        "upload",
        "invite",
        "issue",
        "subscribe",
        "request",
        "report",
        "enqueue",
        "append",
        "remember",
        "allocate",
    ]
)
UPDATE_VERBS = frozenset(
    [
        "update",
        "patch",
        "modify",
        "edit",
        "change",
        "set",
        "put",
        "replace",
        "rename",
        "move",
        "assign",
        "configure",
        "adjust",
        "alter",
        "transfer",
        "reassign",
        "reschedule",
        "write",
    ]
)
UPSERT_VERBS = frozenset(["upsert"])
DELETE_VERBS = frozenset(["delete", "remove", "destroy", "drop", "unregister", "unsubscribe", "uninstall"])
COMPUTE_VERBS = frozenset(
    [
        "translate",
        "convert",
        "calculate",
        "compute",
        "analyze",
        "analyse",
        "predict",
        "generate",
        "render",
        "parse",
        "validate",
        "verify",
        "summarize",
        "summarise",
        "classify",
        "extract",
        "transform",
        "compress",
        "encode",
        "decode",
        "encrypt",
        "decrypt",
        "hash",
        "sign",
        "detect",
        "recognize",
        "invoke",
        "execute",
        "run",
        "eval",
        "evaluate",
        "stream",
        "simulate",
        "optimize",
        "optimise",
        "estimate",
        "compare",
        "merge",
        "split",
        "format",
        "test",
        "ask",
        "chat",
        "think",
        "crawl",
        "scrape",
        "screenshot",
        "click",
        "navigate",
        "hover",
        "scroll",
        "wait",
        "ping",
        "watch",
        "sleep",
        "resize",
        "crop",
        "shuffle",
        "preview",
        "normalize",
        "tokenize",
        "embed",
        "forecast",
        "recommend",
        "suggest",
        "solve",
        "plot",
        "draw",
        "print",
        "authenticate",
        "login",
        "logout",
        "authorize",
        "refresh",
        "sync",
        "synchronize",
        "process",
        "call",
    ]
)
"""Verbs of tools that compute, run or talk: nothing that rows could hold."""

METHODS = frozenset(["get", "post", "put", "patch", "delete", "head", "options"])

STATES: dict[str, tuple[str, ...]] = {
    "accept": ("accepted",),
    "acknowledge": ("acknowledged",),
    "activate": ("active", "activated", "enabled"),
    "approve": ("approved",),
    "archive": ("archived", "inactive"),
    "ban": ("banned", "blocked"),
    "block": ("blocked",),
    "cancel": ("cancelled", "canceled", "cancel", "aborted"),
    "close": ("closed", "close", "resolved", "done"),
    "complete": ("completed", "complete", "done", "finished"),
    "confirm": ("confirmed",),
    "deactivate": ("inactive", "deactivated", "disabled"),
    "decline": ("declined", "rejected"),
    "disable": ("disabled", "inactive"),
    "dismiss": ("dismissed",),
    "enable": ("enabled", "active"),
    "finish": ("finished", "completed", "done"),
    "freeze": ("frozen",),
    "hide": ("hidden",),
    "hold": ("held", "on_hold", "hold"),
    "ignore": ("ignored",),
    "launch": ("launched", "running", "active"),
    "lock": ("locked",),
    "mute": ("muted",),
    "pause": ("paused",),
    "pin": ("pinned",),
    "promote": ("promoted",),
    "publish": ("published", "live"),
    "reactivate": ("active",),
    "refund": ("refunded",),
    "reject": ("rejected", "declined"),
    "release": ("released",),
    "reopen": ("open", "reopened", "opened"),
    "resolve": ("resolved", "closed", "done"),
    "restore": ("active", "restored"),
    "resume": ("active", "running", "resumed"),
    "revoke": ("revoked",),
    "ship": ("shipped",),
    "star": ("starred",),
    "start": ("started", "running", "active", "in_progress"),
    "stop": ("stopped", "inactive"),
    "suspend": ("suspended", "inactive"),
    "terminate": ("terminated", "closed"),
    "trash": ("trashed", "deleted"),
    "void": ("voided", "void"),
    "withdraw": ("withdrawn",),
}
"""A domain verb → the states it leads to, best first."""

UNDO: dict[str, str] = {
    "disable": "enable",
    "deactivate": "activate",
    "unarchive": "archive",
    "unblock": "block",
    "unban": "ban",
    "unlock": "lock",
    "unmute": "mute",
    "unpin": "pin",
    "unpublish": "publish",
    "unstar": "star",
    "unhold": "hold",
    "unhide": "hide",
    "restore": "archive",
}
"""A verb that takes back another: where a flag tells, it becomes false."""

UNDONE_STATE = "active"

STATUS_WORDS = ("status", "state", "stage", "phase", "lifecycle", "condition")

ID_SUFFIXES = [
    "id",
    "uuid",
    "guid",
    "key",
    "arn",
    "slug",
    "code",
    "number",
    "no",
    "num",
    "identifier",
    "ref",
    "reference",
    "name",
    "uri",
    "url",
    "path",
    "token",
    "sid",
    "pid",
    "handle",
]
"""Last words of a parameter that selects a record, best first."""

STRONG_ID = frozenset(["id", "uuid", "guid", "arn", "slug", "identifier", "sid", "pid"])

WRAPPERS = frozenset(
    [
        "items",
        "data",
        "results",
        "result",
        "records",
        "value",
        "values",
        "entries",
        "list",
        "content",
        "contents",
        "rows",
        "hits",
        "response",
        "responses",
        "resources",
        "resource",
        "objects",
        "elements",
        "collection",
        "body",
        "payload",
        "output",
        "d",
        "member",
        "members",
        "page",
        "docs",
        "documents",
        "json",
        "answer",
        "return",
        "embedded",
    ]
)
"""Property names of an answer that only wrap what is meant."""

PAYLOADS = frozenset(
    [
        "body",
        "data",
        "payload",
        "fields",
        "attributes",
        "input",
        "resource",
        "record",
        "object",
        "item",
        "properties",
        "params",
        "request",
        "values",
        "model",
        "dto",
        "document",
    ]
)
"""Object parameters that wrap the fields of a record."""

PRESENTATION = frozenset(
    "fields alt prettyprint pretty quotauser userip key apikey api_key access_token accesstoken oauth_token "
    "callback format lang language locale expand include includes embed embedded view verbose select "
    "projection timezone tz accept authorization dryrun dry_run clienttoken clientrequesttoken requestid "
    "xrequestid idempotencykey contenttype useragent uploadtype uploadprotocol xgafv upload_protocol "
    "apiversion version apikeyheader auth token output outputformat responseformat units unit acceptlanguage "
    "acceptencoding etag ifmatch ifnonematch random_string dummy sendnotifications sendupdates validateonly "
    "returnrepresentation prefer timeout signal thinking reasoning outfields session_token explanation "
    "nocache cache debug xapikey rapidapikey xrapidapikey rapidapihost stream async bearertoken apitoken "
    "culture cultureinfo ocpapimsubscriptionkey subscriptionkey mode detail detaillevel".replace(
        "_", ""
    ).split()
)
"""Folded names of optional parameters that shape an answer or a request, and change nothing."""

PRESENTATION_FIRST = frozenset(
    [
        "include",
        "with",
        "show",
        "expand",
        "return",
        "exclude",
        "verbose",
        "skip",
        "no",
        "force",
        "x",
        "hide",
        "embed",
    ]
)
"""First words of optional booleans that do the same."""

LIMITS = frozenset(
    "limit maxresults pagesize perpage per_page count size top max maxitems numresults results rows take num "
    "resultsperpage itemsperpage maxcount first pagelimit maxrecords topk k n nbresults recordsperpage "
    "hitsperpage pagelength numberofresults maxnumberofmessages maxnumberofresults".replace("_", "").split()
)
OFFSETS = frozenset(["offset", "skip", "start", "startindex", "from", "startat", "firstresult"])
PAGES = frozenset(["page", "pagenumber", "pageno", "pageindex", "pagenum", "currentpage", "p"])
TOKENS = frozenset(
    [
        "pagetoken",
        "nexttoken",
        "cursor",
        "marker",
        "continuationtoken",
        "continuation",
        "after",
        "startingafter",
        "nextpagetoken",
        "exclusivestartkey",
        "starttoken",
        "nextmarker",
        "nextcursor",
        "pagecursor",
        "paginationtoken",
        "skiptoken",
    ]
)
SORTS = frozenset(["sort", "sortby", "orderby", "order", "sorting", "sortfield", "ordering", "sortkey"])
DIRECTIONS = frozenset(
    ["sortorder", "orderdirection", "sortdirection", "direction", "ascending", "descending", "dir"]
)
SEARCHES = frozenset(
    "q query search keyword keywords term searchterm text searchtext searchquery phrase s searchstring "
    "querystring searchterms freetext find searchvalue pattern match contains question word topic "
    "title_query namecontains searchkey".replace("_", "").split()
)
FILTERS = frozenset(["filter", "filters", "where"])

NEXT_TOKENS = TOKENS | frozenset({"next", "nextpage", "nextlink"})
TOTALS = frozenset(
    [
        "total",
        "totalcount",
        "count",
        "totalitems",
        "totalresults",
        "size",
        "totalrecords",
        "numresults",
        "resultcount",
        "totalsize",
        "recordcount",
        "length",
        "numberofresults",
        "numfound",
        "totalhits",
        "itemcount",
        "totalelements",
        "rowcount",
    ]
)
YES = frozenset(
    [
        "success",
        "ok",
        "successful",
        "succeeded",
        "issuccess",
        "valid",
        "exists",
        "found",
        "available",
        "deleted",
        "result",
    ]
)
MORE = frozenset(["hasmore", "hasnext", "hasnextpage", "istruncated", "more", "hasmoreitems"])
MESSAGES = frozenset(
    ["message", "msg", "statusmessage", "info", "detail", "statustext", "reason", "description"]
)

MIN_WORDS = frozenset(
    [
        "min",
        "minimum",
        "from",
        "after",
        "since",
        "start",
        "starting",
        "begin",
        "gte",
        "gt",
        "over",
        "above",
        "lower",
        "earliest",
    ]
)
MAX_WORDS = frozenset(
    [
        "max",
        "maximum",
        "to",
        "before",
        "until",
        "end",
        "ending",
        "lte",
        "lt",
        "under",
        "below",
        "upper",
        "latest",
        "till",
    ]
)

CREATED = frozenset(
    "createdat created creationtime createddate creationdate createtime datecreated createdon insertedat "
    "createdtime createddatetime createtimestamp created_ts creationtimestamp createdtimestamp "
    "timecreated".replace("_", "").split()
)
UPDATED = frozenset(
    [
        "updatedat",
        "updated",
        "modified",
        "modifiedat",
        "lastmodified",
        "updatetime",
        "lastupdated",
        "lastmodifieddate",
        "lastupdatedat",
        "dateupdated",
        "datemodified",
        "updatedon",
        "modifiedon",
        "modifieddate",
        "lastmodifiedtime",
        "lastupdatetime",
        "updateddate",
        "lastmodifieddatetime",
        "lastupdatedtime",
        "updatedtime",
        "modifiedtime",
        "lastmodifiedat",
        "timeupdated",
        "updatedtimestamp",
    ]
)

ARTICLES = frozenset(
    ["a", "an", "the", "all", "my", "our", "its", "your", "this", "that", "these", "those", "of"]
)
QUALIFIERS = frozenset(
    [
        "current",
        "single",
        "available",
        "new",
        "existing",
        "multiple",
        "recent",
        "latest",
        "random",
        "popular",
        "top",
        "specific",
        "own",
        "bulk",
        "batch",
        "many",
        "every",
        "any",
        "full",
        "api",
        "public",
        "me",
        "self",
        "list",
        "trending",
        "paginated",
        "user_defined",
        "total",
        "detailed",
        "one",
        "quick",
        "by",
        "id",
        "ids",
        "async",
        "sync",
        "v1",
        "v2",
        "v3",
        "v4",
        "v5",
        "v6",
        "beta",
        "alpha",
        "rest",
    ]
)
"""Words before or after a noun that name no other thing."""

TAILS = frozenset(
    [
        "detail",
        "details",
        "info",
        "information",
        "record",
        "records",
        "metadata",
        "entry",
        "list",
        "lists",
        "object",
        "resource",
        "collection",
        "summary",
        "item",
        "items",
        "result",
        "results",
        "all",
        "endpoint",
        "action",
        "request",
        "api",
        "page",
        "pages",
        "get",
        "post",
        "put",
        "delete",
        "v2",
        "v3",
        "data",
    ]
)
"""Last words of a noun phrase that name no other thing, where a word is left before them."""

LINKS = frozenset(
    [
        "by",
        "for",
        "from",
        "in",
        "of",
        "to",
        "with",
        "within",
        "at",
        "on",
        "using",
        "via",
        "and",
        "or",
        "per",
        "as",
        "through",
        "between",
        "under",
        "into",
        "against",
        "during",
        "where",
        "whose",
        "that",
        "if",
        "based",
        "without",
        "since",
        "until",
    ]
)
"""Words at which a noun phrase ends."""
