"""Where the demo county may not be loaded."""

import io
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from juxian.demo.load import Refused, load_demo
from juxian.people.models import Member
from tests.factories import MemberFactory
from trainings.models import TrainingClass

AT = date(2026, 11, 23)


@pytest.mark.django_db
def test_a_real_member_refuses_the_demo() -> None:
    MemberFactory()
    with pytest.raises(Refused):
        load_demo(at=AT)
    with pytest.raises(CommandError, match="已有真实党员"):
        call_command("load_demo", stdout=io.StringIO())
    assert Member.objects.count() == 1
    assert TrainingClass.objects.count() == 0


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (["--at", "23.11.2026"], "--at 的日期“23.11.2026”看不懂，请写成 2026-11-23 这样。"),
        (["--scale", "0"], "--scale 的倍数是 1 到 20 的整数，现在是“0”。"),
        (["--scale", "x"], "--scale 的倍数是 1 到 20 的整数，现在是“x”。"),
    ],
)
def test_wrong_options_are_refused_by_the_command_itself(wrong: list[str], words: str) -> None:
    """Not by the reader of options, which would end with another exit code and English words."""
    with pytest.raises(CommandError) as refusal:
        call_command("load_demo", *wrong, stdout=io.StringIO())
    assert (str(refusal.value), refusal.value.returncode) == (words, 1)
