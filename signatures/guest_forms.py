"""What members type about organisations: a list of many, or the facts of one."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campaign.countries import country_choices
from letters.forms import LineField
from signatures.contacts import Contact
from signatures.guests.reading import LARGEST_FILE, check_list, decode
from signatures.models import Organisation
from signatures.rules import clean_address, clean_name, clean_website, name_key


class ListForm(forms.Form):
    """A list of organisations as a file, or pasted; `text` and `encoding` are its content once it is valid."""

    file = forms.FileField(
        label=_("A file from your spreadsheet"),
        required=False,
        help_text=_("CSV, up to 5,000 organisations and 2 MB."),
        widget=forms.FileInput({"accept": ".csv,.tsv,.txt,text/csv,text/plain,text/tab-separated-values"}),
    )
    pasted = forms.CharField(
        label=_("Or paste the rows"),
        required=False,
        strip=False,
        help_text=_("Copied from a spreadsheet, or typed: one organisation on each line."),
        widget=forms.Textarea({"rows": 8, "dir": "auto", "spellcheck": "false"}),
    )
    text = encoding = ""

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > LARGEST_FILE:
            raise ValidationError(_("The file is larger than 2 MB. Bring it in parts."), code="large")
        if file:
            self.text, self.encoding = decode(file.read())
            check_list(self.text)
        return file

    def clean_pasted(self) -> str:
        pasted = self.cleaned_data["pasted"]
        if pasted.strip():
            check_list(pasted)
        return pasted

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        pasted = data.get("pasted", "")
        if data.get("file") and pasted.strip():
            self.add_error("pasted", _("Choose a file or paste rows, not both at once."))
        elif pasted.strip():
            self.text, self.encoding = pasted, "utf-8"
        elif not self.text and not self.errors:
            self.add_error("file", _("Choose a file, or paste the rows below."))
        return data


class OrganisationForm(forms.Form):
    """Name, country and website of one organisation."""

    name = LineField(label=_("Name"), max_length=200, widget=forms.TextInput({"dir": "auto"}))
    country = forms.ChoiceField(
        label=_("Country"),
        choices=country_choices,
        required=False,
        help_text=_("Left empty for an international body."),
    )
    website = forms.CharField(
        label=_("Website"), max_length=200, required=False, widget=forms.TextInput({"dir": "ltr"})
    )

    def clean_name(self) -> str:
        name = clean_name(self.cleaned_data["name"])
        if not name_key(name):
            raise ValidationError(_("A name has letters in it."), code="letters")
        return name

    def clean_website(self) -> str:
        website = self.cleaned_data["website"]
        return clean_website(website) if website else ""


class NewOrganisationForm(OrganisationForm):
    """One more in the registry, and perhaps in the room of a letter."""

    letter = forms.ChoiceField(
        label=_("Into the sign-on room of"),
        required=False,
        help_text=_("Nothing is mailed by this."),
    )
    contact_name = LineField(label=_("Whom to write to there"), max_length=200, required=False)
    contact_email = forms.CharField(
        label=_("E-mail"), max_length=254, required=False, widget=forms.EmailInput
    )
    is_another = forms.BooleanField(label=_("It is none of these: record it as another one"), required=False)

    def __init__(self, *args: Any, letters: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["letter"].choices = [("", "—"), *letters]  # type: ignore[attr-defined]

    def clean_contact_email(self) -> str:
        address = self.cleaned_data["contact_email"]
        return clean_address(address) if address else ""

    def contact(self) -> Contact:
        return Contact(self.cleaned_data["contact_name"], self.cleaned_data["contact_email"])


def organisation_data(organisation: Organisation) -> dict[str, str]:
    return {"name": organisation.name, "country": str(organisation.country), "website": organisation.website}
