from functools import cached_property

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from letters.forms import ProseField
from signatures.models import Kind, Report


class ReportForm(forms.Form):
    """Why a name should not be on the signatory list; `homepage` is for machines alone, which fill in everything."""

    kind = forms.ChoiceField(choices=Kind.choices, widget=forms.HiddenInput)
    row = forms.CharField(max_length=240, widget=forms.HiddenInput)
    reason = forms.ChoiceField(
        label=_("What is wrong with it?"), choices=Report.Reason.choices, widget=forms.RadioSelect
    )
    words = ProseField(
        label=_("What the coalition should know"),
        max_length=1000,
        required=False,
        help_text=_("It is stored sealed, and read by members of the coalition who may decide."),
        widget=forms.Textarea({"rows": 4, "dir": "auto"}),
    )
    homepage = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput({"tabindex": "-1", "autocomplete": "off"}),
    )

    @cached_property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.include_media = False
        helper.layout = Layout("kind", "row", "reason", "words", Div("homepage", css_class="visually-hidden"))
        return helper

    @property
    def is_a_machines(self) -> bool:
        return bool(self.cleaned_data["homepage"])
