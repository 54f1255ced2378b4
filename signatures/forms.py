import unicodedata
from functools import cached_property
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campaign.countries import COUNTRY_CODES, country_choices
from signatures.models import Exposure, Kind
from signatures.person import Person
from signatures.rules import clean_address, clean_name, clean_text, clean_website

# What a signer may choose today; sealing until a date needs its own care and comes with it.
OFFERED = [Exposure.PUBLIC, Exposure.INITIALS, Exposure.COUNTRY, Exposure.COUNTED]


class NormalField(forms.CharField):
    """In NFC before its length is looked at, which that may change."""

    def to_python(self, value: Any) -> str:
        return unicodedata.normalize("NFC", super().to_python(value) or "")


class NameField(NormalField):
    def clean(self, value: Any) -> str:
        text = super().clean(value)
        return clean_name(text) if text else text


class LineField(NormalField):
    def clean(self, value: Any) -> str:
        text = super().clean(value)
        return clean_text(text) if text else text


class AddressField(forms.CharField):
    widget = forms.EmailInput

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        return clean_address(text) if text else text


class WebsiteField(forms.CharField):
    def clean(self, value: Any) -> str:
        text = super().clean(value)
        return clean_website(text) if text else text


class CountryCodeField(forms.CharField):
    """A country without ChoiceField's 250 choices, whose copying costs a fifth of a signature."""

    widget = forms.Select

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=2, **kwargs)
        # Called as the field is shown, in the language of the page.
        self.widget.choices = country_choices  # type: ignore[assignment]

    def clean(self, value: Any) -> str:
        code = super().clean(value)
        if code and code not in COUNTRY_CODES:
            raise ValidationError(_("Choose a country from the list."), code="invalid_choice")
        return code


def exposure_field(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=[(choice.value, choice.label) for choice in OFFERED],
        initial=Exposure.PUBLIC,
        widget=forms.RadioSelect,
    )


def _autocomplete(kind: str, **attrs: str) -> dict[str, str]:
    return {"autocomplete": kind, **attrs}


class SignatureForm(forms.Form):
    """What both kinds of signatory have in common; a subclass says who they are."""

    kind: str
    wants_updates = forms.BooleanField(
        label=_("Mail me when there is news of this letter"),
        required=False,
        help_text=_("At most a few mails; each has a link that ends them."),
    )

    @cached_property
    def helper(self) -> FormHelper:
        """Made for a form that is shown, which one that was filled in well never is."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.include_media = False
        helper.layout = Layout(HTML(f'<input type="hidden" name="kind" value="{self.kind}">'), *self.layout())
        return helper

    def layout(self) -> list[Any]:
        return [Field(name) for name in self.fields]

    def person(self) -> Person:
        raise NotImplementedError

    @property
    def chosen_exposure(self) -> str:
        return self.cleaned_data.get("exposure") or Exposure.PUBLIC


class IndividualForm(SignatureForm):
    kind = Kind.INDIVIDUAL.value
    name = NameField(
        label=_("Your name, as it should appear"),
        max_length=120,
        widget=forms.TextInput(_autocomplete("name", dir="auto")),
    )
    email = AddressField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("We send you one mail to confirm. It is kept sealed and never shown."),
        widget=forms.EmailInput(_autocomplete("email", dir="ltr")),
    )
    country = CountryCodeField(label=_("Country"))
    role = LineField(label=_("Role or profession"), max_length=120, required=False)
    affiliation = LineField(
        label=_("Affiliation"),
        max_length=160,
        required=False,
        help_text=_("For identification only: this does not sign for the organisation."),
    )
    exposure = exposure_field(_("How you are shown"))
    field_order = ["name", "email", "country", "role", "affiliation", "exposure", "wants_updates"]

    def layout(self) -> list[Any]:
        optional = Div(Field("role", dir="auto"), Field("affiliation", dir="auto"), css_class="row")
        return ["name", "email", "country", optional, "exposure", "wants_updates"]

    def person(self) -> Person:
        data = self.cleaned_data
        return Person(
            name=data["name"], email=data["email"], role=data["role"], affiliation=data["affiliation"]
        )


class OrganisationForm(SignatureForm):
    kind = Kind.ORGANISATION.value
    organisation = NameField(
        label=_("Name of the organisation, as it should appear"),
        max_length=160,
        widget=forms.TextInput(_autocomplete("organization", dir="auto")),
    )
    website = WebsiteField(
        label=_("Website"),
        max_length=200,
        help_text=_("Its domain is printed beside the name."),
        widget=forms.TextInput(_autocomplete("url", inputmode="url", dir="ltr")),
    )
    country = CountryCodeField(label=_("Country"))
    name = NameField(
        label=_("Your name"),
        max_length=120,
        help_text=_("The representative who signs. Not shown in public."),
        widget=forms.TextInput(_autocomplete("name", dir="auto")),
    )
    role = LineField(label=_("Your role there"), max_length=120)
    email = AddressField(
        label=_("Your work e-mail"),
        max_length=254,
        help_text=_("An address on the organisation's own domain speeds up its approval."),
        widget=forms.EmailInput(_autocomplete("email", dir="ltr")),
    )
    has_authority = forms.BooleanField(
        label=_("I have the authority to sign this letter in the name of this organisation."),
        error_messages={
            "required": _(
                "Without this, please sign as a person instead: nobody should sign for an employer by mistake."
            )
        },
    )
    field_order = [
        "organisation",
        "website",
        "country",
        "name",
        "role",
        "email",
        "has_authority",
        "wants_updates",
    ]

    def layout(self) -> list[Any]:
        return [
            "organisation",
            "website",
            "country",
            Div(Field("name"), Field("role", dir="auto"), css_class="row"),
            "email",
            "has_authority",
            "wants_updates",
        ]

    def person(self) -> Person:
        fields = ("name", "email", "role", "organisation", "website")
        return Person(**{field: self.cleaned_data[field] for field in fields})


FORMS: dict[str, type[SignatureForm]] = {form.kind: form for form in (IndividualForm, OrganisationForm)}


class ChangeForm(forms.Form):
    """What a signatory changes by their link: an organisation's name is the coalition's to correct."""

    name = NameField(label=_("Your name"), max_length=120, widget=forms.TextInput({"dir": "auto"}))
    country = CountryCodeField(label=_("Country"))
    exposure = exposure_field(_("How you are shown"))
    wants_updates = forms.BooleanField(label=_("Mail me when there is news of this letter"), required=False)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind == Kind.ORGANISATION:
            del self.fields["country"], self.fields["exposure"]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class LostLinkForm(forms.Form):
    email = AddressField(
        label=_("The e-mail address you signed with"),
        max_length=254,
        widget=forms.EmailInput(_autocomplete("email", dir="ltr")),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
