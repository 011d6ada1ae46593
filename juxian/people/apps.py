from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "juxian.people"
    verbose_name = "组织与人员"

    def ready(self) -> None:
        # These need the models, so they cannot be imported at the top
        from juxian.obligations.registry import registry  # noqa: PLC0415
        from juxian.people.imports import removal, save, work  # noqa: PLC0415
        from juxian.sheets import register  # noqa: PLC0415

        register(save.ROSTER)
        registry.add(work.PREVIEW)
        registry.add(work.COMMIT)
        registry.add(removal.REMOVAL)
        registry.add(removal.ORPHANS)
