"""What the codes of actions mean, for those who read the log. Floors above name their codes; their words are here.

A new code in the source without words here fails the tests.
"""

from django.apps import apps

PARTS = {
    "people": ("人员与账号", ("people.",)),
    "trainings": (
        "计划与培训班",
        ("trainings.", "plan.", "class.", "session.", "dossier.", "hours.", "certificate."),
    ),
    "assessments": ("考试与测评", ("assessments.",)),
    "centres": ("培训中心", ("centres.",)),
    "courses": ("课程", ("courses.",)),
    "lecturers": ("师资", ("lecturers.",)),
    "rules": ("县级设置", ("rules.",)),
    "inbox": ("消息", ("inbox.",)),
    "obligations": ("到期事务", ("obligations.",)),
}
ACTIONS = {
    "assessments.attempt_finished": "交卷",
    "assessments.attempt_started": "开始答卷",
    "assessments.bank_added": "新建题库",
    "assessments.exam_extended": "延长考试",
    "assessments.exam_set_up": "安排考试",
    "assessments.indicator_end": "停用考核指标",
    "assessments.indicator_set": "修改考核指标",
    "assessments.late_adopted": "采纳迟到的答案",
    "assessments.late_declined": "不采纳迟到的答案",
    "assessments.late_kept": "收下迟到的答案",
    "assessments.late_proposed": "提出采纳迟到的答案",
    "assessments.make_up_cancelled": "取消补课",
    "assessments.make_up_done": "登记补课",
    "assessments.make_up_owed": "要求补课",
    "assessments.question_added": "新增试题",
    "assessments.question_changed": "修改试题",
    "assessments.question_restored": "恢复试题",
    "assessments.question_retired": "停用试题",
    "assessments.questions_imported": "导入试题",
    "assessments.results_released": "公布成绩",
    "assessments.retake_given": "安排补考",
    "assessments.survey_opened": "开放测评",
    "centres.brand_approved": "批准品牌",
    "centres.brand_open": "起草品牌",
    "centres.brand_returned": "退回品牌",
    "centres.brand_save": "修改品牌草稿",
    "centres.brand_submit": "品牌送审",
    "centres.brand_withdraw": "撤回品牌送审",
    "centres.budget_adjusted": "调整预算",
    "centres.budget_approved": "批准预算",
    "centres.budget_saved": "编制预算",
    "centres.disclosure_answer": "答复账目提问",
    "centres.disclosure_approve": "批准账目公开",
    "centres.disclosure_ask": "询问账目",
    "centres.disclosure_change": "修改账目公开",
    "centres.disclosure_check": "保密审查通过",
    "centres.disclosure_correct": "更正账目公开",
    "centres.disclosure_drop": "删去账目公开草稿",
    "centres.disclosure_open": "新建账目公开",
    "centres.disclosure_propose": "提出账目公开",
    "centres.disclosure_publish": "公布账目",
    "centres.disclosure_return": "退回账目公开",
    "centres.disclosure_reword": "改公开的用途",
    "centres.disclosure_withdraw": "撤回账目公开",
    "centres.expense_posted": "登记支出",
    "centres.expense_reversed": "冲销支出",
    "centres.post_left": "离岗",
    "centres.post_taken_up": "到岗",
    "centres.posts_opened": "设立岗位",
    "centres.regulation_add": "新建制度",
    "centres.regulation_version": "存入制度版本",
    "centres.scan_added": "归入凭证影像",
    "centres.year_closed": "年度结账",
    "centres.year_reopened": "重新打开年度账目",
    "centres.finding_assign": "指定整改责任人",
    "centres.finding_rectify": "报整改情况",
    "centres.inspection_close": "检查办结",
    "centres.inspection_confirm": "确认检查结果",
    "centres.inspection_drop": "放弃检查",
    "centres.inspection_return": "退回检查结果",
    "centres.inspection_start": "开始检查",
    "centres.inspection_submit": "提交检查结果",
    "certificate.issue": "颁发证书",
    "certificate.reissue": "重新颁发证书",
    "certificate.revoke": "撤销证书",
    "class.amend": "归档后补正",
    "class.approve": "批准开班",
    "class.archive": "班次归档",
    "class.cancel": "取消班次",
    "class.change": "修改班次",
    "class.closing": "进入结班",
    "class.enrol": "录取学员",
    "class.enrolling": "开始报名",
    "class.enrolment_cancel": "取消报名",
    "class.open": "新建班次",
    "class.quota": "分配名额",
    "class.return": "退回班次",
    "class.start": "开班",
    "class.submit": "班次送审",
    "class.withdraw": "撤回班次送审",
    "courses.key_cleared": "取消重点课程",
    "courses.key_marked": "标为重点课程",
    "dossier.add": "归入材料",
    "dossier.export": "导出班次档案",
    "dossier.waive": "免交材料",
    "hours.reverse": "冲销学时",
    "inbox.send_again": "重发外发消息",
    "lecturers.key_cleared": "取消重点讲师",
    "lecturers.key_marked": "标为重点讲师",
    "obligations.retry": "让事务再办一次",
    "people.account_opened": "凭开通条开通账号",
    "people.exported": "导出个人全部信息",
    "people.grant_saved": "授权变动",
    "people.import_dropped": "放弃导入",
    "people.import_files_removed": "期满删除导入文件",
    "people.import_refused_rows_read": "下载未通过的行",
    "people.password_changed": "本人改密码",
    "people.password_reset": "重设密码",
    "people.password_reset_by_slip": "凭开通条重设密码",
    "people.roster_imported": "导入名册",
    "people.signed_in": "登录",
    "people.slips_made": "打印开通条",
    "people.unmask": "查看完整号码",
    "plan.approved": "批准计划",
    "plan.draft": "退回计划",
    "plan.line_add": "计划加班次",
    "plan.line_change": "计划改班次",
    "plan.line_remove": "计划去掉班次",
    "plan.open": "新建计划",
    "plan.submit": "计划送审",
    "plan.withdraw": "撤回计划送审",
    "rules.set": "改县级设置",
    "rules.withdraw": "收回县级设置",
    "session.add": "加课次",
    "session.cancel": "取消课次",
    "session.change": "改课次",
    "session.roster": "点名",
}
# The admin's own codes: app.model_verb
VERBS = {"added": "新增", "changed": "修改", "deleted": "删除"}


def model_name(label: str) -> str:
    """`people.member` → 党员; the label itself for what is no model."""
    try:
        return str(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return label


def in_words(action: str) -> str:
    """The words for a code; empty for one nobody knows."""
    model, _, verb = action.rpartition("_")
    if action in ACTIONS or verb not in VERBS:
        return ACTIONS.get(action, "")
    name = model_name(model)
    return "" if name == model else f"{VERBS[verb]}{name}"
