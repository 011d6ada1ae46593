"""The two brands the article quotes. The other towns' are for them to declare; none is invented here."""

from datetime import date

from centres.models import Brand, BrandRevision
from juxian.people.models import TownCode

REPORTED_ON = date(2021, 10, 27)
SOURCE = "《大众日报》客户端 2021年10月27日报道；类别和重点教学点报道没有写明，启用日期按报道日"
# code of the town → slogan as printed, blank included, and what it rests on by the article
ARTICLE = {
    "371327102": ("齐鲁红都 革命摇篮", "依托丰富的红色文化资源。"),
    "371327103": ("石韵红坊 合作振兴", "依托毛主席光辉批示的合作办社事迹。"),
}


def load_brands() -> int:
    """Brands in force of the towns that have none at all."""
    made = 0
    for known in TownCode.objects.filter(code__in=ARTICLE).select_related("town").order_by("code"):
        brand, is_new = Brand.objects.get_or_create(town=known.town)
        if not is_new:
            continue
        slogan, story = ARTICLE[known.code]
        BrandRevision.objects.create(
            brand=brand,
            number=1,
            state=BrandRevision.State.APPROVED,
            slogan=slogan,
            story=story,
            source=SOURCE,
            used_from=REPORTED_ON,
        )
        made += 1
    return made
