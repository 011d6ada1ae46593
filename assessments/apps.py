from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "assessments"
    verbose_name = "考核测评"

    def ready(self) -> None:
        # These need the models, so they cannot be imported at the top
        from assessments import gates, imports, kinds, panels  # noqa: PLC0415
        from juxian.sheets import importers, register  # noqa: PLC0415

        gates.register()
        kinds.register()
        panels.register()
        if importers.get(imports.CODE) is not imports.QUESTIONS:
            register(imports.QUESTIONS)
