from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "juxian.messages"
    label = "inbox"  # Django's own "messages" holds that label
    verbose_name = "消息"
