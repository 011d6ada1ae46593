"""The columns of a roster (the national 党员基本信息采集表, as far as training needs it) and their usual other names."""

from juxian.sheets import Column

COLUMNS = (
    Column("name", "姓名", ("名字", "党员姓名", "学员姓名", "人员姓名"), needed=True, example="张三"),
    Column("gender", "性别", example="男"),
    Column("ethnicity", "民族", ("族别",), example="汉族"),
    Column(
        "id_number",
        "公民身份号码",
        ("身份证号", "身份证号码", "公民身份证号码", "公民身份证号", "身份证", "身份号码", "证件号码"),
        needed=True,
        secret=True,
        example="000000198001010011",
    ),
    Column("birth_date", "出生日期", ("出生年月", "生日", "出生年月日"), example="1980-01-01"),
    Column("education", "学历", ("文化程度", "最高学历"), example="高中"),
    Column("kind", "人员类别", ("党员类别", "党员类型"), example="正式党员"),
    Column(
        "branch",
        "所在党支部",
        ("党支部", "所属党组织", "组织名称", "所在支部", "支部", "党支部名称", "所属党支部", "所在党组织"),
        needed=True,
        example="示例村党支部",
    ),
    Column(
        "join_date",
        "加入党组织日期",
        ("入党日期", "入党时间", "加入党组织时间", "入党年月"),
        example="2000-07-01",
    ),
    Column("full_member_date", "转为正式党员日期", ("转正日期", "转正时间", "转为正式党员时间"), example="2001-07-01"),
    Column("job_position", "工作岗位", ("岗位", "职业"), example="农牧渔民"),
    Column(
        "mobile",
        "联系电话",
        ("手机号码", "手机号", "手机", "联系方式", "电话", "移动电话"),
        secret=True,
        example="19900000000",
    ),
    Column("status", "党籍状态", example="正常"),
    Column("is_lost_contact", "是否为失联党员", ("是否失联", "失联党员", "失联"), example="否"),
    Column("lost_contact_since", "失去联系日期", ("失联日期", "失联时间", "失去联系时间")),
    Column("is_floating", "是否为流动党员", ("是否流动", "流动状态", "流动党员", "流动"), example="否"),
    Column("outflow_place", "外出流向", ("外出地点", "流入地")),
    Column("party_post", "党内职务", ("职务", "党内岗位"), example="党员"),
    Column("post_since", "任职日期", ("任职时间",)),
    Column("field", "党员领域", ("领域", "类别", "党员类别(领域)"), example="农村"),
    Column(
        "town", "所在镇街", ("乡镇", "镇街", "单位", "所属镇街", "乡镇街道", "所在乡镇", "镇(街道)"), example="大店镇"
    ),
)

MODEL_FIELDS = tuple(column.key for column in COLUMNS if column.key not in ("branch", "town"))
