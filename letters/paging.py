"""A page of a long list, found by an index and not by counting."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


def page_before(
    rows: QuerySet[Row], field: str, params: Mapping[str, Any], size: int
) -> tuple[list[Row], Any]:
    """The rows, newest first, that come before the value of `field` in `params["before"]` (else the first ones), and
    the value before which there are more, or None."""
    before = str(params.get("before", ""))
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(**{f"{field}__lt": int(before)})
    found = list(rows.order_by(f"-{field}")[: size + 1])
    return found[:size], getattr(found[size - 1], field) if len(found) > size else None
