from django.apps import AppConfig


class CentresConfig(AppConfig):
    name = "centres"
    verbose_name = "培训中心"
