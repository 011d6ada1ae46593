"""Imports into a bank as its page tells them."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from juxian.obligations.sweep import sweep
from juxian.people.models import Grant, ImportRun
from tests.factories import BankFactory, GrantFactory

pytestmark = pytest.mark.django_db

SHEET = "题型,题干,选项A,选项B,正确答案\n单选,导入的题,对的,错的,A\n判断,说不清的题,,,也许\n"


def page_of(bank) -> str:
    return reverse("assessments:town-bank", args=[bank.pk])


def upload(client, bank, name: str = "题目.csv", content: str = SHEET) -> ImportRun:
    file = SimpleUploadedFile(name, content.encode())
    client.post(reverse("assessments:town-bank-import", args=[bank.pk]), {"file": file})
    return ImportRun.objects.first()


def finish(client, run: ImportRun) -> None:
    sweep(timezone.now(), drain=True)
    client.post(reverse("people:town-import-commit", args=[run.pk]))
    sweep(timezone.now(), drain=True)


def test_a_finished_import_is_listed_with_its_counts_and_leads_to_its_page(client, clerk, town):
    bank, other = BankFactory(town=town), BankFactory(town=town)
    client.force_login(clerk)
    assert "导入记录" not in client.get(page_of(bank)).content.decode()
    run = upload(client, bank)
    finish(client, run)

    answer = client.get(page_of(bank))

    assert [(row.pk, row.state, row.counts["created"], row.counts["rejected"]) for row in answer.context["runs"]] == [
        (run.pk, "done", 1, 1)
    ]
    assert f'href="{reverse("people:town-import", args=[run.pk])}"' in answer.content.decode()
    assert client.get(page_of(other)).context["runs"] == []


def test_imports_of_a_shared_bank_are_the_countys_to_see(client, county, clerk):
    bank = BankFactory(town=None)
    client.force_login(county)
    run = upload(client, bank)
    assert client.get(page_of(bank)).context["runs"] == [run]
    client.force_login(clerk)
    assert client.get(page_of(bank)).context["runs"] == []


@pytest.mark.parametrize("number", [1, 3])
def test_the_bank_page_costs_the_same_for_any_number_of_imports(client, clerk, town, number, django_assert_num_queries):
    bank = BankFactory(town=town)
    client.force_login(clerk)
    for index in range(number):
        upload(client, bank, f"{index}.csv", f"{SHEET}单选,第{index}题,一,二,A\n")
    with django_assert_num_queries(9):
        assert len(client.get(page_of(bank)).context["runs"]) == number


def test_the_page_of_a_run_links_who_only_reads_to_no_refusal(client, clerk, town):
    bank = BankFactory(town=town)
    client.force_login(clerk)
    run = upload(client, bank)
    finish(client, run)
    upload_page = reverse("assessments:town-bank-import", args=[bank.pk])
    address = reverse("people:town-import", args=[run.pk])
    assert f'href="{upload_page}"' in client.get(address).content.decode()
    client.force_login(GrantFactory(kind=Grant.Kind.AUDITOR).user)

    page = client.get(address).content.decode()

    assert (upload_page in page, page_of(bank) in page) == (False, True)
    links = set(re.findall(r'href="(/(?!static)[^"#]*)', page))
    assert [link for link in sorted(links) if client.get(link, follow=True).status_code != 200] == []
