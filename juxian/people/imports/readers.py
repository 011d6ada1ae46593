"""Readers of roster cells: each takes a raw cell and returns what the model stores, or raises CellFault."""

import re
from datetime import date
from typing import Any
from unicodedata import normalize

from django.utils import timezone
from stdnum.cn.ric import calc_check_digit, get_birth_date
from stdnum.exceptions import ValidationError as BadNumber

from juxian.people.models import Branch, Member
from juxian.sheets import CellFault, FoundDate, clean, digits, found_date, plain, truth

_DOTS = re.compile(r"[•・‧∙●．⋅]")
_CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_BAD_IN_NAME = re.compile(r"[^\w·()（）\- ]|_")
_MOBILE = re.compile(r"1[3-9]\d{9}")

_PEOPLES = [
    "汉",
    "蒙古",
    "回",
    "藏",
    "维吾尔",
    "苗",
    "彝",
    "壮",
    "布依",
    "朝鲜",
    "满",
    "侗",
    "瑶",
    "白",
    "土家",
    "哈尼",
    "哈萨克",
    "傣",
    "黎",
    "傈僳",
    "佤",
    "畲",
    "高山",
    "拉祜",
    "水",
    "东乡",
    "纳西",
    "景颇",
    "柯尔克孜",
    "土",
    "达斡尔",
    "仫佬",
    "羌",
    "布朗",
    "撒拉",
    "毛南",
    "仡佬",
    "锡伯",
    "阿昌",
    "普米",
    "塔吉克",
    "怒",
    "乌孜别克",
    "俄罗斯",
    "鄂温克",
    "德昂",
    "保安",
    "裕固",
    "京",
    "塔塔尔",
    "独龙",
    "鄂伦春",
    "赫哲",
    "门巴",
    "珞巴",
    "基诺",
]
ETHNICITIES = {word: f"{people}族" for people in _PEOPLES for word in (people, f"{people}族")} | {"其他": "其他"}
GENDERS = {
    "男": Member.Gender.MALE,
    "男性": Member.Gender.MALE,
    "女": Member.Gender.FEMALE,
    "女性": Member.Gender.FEMALE,
}
KINDS = {
    "正式党员": Member.Kind.FULL,
    "正式": Member.Kind.FULL,
    "党员": Member.Kind.FULL,
    "中共党员": Member.Kind.FULL,
    "预备党员": Member.Kind.PROBATIONARY,
    "预备": Member.Kind.PROBATIONARY,
    "中共预备党员": Member.Kind.PROBATIONARY,
}
STATUSES = {
    "正常": Member.Status.NORMAL,
    "停止党籍": Member.Status.SUSPENDED,
    "党籍停止": Member.Status.SUSPENDED,
    "停止": Member.Status.SUSPENDED,
}
FIELDS = {
    "农村": Branch.Kind.RURAL,
    "农民": Branch.Kind.RURAL,
    "社区": Branch.Kind.COMMUNITY,
    "街道社区": Branch.Kind.COMMUNITY,
    "城市社区": Branch.Kind.COMMUNITY,
    "机关": Branch.Kind.OFFICE,
    "党政机关": Branch.Kind.OFFICE,
    "事业": Branch.Kind.INSTITUTION,
    "事业单位": Branch.Kind.INSTITUTION,
    "其他事业单位": Branch.Kind.INSTITUTION,
    "国企": Branch.Kind.STATE_FIRM,
    "国有企业": Branch.Kind.STATE_FIRM,
    "非公": Branch.Kind.PRIVATE_FIRM,
    "非公企业": Branch.Kind.PRIVATE_FIRM,
    "非公有制企业": Branch.Kind.PRIVATE_FIRM,
    "两新组织": Branch.Kind.PRIVATE_FIRM,
    "社会组织": Branch.Kind.SOCIAL,
    "学校": Branch.Kind.SCHOOL,
    "离退休": Branch.Kind.RETIRED,
    "离退休干部": Branch.Kind.RETIRED,
    "其他": Branch.Kind.OTHER,
}
_FLOATING = {"流动": True, "流出": True, "外出": True, "流入": True, "未流动": False, "非流动": False, "正常": False}
# From the most telling word to the least; each is looked for anywhere in the text
_POSTS = (
    ("副书记", Member.Post.DEPUTY),
    ("书记", Member.Post.SECRETARY),
    ("组织委员", Member.Post.ORGANISATION),
    ("宣传委员", Member.Post.PUBLICITY),
    ("纪检委员", Member.Post.DISCIPLINE),
    ("纪律检查委员", Member.Post.DISCIPLINE),
    ("支委", Member.Post.COMMITTEE),
    ("委员", Member.Post.COMMITTEE),
    ("小组长", Member.Post.GROUP_LEADER),
    ("党员", Member.Post.NONE),
)


