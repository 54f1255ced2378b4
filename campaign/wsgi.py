import os
import re
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campaign.settings")

CHARSET = re.compile(r"(?i);\s*charset[*0-9]*\s*=[^;]*")
site: Any = get_wsgi_application()


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The site, which reads all as UTF-8: Django would look up whatever codec a Content-Type names, and fail on one
    that is none of texts before anything of ours could answer."""
    if environ.get("CONTENT_TYPE"):
        environ["CONTENT_TYPE"] = CHARSET.sub("", environ["CONTENT_TYPE"])
    return site(environ, start_response)
