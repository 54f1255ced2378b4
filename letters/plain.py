"""Markdown as text that reads well in a mail: no marks of emphasis, links with their address behind them."""

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

_parser = MarkdownIt("commonmark", {"html": False})


def plain_text(markdown: str) -> str:
    return _blocks(SyntaxTreeNode(_parser.parse(markdown)))


def _blocks(node: SyntaxTreeNode, *, between: str = "\n\n") -> str:
    return between.join(_block(child) for child in node.children)


def _block(node: SyntaxTreeNode) -> str:
    match node.type:
        case "bullet_list":
            return "\n".join(_marked("- ", item) for item in node.children)
        case "ordered_list":
            first = int(node.attrs.get("start", 1))
            return "\n".join(_marked(f"{number}. ", item) for number, item in enumerate(node.children, first))
        case "blockquote":
            return _prefixed("> ", "> ", _blocks(node))
        case "fence" | "code_block":
            return _prefixed("    ", "    ", node.content.rstrip("\n"))
        case "hr":
            return "* * *"
        case "inline":
            return _inline(node)
        case _:
            return _blocks(node)


def _marked(mark: str, item: SyntaxTreeNode) -> str:
    return _prefixed(mark, " " * len(mark), _blocks(item, between="\n"))


def _prefixed(first: str, rest: str, text: str) -> str:
    return first + text.replace("\n", "\n" + rest)


def _inline(node: SyntaxTreeNode) -> str:
    match node.type:
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "link":
            return _with_address("".join(map(_inline, node.children)), str(node.attrs.get("href", "")))
        case _ if node.children:
            return "".join(map(_inline, node.children))
        case _:
            return node.content


def _with_address(words: str, address: str) -> str:
    return words if words in (address, address.removeprefix("mailto:")) else f"{words} ({address})"
