"""The import pages: who may, what happens, what is shown."""

import zipfile
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from juxian.audit.models import AuditEntry
from juxian.obligations.models import Obligation, State
from juxian.obligations.sweep import sweep
from juxian.people.imports.runs import start_import
from juxian.people.imports.save import CODE
from juxian.people.models import ImportRun, Member
from tests.factories import BranchFactory
from tests.people.rosters import BRANCH, person, roster

pytestmark = pytest.mark.db_engine


@pytest.fixture
def run(town, clerk, tmp_path) -> ImportRun:
    """A preview with one good and one refused row, and one of an unknown branch."""
    BranchFactory(town=town, name=BRANCH)
    people = [person(1), person(2, 手机号="12"), person(3, 所在党支部="示例新村党支部")]
    return made(clerk, town, roster(tmp_path / "a.xlsx", people))


def made(by, town, path) -> ImportRun:
    row = start_import(importer=CODE, chunks=[path.read_bytes()], name="名册.xlsx", town=town, by=by, options={})
    sweep(timezone.now(), drain=True)
    row.refresh_from_db()
    return row


def upload(client, content: bytes, **data):
    return client.post(reverse("people:town-import-upload"), {"file": SimpleUploadedFile("名册.xlsx", content), **data})


def test_a_clerk_uploads_into_the_own_town(client, clerk, town, tmp_path) -> None:
    client.force_login(clerk)
    answer = upload(client, roster(tmp_path / "a.xlsx", [person(1)]).read_bytes(), create_branches="on")
    run = ImportRun.objects.get()
    assert (answer.status_code, answer.url) == (302, reverse("people:town-import", args=[run.pk]))
    assert (run.town, run.by, run.options, run.file.original_name) == (
        town, clerk, {"create_branches": True, "town": town.code}, "名册.xlsx",
    )  # fmt: skip
    assert Obligation.objects.get().kind == "people.import_preview"


def test_the_county_uploads_for_all_towns_or_one(client, county, town, tmp_path) -> None:
    client.force_login(county)
    upload(client, roster(tmp_path / "a.xlsx", [person(1)]).read_bytes())
    upload(client, roster(tmp_path / "b.xlsx", [person(2)]).read_bytes(), town=town.pk)
    assert list(ImportRun.objects.order_by("pk").values_list("town", flat=True)) == [None, town.pk]


def test_a_clerk_cannot_choose_another_town(client, clerk, other_town, tmp_path) -> None:
    client.force_login(clerk)
    upload(client, roster(tmp_path / "a.xlsx", [person(1)]).read_bytes(), town=other_town.pk)
    assert ImportRun.objects.get().town == clerk.clerk_town


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "这个文件是空的，一个字节也没有。请检查后重新上传。"),
        (b"MZ\x00", "这是程序文件，不是表格。请上传 .xlsx、.xls 或 .csv 文件。"),
    ],
)
def test_a_wrong_file_is_refused_on_the_form(client, clerk, content, sentence) -> None:
    client.force_login(clerk)
    answer = upload(client, content)
    assert (answer.status_code, answer.context["form"].errors["file"], ImportRun.objects.count()) == (
        200, [sentence], 0,
    )  # fmt: skip


def test_no_file_at_all(client, clerk) -> None:
    client.force_login(clerk)
    answer = client.post(reverse("people:town-import-upload"))
    assert answer.context["form"].errors["file"] == ["请先选一个文件。"]


def test_the_waiting_page_asks_again_by_itself_and_says_when_no_worker_runs(client, clerk, town, tmp_path) -> None:
    client.force_login(clerk)
    upload(client, roster(tmp_path / "a.xlsx", [person(1)]).read_bytes())
    run = ImportRun.objects.get()
    answer = client.get(reverse("people:town-import", args=[run.pk]))
    assert answer.context["waiting"] == {"parked": False, "working": False, "no_worker": True, "percent": 0}
    assert answer.content.decode().count('hx-trigger="every 1s"') == 1
    Obligation.objects.update(state=State.PARKED)
    answer = client.get(reverse("people:town-import", args=[run.pk]))
    assert answer.context["waiting"]["parked"]
    assert answer.content.decode().count('hx-trigger="every 1s"') == 0


