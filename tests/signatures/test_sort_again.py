import pytest
from django.core.management import call_command

from signatures.models import Signature
from tests.factories import make_signature

pytestmark = pytest.mark.django_db


def test_sort_keys_are_written_anew_for_shown_names_alone() -> None:
    shown = make_signature(name="Ayesha", sort_key=b"old")
    hidden = make_signature(name="Bilal", exposure="counted", sort_key=b"kept")
    call_command("sort_again")
    keys = {row.pk: bytes(row.sort_key) for row in Signature.objects.all()}
    assert keys[shown.pk] != b"old"
    assert keys[hidden.pk] == b"kept"
