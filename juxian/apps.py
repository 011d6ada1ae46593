from django.apps import AppConfig


class JuxianConfig(AppConfig):
    name = "juxian"
    verbose_name = "莒南党员培训"
