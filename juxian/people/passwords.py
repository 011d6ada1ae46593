"""Passwords must not be made of what others know about the person: name, phone, ID number."""

import re
from typing import TYPE_CHECKING

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from juxian.people.search import pinyin

if TYPE_CHECKING:
    from juxian.people.models import User

WINDOW = 6
SHORTEST_WORD = 4


def _known_words(user: "User") -> set[str]:
    member = user.member_or_none
    names = {user.name, *([member.name] if member else [])}
    words = {user.username, *names, *(pinyin(name) for name in names)}
    return {word.lower() for word in words if len(word) >= (2 if re.search(r"[一-鿿]", word) else SHORTEST_WORD)}


def _known_digits(user: "User") -> set[str]:
    member = user.member_or_none
    numbers = (member.id_number, member.mobile) if member else ()
    return {number[at : at + WINDOW].lower() for number in numbers for at in range(len(number) - WINDOW + 1)}


class MinimumLengthValidator(password_validation.MinimumLengthValidator):
    """Django's own, with its sentences in Chinese: the shipped catalogue lacks them."""

    def get_error_message(self) -> str:
        return f"密码太短，至少要 {self.min_length} 位，请加长一些。"

    def get_help_text(self) -> str:
        return f"密码至少 {self.min_length} 位。"


class OwnDetailsValidator:
    """Refuses a password that contains the own name, its pinyin, the login name, or six signs of ID or phone."""

    def validate(self, password: str, user: "User | None" = None) -> None:
        if user is None:
            return
        typed = password.lower()
        if any(word in typed for word in _known_words(user)):
            raise ValidationError("密码里不能有您的姓名、姓名拼音或登录名，请换一个。", code="own_name")
        if any(digits in typed for digits in _known_digits(user)):
            raise ValidationError("密码里不能有您的身份证号或手机号中的数字，请换一个。", code="own_number")

    def get_help_text(self) -> str:
        return "不能包含您的姓名、拼音、登录名、身份证号或手机号。"
