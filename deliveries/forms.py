from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from letters.models import Letter
from letters.rules import check_moment


class PublishForm(forms.Form):
    """What to do with a letter that is not public yet: open it now, at a time, at another time, or call that off.

    `accepted` holds the codes of the warnings that were shown, once they are passed over.
    """

    NOW, SCHEDULE, POSTPONE, CALL_OFF = ACTIONS = "now", "schedule", "postpone", "call-off"

    action = forms.ChoiceField(choices=[(action, action) for action in ACTIONS])
    accepted = forms.CharField(max_length=2000, required=False)
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
        is_timed = cleaned.get("action") in (self.SCHEDULE, self.POSTPONE)
        if is_timed and "opens_at" not in self.errors:
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


class BeginForm(forms.Form):
    """Which edition to begin: a revision, or after a change of substance a new edition."""

    REVISION, EDITION = KINDS = "revision", "edition"

    kind = forms.ChoiceField(choices=[(kind, kind) for kind in KINDS])


class ReleaseForm(forms.Form):
    """Saves the note on an edition in writing, or publishes the edition that was read as `seen`."""

    SAVE, PUBLISH = ACTIONS = "save", "publish"

    action = forms.ChoiceField(choices=[(action, action) for action in ACTIONS])
    note = forms.CharField(
        label=_("what changed, and why"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "class": "form-control", "dir": "auto"}),
    )
    seen = forms.CharField(max_length=16, required=False)
    delivers = forms.BooleanField(required=False)
