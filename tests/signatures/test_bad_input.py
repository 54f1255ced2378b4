"""What people and machines type that no signature may have: told at its field, never a 500, nothing lost."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from signatures.models import Signature
from tests.factories import make_letter
from tests.signatures.test_signing import ORGANISATION, PERSON, post

pytestmark = pytest.mark.django_db

BAD_NAMES = {
    "empty": "",
    "spaces": "   ",
    "overlong": "A" * 121,
    "right-to-left override": "Ayesha \u202enahK",
    "isolate": "Ayesha \u2066Khan",
    "control": "Ayesha\x07Khan",
    "null": "Ayesha\x00Khan",
    "link": "Visit https://evil.example",
    "bare link": "www.evil.example",
    "markup": "<script>alert(1)</script>",
    "markdown": "[Ayesha](evil)",
    "address": "ayesha@example.net",
    "no letter": "!!! ???",
    "replacement character": "Ayesha \ufffd",
    "private use": "Ayesha \ue000",
    "unassigned": "Ayesha \u0378",
    "stacked marks": "A" + "\u0301" * 30,
}
GOOD_NAMES = [
    "Joost ’t Hooft",
    "O'Brien-Núñez",
    "Sulastri",
    "علی رضا حسینی",
    "می\u200cنا رضایی",
    "නිලූකා වික්\u200dරමආරච්චි",
    "Ọ̀ṣun Adébáyọ̀",
    "X Æ 12",
    "李明",
    "Anwar a/l Ibrahim",
    "José\u00a0María",
]


@pytest.mark.parametrize("name", BAD_NAMES.values(), ids=BAD_NAMES)
def test_a_bad_name_is_told_at_its_field_and_nothing_is_lost(client: Client, name: Any) -> None:
    answer = post(client, make_letter().slug, {**PERSON, "name": name, "role": "Nurse in Quetta"})
    assert answer.status_code == 422
    assert 'id="error_1_id_name"' in answer.text
    assert "Nurse in Quetta" in answer.text
    assert not Signature.objects.exists()


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_names_as_people_have_them_are_taken(client: Client, name: str) -> None:
    assert post(client, make_letter().slug, {**PERSON, "name": name}).status_code == 303


@pytest.mark.parametrize(
    "email",
    [
        "",
        "x",
        "x@",
        "@example.net",
        "a b@example.net",
        "x@localhost",
        "x@example..net",
        "x@" + "a" * 260 + ".net",
    ],
)
def test_a_bad_address_is_told_at_its_field(client: Client, email: str) -> None:
    answer = post(client, make_letter().slug, {**PERSON, "email": email})
    assert answer.status_code == 422
    assert 'id="error_1_id_email"' in answer.text


@pytest.mark.parametrize("country", ["", "XX", "pk", "PAK", "<b>"])
def test_a_bad_country_is_told_at_its_field(client: Client, country: str) -> None:
    answer = post(client, make_letter().slug, {**PERSON, "country": country})
    assert answer.status_code == 422
    assert 'id="error_1_id_country"' in answer.text


@pytest.mark.parametrize(
    "website",
    [
        "",
        "x",
        "javascript:alert(1)",
        "ftp://example.net",
        "https://",
        "https://user@example.net",
        "https://10.0.0.1/",
        "http://[::1",
    ],
)
def test_a_bad_website_is_told_at_its_field(client: Client, website: str) -> None:
    answer = post(client, make_letter().slug, {**ORGANISATION, "website": website})
    assert answer.status_code == 422
    assert 'id="error_1_id_website"' in answer.text


def test_an_exposure_that_is_not_offered_is_refused(client: Client) -> None:
    assert post(client, make_letter().slug, {**PERSON, "exposure": "sealed"}).status_code == 422


def test_a_post_of_a_megabyte_is_refused_with_a_page(client: Client) -> None:
    answer = post(client, make_letter().slug, {**PERSON, "role": "x" * 1_000_000})
    assert answer.status_code == 413
    assert "Please shorten it" in answer.text


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"name=%ff%fe&kind=individual", "application/x-www-form-urlencoded"),
        (b"name=%ED%A0%80&kind=individual", "application/x-www-form-urlencoded"),
        (b"name=A&kind=individual", "application/x-www-form-urlencoded; charset=utf-16"),
        (b"name=A&kind=individual", "application/x-www-form-urlencoded; charset=nonsense"),
        (b"not multipart", "multipart/form-data; boundary=x"),
        (b"not multipart", "multipart/form-data"),
        (b'{"name": "A"}', "application/json"),
        (b"", "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % number for number in range(3000)), "application/x-www-form-urlencoded"),
    ],
)
def test_a_wrong_encoding_is_refused_and_never_a_server_error(
    client: Client, body: bytes, content_type: str
) -> None:
    url = reverse("signatures:sign", args=[make_letter().slug])
    answer = client.generic("POST", url, body, content_type=content_type)
    assert answer.status_code in {400, 422}
    assert not Signature.objects.exists()
