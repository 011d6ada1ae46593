"""What is sealed opens only with its key, for its purpose, unchanged."""

from base64 import urlsafe_b64encode

import pytest
from django.core.exceptions import ImproperlyConfigured

from juxian.vault.cipher import CannotOpenError, blind_index, seal, unseal
from juxian.vault.keyring import parse_keys
from juxian.vault.masks import mask_id, mask_mobile, mask_name

NUMBER, PURPOSE = "000000198001010012", "people.member.id_number"


def key(letter: str) -> str:
    return f"{letter}:{urlsafe_b64encode(letter.encode() * 32).decode()}"


@pytest.fixture(autouse=True)
def _one_key(settings) -> None:
    settings.FIELD_KEYS = key("a")


def test_round_trip_says_version_algorithm_and_key():
    stored = seal(NUMBER, PURPOSE)
    assert stored.split(".")[:3] == ["v1", "A256GCM", "a"]
    assert NUMBER not in stored
    assert unseal(stored, PURPOSE) == NUMBER


@pytest.mark.parametrize("text", ["", "1", "汉字 ☂ 𠮷", "x" * 5000, "\x00\n"])
def test_any_text_comes_back(text):
    assert unseal(seal(text, PURPOSE), PURPOSE) == text


def test_same_text_never_looks_the_same():
    assert len({seal(NUMBER, PURPOSE) for _ in range(50)}) == 50


def test_every_changed_character_is_noticed():
    stored = seal(NUMBER, PURPOSE)
    opened = []
    for at in range(len(stored)):
        other = "A" if stored[at] != "A" else "B"
        try:
            opened.append((at, unseal(stored[:at] + other + stored[at + 1 :], PURPOSE)))
        except CannotOpenError:
            continue
    assert [pair for pair in opened if pair[1] != NUMBER] == []
    assert len(opened) <= 1  # the last sign of base64 may carry unused bits


@pytest.mark.parametrize(
    "stored", ["x", "v1.A256GCM.a", "v2.A256GCM.a.AAAA", "v1.NONE.a.AAAA", "v1.A256GCM.a.", "v1.A256GCM.a.A"]
)
def test_nonsense_is_refused(stored):
    with pytest.raises(CannotOpenError):
        unseal(stored, PURPOSE)


def test_another_purpose_does_not_open():
    with pytest.raises(CannotOpenError, match="打不开"):
        unseal(seal(NUMBER, PURPOSE), "people.member.mobile")


def test_another_key_does_not_open(settings):
    stored = seal(NUMBER, PURPOSE)
    settings.FIELD_KEYS = key("b")
    with pytest.raises(CannotOpenError, match="没有编号为 a 的密钥"):
        unseal(stored, PURPOSE)
    settings.FIELD_KEYS = key("b").replace("b:", "a:")
    with pytest.raises(CannotOpenError, match="打不开"):
        unseal(stored, PURPOSE)


def test_rotation_newest_writes_and_all_read(settings):
    old = seal(NUMBER, PURPOSE)
    settings.FIELD_KEYS = f"{key('a')}, {key('b')}"
    new = seal(NUMBER, PURPOSE)
    assert new.split(".")[2] == "b"
    assert (unseal(old, PURPOSE), unseal(new, PURPOSE)) == (NUMBER, NUMBER)


def test_blind_index_stays_while_keys_rotate(settings):
    before = blind_index(NUMBER, PURPOSE)
    settings.FIELD_KEYS = f"{key('a')},{key('b')}"
    assert blind_index(NUMBER, PURPOSE) == before
    settings.FIELD_KEYS = key("b")
    assert blind_index(NUMBER, PURPOSE) != before


def test_blind_index_is_keyed_by_purpose_and_empty_for_nothing():
    assert blind_index(NUMBER, PURPOSE) != blind_index(NUMBER, "people.member.mobile")
    assert blind_index("", PURPOSE) is None
    assert len(blind_index(NUMBER, PURPOSE)) == 64


@pytest.mark.parametrize("text", ["", "a", "a:", "a:xyz", "a:AAAA", f"{key('a')},{key('a')}", f"a-b:{key('a')[2:]}"])
def test_bad_keys_stop_the_start(text):
    with pytest.raises(ImproperlyConfigured, match="FIELD_KEYS"):
        parse_keys(text)


def test_masks_never_show_the_middle():
    assert mask_id(NUMBER) == "000000********0012"
    assert mask_mobile("19900001234") == "199****1234"
    assert (mask_id("12345"), mask_mobile("1234567"), mask_id(""), mask_mobile("")) == ("*****", "*******", "", "")
    assert mask_name("示例甲") == "示**"
