from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "juxian.people"
    verbose_name = "组织与人员"
