from datetime import datetime
from pathlib import Path

import pytest

from letters.files import LetterFile, LetterFileError, read_letter

GOOD = """---
slug: keep-it-on
coalition: Open Net Coalition
language: en
to:
  - {name: Full Name, office: Prime Minister, institution: Government, country: PK, email: pm@example.org, language: ur}
cc:
  - {name: Other Name, office: Secretary, country: NO, email: sec@example.org}
opens: 2024-02-06T09:00:00+05:00
closes: 2024-03-31T23:59:00+05:00
signers: [organisation, individual]
asks: [Commit in public, Order no shutdown]
---
# Keep the internet on

We write to you.

And we ask.
"""
TRANSLATION = """---
language: ur
asks: [پہلا, دوسرا]
---
# انٹرنیٹ کھلا رکھیے

ہم آپ کو لکھتے ہیں۔
"""


def read(folder: Path, *contents: str | bytes) -> LetterFile:
    paths = []
    for number, content in enumerate(contents):
        path = folder / ("keep-it-on.md" if number == 0 else f"keep-it-on.{number}.md")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        paths.append(path)
    return read_letter(paths)


def problems(folder: Path, *contents: str | bytes) -> list[str]:
    """The problems found, as `file:line: …` without the folder."""
    with pytest.raises(LetterFileError) as caught:
        read(folder, *contents)
    return str(caught.value).replace(f"{folder}/", "").split("\n")


def test_reads_the_format_of_the_design(tmp_path: Path) -> None:
    letter = read(tmp_path, GOOD, TRANSLATION)
    assert (letter.slug, letter.coalition, letter.language) == ("keep-it-on", "Open Net Coalition", "en")
    assert letter.opens_at == datetime.fromisoformat("2024-02-06T04:00:00+00:00")
    assert [(entry.kind, entry.values["email"]) for entry in letter.officials] == [
        ("to", "pm@example.org"),
        ("cc", "sec@example.org"),
    ]
    assert [text.language for text in letter.texts] == ["en", "ur"]
    assert letter.texts[0].title == "Keep the internet on"
    assert letter.texts[0].body == "We write to you.\n\nAnd we ask."
    assert letter.texts[1].asks == ["پہلا", "دوسرا"]


def test_norway_is_a_country_and_its_language_a_language(tmp_path: Path) -> None:
    letter = read(tmp_path, GOOD.replace("language: en\n", "language: no\n"))
    assert letter.officials[1].values["country"] == "NO"
    assert letter.language == "no"


def test_an_officials_language_is_the_letters_unless_said(tmp_path: Path) -> None:
    letter = read(tmp_path, GOOD)
    assert [entry.values["language"] for entry in letter.officials] == ["ur", "en"]


def test_an_office_without_a_name_is_named_by_the_office(tmp_path: Path) -> None:
    letter = read(tmp_path, GOOD.replace("name: Other Name, ", ""))
    assert letter.officials[1].values["name"] == "Secretary"