def test_the_preview_shows_counts_problems_and_unknown_branches(client, clerk, run) -> None:
    client.force_login(clerk)
    answer = client.get(reverse("people:town-import", args=[run.pk]))
    assert (answer.context["valid"], answer.context["faulty"], answer.context["unplaced"]) == (1, 1, 1)
    assert [(p["row"], p["letter"], p["text"]) for p in answer.context["faults"]] == [
        (4, "H", "有 2 位，手机号应为 11 位")
    ]
    assert [branch["name"] for branch in answer.context["branches"]] == ["示例新村党支部"]
    assert answer.content.decode().count("保存有效行") == 1


def preview_of(client, town, path, **options) -> str:
    clerk = options.pop("by")
    client.force_login(clerk)
    row = start_import(
        importer=CODE, chunks=[path.read_bytes()], name="名册.xlsx", town=town, by=clerk, options=options
    )
    sweep(timezone.now(), drain=True)
    return client.get(reverse("people:town-import", args=[row.pk])).content.decode()


@pytest.mark.parametrize(("asked", "ticks"), [(False, 0), (True, 1)])
def test_new_branches_are_ticked_only_if_the_upload_asked_for_them(client, clerk, town, tmp_path, asked, ticks) -> None:
    path = roster(tmp_path / "b.xlsx", [person(1, 所在党支部="示例新村党支部")])
    text = preview_of(client, town, path, by=clerk, create_branches=asked)
    assert (text.count('name="branch"'), text.count(" checked")) == (1, ticks)


def test_nothing_to_save_is_refused(client, clerk, town, tmp_path) -> None:
    path = roster(tmp_path / "b.xlsx", [person(1, 姓名="")])
    text = preview_of(client, town, path, by=clerk)
    assert (text.count('form="save" disabled'), text.count("没有可保存的行")) == (1, 1)
    run = ImportRun.objects.get()
    page = client.post(reverse("people:town-import-commit", args=[run.pk]), follow=True)
    assert [str(message) for message in page.context["messages"]] == ["没有可保存的行。请改好表格后重新上传。"]
    run.refresh_from_db()
    assert run.state == "preview"


def test_only_people_of_unticked_branches_are_nothing_to_save(client, clerk, town, tmp_path) -> None:
    path = roster(tmp_path / "b.xlsx", [person(1, 所在党支部="示例新村党支部")])
    text = preview_of(client, town, path, by=clerk)
    assert text.count('form="save" disabled') == 0
    run = ImportRun.objects.get()
    commit = reverse("people:town-import-commit", args=[run.pk])
    page = client.post(commit, follow=True)
    assert [str(message) for message in page.context["messages"]] == [
        "没有可保存的行。请勾选要新建的党支部，或者改好表格后重新上传。"
    ]
    client.post(commit, {"branch": [run.facts["unknown_branches"][0]["code"]]})
    run.refresh_from_db()
    assert run.state == "saving"


def test_a_run_of_a_kind_that_is_gone_still_has_a_page(client, clerk, run) -> None:
    ImportRun.objects.update(importer="gone")
    client.force_login(clerk)
    answer = client.get(reverse("people:town-import", args=[run.pk]))
    assert (answer.status_code, answer.context["again"].url) == (200, reverse("people:town-imports"))


def test_the_desk_says_what_waits_to_be_confirmed(client, clerk, run) -> None:
    client.force_login(clerk)
    text = client.get(reverse("desk")).content.decode()
    assert text.count("确认导入党员名册：名册.xlsx") == 1
    assert text.count(f'href="{reverse("people:town-import", args=[run.pk])}"') == 1


def test_saving_makes_the_ticked_branches(client, clerk, run) -> None:
    client.force_login(clerk)
    code = run.facts["unknown_branches"][0]["code"]
    answer = client.post(reverse("people:town-import-commit", args=[run.pk]), {"branch": [code]})
    assert answer.url == reverse("people:town-import", args=[run.pk])
    sweep(timezone.now(), drain=True)
    run.refresh_from_db()
    assert (run.state, run.counts["created"], run.counts["new_branches"], Member.objects.count()) == ("done", 2, 1, 2)
    assert client.get(answer.url).content.decode().count("已保存。") == 1


