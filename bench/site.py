"""What is served while measuring: the site, and one view that does nothing behind the same middleware."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from campaign.urls import urlpatterns as site_urlpatterns

TRIVIAL = "/bench/trivial"


def show_nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [path(TRIVIAL.strip("/"), show_nothing), *site_urlpatterns]
