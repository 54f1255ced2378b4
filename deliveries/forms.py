from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from letters.models import Letter
from letters.rules import check_moment


class PublishForm(forms.Form):
    """What to do with a letter that is not public yet: open it now, at a time, or call that off."""

    NOW, SCHEDULE, CALL_OFF = "now", "schedule", "call-off"

    action = forms.ChoiceField(choices=[(NOW, NOW), (SCHEDULE, SCHEDULE), (CALL_OFF, CALL_OFF)])
    opens_at = forms.DateTimeField(
        label=_("Opens"),
        required=False,
        validators=[check_moment],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    delivers_at_opening = forms.BooleanField(
        label=_("Hand over to the officials as it opens"), required=False
    )

    def __init__(self, *args: Any, letter: Letter, **kwargs: Any) -> None:
        # Handing over is never ticked beforehand: mails to officials cannot be called back.
        kwargs["initial"] = {"opens_at": letter.opens_at}
        super().__init__(*args, **kwargs)
        zone = timezone.get_current_timezone_name()
        self.fields["opens_at"].help_text = _("The time in %(zone)s.") % {"zone": zone}
        for name, css in (("opens_at", "form-control"), ("delivers_at_opening", "form-check-input")):
            self.fields[name].widget.attrs["class"] = css

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        opens_at: datetime | None = cleaned.get("opens_at")
        if cleaned.get("action") == self.SCHEDULE and "opens_at" not in self.errors:
            if opens_at is None:
                self.add_error("opens_at", _("Say when the letter opens."))
            elif opens_at.astimezone(UTC) <= timezone.now():
                self.add_error("opens_at", _("This moment is past."))
        return cleaned


class HandOverForm(forms.Form):
    """`after` is the number of the newest occasion that the person saw, 0 for none."""

    after = forms.IntegerField(min_value=0)
    again = forms.BooleanField(required=False)


class DecisionForm(forms.Form):
    """What a person decides about one delivery."""

    RESEND, ARRIVED, ANSWERED = "resend", "arrived", "answered"

    action = forms.ChoiceField(choices=[(RESEND, RESEND), (ARRIVED, ARRIVED), (ANSWERED, ANSWERED)])
    note = forms.CharField(max_length=500, required=False)


class TrialForm(forms.Form):
    language = forms.CharField(max_length=12)
