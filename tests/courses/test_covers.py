"""Pictures drawn from title and theme: the same twice, well-formed, nothing that the policy on styles forbids."""

from xml.etree import ElementTree

import pytest

from courses.cover import svg, wrapped


def test_the_same_words_draw_the_same_picture() -> None:
    assert svg("入党誓词", 1, "红色教育") == svg("入党誓词", 1, "红色教育")
    assert svg("入党誓词", 1, "红色教育") != svg("老党员口述史", 1, "红色教育")


@pytest.mark.parametrize("slot", [1, 2, 3, 4, 5, 9])
def test_a_picture_holds_its_title_whatever_it_is(slot: int) -> None:
    drawn = svg("“三会一课”<怎么开> & 记", slot, "红色教育")
    root = ElementTree.fromstring(drawn)  # noqa: S314  # our own text
    words = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "".join(words[:-1]) == "“三会一课”<怎么开> & 记"
    assert [tag.attrib for tag in root.iter() if "style" in tag.attrib or "class" in tag.attrib] == []


def test_a_long_title_ends_in_an_ellipsis() -> None:
    assert wrapped("茶园管理（现场课）") == ["茶园管理", "（现场课）"]
    assert wrapped("一" * 80) == ["一" * 9, "一" * 9, "一" * 8 + "…"]
