from django.http import HttpResponseRedirect


class SeeOther(HttpResponseRedirect):
    """303 (RFC 9110, 15.4.4): what was posted is done; the page that follows is fetched by GET."""

    status_code = 303
