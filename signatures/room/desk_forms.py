"""What members type about the room."""

import zoneinfo
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from letters import rules
from letters.forms import zone_choices
from letters.models import Letter

MOST_HOURS = 24 * 60


def _moment(label: Any, **kwargs: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, validators=[rules.check_moment], **kwargs)


class ZonedForm(forms.Form):
    """Its moments are told in the zone that is chosen beside them."""

    MOMENTS: tuple[str, ...] = ()
    zone = forms.ChoiceField(label=_("Time zone of these times"), choices=zone_choices)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        zone = zoneinfo.ZoneInfo(data.get("zone") or "UTC")
        for name in self.MOMENTS:
            if data.get(name):
                data[name] = data[name].replace(tzinfo=zone)
        return data


class RoomSettingsForm(ZonedForm):
    MOMENTS = ("sign_on_until",)
    sign_on_until = _moment(
        _("Answers wanted until"),
        required=False,
        help_text=_("Each organisation reads it in its own language and time zone."),
    )
    target = forms.IntegerField(
        label=_("Organisations hoped for"), required=False, min_value=1, max_value=100_000
    )
    field_order = ["sign_on_until", "zone", "target"]

    def __init__(self, data: QueryDict | None = None, *, letter: Letter) -> None:
        initial = {
            "sign_on_until": letter.sign_on_until,
            "target": letter.target,
            "zone": timezone.get_current_timezone_name(),
        }
        super().__init__(data, initial=initial)


class ReminderForm(ZonedForm):
    """Either so many hours before the deadline, or a moment."""

    MOMENTS = ("at",)
    hours_before = forms.IntegerField(
        label=_("Hours before the deadline"), required=False, min_value=1, max_value=MOST_HOURS
    )
    at = _moment(_("Or at this moment"), required=False)
    field_order = ["hours_before", "at", "zone"]

    def __init__(self, data: QueryDict | None = None, *, letter: Letter) -> None:
        self.deadline = letter.sign_on_until
        super().__init__(data, initial={"zone": timezone.get_current_timezone_name()})

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        hours, at = data.get("hours_before"), data.get("at")
        if not self.errors and bool(hours) == bool(at):
            self.add_error("hours_before", _("Give either hours or a moment."))
        elif hours and self.deadline is None:
            self.add_error("hours_before", _("There is no deadline yet: set one first, or give a moment."))
        elif hours and self.deadline:
            data["at"] = self.deadline - timedelta(hours=hours)
        self._check_future(data.get("at"), "at" if at else "hours_before")
        return data

    def _check_future(self, at: datetime | None, field: str) -> None:
        if self.errors or at is None:
            return
        if at <= timezone.now():
            self.add_error(field, _("This moment is past."))
        elif self.deadline and at >= self.deadline:
            self.add_error(field, _("This is not before the deadline."))
