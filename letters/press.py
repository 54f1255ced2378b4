"""An update as plain text of 72 columns, to be pasted into a mail.

Lines break by what is seen: marks above and below a letter take no column (Unicode, Mn Me Cf), wide signs take two
(Unicode, UAX 11). Where the text runs from right to left, an address or a number is led by a left-to-right mark,
without which its groups would change places (UAX 9).
"""

import re
import unicodedata
from collections.abc import Iterator

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from campaign.languages import direction_of
from letters.models import Letter, PressContact, Quote, Update, UpdateText
from letters.plain import plain_text
from letters.public import path_in

COLUMNS = 72
LRM = "\u200e"
_MARK = re.compile(r"(?:> )*(?:\s+|[-*] |\d+\. )*")
_WIDE = frozenset("WF")
_UNSEEN = frozenset({"Mn", "Me", "Cf"})


def plain_update(letter: Letter, update: Update, text: UpdateText, *, url: str = "") -> str:
    """In the language being spoken; without `url`, of an update that has no address yet."""
    ltr = LRM if direction_of(text.language) == "rtl" else ""
    head = [_dateline(update), text.headline, _answered(update), plain_text(text.body)]
    blocks = [fill(block) for block in head if block]
    blocks += [fill(f"“{quote.words}”") + "\n" + fill(_who(quote)) for quote in text.quotes.all()]
    if contacts := [_contact(contact, ltr) for contact in update.contacts.all()]:
        blocks.append("\n\n".join([fill(_("Press contacts")), *contacts]))
    blocks += [f"{words}\n{ltr}{address}" for words, address in _links(letter, update, text, url)]
    return "\n\n".join(blocks) + "\n"


def withdrawn_words() -> str:
    return fill(_("This update was withdrawn.")) + "\n"


def fill(text: str, columns: int = COLUMNS) -> str:
    """Every line broken at spaces to at most `columns`; what hangs behind a mark stays behind it."""
    return "\n".join(broken for line in text.split("\n") for broken in _broken(line, columns))


def width(text: str) -> int:
    """Columns of a terminal that a text takes."""
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.category(character) in _UNSEEN:
        return 0
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1


def _broken(line: str, columns: int) -> Iterator[str]:
    found = _MARK.match(line)
    mark = found[0] if found else ""
    indent = "".join(sign if sign in "> " else " " for sign in mark)
    current = mark
    for word in line[len(mark) :].split(" "):
        is_begun = current not in (mark, indent)
        if is_begun and width(current) + 1 + width(word) > columns:
            yield current
            current, is_begun = indent, False
        current += f" {word}" if is_begun else word
    yield current.rstrip()


def _dateline(update: Update) -> str:
    there = update.publish_at_there
    if there is None:
        return _("DRAFT, not for publication")
    if update.state() == "waiting":
        moment = f"{date_format(there, 'DATE_FORMAT')} {date_format(there, 'H:i')}"
        return _("EMBARGOED until %(moment)s (%(zone)s)") % {"moment": moment, "zone": update.zone}
    corrected = update.corrected_at
    day = date_format((update.appeared_at or there).astimezone(there.tzinfo), "DATE_FORMAT")
    if corrected is None:
        return day
    said = _("corrected on %s") % date_format(timezone.localtime(corrected), "DATE_FORMAT")
    return f"{day} · {said}"


def _answered(update: Update) -> str:
    if update.kind != Update.Kind.RESPONSE or update.addressee is None:
        return ""
    return f"{_('Answered by')} {update.addressee}"


def _who(quote: Quote) -> str:
    return "— " + _(", ").join(part for part in (quote.name, quote.role, quote.organisation) if part)


def _contact(contact: PressContact, ltr: str) -> str:
    ways = [f"{ltr}{way}" for way in (contact.phone, contact.email) if way]
    return "\n".join([contact.name, *ways])


def _links(letter: Letter, update: Update, text: UpdateText, url: str) -> Iterator[tuple[str, str]]:
    if update.source_url:
        yield _("Source"), update.source_url
    if url:
        yield _("On the web"), url
    nearest = letter.edition.text_nearest(text.language).language
    yield _("The letter"), settings.SITE_URL + path_in(letter, nearest)
