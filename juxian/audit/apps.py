from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "juxian.audit"
    verbose_name = "审计"
