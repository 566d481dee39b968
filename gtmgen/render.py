"""Plan -> named form: every entity through its Jinja template, parsed at once; and pages for people. The only module that imports jinja2.

The delimiters are `<% %>`, so that GTM's own `{{Page URL}}` needs no escaping. Nothing is printed that went through no
filter: `js` for values inside scripts, `json` for the container. Both print a variable reference as `{{name}}`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import traceback
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from jinja2.bccache import FileSystemBytecodeCache

from gtmgen import __version__
from gtmgen.container.built_in import BUILT_IN, SERVER
from gtmgen.container.graph import Key
from gtmgen.findings import GtmgenError, Position, error, nearest
from gtmgen.plan.entities import Entity, Filter, Plan, Ref

Named = dict[tuple[str, str], dict[str, Any]]
"""A container with names where GTM has ids: (kind, name) -> the entity as GTM writes it."""


class _Printed(str):
    """Text that a filter made safe for the place it is printed in."""

    __slots__ = ()


def js(value: object) -> _Printed:
    """A value as a JavaScript expression, safe inside `<script>`: a reference, or a literal that is data whatever it holds.

    `</script>` cannot close the script, U+2028 cannot end the line (it could in ES5), and `{{` never survives in a text:
    GTM would read a variable.
    """
    if isinstance(value, Ref):
        return _Printed("{{" + value.name + "}}")
    if value is None:
        return _Printed("undefined")
    if isinstance(value, tuple):
        value = list(value)
    text = _js(value)
    if _RISKY.search(text):
        for char in "<>&'":
            text = text.replace(char, f"\\u{ord(char):04x}")
        text = text.replace("{{", "{\\u007b")
    return _Printed(text)


def json_text(value: object) -> _Printed:
    """A value as JSON for the container itself."""
    if isinstance(value, Ref):
        value = "{{" + value.name + "}}"
    return _Printed(_plain(value))


def _undefined(value: object) -> object:
    """What json cannot print: a tuple never gets here; an undefined name says itself what it is."""
    str(value)
    raise TypeError(f"a template cannot print {type(value).__name__}")


_RISKY = re.compile("[<>&']|{{")
_js = json.JSONEncoder(ensure_ascii=True, default=_undefined).encode
_plain = json.JSONEncoder(ensure_ascii=False, default=_undefined).encode


def _finalize(value: object) -> object:
    if isinstance(value, _Printed):
        return value
    raise TypeError(f"a value was printed without a filter: {str(value)[:40]!r}; write `| js` or `| json`")


def _cache_folder() -> Path | None:
    """Where compiled templates are kept between runs, or None where nothing can be written."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111  Path.home() raises without a home
    # compiled code holds the options of the environment below, so the folder is named after this very file
    made_by = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]
    folder = Path(base) / "gtmgen" / f"{__version__}-jinja{jinja2.__version__}-{made_by}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


class _BytecodeCache(FileSystemBytecodeCache):
    """Compiled templates on disk. A cache that cannot be written or read is none: the templates are compiled again."""

    def dump_bytecode(self, bucket: Any) -> None:
        try:
            super().dump_bytecode(bucket)
        except OSError:
            return

    def load_bytecode(self, bucket: Any) -> None:
        try:
            super().load_bytecode(bucket)
        except (OSError, ValueError, EOFError, TypeError):
            bucket.reset()


@lru_cache(maxsize=4)
def _environment(folders: tuple[Path, ...]) -> jinja2.Environment:
    cache = _cache_folder()
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([str(folder) for folder in folders]),
        bytecode_cache=_BytecodeCache(str(cache)) if cache else None,
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<%=",
        variable_end_string="%>",
        comment_start_string="<%#",
        comment_end_string="%>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
        finalize=_finalize,
        autoescape=False,  # noqa: S701  HTML escaping would spoil code; the two filters make every value safe for its place
        auto_reload=False,
    )
    environment.filters.update(js=js, json=json_text)
    environment.globals.clear()  # templates are total functions of their context
    return environment


def render(plan: Plan, folders: Sequence[Path]) -> Named:
    """Every entity of the plan in GTM's shape, by kind and name.

    Args:
        plan: what to render.
        folders: where templates are looked up, the user's first.

    Raises:
        GtmgenError: a template fails or does not give JSON; the finding names the entity and the template's line.
    """
    environment = _environment(tuple(folders))
    return {(entity.kind, entity.name): _entity(environment, entity) for entity in plan.entities}


@lru_cache(maxsize=1)
def _pages(folder: Path) -> jinja2.Environment:
    cache = _cache_folder()
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(str(folder)),
        bytecode_cache=_BytecodeCache(str(cache)) if cache else None,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        auto_reload=False,
    )


def page(template: Path, values: Mapping[str, Any]) -> str:
    """A report's HTML page: every value is text there, whatever it holds.

    Args:
        template: the template, which may include what stands beside it.
        values: what it shows.
    """
    return _pages(template.parent).get_template(template.name).render(values)


