"""The signatory list and the share picture as files: CSV and JSON made as they are read, the others by a worker."""

from collections.abc import Callable, Iterator

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from campaign.languages import speaking
from campaign.pages import WITH_NAMES, WITHOUT_NAMES, make_anonymous
from letters.models import Letter
from letters.public import letter_context, public_letter, public_letter_in
from signatures.documents import ready_document
from signatures.exports import public_csv, public_json
from signatures.models import Document
from signatures.views.downloads import one_of_few

STREAMS: dict[str, tuple[Callable[[Letter], Iterator[bytes]], str]] = {
    "csv": (public_csv, "text/csv; charset=utf-8"),
    "json": (public_json, "application/json"),
}
DOCUMENTS = {"xlsx": Document.Kind.SHEET, "pdf": Document.Kind.LIST}
TYPES = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}
ASK_AGAIN = 10  # seconds


@require_safe
@one_of_few
def export(request: HttpRequest, slug: str, extension: str) -> HttpResponseBase:
    """The public signatory list; `?lang=` chooses the language of the PDF."""
    make_anonymous(request, ("lang",))
    if extension not in STREAMS and extension not in DOCUMENTS:
        raise Http404
    letter = public_letter(slug)
    if extension in STREAMS:
        return _streamed(request, letter, extension)
    language = _language(request, letter) if extension == "pdf" else letter.original_language
    document = ready_document(letter, DOCUMENTS[extension], language)
    served = _served(request, document, f"{slug}-signatories", WITH_NAMES) if document else None
    return served or _being_prepared(request, letter, language)


@require_safe
def picture(request: HttpRequest, slug: str, language: str) -> HttpResponseBase:
    make_anonymous(request)
    letter, text = public_letter_in(slug, language)
    document = ready_document(letter, Document.Kind.PICTURE, text.language)
    served = _served(request, document, f"{slug}-{text.language}", WITHOUT_NAMES) if document else None
    if served is None:
        raise Http404
    return served


def _language(request: HttpRequest, letter: Letter) -> str:
    return letter.edition.text_nearest(request.GET.get("lang", "")).language


def _streamed(request: HttpRequest, letter: Letter, extension: str) -> HttpResponseBase:
    stream, content_type = STREAMS[extension]
    day = timezone.now().date().isoformat()
    headers = {
        "Cache-Control": WITH_NAMES,
        "Content-Disposition": f'attachment; filename="{letter.slug}-signatories-{day}.{extension}"',
    }
    if request.method == "HEAD":
        return HttpResponse(content_type=content_type, headers=headers)
    return StreamingHttpResponse(stream(letter), content_type=content_type, headers=headers)


def _served(request: HttpRequest, document: Document, name: str, policy: str) -> HttpResponseBase | None:
    """None when a worker has just put another file in its place."""
    etag = f'"{document.sha256}"'
    response = get_conditional_response(request, etag=etag) or _file(document, name)
    if response is not None:
        response.headers["ETag"] = etag
        response.headers["Cache-Control"] = policy
    return response


def _file(document: Document, name: str) -> FileResponse | None:
    try:
        opened = document.path.open("rb")
    except FileNotFoundError:
        return None
    suffix = document.path.suffix
    is_download = suffix != ".png"
    return FileResponse(opened, as_attachment=is_download, filename=name + suffix, content_type=TYPES[suffix])


def _being_prepared(request: HttpRequest, letter: Letter, language: str) -> HttpResponse:
    context = letter_context(letter, letter.edition.text_nearest(language)) | {"seconds": ASK_AGAIN}
    with speaking(language):
        response = render(request, "signatures/being_prepared.html", context, status=503)
    response.headers["Retry-After"] = response.headers["Refresh"] = str(ASK_AGAIN)
    response.headers["Cache-Control"] = "no-store"
    return response
