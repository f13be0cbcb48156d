"""The invented company's map: cities with a hub each, outlets, couriers and estates (小区).

Names follow the patterns of the trade (``{城市}中转场``, ``{区县}{路}网点``); phone numbers are invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from logistics_client.vocabulary import Courier, Outlet, RouteLeg


@dataclass(frozen=True, slots=True)
class District:
    """The area of one outlet."""

    outlet: Outlet
    district: str
    estates: tuple[str, ...]
    couriers: tuple[Courier, ...]


@dataclass(frozen=True, slots=True)
class City:
    """A city with its hub (中转场)."""

    name: str
    province: str
    hub: str
    area_code: str
    districts: tuple[District, ...]

    @property
    def short(self) -> str:
        """Name without 市, as it is spoken."""
        return self.name.removesuffix("市")


_COURIER_NAMES = ("王", "赵", "孙", "周", "吴", "郑", "冯", "陈", "褚", "卫", "蒋", "沈", "韩", "杨", "朱", "秦")
_ESTATES = (
    "翠湖花园", "金色家园", "阳光新城", "桂花苑", "东方名城", "枫林小区", "滨江一号", "紫薇里", "丽景湾", "学府佳苑",
    "锦绣江南", "梧桐公馆", "星河湾", "玉兰小区", "春晓苑", "和平里", "长安小区", "钟楼新村",
)  # fmt: skip
_MAP: tuple[tuple[str, str, str, tuple[tuple[str, str], ...]], ...] = (
    ("广州市", "广东", "020", (("天河区", "天河车陂网点"), ("番禺区", "番禺市桥网点"))),
    ("深圳市", "广东", "0755", (("南山区", "南山科技园网点"), ("宝安区", "宝安西乡网点"))),
    ("武汉市", "湖北", "027", (("江夏区", "江夏藏龙岛网点"), ("洪山区", "洪山光谷网点"))),
    ("郑州市", "河南", "0371", (("高新区", "高新科学大道网点"), ("金水区", "金水文化路网点"))),
    ("上海市", "上海", "021", (("青浦区", "青浦华新网点"), ("浦东新区", "浦东张江网点"))),
    ("杭州市", "浙江", "0571", (("余杭区", "余杭良渚网点"), ("西湖区", "西湖文三路网点"))),
    ("南京市", "江苏", "025", (("江宁区", "江宁百家湖网点"), ("鼓楼区", "鼓楼龙江网点"))),
    ("北京市", "北京", "010", (("海淀区", "海淀清河网点"), ("朝阳区", "朝阳望京网点"))),
    ("成都市", "四川", "028", (("武侯区", "武侯红牌楼网点"), ("双流区", "双流华阳网点"))),
    ("西安市", "陕西", "029", (("雁塔区", "雁塔小寨网点"), ("未央区", "未央经开网点"))),
    ("长沙市", "湖南", "0731", (("岳麓区", "岳麓梅溪湖网点"), ("雨花区", "雨花洞井网点"))),
    ("青岛市", "山东", "0532", (("市南区", "市南香港路网点"), ("城阳区", "城阳流亭网点"))),
)


def _district(city_index: int, index: int, area_code: str, district: str, outlet_name: str) -> District:
    number = city_index * 10 + index + 1
    people = tuple(
        Courier(
            name=_COURIER_NAMES[(number * 3 + k) % len(_COURIER_NAMES)] + "师傅",
            phone=f"1390000{number * 10 + k:04d}",
        )
        for k in range(3)
    )
    outlet = Outlet(
        outlet_id=f"YQ{area_code}{index + 1:02d}",
        name=outlet_name,
        phone=f"{area_code}-5550{number:04d}",
        opens="08:00",
        closes="20:00",
    )
    estates = tuple(_ESTATES[(number * 5 + k) % len(_ESTATES)] for k in range(4))
    return District(outlet=outlet, district=district, estates=estates, couriers=people)


def _build() -> dict[str, City]:
    cities = {}
    for city_index, (name, province, area_code, districts) in enumerate(_MAP):
        short = name.removesuffix("市")
        built = tuple(
            _district(city_index, index, area_code, district, outlet)
            for index, (district, outlet) in enumerate(districts)
        )
        cities[short] = City(name, province, f"{short}中转场", area_code, built)
    return cities


CITIES: dict[str, City] = _build()

# Trunk lines run through these hubs; a pair that is not named here runs straight.
_VIA = {
    ("广州", "郑州"): "武汉", ("深圳", "郑州"): "武汉", ("广州", "北京"): "武汉", ("深圳", "北京"): "武汉",
    ("上海", "成都"): "武汉", ("上海", "西安"): "郑州", ("青岛", "成都"): "西安", ("杭州", "北京"): "南京",
    ("长沙", "北京"): "武汉", ("青岛", "上海"): "南京", ("成都", "杭州"): "武汉", ("北京", "长沙"): "武汉",
}  # fmt: skip


def hubs_between(origin: City, dest: City) -> tuple[City, ...]:
    """Return the cities whose hubs a parcel passes, both ends included."""
    via = _VIA.get((origin.short, dest.short))
    middle = (CITIES[via],) if via else ()
    return (origin, *middle) if origin is dest else (origin, *middle, dest)


def line_name(origin: City, dest: City) -> str:
    """Return the trunk line's name."""
    return f"{origin.short}—{dest.short}干线"


def legs_between(origin: City, dest: City) -> tuple[RouteLeg, ...]:
    """Return the planned legs from hub to hub."""
    hubs = hubs_between(origin, dest)
    return tuple(
        RouteLeg(origin=here.hub, destination=there.hub, line=line_name(here, there)) for here, there in pairwise(hubs)
    )
