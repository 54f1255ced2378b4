from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from babel.dates import format_timedelta
from django import template
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from campaign.languages import direction_of, locale_of, own_name
from letters import public
from letters.markdown import render_markdown
from letters.models import Coalition, Letter, Text
from letters.services import Check

register = template.Library()
# Below so many days it is told in hours, below so many hours in minutes.
UNITS_AT_LEAST = 3


@register.filter
def markdown(source: str) -> SafeString:
    return render_markdown(source)


@register.filter
def time_left(moment: datetime) -> str:
    """How long it is until then, in one unit: from the CLDR, since Django's own words lack Urdu."""
    locale = locale_of(get_language() or settings.LANGUAGE_CODE)
    return str(format_timedelta(moment - timezone.now(), threshold=UNITS_AT_LEAST, locale=locale))


@register.filter
def language_name(code: str) -> str:
    """What a language calls itself."""
    return own_name(code)


@register.filter
def direction(code: str) -> str:
    """ltr or rtl."""
    return direction_of(code)


@register.simple_tag
def path_in(letter: Letter, language: str, view: str = "letters:detail") -> str:
    """{% path_in letter language "signatures:sign" %}: the address of a page of the letter in that language."""
    return public.path_in(letter, language, view)


@register.simple_tag
def check_path(check: Check, coalition: Coalition, letter: Letter) -> str:
    """Where at the desk a finding before a launch is put right."""
    return reverse(f"desk:{check.page}", args=[coalition.slug, letter.pk, *check.args])


@register.simple_tag
def edition_path(letter: Letter) -> str:
    edition = letter.edition
    return reverse("letters:edition", args=[letter.slug, edition.number, edition.revision])


@register.inclusion_tag("letters/_share.html")
def share_links(letter: Letter, text: Text) -> dict[str, Any]:
    """Links that share the letter's public address, and nothing of who shares it."""
    url = public.version_of(letter, text.language).url
    words = {"text": f"{text.title} {url}"}
    mail = {
        "subject": text.title,
        "body": _("I think you will want to read and sign this open letter: %s") % url,
    }
    services = [
        (_("E-mail"), "mailto:?" + urlencode(mail, quote_via=quote)),
        ("WhatsApp", "https://wa.me/?" + urlencode(words, quote_via=quote)),
        (
            "Telegram",
            "https://t.me/share/url?" + urlencode({"url": url, "text": text.title}, quote_via=quote),
        ),
        ("X", "https://x.com/intent/post?" + urlencode({"url": url, "text": text.title}, quote_via=quote)),
        ("Facebook", "https://www.facebook.com/sharer/sharer.php?" + urlencode({"u": url}, quote_via=quote)),
    ]
    return {"services": services}
