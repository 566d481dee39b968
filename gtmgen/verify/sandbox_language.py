"""Sandboxed JavaScript: is it what GTM takes, and the same code as a browser or V8 runs it.

The language is ECMAScript 5.1 with let and const, arrow functions, shorthand properties and for..of; GTM refuses the rest when a template
is saved (facts: gtm-runtime 6.2, server-side 5.1). Its arrow functions own `arguments`, which JavaScript's do not (gtm-runtime
6.3): they become ordinary functions, which is the same since there is no `this`. The only module that imports esprima.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import esprima

from gtmgen.container.tpl import Code
from gtmgen.findings import Finding, GtmgenError, Position, error
from gtmgen.source.lines import Lines

RULE = "sandboxed-javascript"

_AROUND = "(function(){"  # a template is a function's body: it may return
_STATEMENTS = {
    *(
        "Program",
        "ExpressionStatement",
        "BlockStatement",
        "EmptyStatement",
        "VariableDeclaration",
        "VariableDeclarator",
    ),
    *("FunctionDeclaration", "ReturnStatement", "IfStatement", "ForStatement", "ForInStatement", "ForOfStatement"),
    *("WhileStatement", "DoWhileStatement", "BreakStatement", "ContinueStatement", "SwitchStatement", "SwitchCase"),
    *("LabeledStatement", "Directive"),
}
_EXPRESSIONS = {
    *("Identifier", "Literal", "ArrayExpression", "ObjectExpression", "Property", "MemberExpression", "CallExpression"),
    *("StaticMemberExpression", "ComputedMemberExpression", "FunctionExpression", "ArrowFunctionExpression"),
    *("UnaryExpression", "UpdateExpression", "BinaryExpression", "LogicalExpression", "AssignmentExpression"),
    *("ConditionalExpression", "SequenceExpression"),
}
_REFUSED: Mapping[str, tuple[str, str]] = {
    "NewExpression": ("`new`", "the sandbox has no constructors; write an object or a list"),
    "ThisExpression": ("`this`", "name the object"),
    "ClassDeclaration": ("a class", "write a function that returns an object"),
    "ClassExpression": ("a class", "write a function that returns an object"),
    "TemplateLiteral": ("a template literal", "join the texts with +"),
    "TaggedTemplateExpression": ("a template literal", "join the texts with +"),
    "ObjectPattern": ("destructuring", "read each property by its name"),
    "ArrayPattern": ("destructuring", "read each item by its index"),
    "SpreadElement": ("a spread", "use concat, or copy by a loop"),
    "RestElement": ("a rest parameter", "read `arguments`"),
    "AssignmentPattern": ("a default value for a parameter", "set it in the function's body"),
    "TryStatement": ("try/catch", "test for what could go wrong"),
    "ThrowStatement": ("throw", "call data.gtmOnFailure() and return"),
    "AwaitExpression": ("async/await", "use a promise's then"),
    "YieldExpression": ("a generator", "build a list"),
    "ChainExpression": ("optional chaining", "test the object first: `a && a.b`"),
    "WithStatement": ("`with`", "name the object"),
    "DebuggerStatement": ("`debugger`", "use logToConsole"),
    "Import": ("import", "use require"),
}
_PARTS = {"TemplateElement", "CatchClause", "ClassBody"}  # of what is refused as a whole
_OPERATORS: Mapping[str, str] = {
    "delete": "require('Object').delete",
    "in": "hasOwnProperty",
    "instanceof": "require('getType')",
    "**": "require('Math').pow",
    "**=": "require('Math').pow",
    "??": "compare with undefined and null",
    "??=": "compare with undefined and null",
    "||=": "write the assignment out",
    "&&=": "write the assignment out",
}
_HIDDEN = {"constructor", "prototype", "__proto__"}  # they lead out of the sandbox, and GTM's values do not have them
_SCOPES = {"FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"}
_BLOCKS = {"BlockStatement", "ForStatement", "ForInStatement", "ForOfStatement", "SwitchStatement"}
TEMPLATE_NAMES = frozenset({"require", "data", "undefined"})
"""What a template's code finds declared."""
TEST_NAMES = frozenset({"require", "undefined", "runCode", "mock", "mockObject", "assertThat", "assertApi", "fail"})
"""What a scenario's code finds declared."""


