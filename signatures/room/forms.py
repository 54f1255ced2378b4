"""What the invited type in the room."""

from functools import cached_property
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from letters.forms import ProseField
from signatures.forms import AddressField, LineField, NameField
from signatures.models import Exposure, Organisation
from signatures.room.answering import OFFERED

WORDS = {
    Exposure.PUBLIC: _("Show our name"),
    Exposure.COUNTED: _("Count us, show nothing"),
}


class RoomForm(forms.Form):
    """One of several on a page, so that each has names of fields of its own."""

    @cached_property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.include_media = False
        return helper


class SignForm(RoomForm):
    organisation = NameField(
        label=_("Name of the organisation, as it should appear"),
        max_length=160,
        widget=forms.TextInput({"autocomplete": "organization", "dir": "auto"}),
    )
    name = NameField(
        label=_("Your name"),
        max_length=120,
        help_text=_("The representative who signs. Not shown in public."),
        widget=forms.TextInput({"autocomplete": "name", "dir": "auto"}),
    )
    role = LineField(
        label=_("Your role there"),
        max_length=120,
        widget=forms.TextInput({"autocomplete": "organization-title", "dir": "auto"}),
    )
    exposure = forms.ChoiceField(
        label=_("How the organisation is shown"),
        choices=[(choice.value, WORDS[choice]) for choice in OFFERED],
        initial=Exposure.PUBLIC,
        widget=forms.RadioSelect,
    )
    has_authority = forms.BooleanField(
        error_messages={"required": _("Without this nobody signs: please ask whoever may decide.")}
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = _("I am authorised to sign for %(organisation)s.") % {"organisation": organisation.name}
        self.fields["has_authority"].label = words


class DeclineForm(RoomForm):
    reason = ProseField(
        label=_("Why, if you like to say so"),
        max_length=2000,
        required=False,
        help_text=_("Only the coalition reads it."),
        widget=forms.Textarea({"rows": 3, "dir": "auto"}),
    )


class ChangeForm(RoomForm):
    body = ProseField(
        label=_("What should be changed, and why"),
        max_length=5000,
        help_text=_("Only the coalition reads it."),
        widget=forms.Textarea({"rows": 5, "dir": "auto"}),
    )


class PassForm(RoomForm):
    colleague = NameField(
        label=_("Their name"), max_length=120, widget=forms.TextInput({"dir": "auto", "autocomplete": "off"})
    )
    address = AddressField(
        label=_("Their work e-mail"),
        max_length=254,
        help_text=_("At your own organisation: the letter is under embargo."),
        widget=forms.EmailInput({"dir": "ltr", "autocomplete": "off"}),
    )
