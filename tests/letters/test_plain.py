import pytest

from letters.plain import plain_text


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("One *two* **three**\nfour", "One two three four"),
        ("# Title\n\nText", "Title\n\nText"),
        ("[the law](https://example.org/law)", "the law (https://example.org/law)"),
        ("<https://example.org>", "https://example.org"),
        ("- one\n- two\n  more", "- one\n- two more"),
        ("3. one\n4. two", "3. one\n4. two"),
        ("> said\n>\n> so", "> said\n> \n> so"),
        ("a  \nb", "a\nb"),
        ("![a picture](https://example.org/p.png)", "a picture"),
        ("یہ **بند** نہ کریں", "یہ بند نہ کریں"),
    ],
)
def test_markdown_reads_as_text(markdown: str, plain: str) -> None:
    assert plain_text(markdown) == plain
