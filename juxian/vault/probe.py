"""Asking the stored values, before anybody reads them, whether the keys of this process are the right ones."""

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, models
from django.db.models import Q

from juxian.vault.cipher import CannotOpenError, key_id, prefix, unseal
from juxian.vault.columns import as_stored, index_of, sealed_fields, sealed_models
from juxian.vault.fields import SealedField
from juxian.vault.keyring import Key, keys

MISSING = "数据库里有用编号 {id} 的密钥加密的身份证号、手机号，FIELD_KEYS 里没有这把密钥。"
WRONG = "FIELD_KEYS 里编号 {id} 的密钥打不开数据库里已有的身份证号、手机号，它不是原来那一把。"
FIND = "请找回原来的 FIELD_KEYS（没有设置 PRODUCTION 时在 VAR_DIR 下的 keys.env 里）再启动；数据没有改动。"
STALE = "身份证号、手机号的索引是用另一把密钥算的，按号码会找不到人。请停下门户，运行 manage.py rotate_keys，再启动。"


def key_faults() -> list[str]:
    """One Chinese sentence for each thing that is wrong; none while there are no tables or no database."""
    try:
        ring = keys()
    except ImproperlyConfigured as error:
        return [str(error)]
    try:
        found = [fault for model in sealed_models() for field in sealed_fields(model) for fault in _ask(field, ring)]
    except DatabaseError:
        return []
    return list(dict.fromkeys(found))


def _ask(field: SealedField, ring: tuple[Key, ...]) -> list[str]:
    rows = field.model._base_manager.annotate(raw=as_stored(field)).exclude(raw="").order_by("pk")
    ours = Q(*((("raw__startswith", prefix(key.id))) for key in ring), _connector=Q.OR)
    stranger = rows.exclude(ours).values_list("raw", flat=True).first()
    if stranger is not None:
        return [MISSING.format(id=key_id(stranger) or "？") + FIND]
    for key in ring:
        one = rows.filter(raw__startswith=prefix(key.id)).values_list("raw", flat=True).first()
        try:
            unseal(one or "", field.purpose)
        except CannotOpenError:
            return [WRONG.format(id=key.id) + FIND]
    return [STALE] if _index_is_stale(field, rows) else []


def _index_is_stale(field: SealedField, rows: models.QuerySet) -> bool:
    """Whether the first or the last row is indexed by another key; a rebuilding that was cut off leaves the last one."""
    index = index_of(field)
    if index is None:
        return False
    looked = [rows.values_list("raw", index.name).first(), rows.values_list("raw", index.name).last()]
    return any(index.digest(unseal(one[0], field.purpose)) != one[1] for one in looked if one)
