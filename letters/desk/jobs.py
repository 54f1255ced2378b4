from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from letters import jobs
from letters.access import coalition_of, desk_page, letter_of
from letters.models import Job
from letters.roles import May

# How soon the page of an unfinished job asks again, in seconds.
REFRESH = 2


@desk_page()
@require_safe
def show_job(request: HttpRequest, coalition: str, job_id: int) -> HttpResponse:
    """How far long work has got; asks again by itself, with and without JavaScript."""
    job = _job(request, coalition, job_id)
    response = render(
        request, "desk/job.html", {"coalition": job.coalition, "letter": job.letter, "job": job}
    )
    if job.is_unfinished():
        response.headers["Refresh"] = str(REFRESH)
    return response


@desk_page(post=May.INVITE)
@require_POST
def cancel_job(request: HttpRequest, coalition: str, job_id: int) -> HttpResponse:
    job = _job(request, coalition, job_id)
    if jobs.cancel_job(job):
        messages.success(request, _("Cancelled. What was done until now stays."))
    else:
        messages.info(request, _("It was over already."))
    return redirect("desk:job", coalition, job.pk)


@desk_page(post=May.INVITE)
@require_POST
def retry_job(request: HttpRequest, coalition: str, job_id: int) -> HttpResponse:
    job = _job(request, coalition, job_id)
    if not jobs.retry_job(job):
        messages.info(request, _("It is no longer stopped by an error."))
    return redirect("desk:job", coalition, job.pk)


def _job(request: HttpRequest, coalition: str, job_id: int) -> Job:
    """A job of the coalition, its letter fetched as every letter is."""
    owner = coalition_of(request, coalition)
    job = get_object_or_404(owner.jobs.select_related("coalition"), pk=job_id)
    if job.letter_id:
        job.letter = letter_of(request, coalition, job.letter_id)
    return job
