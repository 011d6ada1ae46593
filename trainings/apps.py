from django.apps import AppConfig


class TrainingsConfig(AppConfig):
    name = "trainings"
    verbose_name = "培训"

    def ready(self) -> None:
        from trainings import costs_papers, course_facts, panels  # noqa: PLC0415 models must be loaded first

        panels.register_panels()
        costs_papers.register()
        course_facts.register_course_facts()
