from django.urls import path

from juxian.people.views import account, town

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
    path("town/members/<int:pk>/", town.member, name="town-member"),
    path("town/members/<int:pk>/slip/", town.slip, name="town-slip"),
    path("town/members/<int:pk>/unmask/", town.unmask_number, name="town-unmask"),
]
