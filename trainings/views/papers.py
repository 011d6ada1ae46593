"""The dossier: upload, waive with a reason, look at a paper, take the whole file away; the printed timetable."""

import tempfile
from contextlib import ExitStack
from functools import partial

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from juxian.audit.log import record
from juxian.files.serve import sent
from juxian.files.store import DamagedFile
from juxian.people.access import editor_required, staff_required
from trainings import actions
from trainings.class_file import class_file
from trainings.diplomas import site_address
from trainings.forms import PaperForm
from trainings.models import DossierEntry, DossierItem, Enrolment, Session, TrainingClass
from trainings.uploads import keeping_upload
from trainings.views.asking import SignedRequest, ask_reason, class_in_scope, shut, tried_form


def _dossier(training_class: TrainingClass) -> str:
    return f"/town/trainings/{training_class.pk}/?tab=dossier"


@editor_required
def paper_add(request: SignedRequest, pk: int, item: int) -> HttpResponse:
    """Upload a paper into the dossier."""
    training_class = class_in_scope(request, pk)
    paper = get_object_or_404(DossierItem, pk=item)
    form = PaperForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            with keeping_upload(form.cleaned_data["file"]) as stored:
                actions.add_paper(training_class=training_class, item=paper, file=stored, by=request.user)

        if tried_form(form, act):
            messages.success(request, f"“{paper.name}”已归入。")
            return redirect(_dossier(training_class))
    ctx = {"nav": "classes", "training_class": training_class, "item": paper, "form": form}
    return render(request, "trainings/paper_form.html", ctx | {"back": _dossier(training_class)})


@editor_required
def paper_waive(request: SignedRequest, pk: int, item: int) -> HttpResponse:
    """Leave a paper out, saying why."""
    training_class = class_in_scope(request, pk)
    paper = get_object_or_404(DossierItem, pk=item)
    asked = {
        "title": f"略过“{paper.name}”",
        "text": "确实没有这份材料时才略过，原因会印在卷内目录里。以后有了还能补传，归档前都可以。",
        "button": "略过",
        "done": f"“{paper.name}”已略过。",
    }
    act = partial(actions.waive_paper, training_class=training_class, item=paper, by=request.user)
    return ask_reason(request, lambda reason: act(reason=reason), asked, _dossier(training_class))


@staff_required
def paper_file(request: SignedRequest, pk: int) -> HttpResponse:
    """The content of one paper."""
    entry = get_object_or_404(
        DossierEntry.objects.visible_to(request.user).select_related("file"), pk=pk, file__isnull=False
    )
    try:
        return sent(entry.file)  # type: ignore[return-value]  # streams, and is a response all the same
    except DamagedFile as damage:
        back = f"/town/trainings/{entry.training_class_id}/?tab=dossier"
        return shut(request, "文件打不开", str(damage), back, status=404)


@staff_required
@require_POST
def class_dossier(request: SignedRequest, pk: int) -> HttpResponse:
    """The whole file of a class as a ZIP; who took it is on record. Made before it is sent, so a fault is a page."""
    training_class = class_in_scope(request, pk)
    found = class_file(training_class, site_address(request))
    summary = f"下载“{training_class.title}”档案，{len(found.items)} 个文件"
    with ExitStack() as closing:
        packed = closing.enter_context(tempfile.TemporaryFile())
        for piece in found.stream():
            packed.write(piece)
        record(
            by=request.user,
            action="dossier.export",
            subject=training_class,
            summary=summary,
            town_code=training_class.town.code,
        )
        closing.pop_all()  # from here the response closes it
    packed.seek(0)
    name = f"{training_class.code}.zip"
    return FileResponse(packed, as_attachment=True, filename=name, content_type="application/zip")  # type: ignore[return-value]


@staff_required
def timetable(request: SignedRequest, pk: int) -> HttpResponse:
    """课程表 on A4."""
    training_class = class_in_scope(request, pk)
    sessions = Session.objects.visible_to(request.user).filter(training_class=training_class).standing()
    sessions = sessions.select_related("lecturer", "room__centre", "point", "site").order_by("day", "half", "pk")
    ctx = {"training_class": training_class, "sessions": sessions}
    return render(request, "trainings/timetable_print.html", ctx)


@staff_required
def roster_print(request: SignedRequest, pk: int) -> HttpResponse:
    """学员花名册 on A4, without numbers of any person."""
    training_class = class_in_scope(request, pk)
    rows = Enrolment.objects.visible_to(request.user).filter(training_class=training_class).seated()
    people = list(rows.select_related("member", "branch").order_by("branch__name", "member__name", "pk"))
    numbered = list(enumerate(people, 1))
    sheets = [numbered[start : start + 22] for start in range(0, len(people), 22)] or [[]]
    ctx = {"training_class": training_class, "sheets": sheets, "total": len(people)}
    return render(request, "trainings/roster_print.html", ctx)
