"""Markdown (CommonMark) of letters and updates to HTML that is safe on a page and in a mail: no raw HTML, no images."""

from collections.abc import MutableMapping, Sequence
from functools import lru_cache
from typing import Any

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

TAGS = {"p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "strong", "em", "a"}
TAGS |= {"ul", "ol", "li", "blockquote", "pre", "code"}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}


@lru_cache(maxsize=64)
def render_markdown(source: str) -> SafeString:
    """Headings are a level lower than written, since the page's one h1 is the letter's title."""
    tokens = _parser.parse(source)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
    html = _parser.renderer.render(tokens, _parser.options, {})
    return mark_safe(
        nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="nofollow noopener")
    )


def first_words(source: str, limit: int = 200) -> str:
    """The first paragraph without its markup, cut at a word to at most `limit` characters."""
    tokens = _parser.parse(source)
    paragraphs = (tokens[i + 1] for i, token in enumerate(tokens) if token.type == "paragraph_open")
    first = next(paragraphs, None)
    children = first.children or [] if first else []
    text = " ".join("".join(_plain(token) for token in children).split())
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:،") + "…"


def _plain(token: Token) -> str:
    return " " if token.type in ("softbreak", "hardbreak") else token.content


def _picture_as_words(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: MutableMapping[str, Any]
) -> str:
    """An image would be fetched from another host, so its description stands in for it."""
    return escape(tokens[index].content)


_parser = MarkdownIt("commonmark", {"html": False})
_parser.add_render_rule("image", _picture_as_words)
