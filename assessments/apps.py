from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "assessments"
    verbose_name = "考核测评"

    def ready(self) -> None:
        from assessments import gates, kinds  # noqa: PLC0415 models must be loaded first

        gates.register()
        kinds.register()
