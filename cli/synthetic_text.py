"""Words for synthetic records: small tables, all of them invented and recognizably so."""

MARK = "(合成数据)"
ROOT = "https://example.org/synthetic"

# What a company does, and the domains where it is met most; without domains it is met everywhere.
TRADES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("投资集团", ()),
    ("实业集团", ()),
    ("城乡发展", ()),
    ("工程咨询", ()),
    ("建设工程", ("works", "housing")),
    ("路桥工程", ("works",)),
    ("水利水电工程", ("works",)),
    ("市政园林", ("works", "procurement")),
    ("装饰工程", ("works", "housing", "procurement")),
    ("光电科技", ("procurement", "works", "land")),
    ("信息技术", ("procurement", "trading")),
    ("教育装备", ("procurement",)),
    ("办公设备", ("procurement",)),
    ("物业服务", ("procurement", "housing")),
    ("医疗器械", ("medicine", "procurement")),
    ("医药", ("medicine",)),
    ("生物制药", ("medicine",)),
    ("房地产开发", ("land", "housing")),
    ("置业", ("land", "property")),
    ("产业园开发", ("land", "property", "concessions")),
    ("仓储物流", ("land", "confiscated", "procurement")),
    ("矿业", ("mining", "land")),
    ("环保科技", ("emissions", "concessions", "works")),
    ("水务", ("concessions", "emissions")),
    ("新能源", ("concessions", "mining", "emissions")),
    ("资产管理", ("property", "confiscated")),
)
FORTUNES = (
    "恒远",
    "云岭",
    "金桥",
    "宏泰",
    "华瑞",
    "正和",
    "南诏",
    "滇原",
    "安泽",
    "博信",
    "汇丰源",
    "同济达",
    "嘉禾",
    "启明",
)
DEPARTMENTS = {
    "land": "自然资源局",
    "mining": "自然资源局",
    "procurement": "财政局",
    "medicine": "医疗保障局",
    "works": "住房和城乡建设局",
    "housing": "住房和城乡建设局",
    "property": "国有资产监督管理委员会",
    "emissions": "生态环境局",
    "concessions": "发展和改革委员会",
    "confiscated": "市场监督管理局",
    "credit": "发展和改革委员会",
    "trading": "公共资源交易中心",
}
BUYERS = (
    "示例第一中学", "示例人民医院", "示例交通运输局", "示例水务局", "示例教育体育局", "示例卫生健康局",
    "示例职业学院", "示例城市建设服务中心", "示例图书馆", "示例林业和草原局",
)  # fmt: skip
PROJECTS: dict[str, tuple[str, ...]] = {
    "land": (
        "示例片区工业地块", "示例新城住宅地块", "示例产业园标准厂房用地", "示例物流园仓储用地", "示例商业中心地块",
        "示例光电产业基地用地", "示例旅游小镇地块",
    ),
    "procurement": (
        "示例学校智慧教室设备采购", "示例医院光电诊断设备采购", "示例机关办公设备采购", "示例政务云平台运维服务采购",
        "示例园区物业服务采购", "示例道路照明光电设备采购", "示例实验室仪器采购", "示例食堂食材配送服务采购",
    ),
    "medicine": (
        "示例批次药品集中带量采购", "示例组高值医用耗材采购", "示例疫苗集中采购", "示例乙类大型医用设备采购",
    ),
    "works": (
        "示例大道改造提升工程", "示例中学教学楼建设工程", "示例水库除险加固工程", "示例片区供水管网工程",
        "示例农村公路建设工程", "示例污水处理厂扩建工程", "示例光伏电站工程", "示例标准厂房建设工程",
    ),
    "housing": ("示例小区保障性住房项目", "示例片区棚户区改造项目", "示例乡镇危房改造项目"),
    "mining": ("示例铜矿勘查项目", "示例磷矿采矿项目", "示例石灰岩矿项目"),
}  # fmt: skip
PHASES = ("", "", "", "一期", "二期", "三期", "(2 标)", "(重新组织)")
ITEMS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "medicine": (
        ("示例西林注射剂", "0.5g×10支", "支"), ("示例洛尔缓释片", "30mg×24片", "盒"), ("示例沙坦胶囊", "80mg×7粒", "盒"),
        ("示例冠脉支架", "3.0mm×18mm", "套"), ("示例人工关节", "标准型", "套"), ("示例流感疫苗", "0.5ml/支", "支"),
        ("示例口服溶液", "100ml", "瓶"), ("示例中药颗粒", "10g×12袋", "盒"),
    ),
    "procurement": (
        ("示例智慧黑板", "86英寸", "套"), ("示例台式计算机", "通用型", "台"), ("示例光电显微镜", "1000倍", "台"),
        ("示例交换机", "24口千兆", "台"), ("示例办公桌椅", "1.4米", "套"), ("示例空调机", "3匹", "台"),
        ("示例运维服务", "一年", "项"), ("示例保洁服务", "一年", "项"),
    ),
}  # fmt: skip
PLAIN_ITEMS = (
    ("示例设备", "标准型", "台"), ("示例材料", "一级品", "吨"), ("示例服务", "一年", "项"), ("示例物资", "通用规格", "批"),
    ("示例光电组件", "550W", "块"), ("示例车辆", "国六", "辆"),
)  # fmt: skip
UNITS = ("台", "套", "批", "项", "支", "盒", "吨", "平方米")
PEOPLE = ("示例甲", "示例乙", "示例丙", "示例丁", "示例戊", "示例己", "示例工", "示例员")
OFFICES = ("交易科", "采购科", "建设科", "综合科", "项目部", "总务处", "办公室")
POSITIONS = ("高级工程师", "副教授", "经济师", "采购人代表", "主任医师", "一级建造师")
DOCUMENTS = ("公告原文", "招标文件", "合同文本", "评审报告", "图件", "清单")
TERMS = ("按实际完成数量和中标单价结算", "按政府定价下浮8%计取", "按季度支付,验收后结清")

# With {title}, what the property is called, and {project}, what the record is about.
PROSE = (
    "{title}按照{project}的实施方案执行,具体要求见附件。",
    "{project}:{title}符合国家和云南省有关规定。",
    "{title}由示例单位负责落实,并接受社会监督。",
    "本次公开的{title}为示例内容,与任何真实项目无关。",
    "{title}:分两个阶段实施,第一阶段完成示例任务,第二阶段完成验收。",
    "{project}的{title}经集体研究确定,详见示例文件。",
)
SHORT = ("示例{title}", "一类", "二类", "常规", "符合规定", "见附件")
BOUNDARIES = ("示例大道", "规划道路", "示例公园", "示例河", "示例小区")
