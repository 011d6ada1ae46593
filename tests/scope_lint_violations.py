"""Ten ways to leave the scope, each marked where the lint must see it. Never imported by the portal."""

from django import forms
from django.contrib import admin
from django.db import connection
from django.shortcuts import get_object_or_404
from django.views.generic import ListView

from juxian.people import models as people
from juxian.people.models import Branch, Member
from juxian.people.models import Member as Person
from trainings.models import Enrolment


def view_all(request):
    return Member.objects.filter(name=request.GET["q"])  # planted: start


def view_alias_and_module(request):
    everybody = Person.objects.all()  # planted: start
    return everybody | people.Member.objects.order_by("pk")  # planted: start


def view_manager_kept_for_later(request):
    rows = Branch.objects  # planted: start
    return rows.all()


def view_shortcut(request, pk):
    return get_object_or_404(Member, pk=pk)  # planted: shortcut


def view_related_manager(request, town):
    return town.branches.filter(closed_on=None)  # planted: related


def view_raw(request):
    with connection.cursor() as cursor:  # planted: raw
        cursor.execute("SELECT name FROM people_member")
        return cursor.fetchall()


class MemberList(ListView):
    model = Member  # planted: shortcut


class EnrolmentForm(forms.ModelForm):
    class Meta:  # planted: choices
        model = Enrolment
        fields = ["member"]


@admin.register(Member)  # planted: admin
class MemberAdmin(admin.ModelAdmin):
    list_display = ["name"]


class BranchInline(admin.TabularInline):
    model = Branch  # planted: admin
