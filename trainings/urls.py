from django.urls import path, re_path

from trainings.views import (
    brands,
    certificates,
    classes,
    costs,
    detail,
    me,
    papers,
    plans,
    seats,
    sessions,
    substitutions,
    teach,
)

app_name = "trainings"
urlpatterns = [
    # town/plans/
    path("town/plans/", plans.plan_list, name="town-plans"),
    path("town/plans/open/", plans.plan_open, name="plan-open"),
    path("town/plans/<int:pk>/", plans.plan_detail, name="plan-detail"),
    path("town/plans/<int:pk>/submit/", plans.plan_submit, name="plan-submit"),
    path("town/plans/<int:pk>/withdraw/", plans.plan_withdraw, name="plan-withdraw"),
    path("town/plans/<int:pk>/approve/", plans.plan_approve, name="plan-approve"),
    path("town/plans/<int:pk>/return/", plans.plan_return, name="plan-return"),
    path("town/plans/<int:pk>/lines/add/", plans.line_add, name="line-add"),
    path("town/plan-lines/<int:pk>/edit/", plans.line_edit, name="line-edit"),
    path("town/plan-lines/<int:pk>/delete/", plans.line_delete, name="line-delete"),
    path("town/plan-lines/<int:pk>/open/", classes.line_open, name="line-open"),
    # town/trainings/
    path("town/trainings/", classes.class_list, name="town-list"),
    path("town/trainings/open/", classes.class_open, name="class-open"),
    path("town/trainings/<int:pk>/", detail.detail, name="town-detail"),
    path("town/trainings/<int:pk>/edit/", classes.class_edit, name="town-edit"),
    path("town/trainings/<int:pk>/cancel/", classes.class_cancel, name="class-cancel"),
    path("town/trainings/<int:pk>/return/", classes.class_return, name="class-return"),
    re_path(
        rf"^town/trainings/(?P<pk>[0-9]+)/(?P<verb>{'|'.join(classes.MOVES)})/$", classes.class_move, name="class-move"
    ),
    path("town/trainings/<int:pk>/quotas/", seats.quotas, name="town-quotas"),
    path("town/trainings/<int:pk>/enrol/", seats.enrol, name="town-enrol"),
    path("town/trainings/<int:pk>/enrol/names/", seats.enrol_names, name="enrol-names"),
    path("town/trainings/<int:pk>/timetable/", papers.timetable, name="timetable-print"),
    path("town/trainings/<int:pk>/roster/", papers.roster_print, name="roster-print"),
    path("town/trainings/<int:pk>/papers/<int:item>/add/", papers.paper_add, name="paper-add"),
    path("town/trainings/<int:pk>/papers/<int:item>/waive/", papers.paper_waive, name="paper-waive"),
    path("town/trainings/<int:pk>/dossier/", papers.class_dossier, name="class-dossier"),
    path("town/papers/<int:pk>/", papers.paper_file, name="paper-file"),
    path("town/enrolments/<int:pk>/cancel/", seats.enrolment_cancel, name="enrolment-cancel"),
    # town/sessions/
    path("town/trainings/<int:pk>/sessions/add/", sessions.session_add, name="session-add"),
    path("town/sessions/<int:pk>/edit/", sessions.session_edit, name="session-edit"),
    path("town/sessions/<int:pk>/cancel/", sessions.session_cancel, name="session-cancel"),
    path("town/sessions/<int:pk>/substitute/", substitutions.session_substitute, name="session-substitute"),
    path("town/sessions/<int:pk>/roll/", sessions.session_roll, name="session-roll"),
    path("town/sessions/<int:pk>/sheet/", sessions.session_sheet, name="session-sheet"),
    path("town/sessions/<int:pk>/amend/<int:enrolment>/", sessions.session_amend, name="session-amend"),
    # teach/ (its first page is named by the roof), and the same by a clerk for a lecturer
    path("teach/calendar/", teach.own_calendar, name="teach-calendar"),
    path("teach/calendar/feed/open/", teach.feed_open, name="feed-open"),
    path("teach/calendar/feed/close/", teach.feed_close, name="feed-close"),
    path("teach/teaching/", teach.teaching, name="teach-teaching"),
    path("teach/ratings/", teach.ratings, name="teach-ratings"),
    path("calendars/<str:token>.ics", teach.feed, name="feed"),
    path("town/lecturers/<int:pk>/calendar/", teach.lecturer_calendar, name="lecturer-calendar"),
    path("town/lecturers/<int:pk>/teaching/", teach.lecturer_teaching, name="lecturer-teaching"),
    # certificates
    path("town/trainings/<int:pk>/certificates/issue/", certificates.issue, name="certificates-issue"),
    path("town/trainings/<int:pk>/certificates/paper/", certificates.print_class, name="certificates-print"),
    path("town/certificates/<int:pk>/paper/", certificates.print_one, name="certificate-print"),
    path("town/certificates/<int:pk>/revoke/", certificates.revoke, name="certificate-revoke"),
    path("town/certificates/<int:pk>/reissue/", certificates.reissue, name="certificate-reissue"),
    path("verify/", certificates.verify_form, name="verify-form"),
    path("verify/<str:number>/", certificates.verify, name="verify"),
    # county/
    path("county/brands/", brands.county_brands, name="county-brands"),
    path("county/brands/<int:pk>/keys/", brands.brand_keys, name="brand-keys"),
    # me/
    path("me/trainings/", me.my_classes, name="me-list"),
    path("me/trainings/<int:pk>/", me.my_class, name="me-detail"),
    path("me/hours/", me.my_hours, name="me-hours"),
    path("me/certificates/", certificates.mine, name="me-certificates"),
    path("me/certificates/<int:pk>/paper/", certificates.print_mine, name="me-certificate-print"),
    # money of a class
    path("town/trainings/<int:pk>/costs/", costs.class_costs, name="class-costs"),
    path("town/trainings/<int:pk>/costs/budget/", costs.class_budget, name="class-budget"),
    path("town/trainings/<int:pk>/costs/add/", costs.cost_link, name="cost-link"),
    path("town/class-costs/<int:pk>/remove/", costs.cost_remove, name="cost-remove"),
]
