"""A letter's Atom feed (RFC 4287): its updates, and what officials answered to its asks."""

from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator

from campaign.languages import own_name
from letters import answers, public, updates
from letters.markdown import render_markdown
from letters.models import Letter, Text

ENTRIES = 30


class Entry(NamedTuple):
    at: datetime
    corrected_at: datetime | None
    title: str
    html: str
    path: str
    language: str
    identity: str
    others: list[public.Version]


class LetterFeed(Atom1Feed):
    """With links to the other languages, and each entry's language and whole text."""

    def latest_post_date(self) -> datetime:
        """A feed without entries was updated when its letter opened, not whenever somebody looks."""
        dates = [item["updateddate"] for item in self.items]
        return max(dates, default=self.feed["began_at"])

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        self._add_links(handler, self.feed["others"], "application/atom+xml")

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, {**item, "description": None})
        self._add_links(handler, item["others"], "text/html")
        attributes = {"type": "html", "xml:lang": item["language"]}
        handler.addQuickElement("content", item["html"], attributes)

    def _add_links(
        self, handler: SimplerXMLGenerator, versions: list[public.Version], content_type: str
    ) -> None:
        for version in versions:
            link = {
                "rel": "alternate",
                "type": content_type,
                "hreflang": version.language,
                "href": version.url,
            }
            handler.addQuickElement("link", "", link)


def feed_of(letter: Letter, text: Text) -> str:
    """In the language of that text, which is being spoken."""
    feed = LetterFeed(
        title=text.title,
        link=settings.SITE_URL + text.get_absolute_url(),
        description=None,
        language=text.language,
        author_name=", ".join(coalition.name for coalition in public.coalitions_of(letter)),
        subtitle=_("Updates and answers"),
        feed_url=settings.SITE_URL + public.path_in(letter, text.language, "letters:feed"),
        feed_guid=_identity(letter, f"{text.get_absolute_url()}feed"),
        began_at=letter.opened_at or letter.opens_at,
        others=_other_feeds(letter, text.language),
    )
    for entry in entries_of(letter, text.language):
        feed.add_item(
            title=entry.title,
            link=settings.SITE_URL + entry.path,
            description="",
            pubdate=entry.at,
            updateddate=entry.corrected_at or entry.at,
            unique_id=entry.identity,
            html=entry.html,
            language=entry.language,
            others=entry.others,
        )
    return feed.writeString("utf-8")


def entries_of(letter: Letter, language: str) -> list[Entry]:
    """The newest of both kinds, newest first."""
    shown, _more = updates.newest_updates(letter, language, ENTRIES)
    said, _more = answers.timeline(letter, language, size=ENTRIES)
    entries = [_of_update(letter, one) for one in shown]
    entries += [_of_answer(letter, one, language) for one in said]
    return list(islice(sorted(entries, key=lambda entry: entry.at, reverse=True), ENTRIES))


def _of_update(letter: Letter, shown: updates.Shown) -> Entry:
    update, text = shown.update, shown.text
    others = [version for version in shown.versions if version.language != text.language]
    return Entry(
        update.appeared_at or update.created_at,
        update.corrected_at,
        text.headline,
        render_markdown(text.body),
        shown.path,
        text.language,
        _identity(letter, shown.path),
        others,
    )


def _of_answer(letter: Letter, said: answers.Said, language: str) -> Entry:
    path = public.path_in(letter, language, "letters:answers") + f"#answer-{said.answer.pk}"
    title = _("Ask %(number)s, %(official)s: %(state)s") % {
        "number": said.number,
        "official": said.official.name,
        "state": said.state,
    }
    return Entry(
        said.answer.created_at,
        None,
        title,
        format_html(
            "<p>{}</p><p>{}</p><p>{}</p>",
            date_format(said.answer.said_on, "DATE_FORMAT"),
            said.ask,
            said.note,
        ),
        path,
        language,
        _identity(letter, path.replace("#", "")),
        [],
    )


def _other_feeds(letter: Letter, language: str) -> list[public.Version]:
    return [
        public.Version(
            version.language,
            version.direction,
            own_name(version.language),
            public.path_in(letter, version.language, "letters:feed"),
            version.is_original,
        )
        for version in public.versions_of(letter)
        if version.language != language
    ]


def _identity(letter: Letter, path: str) -> str:
    """A tag URI (RFC 4151), which stays when the site moves to https or another port."""
    began = letter.opened_at or letter.created_at
    return f"tag:{urlsplit(settings.SITE_URL).hostname},{began:%Y-%m-%d}:{path}"
