"""No header, encoding or size of a request makes the site fail."""

import pytest
from django.test import Client, RequestFactory

from campaign.wsgi import application
from letters.models import Letter
from tests import factories

SIGNED = {
    "kind": "individual",
    "name": "Sana Mirza",
    "email": "sana@example.org",
    "country": "PK",
    "exposure": "public",
}


@pytest.fixture
def letter(db: None) -> Letter:
    return factories.make_letter()


@pytest.mark.parametrize(
    "url", ["http://[x", "http://[::1", "//", "http://example.org:x/", "null", "\x80", "a" * 5000]
)
@pytest.mark.parametrize("header", ["HTTP_REFERER", "HTTP_ORIGIN"])
def test_a_header_that_is_no_url_breaks_nothing(
    client: Client, letter: Letter, header: str, url: str
) -> None:
    response = client.post(f"/letters/{letter.slug}/sign/", SIGNED, **{header: url})  # type: ignore[arg-type]
    assert response.status_code in (303, 403)


def test_a_referrer_that_is_no_url_is_none(client: Client, letter: Letter) -> None:
    client.post(f"/letters/{letter.slug}/sign/", SIGNED, HTTP_REFERER="http://[x")
    assert letter.signatures.get().referrer == "none"


# Outside of the tests' own transaction, since a real request ends by closing its connection.
@pytest.fixture
def served_letter(transactional_db: None) -> Letter:
    return factories.make_letter()


CHARSETS = [
    "base64",
    '"zlib"',
    "undefined",
    "idna",
    "rot13",
    "utf-16",
    "utf-7",
    "nothing",
    "UTF-8",
    "utf-8; x=y",
]


@pytest.mark.parametrize("name", ["charset", "CharSet ", "charset*", "charset*0"])
def test_an_odd_charset_breaks_nothing(served_letter: Letter, name: str) -> None:
    for charset in CHARSETS:
        answers_to(served_letter, f"{name}={charset}")


def answers_to(served_letter: Letter, said: str) -> None:
    path = f"/letters/{served_letter.slug}/sign/"
    assert status_of("GET", path, f"text/html; {said}") == 200
    assert status_of("POST", path, f"application/x-www-form-urlencoded; {said}", b"name=a") == 422
    body = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nabc\r\n--x--\r\n'
    assert status_of("POST", path, f"multipart/form-data; boundary=x; {said}", body) == 422
    assert status_of("POST", path, f"multipart/form-data; {said}; boundary=x", body) == 422


def status_of(method: str, path: str, content_type: str, body: bytes = b"") -> int:
    """What the site's own WSGI application answers, which the test client goes round."""
    environ = RequestFactory().generic(method, path, body, QUERY_STRING="kind=x").environ
    environ["CONTENT_TYPE"] = content_type
    said: list[str] = []
    application(environ, lambda status, headers, *_: said.append(status))  # type: ignore[arg-type]
    return int(said[0].split()[0])


@pytest.mark.parametrize("path", ["/accounts/login/", "/desk/", "/", "/nothing/"])
def test_a_large_body_is_refused_before_it_is_read(client: Client, path: str) -> None:
    assert client.post(path, headers={"Content-Length": str(10**9)}).status_code == 413
    assert client.post(path, headers={"Content-Length": "9" * 30}).status_code != 500


def test_no_answer_to_what_was_typed_is_kept(client: Client, letter: Letter) -> None:
    path = f"/letters/{letter.slug}/sign/"
    answers = [client.post(path, form) for form in (SIGNED, {"name": "Typed"})]
    answers += [client.post(path, SIGNED, headers={"Sec-Fetch-Site": "cross-site"})]
    assert [answer.status_code for answer in answers] == [303, 422, 403]
    assert all("no-store" in answer.headers["Cache-Control"] for answer in answers)
    assert "Typed" not in client.get(path).content.decode()
