from django.apps import AppConfig


class TrainingsConfig(AppConfig):
    name = "trainings"
    verbose_name = "培训"

    def ready(self) -> None:
        from trainings import costs_papers, panels  # noqa: PLC0415 models must be loaded first

        panels.register_panels()
        costs_papers.register()
