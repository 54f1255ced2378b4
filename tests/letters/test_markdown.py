import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letters.markdown import first_words, render_markdown


def test_emphasis_lists_and_quotes_become_html() -> None:
    html = render_markdown("We ask **now**:\n\n1. one\n2. two\n\n> quoted")
    assert "<strong>now</strong>" in html
    assert "<ol>" in html
    assert "<blockquote>" in html


@pytest.mark.parametrize(
    ("source", "tag"), [("# A", "h2"), ("### A", "h4"), ("###### A", "h6"), ("A\n=", "h2")]
)
def test_headings_stand_below_the_title(source: str, tag: str) -> None:
    assert f"<{tag}>A</{tag}>" in render_markdown(source)


def test_links_tell_nothing_and_endorse_nothing() -> None:
    html = render_markdown("[facts](https://example.org/a)")
    assert html == '<p><a href="https://example.org/a" rel="nofollow noopener">facts</a></p>\n'


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        '<a href="https://example.org" onclick="x()">a</a>',
        "a <b onmouseover=x()>b</b>",
        "[a](javascript:alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "[a](vbscript:x)",
        '<img src="https://example.org/x.png" onerror="x()">',
        "<style>body{display:none}</style>",
        "<svg/onload=alert(1)>",
        '<https://example.org/"onclick=x>',
    ],
)
def test_markup_in_the_text_is_inert(source: str) -> None:
    html = render_markdown(source)
    for tag in (
        "<script",
        "<img",
        "<style",
        "<svg",
        "<b ",
        'href="javascript',
        'href="data',
        'href="vbscript',
    ):
        assert tag not in html
    assert not re.search(r"<[^>]*\son[a-z]+=", html)


def test_a_picture_is_told_in_words_and_fetched_from_nowhere() -> None:
    assert (
        render_markdown("![A <b>map</b>](https://example.org/x.png)") == "<p>A &lt;b&gt;map&lt;/b&gt;</p>\n"
    )


@given(st.text(alphabet="<>\"'`[]()!*_#&;:/\\ajscript=\n -", max_size=60))
def test_no_text_makes_a_tag_that_is_not_allowed(source: str) -> None:
    html = render_markdown(source)
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html.lower()


def test_first_words_are_plain_and_cut_at_a_word() -> None:
    source = "# Title\n\nWe *write* to [you](https://example.org)\nabout the elections.\n\nMore."
    assert first_words(source) == "We write to you about the elections."
    assert first_words(source, 20) == "We write to you…"
    assert first_words("") == ""
    assert first_words("* * *") == ""
