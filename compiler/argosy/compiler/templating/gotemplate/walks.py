"""Walks over the syntax tree of a Go template."""

from collections.abc import Iterator

from argosy.compiler.templating.gotemplate.nodes import (
    Action,
    Branch,
    Chain,
    Command,
    Node,
    Pipe,
    TemplateCall,
)
from argosy.compiler.templating.gotemplate.parser import Template

__all__ = ["walk", "walk_template"]


def walk_template(template: Template) -> Iterator[Node]:
    """Every node of a template and of all that it defines."""
    for name, body in template.definitions.items():
        for statement in body if name != "base" else template.body:
            yield from walk(statement)


def walk(node: Node) -> Iterator[Node]:
    """A node and all below it, in the order of the text."""
    yield node
    for child in _children(node):
        yield from walk(child)


def _children(node: Node) -> Iterator[Node]:
    match node:
        case Action() | TemplateCall():
            if node.pipe is not None:
                yield node.pipe
        case Branch():
            yield node.pipe
            yield from node.body
            yield from node.otherwise or ()
        case Pipe():
            yield from node.commands
        case Command():
            yield from node.arguments
        case Chain():
            yield node.node
