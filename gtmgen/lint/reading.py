"""The pages of what is said before any rule is asked: a file that cannot be read, or that its schema refuses."""

PAGES = {
    "alias-bomb": """A spec's aliases multiply into more than a file can hold.

YAML's aliases (`*name`) repeat what an anchor (`&name`) marks. A few that repeat each other become gigabytes. Write it out.""",
    "build": """One of several specs has an error, so nothing was written.

`build` writes all outputs or none, so that a repository never holds half of a change. Mend the errors above it.""",
    "busy": """Another `gtmgen send` is delivering the same file.

Two of them would send every row twice. Wait until it has ended.""",
    "carrier": """The carrier.yml of a template folder does not say what it must.

It describes how events travel from a page to a server container. A folder of yours that holds one replaces gtmgen's own, whole: begin with
a copy of `templates/ga4/carrier.yml`.""",
    "character": """A character stands in the spec that no container can carry.

Control characters, halves of surrogate pairs and line breaks in names would break the container, the terminal or both.""",
    "config": """The `[tool.gtmgen]` table of pyproject.toml says something that gtmgen does not know.

It can hold `select`, `ignore`, `strict`, `templates` and a table `per-file-ignores`: see the README, "Lint".""",
    "consent": """A consent that is handed over says neither yes nor no.

Write a list of the types that the visitor has granted (`[ad_storage, ad_user_data]`), or each type with `granted` or `denied`. What is not
granted and is needed keeps the event from being sent, and that is no error.""",
    "container-size": """The container is near what GTM publishes at most, or over it.

GTM compiles a container into a script and refuses to publish more than 200 KB of it; it warns from 70 %. The figure here is an
estimate: Google's compiler is not public.""",
    "cursor": """The cursor beside a file of events cannot be used.

It remembers how far a delivery is, and to which pixels. If the file has changed below it, or the cursor is broken, nobody knows what was
sent already. Without the cursor a run begins at the first row: within the hours that a platform remembers an event_id, what arrives again
is counted once; after them it counts twice. A file that went to one platform (`--platform`) goes to the others as a copy under another
name, which has a cursor of its own.""",
    "duplicate-key": """A key stands twice in one place.

YAML and JSON let the last one win without a word, so half of what was written would be lost. Keep one of them.""",
    "empty": """The file is empty.

`gtmgen init` writes a commented spec to begin with.""",
    "event-id": """An event has no event_id that the browser would have given it too.

One that is made up here would be another conversion. The finding says what to hand over: the value that the spec names, or the
event_id that the page pushed.""",
    "file": """A file or folder cannot be read or written.

It is not there, it is a folder, or its rights forbid it. Outputs are written whole or not at all: what was there is untouched.""",
    "git": """A side of a comparison cannot be had from git.

The revision does not exist, the file is not in it, the folder is no repository, or git is not installed. `git log --oneline -- FILE`
shows the revisions of a file.""",
    "handed-over": """Something that is handed over to the client is of the wrong kind.

A conversion is a name; `data`, `user` and `page` hold keys and values; each may be left out.""",
    "httpx": """The library that sends is not installed.

It is an extra: `pip install "gtmgen[send]"`.""",
    "journey-step": """A step of a journey cannot be done.

Nothing matches its selector, the element cannot be used as a visitor would (it is hidden, or something lies over it), or nobody answers at
its address. The finding says what there was on the page. The visit ends there; the visits after it go on.""",
    "left-out": """Something of an event was left out, because it is not what the platform takes.

A value that is no number, an email address that is none, a currency that the platform does not know. The event was sent without it.""",
    "missing-key": """Something that a spec must say is missing.

The finding names the key and where it belongs. `gtmgen schema` prints all keys; editors complete them from it.""",
    "no-backend": """The spec has nothing that a backend sends.

Write `server: {transport: backend}`, and see which conversions have an event_id that a backend can know: docs/server.md.""",
    "no-chromium": """`gtmgen verify` needs Chromium, and none can be opened.

`pip install "gtmgen[verify]"` brings what drives it; the browser comes from the system (`apt-get install chromium`), or stands where
GTMGEN_CHROMIUM says. Nothing else of gtmgen needs it.""",
    "not-an-export": """The file is no GTM export of format 2.

It may be a zip, a page saved from a browser, a template, an answer of the Tag Manager API, an export of the old format 1.3, or cut
off. The finding says which, quotes what GTM's importer would say, and names the way out.""",
    "not-runnable": """A container cannot be run, because GTM would not take it or it is of another kind.

A tag names a trigger that is not there, a text names a variable that is not there, or a journey is given a server container. `gtmgen lint`
says more of a container that does not hang together. A variable that your own container has can be given in the journey: `variables`.""",
    "not-utf-8": """The file is not UTF-8 text.

Save it as UTF-8 in your editor.""",
    "platform": """A platform.yml does not say what it must.

See docs/platforms.md: it explains every key.""",
    "refused": """A row was not taken.

The platform, or gtmgen before it, says why. It stands with the reason in the file of refused rows beside yours, and with the platform, or
the pixel of several, that it is for: mend it there and send that file. A row that is older than the hours for which a platform
remembers an event_id, of a conversion that the browser sends too, is refused: it could count twice. A test run (`--test-event-code`)
keeps no such file.""",
    "rules": """A rule is named that does not exist.

`gtmgen rules` lists them.""",
    "server-address": """Nothing says where the server container is, so no hit would reach it.

`gtmgen verify CONTAINER --server SERVER` sends the GA4 hits to where the web container's tags say: a row `server_container_url` of the
Google tag, written out or in a Constant variable.""",
    "template": """A template made something that is no entity of GTM's.

The finding names the template and its line. With gtmgen's own templates this is a bug of gtmgen's.""",
    "template-source": """A custom template is not what GTM's template editor exports.

A section is missing (info, parameters, sandboxed JavaScript, permissions), or cannot be read. Export it again there.""",
    "templates": """A folder given with --templates holds no platform folder.

A platform is a folder with a platform.yml; name the folder above it.""",
    "time": """A time is none that an event can have.

`at` is Unix time in seconds, not milliseconds, and not in the future; in Python a datetime with a zone too. A platform takes events of a
few days at most.""",
    "too-deep": """The file is nested deeper than any spec or container.

No real file is; it would cost memory without end.""",
    "too-large": """The file is larger than gtmgen reads.

Specs have kilobytes. GTM itself imports containers of at most 10 MB.""",
    "two-kinds": """Two containers of different kinds are compared.

A web container and a server container have nothing in common that could have changed. Name two of one kind.""",
    "two-specs": """Two specs become one file, or go into one container.

The second import would overwrite the first's names. Put the conversions of one container into one spec, or give one of them
another `prefix`.""",
    "unknown-key": """A key that a spec does not know.

It would do nothing, which is worse than an error. The finding names the nearest known key.""",
    "wrong-value": """A value is not what its key takes.

The finding says what the key takes. `gtmgen schema` prints it for every key.""",
    "yaml": """The file is no YAML.

The finding says where reading stopped, which is at the mistake or just behind it.""",
}
"""Id to manual page; a rule's own page is its docstring."""