def refuse_undefined(plan: Plan, refers: Mapping[Key, set[str]]) -> None:
    """Two braces in a row are a variable to GTM, in code too; one that nothing defines would not import.

    Args:
        plan: what was rendered.
        refers: the variables that each entity refers to.

    Raises:
        GtmgenError: a template refers to what is no variable.
    """
    known = (
        {name for kind, name in refers if kind == "variable"}
        | plan.expects
        | BUILT_IN.keys()
        | SERVER.keys()
        | {"_event"}
    )
    findings = []
    for entity in plan.entities:
        for name in sorted(refers[entity.kind, entity.name] - known):
            at = Position(entity.body.template if entity.body else f"_gtm/{entity.kind}/{entity.type}.json.j2", 0, 0)
            near = nearest(name, known)
            hint = (
                f"did you mean {{{{{near}}}}}?" if near else "code that is no variable needs a space between two braces"
            )
            message = f"{entity.kind} {entity.name!r} uses {{{{{name}}}}}, which no variable is called"
            findings.append(error("template", message, at, hint))
    if findings:
        raise GtmgenError(findings)


# Rendered variables: most are the same in every spec of a call. repr() tells 1 from true, which are equal.
_rendered: dict[tuple[jinja2.Environment, str], dict[str, Any]] = {}
_MOST_RENDERED = 2_000


def _entity(environment: jinja2.Environment, entity: Entity) -> dict[str, Any]:
    if entity.kind != "variable":
        return _render(environment, entity)
    asked = (environment, repr(entity._replace(at=())))
    if asked not in _rendered:
        if len(_rendered) >= _MOST_RENDERED:
            _rendered.clear()
        _rendered[asked] = _render(environment, entity)
    return _rendered[asked]


def _render(environment: jinja2.Environment, entity: Entity) -> dict[str, Any]:
    args = dict(entity.args)
    if "filters" in args:
        args["filters"] = [_condition(environment, condition) for condition in args["filters"]]
    if "event" in args:
        args["event"] = _condition(environment, args["event"])
    if entity.body:
        text = _text(environment, entity, entity.body.template, entity.body.context)
        # a custom template's source is a file of sections, and keeps its lines
        lines = text.split("\n") if entity.kind == "customTemplate" else filter(str.strip, text.split("\n"))
        args["body"] = "\n".join(line.rstrip() for line in lines)
    return _json(
        environment,
        entity,
        f"_gtm/{entity.kind}/{entity.type}.json.j2",
        {"name": entity.name, "folder": entity.folder, **args},
    )


@lru_cache(maxsize=10_000)
def _condition(environment: jinja2.Environment, condition: Filter) -> dict[str, Any]:
    entity = Entity("trigger", "condition", "condition", ())
    return _json(environment, entity, "_gtm/condition.json.j2", {"condition": condition})


def _json(environment: jinja2.Environment, entity: Entity, template: str, context: Mapping[str, Any]) -> dict[str, Any]:
    text = _text(environment, entity, template, context)
    try:
        result: dict[str, Any] = json.loads(text)
        if not isinstance(result, dict):
            raise ValueError("it is no object")
    except ValueError as problem:
        line = getattr(problem, "lineno", 0)
        said = text.splitlines()[line - 1].strip() if 0 < line <= len(text.splitlines()) else ""
        at = Position(template, 0, 0)
        raise GtmgenError(
            [error("template", f"{entity.kind} {entity.name!r} is no JSON: {problem} near {said[:80]!r}", at)]
        ) from None
    return result


@lru_cache(maxsize=500)
def _template(environment: jinja2.Environment, name: str) -> jinja2.Template:
    return environment.get_template(name)


def _text(environment: jinja2.Environment, entity: Entity, template: str, context: Mapping[str, Any]) -> str:
    try:
        return _template(environment, template).render(context)
    except jinja2.TemplateNotFound as problem:
        at = Position(template, 0, 0)
        raise GtmgenError(
            [error("template", f"{entity.kind} {entity.name!r} needs {problem.name}, which no template folder has", at)]
        ) from None
    except jinja2.TemplateSyntaxError as problem:
        at = Position(problem.filename or problem.name or template, problem.lineno, 1)
        raise GtmgenError([error("template", f"{entity.kind} {entity.name!r}: {problem.message}", at)]) from None
    except Exception as problem:  # a template is code: whatever goes wrong in it is told with its line
        frames = [frame for frame in traceback.extract_tb(problem.__traceback__) if frame.filename.endswith(".j2")]
        at = Position(frames[-1].filename, frames[-1].lineno or 0, 1) if frames else Position(template, 0, 0)
        raise GtmgenError([error("template", f"{entity.kind} {entity.name!r}: {problem}", at)]) from None