def test_byte_order_mark_and_windows_line_ends_are_tolerated(tmp_path: Path) -> None:
    letter = read(tmp_path, b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert letter.texts[0].body == "We write to you.\n\nAnd we ask."


def test_the_original_is_found_wherever_it_stands(tmp_path: Path) -> None:
    assert read(tmp_path, TRANSLATION, GOOD).language == "en"


def test_a_translation_needs_only_its_language(tmp_path: Path) -> None:
    letter = read(tmp_path, GOOD, "---\nlanguage: fr\n---\n# Titre\n\nTexte.\n")
    assert letter.texts[1].asks == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("slug: keep-it-on\n", "slug: keep-it-on\ncolour: red\n", "keep-it-on.md:3: unknown key 'colour'"),
        (
            "slug: keep-it-on\n",
            "slug: keep-it-on\ncolours:\n  - red\n",
            "keep-it-on.md:3: unknown key 'colours'",
        ),
        ("slug: keep-it-on\n", "slug: keep-it-on\nslug: other\n", "keep-it-on.md:3: 'slug' is given twice"),
        ("slug: keep-it-on\n", "", "keep-it-on.md:1: slug is missing"),
        ("slug: keep-it-on\n", "slug: Keep it on\n", "keep-it-on.md:2: slug: 'Keep it on'"),
        ("coalition: Open Net Coalition\n", "", "keep-it-on.md:1: coalition is missing"),
        ("language: en\n", "", "keep-it-on.md:1: language is missing"),
        ("language: en\n", "language: klingon\n", "keep-it-on.md:4: language: 'klingon'"),
        ("name: Full Name, ", "", None),
        ("name: Full Name, office: Prime Minister, ", "", "keep-it-on.md:6: to: name is missing"),
        ("name: Full Name, ", "nom: Full Name, ", "keep-it-on.md:6: to: unknown key 'nom'"),
        (", email: pm@example.org", "", "keep-it-on.md:6: to: email is missing"),
        ("pm@example.org", "pm@example", "keep-it-on.md:6: to: email: 'pm@example'"),
        ("pm@example.org", "pm example.org", "keep-it-on.md:6: to: email: 'pm example.org'"),
        ("sec@example.org", "sec@@example.org", "keep-it-on.md:8: cc: email: 'sec@@example.org'"),
        ("country: PK", "country: Pakistan", "keep-it-on.md:6: to: country: 'Pakistan'"),
        ("country: PK", "country: XX", "keep-it-on.md:6: to: country: 'XX'"),
        ("opens: 2024-02-06T09:00:00+05:00", "opens: tomorrow", "keep-it-on.md:9: opens: 'tomorrow'"),
        ("opens: 2024-02-06T09:00:00+05:00", "opens: 2024-02-06T09:00:00", "keep-it-on.md:9: opens: "),
        ("opens: 2024-02-06T09:00:00+05:00", "opens: 2024-02-06", "keep-it-on.md:9: opens: '2024-02-06'"),
        ("opens: 2024-02-06T09:00:00+05:00", "opens: 2024-02-30T09:00:00+05:00", "keep-it-on.md:9: opens: "),
        (
            "closes: 2024-03-31T23:59:00+05:00",
            "closes: 2024-01-31T23:59:00+05:00",
            "keep-it-on.md:10: closes must be",
        ),
        ("[organisation, individual]", "[organisation, robots]", "keep-it-on.md:11: signers: 'robots'"),
        ("[organisation, individual]", "[]", "keep-it-on.md:11: signers: somebody"),
        ("[organisation, individual]", "organisation", "keep-it-on.md:11: signers must be a list"),
        (
            "[Commit in public, Order no shutdown]",
            "[{Commit: now}]",
            "keep-it-on.md:12: asks must be one text",
        ),
        ("asks: [", "retention_days: soon\nasks: [", "keep-it-on.md:12: retention_days: 'soon'"),
        ("# Keep the internet on\n", "", "keep-it-on.md:15: the letter must begin with its title"),
        ("# Keep the internet on", "# ", "keep-it-on.md:14: the letter must begin with its title"),
        (
            "\nWe write to you.\n\nAnd we ask.\n",
            "",
            "keep-it-on.md:14: the letter has no text below its title",
        ),
        ("We write", "We \x07 write", "keep-it-on.md:16: has a character that no text has"),
        ("Full Name", "Full \x07Name", "keep-it-on.md:6: the front matter has a character that no text has"),
        ("Full Name", "Full \u202eName", "keep-it-on.md:6: to: name: "),
        ("Full Name", "F" * 201, "keep-it-on.md:6: to: name is longer than 200"),
        ("slug: keep-it-on", "slug: [keep", "keep-it-on.md:3: the front matter is not YAML"),
        ("---\nslug", "slug", "keep-it-on.md:1: must begin with a line ---"),
        ("---\n# Keep", "# Keep", "keep-it-on.md:18: the front matter does not end"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, old: str, new: str, said: str | None) -> None:
    assert old in GOOD
    content = GOOD.replace(old, new, 1)
    if said is None:
        read(tmp_path, content)
    else:
        assert problems(tmp_path, content)[0].startswith(said)


def test_a_missing_addressee_is_told(tmp_path: Path) -> None:
    start, end = GOOD.index("to:"), GOOD.index("cc:")
    assert problems(tmp_path, GOOD[:start] + GOOD[end:]) == [
        "keep-it-on.md:1: to: the letter has no addressee"
    ]
    assert problems(tmp_path, GOOD[:start] + "to: []\n" + GOOD[end:]) == [
        "keep-it-on.md:5: to: the letter has no addressee"
    ]


def test_an_official_cannot_be_named_twice(tmp_path: Path) -> None:
    twice = "cc:\n  - {name: Full Name, office: Prime Minister, email: pm@example.org}\n"
    assert problems(tmp_path, GOOD.replace("cc:\n", twice)) == [
        "keep-it-on.md:8: cc: Full Name is named twice"
    ]


def test_all_problems_are_told_at_once_in_order_of_lines(tmp_path: Path) -> None:
    bad = (
        GOOD.replace("pm@example.org", "pm").replace("language: en", "language: xx-nope").replace("PK", "ZZ")
    )
    lines = [problem.split(":")[1] for problem in problems(tmp_path, bad, TRANSLATION.replace("# ", ""))]
    assert lines == ["4", "6", "6", "5"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("language: ur", "language: en", "keep-it-on.1.md:2: language: there is a text in 'en' already"),
        ("language: ur\n", "", "keep-it-on.1.md:1: language is missing"),
        (
            "language: ur\n",
            "language: ur\nsigners: [individual]\n",
            "keep-it-on.1.md:3: unknown key 'signers'",
        ),
        ("language: ur\n", "language: ur\nslug: other\n", "keep-it-on.1.md:3: slug: 'other' is not what"),
        ("[پہلا, دوسرا]", "[پہلا]", "keep-it-on.1.md:3: asks: the original has 2, this translation has 1"),
    ],
)
def test_a_translation_is_checked_against_the_original(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert problems(tmp_path, GOOD, TRANSLATION.replace(old, new))[0].startswith(said)


def test_other_encodings_are_refused_at_their_line(tmp_path: Path) -> None:
    assert problems(tmp_path, GOOD.replace("Other Name", "Renée").encode("latin-1")) == [
        "keep-it-on.md:8: is not UTF-8"
    ]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(LetterFileError, match=r"gone.md:1: cannot be read"):
        read_letter([tmp_path / "gone.md"])


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert problems(tmp_path, "") == ["keep-it-on.md:1: must begin with a line --- and the front matter"]
