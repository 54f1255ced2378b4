"""How members come in: beside allauth's own pages, below /accounts/."""

from django.urls import URLPattern, path

from letters import desk

urlpatterns: list[URLPattern] = [
    # By this name allauth's pages of the second factors lead back to where they began.
    path("security/", desk.show_security, name="mfa_index"),
    path("invitations/<str:token>/", desk.show_invitation, name="member_invitation"),
]
