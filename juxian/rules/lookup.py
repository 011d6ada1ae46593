"""Reading a dated setting."""

from datetime import date
from typing import Any

from django.db.models import Q

from juxian.rules.models import Rule

# Key → (value, unit, label, source, certainty). `load_county` turns them into rows the county edits.
DEFAULTS: dict[str, tuple[Any, str, str, str, str]] = {
    "attendance.max_absence_ratio": (
        "1/7",
        "",
        "缺课上限（占全班学时）",
        "《干部教育培训工作条例》（2023）请假规定，借用为党员班默认值",
        "A",
    ),
    "exam.pass_mark": (60, "分", "结业考试及格线", "县级设置，文件未载明", "C"),
    "exam.duration_minutes": (60, "分钟", "结业考试时长", "县级设置，文件未载明", "C"),
    "exam.grace_seconds": (60, "秒", "交卷网络宽限", "县级设置", "C"),
    "exam.late_second_points": (20, "分", "迟到的答案关系超过多少分，须两人同意才采纳", "县级设置", "C"),
    "retake.max_times": (2, "次", "补考次数上限", "县级设置，文件未载明", "C"),
    "retake.days": (14, "天", "补考应在多少天内完成", "县级设置，文件未载明", "C"),
    "makeup.days": (30, "天", "补课应在多少天内完成", "县级设置，文件未载明", "C"),
    "survey.days": (7, "天", "测评开放天数", "县级设置，文件未载明", "C"),
    "survey.reminder_days": ([1, 3, 5], "天", "测评提醒在开放后第几天", "县级设置，文件未载明", "C"),
    "survey.min_group": (5, "份", "测评结果最少公开份数", "匿名保护，少于此数不显示", "C"),
    "rating.years": (2, "年", "讲师和课程的评价取最近几个年度", "县级设置，文件未载明", "C"),
    "rating.low_percent": (70, "%", "一年平均分低于满分的多少，自动提出意见", "县级设置，文件未载明", "C"),
    "rating.low_answers": (20, "份", "一年至少多少份评价，才据此提出意见", "县级设置，文件未载明", "C"),
    "finding.reply_days": (10, "天", "对讲师、课程提出意见后的申辩期", "县级设置，文件未载明", "C"),
    "finding.remind_before": ([1, 3], "天", "申辩期满前几天提醒", "县级设置", "C"),
    "finding.decide_after": ([1, 7, 14], "天", "可以决定后第几天提醒县里", "县级设置", "C"),
    "improvement.remind_before": ([1, 7], "天", "教学改进到期前几天提醒", "县级设置", "C"),
    "improvement.remind_after": ([1, 7, 14], "天", "教学改进逾期后第几天提醒", "县级设置", "C"),
    "hours.half_day": (4, "学时", "半天折算学时", "单位规定（2018）", "B"),
    "hours.online_counts": (False, "", "网上学习计入学时", "《党员教育管理工作条例》第二十条未明确", "C"),
    "outbound.quiet_from": (21, "点", "短信、邮件晚上几点起不发", "县级设置，不打扰休息", "C"),
    "outbound.quiet_until": (8, "点", "短信、邮件早上几点起再发", "县级设置，不打扰休息", "C"),
    "outbound.daily_cap": (2, "条", "每人每天最多外发", "县级设置，多的第二天再发", "C"),
    "outbound.per_minute": (600, "条", "全县每分钟最多外发", "县级设置，按短信服务商的限额填", "C"),
    "brand.alike_percent": (50, "%", "品牌口号像到多少就提醒", "县级设置，按字面比，只提醒不拦", "C"),
    "brand.theme_towns": (6, "个", "同一品牌类别多于几个镇街时提醒", "县级设置，五类要铺开，只提醒不拦", "C"),
    "inspection.rectify_days": (30, "天", "检查发现的问题应在多少天内整改", "县级设置，文件未载明", "C"),
    "inspection.remind_before": ([1, 7], "天", "整改到期前几天提醒", "县级设置", "C"),
    "inspection.remind_after": ([1, 7, 14], "天", "整改逾期后第几天提醒", "县级设置", "C"),
    "inspection.confirm_days": ([3, 7], "天", "检查提交后第几天提醒镇街确认", "县级设置", "C"),
    "inspection.self_check_month": (0, "月", "各中心每年几月底前自查一次，0 为不要求", "县级设置，文件未载明", "C"),
    "cost.person_day": (
        550,
        "元",
        "每人每天培训费上限（不含师资费）",
        "《中央和国家机关培训费管理办法》（2016）三类培训，借用为默认值，待县里核实",
        "C",
    ),
    "cost.lecture_hours": (
        4,
        "学时",
        "讲课费每半天最多计几学时",
        "《中央和国家机关培训费管理办法》讲课费规定，借用为默认值，待县里核实",
        "C",
    ),
    "lecturer.recent_days": (90, "天", "找讲师时看近多少天的授课量", "县级设置，文件未载明", "C"),
    "slip.days": (14, "天", "开通条有效天数", "县级设置", "C"),
    "disclosure.wide": (False, "", "账目公开给全县党员看", "县级设置，默认只给本镇党员看（党务公开条例第十五条）", "C"),
    "disclosure.questions_per_day": (3, "个", "每名党员每天最多问几个账目问题", "县级设置，文件未载明", "C"),
    "disclosure.answer_days": (7, "天", "账目问题几天没有答复就提醒镇里", "县级设置，文件未载明", "C"),
    "posts.vacancy_days": (90, "天", "岗位空缺超过几天要提醒", "县级设置，文件未载明", "C"),
    "imports.keep_days": (30, "天", "导入的文件在导入结束后保留几天", "县级设置，个人信息不多留", "C"),
    "material.max_mb": (500, "MB", "课程资料每个文件最大多少", "县级设置，文件未载明", "C"),
    "material.upload_days": (7, "天", "课程资料没传完的保留几天", "县级设置，文件未载明", "C"),
    "review.min_judges": (5, "位", "课程评审至少几位评委交评分", "县级设置，文件未载明", "C"),
    "review.drop_from": (5, "份", "课程评审从几份评分起去掉最高最低分", "县级设置，文件未载明", "C"),
    "review.drop_each": (1, "份", "课程评审最高分、最低分各去掉几份", "县级设置，文件未载明", "C"),
    "review.pass_mark": (80, "分", "课程评审通过分", "县级设置，文件未载明", "C"),
    "review.panel_most_days": (90, "天", "课程评审最多给评委多少天打分", "县级设置，文件未载明", "C"),
    "review.panel_days": (14, "天", "课程评审给评委多少天打分", "县级设置，文件未载明", "C"),
    "review.again_days": (365, "天", "精品课程多少天复审一次", "县级设置，按年度复审", "C"),
    "review.improve_days": (60, "天", "复审要求改进的一般期限", "县级设置，文件未载明", "C"),
    "evidence.remind_days": (30, "天", "达标依据到期前几天提醒镇街", "县级设置，文件未载明", "C"),
    "pool.target_experts": (15, "名", "县级党员教育专家目标人数", "莒南县做法（2021），县级设置", "B"),
    "pool.target_lecturers": (50, "名", "入库讲师目标人数", "莒南县做法（2021），县级设置", "B"),
    "pool.term_years": (3, "年", "讲师一次最长聘几年", "县级设置，文件未载明", "C"),
    "pool.remind_days": (60, "天", "聘期届满前几天提醒", "县级设置，文件未载明", "C"),
    "pool.panel_least": (3, "人", "讲师评审最少几人", "县级设置，文件未载明", "C"),
    "pool.panel_percent": (50, "%", "讲师评审同意的须超过百分之几", "县级设置，文件未载明", "C"),
}


def value(key: str, on: date) -> Any:
    """The value of `key` in force on the local day `on`; the shipped default where the county has no row."""
    row = (
        Rule.objects.filter(key=key, valid_from__lte=on)
        .filter(Q(valid_to=None) | Q(valid_to__gt=on))
        .order_by("-valid_from")
        .first()
    )
    return row.value if row else DEFAULTS[key][0]
