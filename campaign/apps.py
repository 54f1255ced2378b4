from django.apps import AppConfig


class CampaignConfig(AppConfig):
    name = "campaign"

    def ready(self) -> None:
        # Checks register themselves when their module is imported, which must wait for the settings.
        from campaign import checks  # noqa: F401, PLC0415