def test_a_branch_that_the_file_does_not_name_is_refused(client, clerk, run) -> None:
    client.force_login(clerk)
    client.post(reverse("people:town-import-commit", args=[run.pk]), {"branch": ["371327103:别的"]})
    run.refresh_from_db()
    assert run.state == "preview"


def test_dropping(client, clerk, run) -> None:
    client.force_login(clerk)
    assert client.post(reverse("people:town-import-drop", args=[run.pk])).url == reverse("people:town-imports")
    run.refresh_from_db()
    assert (run.state, Member.objects.count()) == ("dropped", 0)


def test_refused_rows_are_downloaded_on_record(client, clerk, run) -> None:
    client.force_login(clerk)
    answer = client.get(reverse("people:town-import-refused", args=[run.pk]))
    packed = zipfile.ZipFile(BytesIO(answer.getvalue()))
    text = "".join(packed.read(name).decode() for name in packed.namelist())
    assert text.count("不能导入的原因") == 1
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in answer.headers["Cache-Control"]
    assert AuditEntry.objects.get(action="people.import_refused_rows_read").actor_id == clerk.pk


def test_the_template_is_read_by_the_importer(client, clerk, tmp_path) -> None:
    client.force_login(clerk)
    answer = client.get(reverse("people:town-import-template"))
    path = tmp_path / "empty.xlsx"
    path.write_bytes(answer.getvalue())
    assert made(clerk, clerk.clerk_town, path).message == "第 1 行是表头，下面没有一行人员。请检查是否传错了文件。"


PAGES = ("town-import", "town-import-refused")
DEEDS = ("town-import-commit", "town-import-drop")


def test_another_towns_run_is_not_found(client, other_clerk, run) -> None:
    client.force_login(other_clerk)
    assert [client.get(reverse(f"people:{name}", args=[run.pk])).status_code for name in PAGES] == [404, 404]
    assert [client.post(reverse(f"people:{name}", args=[run.pk])).status_code for name in DEEDS] == [404, 404]
    assert client.get(reverse("people:town-imports")).context["page"].paginator.count == 0


def test_a_county_wide_run_is_not_found_by_clerks(client, clerk, county, town, tmp_path) -> None:
    run = made(county, None, roster(tmp_path / "a.xlsx", [person(1)]))
    client.force_login(clerk)
    assert client.get(reverse("people:town-import", args=[run.pk])).status_code == 404
    client.force_login(county)
    assert client.get(reverse("people:town-import", args=[run.pk])).status_code == 200


def test_members_may_not_and_strangers_sign_in(client, member, run) -> None:
    lists = [reverse("people:town-imports"), reverse("people:town-import-template")]
    pages = lists + [reverse(f"people:{name}", args=[run.pk]) for name in PAGES]
    deeds = [reverse("people:town-import-upload")] + [reverse(f"people:{name}", args=[run.pk]) for name in DEEDS]
    assert {client.get(page).url.split("?")[0] for page in pages} == {reverse("login")}
    assert {client.post(deed).url.split("?")[0] for deed in deeds} == {reverse("login")}
    client.force_login(member.user)
    assert {client.get(page).status_code for page in pages} == {403}
    assert {client.post(deed).status_code for deed in deeds} == {403}


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(
    client, clerk, town, tmp_path, django_assert_num_queries, number
) -> None:
    for index in range(number):
        made(clerk, town, roster(tmp_path / f"{index}.xlsx", [person(index)]))
    client.force_login(clerk)
    with django_assert_num_queries(8):
        client.get(reverse("people:town-imports"))


def test_the_county_finds_imports_in_the_admin(client, county, run) -> None:
    client.force_login(county)
    page = client.get(reverse("admin:people_importrun_changelist")).content.decode()
    assert page.count(f'href="{reverse("people:town-imports")}"') == 1
    assert page.count(f'href="{reverse("people:town-import", args=[run.pk])}"') == 1
    assert client.get(reverse("admin:people_importrun_change", args=[run.pk])).status_code == 200
    assert client.get(reverse("admin:people_importrun_add")).status_code == 403
