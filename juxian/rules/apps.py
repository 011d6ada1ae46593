from django.apps import AppConfig


class RulesConfig(AppConfig):
    name = "juxian.rules"
    verbose_name = "规定"
