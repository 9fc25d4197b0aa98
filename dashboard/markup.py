"""Trees of elements, written as HTML. The first answer of a page and a later change of it are written alike.

A node is `(tag, attributes, children)` with attributes named as in HTML (`class`, `for`, `aria-label`). Every text
and every attribute is escaped, so nothing from a return or an address can become markup.
"""

from html import escape
from typing import NamedTuple

# Elements that are never closed.
VOID = {"input", "link", "meta", "br", "hr"}


class Node(NamedTuple):
    """An element. `children` holds nodes and strings; `None` and `False` among them are left out."""

    tag: str
    attributes: dict
    children: tuple


class Raw(str):
    """HTML that is already written: the entry point of the page's script, and nothing else."""


def el(tag: str, *children, **attributes) -> Node:
    """A node. `class_` stands for class and `for_` for for; an underscore inside a name becomes a hyphen."""
    named = {}
    for name, value in attributes.items():
        if value is not None and value is not False:
            named[name.rstrip("_").replace("_", "-")] = value
    return Node(tag, named, tuple(flat(children)))


def flat(children):
    """Children of children, in order, without what is None or False."""
    for child in children:
        if isinstance(child, (str, Node)):
            yield child
        elif isinstance(child, (list, tuple)):
            yield from flat(child)
        elif child is not None and child is not False:
            yield str(child)


def html(node) -> str:
    """The node, a string, or a list of both, as HTML."""
    parts: list[str] = []
    _write(node, parts)
    return "".join(parts)


def _write(node, parts: list[str]) -> None:
    if isinstance(node, Raw):
        parts.append(node)
    elif isinstance(node, str):
        parts.append(escape(node, quote=False))
    elif isinstance(node, Node):
        attributes = "".join(_attribute(name, value) for name, value in node.attributes.items())
        parts.append(f"<{node.tag}{attributes}>")
        for child in node.children:
            _write(child, parts)
        if node.tag not in VOID:
            parts.append(f"</{node.tag}>")
    else:
        for child in flat(node):
            _write(child, parts)


def _attribute(name: str, value) -> str:
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
