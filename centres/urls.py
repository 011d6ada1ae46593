"""URLs of centres, whole paths."""

from django.urls import path

from centres.views import brands, compliance, evidence, findings, inspections, money, money_moves, places, regulations

app_name = "centres"
urlpatterns = [
    path("town/centre/", places.town_centre, name="town-centre"),
    # standard
    path("town/centre/standard/", evidence.town_standard, name="town-standard"),
    path("town/centre/standard/<slug:key>/", evidence.standard_item, name="standard-item"),
    path("town/centre/standard/<slug:key>/add/", evidence.evidence_add, name="evidence-add"),
    path("town/evidence/<int:pk>/", evidence.evidence_file, name="evidence-file"),
    path("town/evidence/<int:pk>/thumbnail/", evidence.evidence_thumbnail, name="evidence-thumbnail"),
    path("town/evidence/<int:pk>/withdraw/", evidence.evidence_withdraw, name="evidence-withdraw"),
    # money
    path("town/centre/money/", money.town_money, name="town-money"),
    path("town/centre/money/export/", money.town_export, name="money-export"),
    path("town/centre/money/paper/", money.town_print, name="money-print"),
    path("town/centre/money/budget/", money_moves.budget_edit, name="budget-edit"),
    path("town/centre/money/expenses/add/", money_moves.expense_add, name="expense-add"),
    path("town/centre/money/close/", money_moves.year_close, name="year-close"),
    path("town/budgets/<int:pk>/approve/", money_moves.budget_approve, name="budget-approve"),
    path("town/budgets/<int:pk>/adjust/", money_moves.budget_adjust, name="budget-adjust"),
    path("town/expenses/<int:pk>/reverse/", money_moves.expense_reverse, name="expense-reverse"),
    path("town/expenses/<int:pk>/scans/add/", money_moves.scan_add, name="scan-add"),
    path("town/scans/<int:pk>/", money.scan_file, name="scan-file"),
    path("town/closings/<int:pk>/reopen/", money_moves.year_reopen, name="year-reopen"),
    path("county/money/", money.county_money, name="county-money"),
    # regulations
    path("town/centre/regulations/", regulations.regulations, name="regulations"),
    path("town/centre/regulations/add/", regulations.regulation_add, name="regulation-add"),
    path("town/centre/regulations/<int:pk>/versions/add/", regulations.version_add, name="regulation-version-add"),
    path("town/centre/regulation-versions/<int:pk>/file/", regulations.version_file, name="regulation-file"),
    # inspections
    path("inspect/<int:pk>/", inspections.inspection, name="inspection"),
    path("inspect/centres/<int:pk>/start/", inspections.inspection_start, name="inspection-start"),
    path("inspect/results/<int:pk>/", inspections.result_save, name="result-save"),
    path("inspect/<int:pk>/submit/", inspections.inspection_submit, name="inspection-submit"),
    path("inspect/<int:pk>/drop/", inspections.inspection_drop, name="inspection-drop"),
    path("inspect/<int:pk>/confirm/", inspections.inspection_confirm, name="inspection-confirm"),
    path("inspect/<int:pk>/return/", inspections.inspection_return, name="inspection-return"),
    path("inspect/photos/<int:pk>/", inspections.inspection_photo, name="inspection-photo"),
    path("inspect/photos/<int:pk>/drop/", inspections.inspection_photo_drop, name="inspection-photo-drop"),
    path("town/centre/inspections/", findings.town_inspections, name="town-inspections"),
    path("town/centre/findings/<int:pk>/", findings.finding, name="finding"),
    path("town/centre/findings/<int:pk>/rectify/", findings.finding_rectify, name="finding-rectify"),
    path("town/centre/findings/<int:pk>/assign/", findings.finding_assign, name="finding-assign"),
    # brand
    path("town/centre/brand/", brands.brand, name="town-brand"),
    path("town/centre/brand/edit/", brands.brand_edit, name="brand-edit"),
    path("town/brands/<int:pk>/submit/", brands.brand_submit, name="brand-submit"),
    path("town/brands/<int:pk>/withdraw/", brands.brand_withdraw, name="brand-withdraw"),
    path("town/brands/<int:pk>/approve/", brands.brand_approve, name="brand-approve"),
    path("town/brands/<int:pk>/return/", brands.brand_return, name="brand-return"),
    # compliance
    path("county/compliance/", compliance.board, name="compliance"),
    path("county/compliance/export/", compliance.export, name="compliance-export"),
    path("county/compliance/sheet/", compliance.sheet, name="compliance-sheet"),
    path("county/compliance/<str:code>/", compliance.centre_years, name="compliance-centre"),
]
