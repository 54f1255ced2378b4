"""What members type when they decide on a signature."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from letters.forms import ProseField
from signatures.models import Organisation
from signatures.moderation import LookAlike
from signatures.rules import clean_name

NEW = "new"


class ReasonForm(forms.Form):
    reason = ProseField(
        label=_("Reason"),
        max_length=2000,
        error_messages={"required": _("Give a reason: it is mailed to whoever signed.")},
        widget=forms.Textarea({"rows": 4, "dir": "auto"}),
    )


class ApproveForm(forms.Form):
    """As which organisation the signature stands: one that is recorded, or a new one."""

    organisation = forms.ChoiceField(
        label=_("Approve it as"),
        error_messages={"required": _("Choose which organisation this is.")},
        widget=forms.RadioSelect,
    )
    evidence = ProseField(
        label=_("What you checked"),
        max_length=2000,
        required=False,
        help_text=_("For the coalition's records only: a register, a call, a page on their website."),
        widget=forms.Textarea({"rows": 3, "dir": "auto"}),
    )

    def __init__(self, *args: Any, look_alikes: Sequence[LookAlike], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.look_alikes = look_alikes
        self._by_id = {str(alike.organisation.pk): alike for alike in look_alikes if not alike.stands}
        choices = [(pk, alike.organisation.name) for pk, alike in self._by_id.items()]
        if self.may_be_new:
            choices.append((NEW, str(_("a new organisation"))))
        self.fields["organisation"].choices = choices  # type: ignore[attr-defined]
        self.initial.setdefault("organisation", self._likeliest())

    @property
    def may_be_new(self) -> bool:
        """A name is recorded once a country, so one that is there already is never recorded anew."""
        return not any(alike.is_same for alike in self.look_alikes)

    @property
    def can_approve(self) -> bool:
        return bool(self.fields["organisation"].choices)  # type: ignore[attr-defined]

    @property
    def chosen(self) -> str:
        return str(self["organisation"].value() or "")

    def _likeliest(self) -> str:
        """Only the very same name is proposed; whether another one is meant is for a person to say."""
        return next((pk for pk, alike in self._by_id.items() if alike.is_same), NEW)

    def chosen_organisation(self) -> Organisation | None:
        """None for a new one."""
        alike = self._by_id.get(self.cleaned_data["organisation"])
        return alike.organisation if alike else None


class NotableNamesForm(forms.Form):
    """One name a line, as they are pasted from a list."""

    MOST, LONGEST = 2000, 200

    names = ProseField(
        label=_("Names, one a line"),
        max_length=MOST * 60,
        widget=forms.Textarea({"rows": 5, "dir": "auto"}),
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=200,
        required=False,
        help_text=_("For members only: who this is, or whom to ask."),
        widget=forms.TextInput({"dir": "auto"}),
    )

    def clean_names(self) -> list[str]:
        names = []
        for number, line in enumerate(self.cleaned_data["names"].splitlines(), 1):
            if line.strip():
                names.append(self._name(number, line))
        if len(names) > self.MOST:
            raise forms.ValidationError(_("At most %(most)s names at once.") % {"most": self.MOST})
        return names

    def _name(self, number: int, line: str) -> str:
        try:
            name = clean_name(line)
        except forms.ValidationError as error:
            told = {"number": number, "problem": error.messages[0]}
            raise forms.ValidationError(_("Line %(number)s: %(problem)s"), params=told) from error
        if len(name) > self.LONGEST:
            raise forms.ValidationError(_("Line %(number)s is too long."), params={"number": number})
        return name