def person_name(value: Any) -> str:
    """A name without the spaces clerks pad it with; the inner middle dot stays. Empty for an empty cell."""
    text = _DOTS.sub("·", normalize("NFC", clean(value)))
    if _CHINESE.search(text):
        text = text.replace(" ", "")
    if not text:
        return ""
    if _BAD_IN_NAME.search(text):
        raise CellFault("姓名里有不该有的符号", "只填姓名，少数民族姓名中间用“·”")
    if not 2 <= len(text) <= 30:
        raise CellFault(f"姓名有 {len(text):,} 个字，应为 2 到 30 个字", "照身份证填写全名")
    return text


def citizen_id(value: Any) -> str:
    """An 18-character citizen ID with a right check digit; 15 digits are lengthened. Empty for an empty cell."""
    number = digits(value).upper()
    if not number:
        return ""
    if len(number) == 15 and number.isdecimal():
        number = f"{number[:6]}19{number[6:]}"
        number += calc_check_digit(number + "0")
    if len(number) != 18:
        raise CellFault(f"号码有 {len(number)} 位，应为 18 位", "照身份证补全")
    if not number[:17].isdecimal() or not number.isascii() or number[17] not in "0123456789X":
        raise CellFault("号码里有不该有的字符", "只填 17 位数字和末位的数字或 X")
    try:
        born = get_birth_date(number)
    except BadNumber:
        born = None
    if born is None or not date(1900, 1, 1) <= born <= timezone.localdate():
        raise CellFault("第 7 到 14 位不是有效的出生日期", "照身份证核对")
    if calc_check_digit(number) != number[17]:
        raise CellFault("第 18 位校验不对", "照身份证核对每一位，末位应为数字或 X")
    return number


def mobile(value: Any) -> str:
    """An 11-digit mobile number without +86, spaces and dashes."""
    number = re.sub(r"[-()（）]", "", digits(value))
    number = re.sub(r"^(\+86|0086|86(?=1[3-9]\d{9}$))", "", number)
    if number and not _MOBILE.fullmatch(number):
        if number.isdecimal() and len(number) != 11:
            raise CellFault(f"有 {len(number)} 位，手机号应为 11 位", "填 11 位手机号；没有手机就留空")
        raise CellFault("不是手机号", "填一个 11 位手机号；座机和第二个号码不填在这里")
    return number


def short(limit: int) -> Any:
    """A reader of free text up to `limit` characters."""
    return lambda value: plain(value, limit)


def one_of(words: dict[str, Any], remedy: str) -> Any:
    """A reader of a fixed list of words; None for an empty cell."""

    def read(value: Any) -> Any:
        text = plain(value, 60).replace(" ", "")
        if not text:
            return None
        if text not in words:
            raise CellFault("认不出这个写法", remedy)
        return words[text]

    return read


gender = one_of(GENDERS, "填“男”或“女”")
member_kind = one_of(KINDS, "填“正式党员”或“预备党员”；发展对象、积极分子不在这里导入")
status = one_of(STATUSES, "填“正常”或“停止党籍”")
ethnicity = one_of(ETHNICITIES, "填“汉族”这样的全称")
member_field = one_of(FIELDS, "填农村、社区、机关、事业、国企、非公企业、社会组织、学校、离退休或其他")


def optional_truth(value: Any) -> bool | None:
    """是 or 否; None for an empty cell."""
    return None if plain(value, 60) == "" and str(value).strip() != "无" else truth(value)


def floating(value: Any) -> bool | None:
    """Like `optional_truth`, with the words of the 流动状态 column."""
    return _FLOATING[word] if (word := str(value).strip()) in _FLOATING else optional_truth(value)


def party_post(value: Any) -> Any:
    """The post that a free text names; None for an empty cell."""
    text = plain(value, 60).replace(" ", "")
    if not text:
        return None
    for word, post in _POSTS:
        if word in text:
            return post
    raise CellFault("认不出这个职务", "填书记、副书记、组织委员、宣传委员、纪检委员、支委、党小组长或党员")


def past_date(value: Any) -> FoundDate | None:
    """A date that is not in the future."""
    found = found_date(value)
    if found is not None and found.day > timezone.localdate():
        raise CellFault(f"{found.day:%Y-%m-%d} 还没有到", "核对年份")
    return found
