"""What makes the pages that take lists in write."""

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.faults.inputs import Case


def _sheet(text: str) -> Case:
    return Case({"file": lambda: SimpleUploadedFile("a.csv", text.encode())})


LISTS = {
    "lecturers:county-import": _sheet("姓名,类别\n示例甲,业务骨干\n"),
    "courses:county-import": _sheet("编号,课程名称,品牌类别\nKC1,示例,红色教育\n"),
}
