from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "courses"
    verbose_name = "课程"

    def ready(self) -> None:
        # These need the models, so they cannot be imported at the top
        from courses import due, panels  # noqa: PLC0415
        from courses.imports import COURSES  # noqa: PLC0415
        from juxian.files.arriving import drop_expired  # noqa: PLC0415
        from juxian.obligations.registry import registry  # noqa: PLC0415
        from juxian.sheets import importers, register  # noqa: PLC0415

        if importers.get(COURSES.code) is not COURSES:
            register(COURSES)
        registry.add_chore("courses.expired_uploads", drop_expired)
        due.register()
        panels.register()
