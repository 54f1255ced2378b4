"""What the public pages read of letters: few queries, whatever is signed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.db.models import Case, DateTimeField, Prefetch, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from campaign.languages import direction_of, interface_language, own_name
from letters.differences import Difference, compare_editions
from letters.models import Edition, Letter, LetterCoalition, Text
from letters.models.letter import HIDDEN

LETTERS_ON_A_PAGE = 30
LETTERS_IN_SITEMAP = 5000


@dataclass(frozen=True)
class Version:
    """One language of a letter's page: where it is, and what the language calls itself."""

    language: str
    direction: str
    name: str
    path: str
    is_original: bool

    @property
    def url(self) -> str:
        return settings.SITE_URL + self.path


def public_letter(slug: str) -> Letter:
    """The letter with all that its page shows; Http404 unless it is public, as for a slug that nobody has."""
    letter = _with_texts(letters_at(slug)).prefetch_related("addressees", "editions__ask_texts").first()
    if letter is None:
        raise Http404
    return letter


def public_letter_in(slug: str, language: str | None) -> tuple[Letter, Text]:
    """A public letter and its text in a language (None: the original); Http404 for a language it lacks."""
    letter = public_letter(slug)
    text = letter.edition.text_in(language or letter.original_language)
    if text is None:
        raise Http404
    return letter, text


def public_letters(page: int, now: datetime | None = None) -> tuple[list[Letter], bool]:
    """One page of public letters, those to be signed before the closed ones, newest first; and whether more follow."""
    now = now or timezone.now()
    closed = Case(
        When(state__in=[Letter.State.CLOSED, Letter.State.ARCHIVED], then=Value(True)),
        When(closes_at__lte=now, then=Value(True)),
        default=Value(False),
    )
    opened = Coalesce("opened_at", "opens_at", "created_at", output_field=DateTimeField())
    rows = Letter.objects.public(now).annotate(over=closed, since=opened).order_by("over", "-since", "-id")
    first = (page - 1) * LETTERS_ON_A_PAGE
    listed = _with_texts(rows, Text.objects.defer("body")).prefetch_related("addressees")
    found = list(listed[first : first + LETTERS_ON_A_PAGE + 1])
    return found[:LETTERS_ON_A_PAGE], len(found) > LETTERS_ON_A_PAGE


def letters_of_sitemap() -> list[Letter]:
    """At most as many as a sitemap may hold with all their languages, newest first."""
    letters = Letter.objects.public().order_by("-id")
    return list(_with_texts(letters, Text.objects.only("edition", "language"))[:LETTERS_IN_SITEMAP])


def frozen_edition(slug: str, number: int, revision: int) -> Edition:
    """A frozen edition of a public letter; raises Http404."""
    letter = letters_at(slug).first()
    if letter is None:
        raise Http404
    return get_object_or_404(letter.editions, number=number, revision=revision, frozen_at__isnull=False)


def frozen_editions(letter: Letter) -> list[Edition]:
    """The newest first."""
    frozen = [edition for edition in letter.editions.all() if edition.frozen_at]
    return sorted(frozen, key=lambda edition: edition.order_of, reverse=True)


def edition_of(letter: Letter, number: int, revision: int) -> tuple[Edition, Edition | None]:
    """A frozen edition and the one before it; raises Http404."""
    editions = frozen_editions(letter)
    place = next((at for at, one in enumerate(editions) if one.order_of == (number, revision)), None)
    if place is None:
        raise Http404
    return editions[place], next(iter(editions[place + 1 :]), None)


def difference(before: Edition, after: Edition, language: str) -> Difference | None:
    """Of two frozen editions, which change no more: found once an hour."""
    key = f"difference:{before.pk}:{after.pk}:{language}"
    return caches["pages"].get_or_set(key, lambda: compare_editions(before, after, language), 3600)


def versions_of(letter: Letter, edition: Edition | None = None) -> list[Version]:
    """The languages of what the public reads, or of that edition; the original first."""
    texts = sorted(
        (edition or letter.edition).texts.all(), key=lambda text: text.language != letter.original_language
    )
    return [version_of(letter, text.language) for text in texts]


def version_of(letter: Letter, language: str) -> Version:
    original = language == letter.original_language
    return Version(language, direction_of(language), own_name(language), path_in(letter, language), original)


def interface_version(language: str) -> Version:
    """A language of the interface, as the list of all letters is read in it."""
    original = language == settings.LANGUAGE_CODE
    path = reverse("letters:home") + ("" if original else f"?lang={language}")
    return Version(language, direction_of(language), own_name(language), path, original)


def path_in(letter: Letter, language: str, view: str = "letters:detail") -> str:
    """The path of a page that has a bare address for the original language and a `_in` one for the others."""
    if language == letter.original_language:
        return reverse(view, args=[letter.slug])
    return reverse(f"{view}_in", args=[letter.slug, language])


def language_context(language: str) -> dict[str, Any]:
    """`language` and `direction` for <html>; `labels` are the attributes of what the interface says in another one."""
    spoken = interface_language(language)
    labels = format_html(' lang="{}" dir="{}"', spoken, direction_of(spoken)) if spoken != language else ""
    return {"language": language, "direction": direction_of(language), "labels": labels}


def letter_context(letter: Letter, text: Text) -> dict[str, Any]:
    """What every page about one public letter has: the letter page, its forms and its signatory list."""
    return {
        **language_context(text.language),
        "letter": letter,
        "text": text,
        "edition": letter.edition,
        "coalitions": coalitions_of(letter),
        "is_demo": any(coalition.is_demo for coalition in coalitions_of(letter)),
        "is_closed": letter.is_closed(),
        "versions": versions_of(letter),
        "here": version_of(letter, text.language),
    }


def coalitions_of(letter: Letter) -> list[Any]:
    """Who publishes the letter, the lead first; one that was asked and has not accepted does not."""
    publishers = sorted(letter.publishers.all(), key=lambda publisher: (not publisher.is_lead, publisher.pk))
    return [publisher.coalition for publisher in publishers if publisher.is_standing()]


def newest_texts(letters: Iterable[Letter], language: str) -> list[tuple[Letter, Text]]:
    return [(letter, letter.edition.text_nearest(language)) for letter in letters]


def page_number(text: str) -> int:
    """A page from 1 to 999; what is none is the first."""
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 4 else 1


def letters_at(slug: str) -> QuerySet[Letter]:
    """Public letters at a slug, the one in force first: a scheduled letter that comes due under a slug in use is not
    reached there, and takes nothing from the letter that has it."""
    scheduled = Case(When(state__in=HIDDEN, then=Value(1)), default=Value(0))
    return Letter.objects.public().filter(slug=slug).order_by(scheduled, "scheduled_at", "id")


def _with_texts(letters: QuerySet[Letter], texts: QuerySet[Text] | None = None) -> QuerySet[Letter]:
    return letters.prefetch_related(
        Prefetch(
            "publishers",
            LetterCoalition.objects.standing().select_related("coalition").order_by("-is_lead", "pk"),
        ),
        Prefetch("editions", Edition.objects.defer("canonical")),
        Prefetch("editions__texts", Text.objects.all() if texts is None else texts),
    )