class _Edit(NamedTuple):
    start: int
    end: int
    text: str


class _Said(NamedTuple):
    offset: int
    message: str
    hint: str


def plain(code: Code, name: str, known: frozenset[str] = TEMPLATE_NAMES) -> str:
    """The body of a function that does what the sandboxed code does, line by line where it was.

    Args:
        code: sandboxed JavaScript, and where it stands in its file.
        name: what findings call the file.
        known: the names that are declared around it.

    Raises:
        GtmgenError: GTM would refuse it; one finding for each thing that it would refuse, with its line.
    """
    text = code.text
    try:
        tree = esprima.parseScript(f"{_AROUND}{text}\n}})", range=True, comment=True)
    except esprima.Error as problem:
        offset = min(max(int(problem.index) - len(_AROUND), 0), len(text))
        what = str(problem.message).split(": ", 1)[-1]
        raise GtmgenError([_finding(code, name, _Said(offset, f"this does not parse: {what}", ""))]) from None
    except RecursionError:
        raise GtmgenError([_finding(code, name, _Said(0, "the code is nested too deep", ""))]) from None
    function = tree.body[0].expression
    if len(tree.body) > 1 or function.type != "FunctionExpression" or _end(function) != len(text) + 2:
        raise GtmgenError(
            [_finding(code, name, _Said(0, "this does not parse: a brace closes more than was opened", ""))]
        )
    said = [*_refusals(function), *_undeclared(function, known | {"arguments"})]
    if said:
        raise GtmgenError(_finding(code, name, one) for one in sorted(set(said)))
    return _rewritten(text, list(_arrows(function)), [tuple(comment.range) for comment in tree.comments])


def _finding(code: Code, name: str, said: _Said) -> Finding:
    inside = Lines(name, code.text).at_offset(said.offset)
    at = Position(*inside)._replace(line=inside.line + max(code.line, 1) - 1)
    return error(RULE, said.message, at, said.hint)


def _start(node: Any) -> int:
    return int(node.range[0]) - len(_AROUND)


def _end(node: Any) -> int:
    return int(node.range[1]) - len(_AROUND)


def _children(node: Any) -> Iterator[Any]:
    for value in vars(node).values():
        for one in value if isinstance(value, list) else (value,):
            if isinstance(one, esprima.nodes.Node):
                yield one


def _all(node: Any) -> Iterator[Any]:
    """A node and everything below it, outer before inner."""
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        stack += reversed(list(_children(node)))


def _refusals(function: Any) -> Iterator[_Said]:
    for node in _all(function):
        if found := _refused(node):
            yield _Said(max(_start(node), 0), f"GTM's sandbox does not take {found[0]}", found[1])


def _refused(node: Any) -> tuple[str, str] | None:
    """What is wrong with a node itself, whatever stands below it, and the way out."""
    kind = str(node.type)
    operator = str(getattr(node, "operator", ""))
    if kind in _REFUSED:
        return _REFUSED[kind]
    if kind in _PARTS:
        return None
    if kind not in _STATEMENTS | _EXPRESSIONS:
        return f"this ({kind})", "write it in ECMAScript 5.1"
    if operator in _OPERATORS:
        return f"`{operator}`", f"instead: {_OPERATORS[operator]}"
    if getattr(node, "optional", False):
        return _REFUSED["ChainExpression"]
    if kind == "Literal":
        return _literal(node)
    if kind in _SCOPES and (getattr(node, "isAsync", False) or getattr(node, "generator", False)):
        return _REFUSED["AwaitExpression" if getattr(node, "isAsync", False) else "YieldExpression"]
    if kind == "Property" and (node.kind != "init" or node.method or node.computed):
        return "a getter, setter, method or computed name in an object", "write `name: function () { … }`"
    if kind.endswith("MemberExpression"):
        key = node.property.value if node.computed else node.property.name
        if key in _HIDDEN:
            return f"`{key}`", "values have no such property there"
    return None


