from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.http import Http404
from django.test import Client

from campaign import mailbox
from campaign.mailbox import newest_mails, with_links


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DEBUG = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = settings.MAIL_DIR = str(tmp_path)
    return tmp_path


def write(*subjects: str, body: str = "Hello", html: str = "", attachment: bytes = b"") -> None:
    """One file, with a mail for each subject."""
    with get_connection() as connection:
        for subject in subjects:
            mail = EmailMultiAlternatives(subject, body, None, ["one@example.org"], connection=connection)
            if html:
                mail.attach_alternative(html, "text/html")
            if attachment:
                mail.attach("خط.pdf", attachment, "application/pdf")
            mail.send()


def test_each_mail_of_a_file_is_found_newest_first(folder: Path) -> None:
    write("first", "second")
    write("سوم")
    assert newest_mails()[0].subject == "سوم"
    assert {mail.subject for mail in newest_mails()} == {"first", "second", "سوم"}


def test_a_line_of_dashes_in_a_mail_does_not_end_it(folder: Path) -> None:
    write("dashes", body="above\n" + "-" * 79 + "\nbelow")
    (mail,) = newest_mails()
    assert "below" in mail.text


def test_links_are_clickable_and_nothing_else_is_markup() -> None:
    text = with_links("See https://example.org/a?b=1&c=2. <b>Not</b> bold")
    assert text == (
        'See <a href="https://example.org/a?b=1&amp;c=2">https://example.org/a?b=1&amp;c=2</a>. '
        "&lt;b&gt;Not&lt;/b&gt; bold"
    )


def test_list_and_mail_are_shown(folder: Path, client: Client) -> None:
    write("A letter", body="Confirm: http://testserver/signatures/abc/", html="<head></head><p>hi</p>")
    name = newest_mails()[0].name
    assert b"A letter" in client.get("/mailbox/").content
    response = client.get(f"/mailbox/{name}/")
    assert b'<a href="http://testserver/signatures/abc/">' in response.content
    assert b"sandbox=" in response.content
    assert "frame-src 'self'" in response.headers["Content-Security-Policy"]


def test_the_html_part_may_style_itself_and_do_nothing_else(folder: Path, client: Client) -> None:
    write("A letter", html='<html><head></head><body style="color:red">hi</body></html>')
    response = client.get(f"/mailbox/{newest_mails()[0].name}/html/")
    policy = response.headers["Content-Security-Policy"]
    assert b"<body style" in response.content
    assert "script-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_an_attachment_is_downloaded_as_it_was(folder: Path, client: Client) -> None:
    write("A letter", attachment=b"%PDF-1.7 \x00\xff")
    name = newest_mails()[0].name
    response = client.get(f"/mailbox/{name}/attachments/0/")
    assert response.content == b"%PDF-1.7 \x00\xff"
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("attachment; ")
    assert client.get(f"/mailbox/{name}/attachments/1/").status_code == 404


@pytest.mark.parametrize("name", ["missing.0", "..0", "none", "..%2f..%2fetc.0"])
def test_what_is_not_there_is_not_found(folder: Path, name: str) -> None:
    write("A letter")
    with pytest.raises(Http404):
        mailbox.find_mail(name)


def test_there_is_no_mailbox_but_while_debugging(folder: Path, client: Client, settings: Any) -> None:
    write("A letter")
    name = newest_mails()[0].name
    settings.DEBUG = False
    for path in (
        "/mailbox/",
        f"/mailbox/{name}/",
        f"/mailbox/{name}/html/",
        f"/mailbox/{name}/attachments/0/",
    ):
        assert client.get(path).status_code == 404
