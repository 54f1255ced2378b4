"""Documents made of a letter and its signatory list: built by a worker, served as files, never typeset on a GET."""

from django.utils import timezone

from signatures.models import Document


def mark_documents_stale(letter_id: int) -> None:
    """From now on no built document of this letter is served until it is built anew."""
    Document.objects.filter(letter_id=letter_id, stale_at__isnull=True).update(stale_at=timezone.now())


def build_document(letter: object, kind: str, language: str, purpose: str = "") -> Document:
    raise LookupError("replaced by the documents' builder")
