"""A roster against the database: whose row is it, what would change. Writes nothing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from juxian.people.imports.roster import Entry, Roster
from juxian.people.imports.units import Branches, Towns, unit_text
from juxian.people.models import Branch, Member, Town
from juxian.sheets import CannotRead, Options, Preview, start_preview

CHUNK = 5_000
SUGGESTED = 50
UNKNOWN_BRANCH = "unknown_branch"
ASK_COUNTY = "向县委组织部核实组织关系后再导入"


@dataclass
class NewBranch:
    """A branch the file names and the database does not know."""

    town: Town
    name: str
    code: str
    row: Branch
    members: int = 0


@dataclass
class Plan:
    """What `save` writes: new branches, new members, and changed fields by member."""

    town: Town | None
    branches: list[NewBranch] = field(default_factory=list)
    created: list[Member] = field(default_factory=list)
    changed: list[tuple[Member, frozenset[str]]] = field(default_factory=list)
    moved: int = 0
    by_town: dict[str, dict[str, int]] = field(default_factory=dict)
    towns: dict[str, Town] = field(default_factory=dict)

    def count(self, town: Town, what: str) -> None:
        self.towns[town.code] = town
        counts = self.by_town.setdefault(town.code, {"created": 0, "updated": 0})
        counts[what] += 1


def check_roster(roster: Roster, options: Options) -> Preview:
    """Compare; `options`: `town` (code, binds the run to it), `create_branches` (True or a list of branch codes),
    `door` ("command": its words instead of the page's)."""
    return _Check(roster, options).run()


class _Check:
    """One comparison; its look-ups are read once."""

    def __init__(self, roster: Roster, options: Options) -> None:
        self.roster = roster
        self.towns = Towns()
        self.bound = self._bound(str(options.get("town") or ""))
        self.create: Any = options.get("create_branches") or ()
        self.make_new = "加 --create-branches" if options.get("door") == "command" else "勾选“新建支部”"
        self.plan = Plan(self.bound)
        self.unknown: dict[tuple[int, str], NewBranch] = {}
        self.branches = Branches(self._named_towns())

    def _bound(self, code: str) -> Town | None:
        if not code:
            return None
        town = self.towns.find(code)
        if town is None:
            raise CannotRead(f"没有代码或名称为“{code[:20]}”的镇街。请核对镇街代码。")
        return town

    def _named_towns(self) -> list[Town]:
        if self.bound is not None:
            return [self.bound]
        found = {self.towns.find(text) for text in {entry.town for entry in self.roster.entries}}
        return [town for town in found if town is not None]

    def run(self) -> Preview:
        # Problems found here belong to this run only, for the file may be checked again
        entries = [replace(e, row=replace(e.row, problems=list(e.row.problems))) for e in self.roster.entries]
        known = self._members([entry.id_number for entry in entries if not entry.row.refused])
        phones = self._phones(entries)
        unchanged = 0
        for entry in entries:
            if not entry.row.refused:
                unchanged += self._place(entry, known.get(entry.id_number), phones)
        table = replace(self.roster.table, rows=[entry.row for entry in entries])
        preview = start_preview(table)
        preview.created, preview.updated = len(self.plan.created), len(self.plan.changed)
        preview.unchanged = unchanged
        self.plan.branches = [new for new in self.unknown.values() if self._wanted(new) and new.members]
        preview.extra = {"new_branches": len(self.plan.branches)}
        preview.facts["unknown_branches"] = [self._unknown_fact(new) for new in self.unknown.values()]
        preview.plan = self.plan
        return preview

    def _members(self, numbers: Sequence[str]) -> dict[str, Member]:
        """Existing members by ID, all in a few queries."""
        digest = Member._meta.get_field("id_index").digest
        by_digest = {digest(number): number for number in numbers}
        rows = chunks(list(by_digest))
        found = (Member.objects.filter(id_index__in=part).select_related("branch__town") for part in rows)
        return {by_digest[member.id_index]: member for part in found for member in part.defer("id_number")}

    def _phones(self, entries: Iterable[Entry]) -> dict[str, set[str]]:
        """ID digests of the members who already gave a phone that the file names."""
        digest = Member._meta.get_field("mobile_index").digest
        numbers = {entry.values["mobile"] for entry in entries if "mobile" in entry.values}
        by_digest = {digest(number): number for number in numbers}
        holders: dict[str, set[str]] = {}
        for part in chunks(list(by_digest)):
            pairs = Member.objects.filter(mobile_index__in=part).values_list("mobile_index", "id_index")
            for phone, holder in pairs:
                holders.setdefault(by_digest[phone], set()).add(holder)
        return holders

    def _place(self, entry: Entry, member: Member | None, phones: dict[str, set[str]]) -> bool:
        """Put one good row into the plan, or blame it. True when nothing would change."""
        town = self._town(entry)
        if town is None:
            return False
        if member is not None and self.bound is not None and member.branch.town_id != self.bound.pk:
            entry.row.blame("id_number", "系统里已有这个号码，但不在本镇街的名册里", ASK_COUNTY)
            return False
        branch = self._branch(entry, town)
        if branch is None:
            return False
        self._warn_phone(entry, member, phones)
        values = _implied(entry.values, member) | {"left_on": None}
        if member is None:
            self.plan.created.append(Member(branch=branch, id_number=entry.id_number, **values))
            self.plan.count(town, "created")
            return False
        return not self._change(entry, member, branch, town, values)

    def _town(self, entry: Entry) -> Town | None:
        if not entry.town:
            if self.bound is None:
                entry.row.blame("town", "所在镇街不能为空", "补填所在镇街")
            return self.bound
        town = self.towns.find(entry.town)
        if self.bound is not None and town != self.bound:
            entry.row.blame(
                "town", f"这一行不是{self.bound}的人", f"这里只导入{self.bound}；别的镇街由本镇街或县里导入"
            )
            return None
        if town is None:
            entry.row.blame("town", "没有这个镇街", "写镇街全称，例如“大店镇”")
        return town

    def _branch(self, entry: Entry, town: Town) -> Branch | None:
        found = self.branches.find(entry.branch, town)
        if len(found) > 1:
            entry.row.blame("branch", f"有 {len(found)} 个相近的支部，无法判断", "写支部全称")
            return None
        if found:
            if found[0].closed_on is not None:
                entry.row.blame("branch", "这个支部已经撤销", "写现在所在的支部")
                return None
            return found[0]
        return self._unknown_branch(entry, town)

    def _unknown_branch(self, entry: Entry, town: Town) -> Branch | None:
        key = self.branches.key(entry.branch, town.pk)
        new = self.unknown.get((town.pk, key))
        if new is None:
            kind = entry.values.get("field") or (Branch.Kind.COMMUNITY if "社区" in entry.branch else Branch.Kind.RURAL)
            row = Branch(town=town, name=entry.branch, kind=kind)
            new = self.unknown[town.pk, key] = NewBranch(town, entry.branch, f"{town.code}:{key}", row)
        new.members += 1
        if self._wanted(new):
            return new.row
        remedy = f"核对名称；确实是新支部的，{self.make_new}"
        entry.row.blame("branch", "系统里没有这个党支部", remedy, code=UNKNOWN_BRANCH)
        return None

    def _wanted(self, new: NewBranch) -> bool:
        return self.create is True or (isinstance(self.create, list | tuple) and new.code in self.create)

    def _unknown_fact(self, new: NewBranch) -> dict[str, Any]:
        near: list[str] = []
        if len(self.unknown) <= SUGGESTED:
            others = [o.name for o in self.unknown.values() if o.town == new.town and o.members > new.members]
            near = get_close_matches(unit_text(new.name), [*self.branches.names(new.town), *others], n=1, cutoff=0.75)
        return {
            "code": new.code,
            "name": new.name,
            "town": new.town.name,
            "members": new.members,
            "near": near[0] if near else "",
            "wanted": self._wanted(new),
        }

    def _warn_phone(self, entry: Entry, member: Member | None, phones: dict[str, set[str]]) -> None:
        holders = phones.get(entry.values.get("mobile", ""), set())
        if holders - ({member.id_index} if member else set()):
            entry.row.blame("mobile", "系统里已有别人用这个电话", "确认是不是本人的电话", fatal=False)

    def _change(self, entry: Entry, member: Member, branch: Branch, town: Town, values: dict[str, Any]) -> bool:
        """Note what differs from the stored member; True if anything does."""
        changed = {name for name, value in values.items() if getattr(member, name) != value}
        if branch.pk is None or branch.pk != member.branch_id:
            changed.add("branch")
        if "name" in changed:
            entry.row.blame("name", "系统里这个号码是另一个姓名，将改为表里的", "确认是不是改了名", fatal=False)
        if "left_on" in changed:
            entry.row.blame("name", "系统里已记为离开，将恢复", "确认是不是已回来", fatal=False)
        if not changed:
            return False
        self.plan.moved += town.pk != member.branch.town_id
        for name, value in values.items():
            setattr(member, name, value)
        member.branch, member.id_number = branch, entry.id_number
        self.plan.changed.append((member, frozenset(changed)))
        self.plan.count(town, "updated")
        return True


def _implied(values: dict[str, Any], member: Member | None) -> dict[str, Any]:
    """A full-member date makes a full member; a probationary member has none."""
    if values.get("full_member_date"):
        return values | {"kind": Member.Kind.FULL}
    if values.get("kind") == Member.Kind.PROBATIONARY and member is not None:
        return values | {"full_member_date": None}
    return dict(values)


def chunks(items: list[Any]) -> Iterator[list[Any]]:
    """Parts short enough for one query on either engine."""
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]
