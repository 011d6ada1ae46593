from django.apps import AppConfig


class CentresConfig(AppConfig):
    name = "centres"
    verbose_name = "培训中心"

    def ready(self) -> None:
        # Kinds need the models, so they cannot be imported at the top
        from centres import due  # noqa: PLC0415

        due.register()
