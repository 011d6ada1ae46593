from django.urls import path

from juxian.people.views import account, imports, town

app_name = "people"
urlpatterns = [
    # everybody
    path("account/", account.account, name="account"),
    path("account/elder/", account.elder_switch, name="elder-switch"),
    path("activate/", account.open_account, name="activate"),
    # town/members/
    path("town/members/", town.members, name="town-members"),
    path("town/members/find/", town.find, name="town-member-find"),
    path("town/members/slips/", town.slips, name="town-slips"),
    path("town/members/slips/sheet/", town.slip_sheet, name="town-slip-sheet"),
    path("town/members/<int:pk>/", town.member, name="town-member"),
    path("town/members/<int:pk>/slip/", town.slip, name="town-slip"),
    path("town/members/<int:pk>/unmask/", town.unmask_number, name="town-unmask"),
    # town/imports/
    path("town/imports/", imports.imports, name="town-imports"),
    path("town/imports/upload/", imports.upload, name="town-import-upload"),
    path("town/imports/template.xlsx", imports.import_template, name="town-import-template"),
    path("town/imports/<int:pk>/", imports.import_run, name="town-import"),
    path("town/imports/<int:pk>/commit/", imports.import_commit, name="town-import-commit"),
    path("town/imports/<int:pk>/drop/", imports.import_drop, name="town-import-drop"),
    path("town/imports/<int:pk>/refused.xlsx", imports.import_refused, name="town-import-refused"),
]
