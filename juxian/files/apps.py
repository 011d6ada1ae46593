from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "juxian.files"
    verbose_name = "文件"
