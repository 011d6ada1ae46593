from django.apps import AppConfig


class ObligationsConfig(AppConfig):
    name = "juxian.obligations"
    verbose_name = "待办"
