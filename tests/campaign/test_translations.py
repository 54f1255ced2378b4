"""The catalogues in locale/ against the words of the source, collected here by Babel: no gettext is needed."""

import ast
import datetime
import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import allauth
import django
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.test import override_settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation.template import templatize

LANGUAGES = ("fr", "ur")
APPS = ("campaign", "letters", "signatures", "deliveries")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
NAMED = re.compile(r"%\(\w+\)[sd]|%[sd]")
BRACED = re.compile(r"{\w*}")
MARKUP = re.compile(r"<[^>]+>")
Key = tuple[str | None, str, str | None]

both = pytest.mark.parametrize("language", LANGUAGES)


def catalogue(language: str) -> Catalog:
    with (settings.BASE_DIR / "locale" / language / "LC_MESSAGES/django.po").open("rb") as file:
        return read_po(file, locale=language)


def messages(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


def translations(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def key_of(message: Message) -> Key:
    context = str(message.context) if message.context else None
    return (context, message.id, None) if isinstance(message.id, str) else (context, *message.id)


def sources() -> Iterator[tuple[Path, str]]:
    """Every file that has words to translate, as Python that says them."""
    for app in APPS:
        for path in sorted((settings.BASE_DIR / app).rglob("*.py")):
            yield path, path.read_text()
    for path in sorted((settings.BASE_DIR / "templates").rglob("*")):
        if path.suffix in {".html", ".txt"}:
            # What is left of the template keeps its indentation, which means nothing here.
            yield path, "\n".join(line.strip() for line in templatize(path.read_text()).splitlines())


@cache
def marked() -> frozenset[Key]:
    found: set[Key] = set()
    for _path, source in sources():
        for _line, words, _comments, context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
            one, many = (words, None) if isinstance(words, str) else words[:2]
            found.add((context, one, many))
    return frozenset(found)


def edges(words: str) -> tuple[str, str]:
    """The spaces and line feeds before and behind; a non-breaking space is the translation's own matter."""
    return words[: len(words) - len(words.lstrip(" \n"))], words[len(words.rstrip(" \n")) :]


def said_in_code() -> Iterator[tuple[Path, str]]:
    """The first literal of each call that translates, as Python itself reads the source."""
    for path, source in sources():
        if path.suffix == ".py":
            for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
                name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
                words = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
                if name in KEYWORDS and words:
                    yield path, str(words["pgettext" in name])


def borrowed() -> set[str]:
    tree = ast.parse((settings.BASE_DIR / "campaign/borrowed_strings.py").read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {str(ast.literal_eval(call.args[0])) for call in calls}


def test_the_words_of_the_source_are_collected() -> None:
    found = marked()
    assert (None, "Sign this letter", None) in found  # a template
    assert ("addressee", "To", None) in found  # with a context
    assert (None, "%(shown)s person", "%(shown)s people") in found  # with a plural
    assert (None, "This is not a valid e-mail address.", None) in found  # Python
    assert len(found) > 500


def test_no_word_is_hidden_from_those_who_collect_them() -> None:
    # In an f-string, for instance, which xgettext does not look into.
    known = {one for _context, one, _many in marked()}
    assert not [(path.name, words) for path, words in said_in_code() if words not in known]


def test_a_word_that_is_counted_somewhere_is_nowhere_said_alone() -> None:
    # Python below 3.11.5 finds no plural's message by its singular alone; a context tells the two apart.
    counted = {(context, one) for context, one, many in marked() if many}
    assert not [one for context, one, many in marked() if not many and (context, one) in counted]


@both
def test_every_marked_word_is_in_the_catalogue(language: str) -> None:
    keys = [key_of(message) for message in messages(language)]
    singles = {(context, one) for context, one, _many in keys}
    plurals = {key for key in keys if key[2]}
    missing = {key for key in marked() if (key not in plurals if key[2] else key[:2] not in singles)}
    assert not missing, "collect them by: make messages"


@both
def test_the_catalogue_has_no_word_that_nobody_says(language: str) -> None:
    said = {key[:2] for key in marked()}
    assert not [message.id for message in messages(language) if key_of(message)[:2] not in said]


@both
def test_every_word_is_translated_and_none_by_guess(language: str) -> None:
    empty = [message.id for message in messages(language) if not all(translations(message))]
    guessed = [message.id for message in messages(language) if message.fuzzy]
    assert (empty, guessed) == ([], [])


@both
def test_plurals_are_those_of_the_language(language: str) -> None:
    found = catalogue(language)
    assert found.num_plurals == 2
    assert found.plural_expr == {"fr": "(n > 1)", "ur": "(n != 1)"}[language]
    wrong = [m.id for m in messages(language) if m.pluralizable and len(translations(m)) != found.num_plurals]
    assert not wrong


@both
def test_every_translation_has_the_same_blanks_and_markup(language: str) -> None:
    wrong = []
    for message in messages(language):
        one, *rest = [message.id] if isinstance(message.id, str) else message.id
        originals = [one, *(rest or [one])]
        for number, translated in enumerate(translations(message)):
            original = originals[min(number, 1)]
            for pattern in (NAMED, BRACED, MARKUP):
                if sorted(pattern.findall(original)) != sorted(pattern.findall(translated)):
                    wrong.append((original, translated))
    assert not wrong


@both
def test_space_around_the_words_is_kept(language: str) -> None:
    for message in messages(language):
        original = key_of(message)[1]
        for translated in translations(message):
            assert edges(translated) == edges(original), original


def test_french_has_its_spaces_and_apostrophes() -> None:
    for message in messages("fr"):
        for words in translations(message):
            prose = re.sub(r"<[^>]*>|https?://\S+", "", words)
            assert not re.search(r" [:;?!»]|« |\w[;?!»]|«\w|'", prose), words
            assert not re.search(r"\w:(\s|$)", prose), words


def test_urdu_has_its_own_letters_and_stops() -> None:
    # Of the Arabic letters that look like Urdu's; and of the stops, those that follow a word in its script.
    arabic = re.compile("[\u0643\u064a\u0649\u0647]")
    for message in messages("ur"):
        for words in translations(message):
            assert not arabic.search(words), words
            assert not re.search("[\u0600-\u06ff][,;?.](\\s|$)", words), words


def test_borrowed_words_are_still_those_of_django_and_allauth() -> None:
    theirs: set[str] = set()
    folders = [Path(django.__file__).parent, Path(allauth.__file__).parent]
    for folder in folders:
        for path in folder.glob("**/locale/fr/LC_MESSAGES/django.po"):
            with path.open("rb") as file:
                theirs |= {key_of(message)[1] for message in read_po(file) if message.id}
    assert not borrowed() - theirs


@both
def test_ours_come_before_those_of_django(language: str, tmp_path: Path) -> None:
    compiled = tmp_path / language / "LC_MESSAGES/django.mo"
    compiled.parent.mkdir(parents=True)
    with compiled.open("wb") as file:
        write_mo(file, catalogue(language))
    with override_settings(LOCALE_PATHS=[tmp_path]), translation.override(language):
        assert (
            translation.gettext("Sign this letter")
            == {
                "fr": "Signer cette lettre",
                "ur": "اس خط پر دستخط کیجیے",
            }[language]
        )
        assert (
            translation.gettext("This field is required.")
            == {
                "fr": "Ce champ est obligatoire.",
                "ur": "یہ خانہ بھرنا ضروری ہے۔",
            }[language]
        )


def test_dates_and_numbers_read_as_in_the_language() -> None:
    day = datetime.datetime(2024, 2, 6, 14, 30)
    with translation.override("ur"):
        assert date_format(day, "DATE_FORMAT") == "6 فروری 2024"
        assert date_format(day, "DATETIME_FORMAT") == "6 فروری 2024، 14:30"
        assert intcomma(1234567) == "1,234,567"
    with translation.override("fr"):
        assert date_format(day, "DATE_FORMAT") == "6 février 2024"
        assert intcomma(1234567) == "1\xa0234\xa0567"
