"""New letters, from an empty page or from a text to start from, and the texts that a coalition keeps for that."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from letters import services
from letters.access import coalition_of, desk_page, home_coalition, letter_of, member
from letters.forms import refused
from letters.roles import May
from letters.services.templates import delete_template, keep_template
from letters.starting import built_in_starts, starts_of
from letters.writing_forms import LetterForm, TemplateForm


@desk_page(get=May.WRITE)
def new_letter(request: HttpRequest, coalition: str) -> HttpResponse:
    owner = coalition_of(request, coalition)
    own = starts_of(owner)
    initial = {"language": "en", "start": request.GET.get("start", "")}
    form = LetterForm(request.POST or None, own=own, built_in=built_in_starts(), initial=initial)
    if form.is_valid():
        letter = services.create_letter(owner, actor=member(request), **form.cleaned_data)
        return redirect("desk:letter_text", owner.slug, letter.pk, letter.original_language)
    return refused(request, "desk/letter_new.html", {"form": form, "coalition": owner})


@desk_page()
@require_safe
def list_templates(request: HttpRequest, coalition: str) -> HttpResponse:
    owner = coalition_of(request, coalition)
    context = {"coalition": owner, "own": starts_of(owner), "built_in": built_in_starts()}
    return render(request, "desk/templates.html", context)


@desk_page(get=May.WRITE)
def save_template(request: HttpRequest, coalition: str, letter_id: int, language: str) -> HttpResponse:
    """Keeps a letter's text in one language, as it is saved now, to start others from."""
    letter = letter_of(request, coalition, letter_id)
    text = letter.working_edition.text_in(language)
    if text is None:
        raise Http404
    form = TemplateForm(request.POST or None, initial={"name": text.title[:200]})
    if form.is_valid():
        name = form.cleaned_data["name"]
        if keep_template(letter, language=language, name=name, actor=member(request)):
            messages.success(request, _("Saved. New letters can be started from it."))
            return redirect("desk:templates", coalition)
        form.add_error("name", _("There is a template of that name in this language."))
    context = {"form": form, "letter": letter, "text": text, "coalition": home_coalition(request)}
    return refused(request, "desk/template_save.html", context)


@desk_page(get=May.WRITE)
def remove_template(request: HttpRequest, coalition: str, template_id: int) -> HttpResponse:
    """Asks first: a template that is deleted is gone."""
    owner = coalition_of(request, coalition)
    template = get_object_or_404(owner.letter_templates, pk=template_id)
    if request.method != "POST":
        return render(request, "desk/template_delete.html", {"template": template, "coalition": owner})
    delete_template(template, actor=member(request))
    messages.success(request, _("The template was deleted."))
    return redirect("desk:templates", owner.slug)
