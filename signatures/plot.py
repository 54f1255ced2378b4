"""Signatures over time: the numbers from the tallies, and a picture of them that needs no colour to be read."""

import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import leather
from babel.dates import format_skeleton
from babel.numbers import format_decimal
from django.db.models import Max, Sum
from django.utils import timezone
from django.utils.translation import get_language, gettext

from campaign.languages import locale_of
from letters.models import Letter
from signatures.models import Kind, Tally

DAYS = 60
HOURLY = timedelta(days=3)  # a letter younger than that is told by the hour
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

INK, SOFT, LINE, PAPER, ACCENT = "#1d1b18", "#5c564c", "#ddd6c8", "#fffefb", "#a31f1b"
FONT = "system-ui, -apple-system, Segoe UI, Roboto, Noto Sans, Noto Naskh Arabic, sans-serif"
WIDTHS = {"wide": 720, "narrow": 340}
PANEL_HEIGHT, ABOVE = 210, 8
SPACE_FOR_A_DATE = 75


class Bucket(NamedTuple):
    """An hour or a day, and who signed in it."""

    start: datetime
    organisations: int
    people: int


class Growth(NamedTuple):
    by_hour: bool
    buckets: Sequence[Bucket]

    @property
    def is_empty(self) -> bool:
        return not any(bucket.organisations or bucket.people for bucket in self.buckets)

    @property
    def newest_first(self) -> list[Bucket]:
        """Without those in which nobody signed."""
        return [bucket for bucket in reversed(self.buckets) if bucket.organisations or bucket.people]

    def counts(self, kind: str) -> list[int]:
        return [one.organisations if kind == Kind.ORGANISATION else one.people for one in self.buckets]


# --- The numbers --------------------------------------------------------------------------------------------


def growth_of(letter: Letter, now: datetime | None = None) -> Growth:
    """Confirmed signatures per day of the last DAYS in which it was signed, in the current time zone, or per hour of a
    young letter."""
    end = _end(letter, now or timezone.now())
    opened = min(letter.opened_at or end, end)
    by_hour = end - opened < HOURLY
    starts = _hours(opened, end) if by_hour else _days(max(opened, end - (DAYS - 1) * DAY), end)
    rows = Tally.objects.filter(letter=letter, hour__gte=starts[0] - HOUR, hour__lte=end)
    sums: Counter[tuple[datetime, str]] = Counter()
    for hour, kind, count in rows.values_list("hour", "kind").annotate(Sum("count")).order_by():
        sums[hour if by_hour else _midnight(hour), kind] += count
    return Growth(
        by_hour,
        [Bucket(start, sums[start, Kind.ORGANISATION], sums[start, Kind.INDIVIDUAL]) for start in starts],
    )


def _end(letter: Letter, now: datetime) -> datetime:
    """Now, or when a letter that is closed, or that nobody has signed for DAYS, last got a signature."""
    last = Tally.objects.filter(letter=letter, count__gt=0).aggregate(last=Max("hour"))["last"]
    if letter.is_closed():  # some are approved after it closed
        ends = [moment for moment in (letter.closed_at or letter.closes_at, last) if moment]
        return min(max(ends, default=now), now)
    return last + HOUR if last and now - last > DAYS * DAY else now


def _hours(first: datetime, last: datetime) -> list[datetime]:
    start = first.replace(minute=0, second=0, microsecond=0)
    return [start + number * HOUR for number in range(int((last - start) / HOUR) + 1)]


def _days(first: datetime, last: datetime) -> list[datetime]:
    start = timezone.localtime(first).date()
    days = (timezone.localtime(last).date() - start).days
    return [_start_of(start + number * DAY) for number in range(days + 1)]


def _midnight(moment: datetime) -> datetime:
    return _start_of(timezone.localtime(moment).date())


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


# --- The picture --------------------------------------------------------------------------------------------

_LOOK = {
    "background_color": PAPER,
    "title_color": INK,
    "title_font_family": FONT,
    "title_font_size": 15,
    "label_color": SOFT,
    "tick_color": LINE,
    "zero_color": SOFT,
    "tick_font_family": FONT,
    "tick_font_size": 13,
    "margin": 0.045,
}
for _name, _value in _LOOK.items():
    setattr(leather.theme, _name, _value)


def draw_growth(growth: Growth, kinds: Sequence[str], *, size: str = "wide") -> bytes:
    """An SVG with one panel a kind, each on its own scale: columns, with their numbers beside and dates below."""
    width, height = WIDTHS[size], ABOVE + PANEL_HEIGHT * len(kinds)
    box = {"width": str(width), "height": str(height), "viewBox": f"0 0 {width} {height}"}
    root = ElementTree.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img", **box})
    ElementTree.SubElement(root, "title").text = gettext("Signatures over time")
    ElementTree.SubElement(root, "rect", {"width": str(width), "height": str(height), "fill": PAPER})
    for number, kind in enumerate(kinds):
        panel = ElementTree.SubElement(root, "g", transform=f"translate(0 {ABOVE + number * PANEL_HEIGHT})")
        panel.append(_panel(growth, kind, width).to_svg_group(width, PANEL_HEIGHT))
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _panel(growth: Growth, kind: str, width: int) -> leather.Chart:
    counts = growth.counts(kind)
    top = _round_up(max(counts, default=0))
    names = [str(number) for number in range(len(counts))]
    chart = leather.Chart(_panel_title(growth, kind))
    chart.add_columns(list(zip(names, counts, strict=True)), fill_color=ACCENT)
    chart.add_y_scale(0, top)
    chart.add_y_axis(ticks=sorted({0, top // 2, top}), tick_formatter=lambda value, *_: _number(value))
    every = -(-len(names) * SPACE_FOR_A_DATE // width)
    chart.add_x_axis(
        ticks=names[every // 2 :: every] or names,
        tick_formatter=lambda name, *_: _moment(growth, int(name)),
    )
    return chart


def _panel_title(growth: Growth, kind: str) -> str:
    if kind == Kind.ORGANISATION:
        return gettext("Organisations per hour") if growth.by_hour else gettext("Organisations per day")
    return gettext("People per hour") if growth.by_hour else gettext("People per day")


def _number(value: int) -> str:
    return str(format_decimal(value, locale=locale_of(get_language() or "en")))


def _moment(growth: Growth, number: int) -> str:
    start, locale = timezone.localtime(growth.buckets[number].start), locale_of(get_language() or "en")
    told = (
        format_skeleton("EHm", start, locale=locale)
        if growth.by_hour
        else format_skeleton("MMMd", start, locale=locale)
    )
    return str(told)


def _round_up(number: int) -> int:
    """To an even number that begins with 1, 2, 4, 6 or 8, so that half of it is told as well."""
    tens = 10 ** (len(str(max(number, 2))) - 1)
    steps = (2, 4, 6, 8, 10) if tens == 1 else (tens, 2 * tens, 4 * tens, 6 * tens, 8 * tens, 10 * tens)
    return next(step for step in steps if step >= number)
