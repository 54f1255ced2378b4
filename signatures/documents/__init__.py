"""Documents made of a letter and its signatory list: built by a worker, served as files, never typeset on a GET."""

from signatures.documents.building import (
    DocumentChanged,
    build_document,
    mark_documents_changed,
    mark_documents_stale,
)
from signatures.documents.content import document_data, write_document
from signatures.documents.due import build_due_documents, ready_document

__all__ = [
    "DocumentChanged",
    "build_document",
    "build_due_documents",
    "document_data",
    "mark_documents_changed",
    "mark_documents_stale",
    "ready_document",
    "write_document",
]
