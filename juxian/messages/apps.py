from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "juxian.messages"
    label = "inbox"  # Django's own "messages" holds that label
    verbose_name = "消息"

    def ready(self) -> None:
        from juxian.messages.outbound import KINDS  # noqa: PLC0415 models need the apps loaded
        from juxian.obligations.registry import registry  # noqa: PLC0415 models need the apps loaded

        for kind in KINDS:
            registry.add(kind)
