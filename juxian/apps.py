from django.apps import AppConfig


class JuxianConfig(AppConfig):
    name = "juxian"
    verbose_name = "莒南党员培训"

    def ready(self) -> None:
        """The sweep seals the audit log; both lie on the ground and do not know each other."""
        from juxian import checks  # noqa: F401, PLC0415 registers the system checks
        from juxian.plain_words import say_plainly  # noqa: PLC0415 forms need the apps loaded

        say_plainly()
        from juxian.audit import chain  # noqa: PLC0415 models need the apps loaded
        from juxian.obligations.registry import registry  # noqa: PLC0415

        registry.add_chore("audit.seal", chain.seal)