def _literal(node: Any) -> tuple[str, str] | None:
    if getattr(node, "regex", None):
        return "a regular expression literal", "use require('createRegex'), or a text's methods"
    if str(node.raw)[-1:] == "n" and str(node.raw)[:1].isdigit():
        return "a bigint", "use a number"
    return None


def _undeclared(function: Any, known: frozenset[str]) -> Iterator[_Said]:
    """Names that are read or set and nowhere declared, on a dead branch too."""
    stack: list[tuple[Any, frozenset[str]]] = [(function, known)]
    while stack:
        node, names = stack.pop()
        kind = str(node.type)
        if kind == "Identifier" and node.name not in names:
            hint = "the sandbox has no globals: use require, or declare it"
            yield _Said(_start(node), f"`{node.name}` is not declared", hint)
        if kind in _SCOPES:
            names |= _hoisted(node) | {"arguments"}
        elif kind in _BLOCKS:
            names |= _own(node)
        stack += ((child, names) for child in _read(node))


def _read(node: Any) -> Iterator[Any]:
    """The children in which a name is one of a variable: no property's name, no label."""
    kind = str(node.type)
    if kind.endswith("MemberExpression") and not node.computed:
        yield node.object
    elif kind == "Property":
        if node.computed:
            yield node.key
        yield node.value
    elif kind in {"BreakStatement", "ContinueStatement"}:
        return
    elif kind == "LabeledStatement":
        yield node.body
    else:
        yield from _children(node)


def _hoisted(function: Any) -> frozenset[str]:
    """What a function declares for all of itself: its name, its parameters, `var`, and what its body's own level declares."""
    names = {node.name for param in function.params for node in _all(param) if node.type == "Identifier"}
    if getattr(function, "id", None):
        names.add(function.id.name)
    stack = [function.body]
    while stack:
        node = stack.pop()
        if node.type == "VariableDeclaration" and node.kind == "var":
            names |= _names(node)
        if node.type == "FunctionDeclaration":
            names.add(node.id.name)
        if node.type not in _SCOPES:
            stack += _children(node)
    return frozenset(names)


def _own(block: Any) -> frozenset[str]:
    """What a block declares with let and const."""
    names = set[str]()
    for child in _children(block):
        listed = child.consequent if child.type == "SwitchCase" else [child]
        for node in listed:
            if node.type == "VariableDeclaration":
                names |= _names(node)
    return frozenset(names)


def _names(declaration: Any) -> set[str]:
    ids = (declarator.id for declarator in declaration.declarations)
    return {node.name for id in ids for node in _all(id) if node.type == "Identifier"}


def _arrows(node: Any) -> Iterator[Any]:
    """The arrow functions, inner before outer."""
    return (found for found in reversed(list(_all(node))) if found.type == "ArrowFunctionExpression")


def _rewritten(text: str, arrows: list[Any], comments: list[tuple[int, int]]) -> str:
    """The text with its arrow functions as functions; no line moves."""
    bare = list(text)
    for start, end in comments:
        for i in range(max(start - len(_AROUND), 0), min(end - len(_AROUND), len(bare))):
            bare[i] = "\n" if bare[i] == "\n" else " "
    code = "".join(bare)
    edits = []
    for arrow in arrows:
        start = _end(arrow.params[-1]) if arrow.params else _start(arrow)
        body = code.index("=>", start) + 2
        names = ", ".join(param.name for param in arrow.params)
        opened, closed = ("", ")") if arrow.body.type == "BlockStatement" else ("{ return (", "); })")
        breaks = "\n" * text.count("\n", _start(arrow), body)
        edits.append(_Edit(_start(arrow), body, f"(function ({names}){breaks} {opened}"))
        edits.append(_Edit(_end(arrow), _end(arrow), closed))
    parts, place = [], 0
    for edit in sorted(
        edits, key=lambda edit: edit.start
    ):  # stable: of two that end in one place the inner comes first
        parts += [text[place : edit.start], edit.text]
        place = edit.end
    return "".join([*parts, text[place:]])
