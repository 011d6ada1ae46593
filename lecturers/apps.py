from django.apps import AppConfig


class LecturersConfig(AppConfig):
    name = "lecturers"
    verbose_name = "师资"

    def ready(self) -> None:
        # These need the models, so they cannot be imported at the top
        from centres.secrecy import add_names  # noqa: PLC0415
        from juxian.sheets import importers, register  # noqa: PLC0415
        from lecturers import due  # noqa: PLC0415
        from lecturers.figures import names  # noqa: PLC0415
        from lecturers.imports import LECTURERS  # noqa: PLC0415

        add_names(names)
        due.register()
        if importers.get(LECTURERS.code) is not LECTURERS:
            register(LECTURERS)
