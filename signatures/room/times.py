"""Moments in words, in an organisation's own language and time zone (CLDR, by Babel)."""

import zoneinfo
from datetime import datetime

from babel.dates import format_date, format_time, get_timezone_name
from django.utils import timezone
from django.utils.translation import gettext as _

from campaign.languages import interface_language, locale_of, speaking


def zone_of(name: str) -> zoneinfo.ZoneInfo:
    """UTC for a name that the time zone database does not have."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")


def is_past(moment: datetime | None) -> bool:
    return moment is not None and moment <= timezone.now()


def moment_in(moment: datetime | None, zone: str, language: str) -> str:
    """'Thursday, 8 February 2024, 6:00 PM (Pakistan Standard Time)'; empty for no moment."""
    if moment is None:
        return ""
    locale = locale_of(interface_language(language))
    local = moment.astimezone(zone_of(zone))
    parts = {
        "day": format_date(local, "full", locale=locale),
        "time": format_time(local, "short", locale=locale),
        "zone": get_timezone_name(local, "long", locale=locale),
    }
    with speaking(language):
        return _("%(day)s, %(time)s (%(zone)s)") % parts
