"""Adding and changing the parts of a centre: zones, rooms, teaching points, reception sites; photos of zones."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from centres.actions import places
from centres.forms.places import CentreForm, PhotoForm, PointForm, RoomForm, SiteForm, ZoneForm
from centres.models import Centre, ReceptionSite, Room, TeachingPoint, Zone, ZonePhoto
from centres.views.asking import page_of, tried_form
from centres.views.places import centre_of
from juxian.files.photos import accept_photo, keeping
from juxian.files.serve import sent
from juxian.files.store import DamagedFile
from juxian.people.access import editor_required, signed_in, staff_required


@dataclass(frozen=True)
class Kind:
    """One kind of part: its model, its form, and the page its rows are listed on."""

    model: type[places.Part]
    form: type[forms.ModelForm]
    page: str = "centres:town-centre"

    @property
    def word(self) -> str:
        return str(self.model._meta.verbose_name)


KINDS = {
    "zone": Kind(Zone, ZoneForm),
    "room": Kind(Room, RoomForm),
    "point": Kind(TeachingPoint, PointForm),
    "site": Kind(ReceptionSite, SiteForm, "centres:town-sites"),
}


def _own(request: HttpRequest) -> Centre:
    """The centre the page is about, if this user writes for it; 404 for one who only reads."""
    centre = centre_of(request)
    if not Centre.objects.editable_by(request.user).filter(pk=centre.pk).exists():
        raise Http404("not theirs to change")
    return centre


def _form(request: HttpRequest, form: Any, title: str, centre: Centre, back: str, note: str = "") -> HttpResponse:
    ctx = {"nav": "centre", "form": form, "title": title, "crumb": centre.name, "back": back, "note": note}
    return render(request, "centres/part_form.html", ctx)


@editor_required
def centre_edit(request: HttpRequest) -> HttpResponse:
    """Change what the centre says of itself."""
    centre = _own(request)
    back = page_of(request, "centres:town-centre", centre)
    form = CentreForm(request.POST or None, instance=centre)
    if request.method == "POST" and form.is_valid():
        act = partial(places.change_centre, centre=centre, by=signed_in(request), **form.cleaned_data)
        if tried_form(form, act):
            messages.success(request, "基本情况已保存。")
            return redirect(back)
    note = "名称、挂牌和停用日期由县委组织部登记。"
    return _form(request, form, "修改基本情况", centre, back, note)


@editor_required
def part_add(request: HttpRequest, kind: str) -> HttpResponse:
    """A new part of the centre."""
    centre, part = _own(request), KINDS[kind]
    back = page_of(request, part.page, centre)
    form = part.form(request.POST or None, instance=part.model(centre=centre))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        act = partial(places.add_part, model=part.model, centre=centre, by=signed_in(request), **data)
        if tried_form(form, act):
            messages.success(request, f"{part.word}“{data['name']}”已登记。")
            return redirect(back)
    return _form(request, form, f"登记{part.word}", centre, back)


@editor_required
def part_edit(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Change a part of the centre."""
    part = KINDS[kind]
    rows = part.model.objects.editable_by(request.user).select_related("centre__town")
    row = get_object_or_404(rows, pk=pk)
    back = page_of(request, part.page, row.centre)
    form = part.form(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        act = partial(places.change_part, part=row, by=signed_in(request), **form.cleaned_data)
        if tried_form(form, act):
            messages.success(request, f"{part.word}“{form.cleaned_data['name']}”已保存。")
            return redirect(back)
    return _form(request, form, f"修改{part.word}", row.centre, back)


@editor_required
def photo_add(request: HttpRequest, pk: int) -> HttpResponse:
    """A picture of a zone."""
    zone = get_object_or_404(Zone.objects.editable_by(request.user).select_related("centre__town"), pk=pk)
    back = page_of(request, "centres:town-centre", zone.centre)
    form = PhotoForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            upload = form.cleaned_data["file"]
            accepted = accept_photo(upload, name=str(upload.name))
            with keeping(accepted, name=str(upload.name)) as kept:
                places.add_photo(
                    zone=zone,
                    file=kept.file,
                    thumbnail=kept.thumbnail or kept.file,
                    caption=form.cleaned_data["caption"],
                    by=signed_in(request),
                )

        if tried_form(form, act):
            messages.success(request, f"{zone.name}的照片已存入。")
            return redirect(back)
    return _form(request, form, f"{zone.name}：上传照片", zone.centre, back)


@editor_required
@require_POST
def photo_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a picture away."""
    rows = ZonePhoto.objects.editable_by(request.user).select_related("zone__centre__town")
    photo = get_object_or_404(rows, pk=pk)
    places.remove_photo(photo=photo, by=signed_in(request))
    messages.success(request, "照片已去掉。")
    return redirect(page_of(request, "centres:town-centre", photo.zone.centre))


@staff_required
def photo(request: HttpRequest, pk: int) -> HttpResponse:
    """The picture itself; the small one with `?small`. One that is damaged is not found."""
    found = get_object_or_404(ZonePhoto.objects.visible_to(request.user).select_related("file", "thumbnail"), pk=pk)
    try:
        return sent(found.thumbnail if "small" in request.GET else found.file)  # type: ignore[return-value]
    except DamagedFile as damage:
        raise Http404(str(damage)) from damage
