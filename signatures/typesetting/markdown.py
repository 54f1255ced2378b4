"""Markdown as a small tree of plain dicts, which the letter's template sets natively."""

from collections.abc import Iterable, Iterator

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

PARSER = MarkdownIt("commonmark", {"html": False})
LINK_SCHEMES = ("http://", "https://", "mailto:")
WRAPPERS = {"em": "emphasis", "strong": "strong"}


def markdown_blocks(source: str) -> list[dict]:
    """The blocks of a Markdown text, in order.

    A block is one of `{type: "paragraph", content}`, `{type: "heading", level, content}` with levels from 1
    and none skipped, `{type: "list", ordered, start, items}` where an item is a list of blocks,
    `{type: "quote", content}` where the content is blocks, and `{type: "rule"}`. Elsewhere `content` is a
    list of `{type: "text", text}`, `{type: "break"}`, `{type: "emphasis", content}`,
    `{type: "strong", content}` and `{type: "link", url, content}`. HTML is kept as text, an image becomes
    its description, code becomes plain text, a link that is neither web nor mail loses its address, and what is
    nested more than 20 deep is left out, as it is on the page.
    """
    return with_even_levels(list(blocks_of(SyntaxTreeNode(PARSER.parse(source)).children)))


def with_even_levels(blocks: list[dict]) -> list[dict]:
    """The same blocks, their headings starting at level 1 and going down by one step at a time."""
    deepest = 0
    for block in walk_headings(blocks):
        block["level"] = deepest = min(block["level"], deepest + 1)
    return blocks


def walk_headings(blocks: Iterable[dict]) -> Iterator[dict]:
    for block in blocks:
        if block["type"] == "heading":
            yield block
        elif block["type"] == "quote":
            yield from walk_headings(block["content"])
        elif block["type"] == "list":
            for item in block["items"]:
                yield from walk_headings(item)


def blocks_of(nodes: Iterable[SyntaxTreeNode]) -> Iterator[dict]:
    for node in nodes:
        if node.type == "paragraph":
            yield {"type": "paragraph", "content": content_of(node)}
        elif node.type == "heading":
            yield {"type": "heading", "level": int(node.tag[1]), "content": content_of(node)}
        elif node.type in ("bullet_list", "ordered_list"):
            yield list_of(node)
        elif node.type == "blockquote":
            yield {"type": "quote", "content": list(blocks_of(node.children))}
        elif node.type == "hr":
            yield {"type": "rule"}
        elif node.type in ("code_block", "fence"):
            yield {"type": "paragraph", "content": text_lines(node.content.rstrip("\n"))}


def list_of(node: SyntaxTreeNode) -> dict:
    return {
        "type": "list",
        "ordered": node.type == "ordered_list",
        "start": int(node.attrs.get("start", 1)),
        "items": [list(blocks_of(item.children)) for item in node.children],
    }


def content_of(block: SyntaxTreeNode) -> list[dict]:
    return list(inlines_of(child for inline in block.children for child in inline.children))


def inlines_of(nodes: Iterable[SyntaxTreeNode]) -> Iterator[dict]:
    for node in nodes:
        if node.type in WRAPPERS:
            yield {"type": WRAPPERS[node.type], "content": list(inlines_of(node.children))}
        elif node.type == "link":
            yield from link_of(node)
        elif node.type == "hardbreak":
            yield {"type": "break"}
        elif node.type == "softbreak":
            yield {"type": "text", "text": " "}
        elif node.content:
            yield {"type": "text", "text": node.content}


def link_of(node: SyntaxTreeNode) -> Iterator[dict]:
    url = str(node.attrs["href"])
    content = inlines_of(node.children)
    if url.lower().startswith(LINK_SCHEMES):
        yield {"type": "link", "url": url, "content": list(content)}
    else:
        yield from content


def text_lines(text: str) -> list[dict]:
    nodes: list[dict] = []
    for line in text.split("\n"):
        nodes += [{"type": "break"}, {"type": "text", "text": line}]
    return nodes[1:]
