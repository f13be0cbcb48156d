"""归属地 of a telephone number: fixed lines by their area code (工信部 numbering plan).

A mobile number's place is not in its digits alone: it needs the operators' table of seven-digit blocks, which is not
free to ship, and numbers keep their block when people move. It is left empty rather than guessed.
"""

from __future__ import annotations

from logistics_client.phones import normalised
from logistics_client.provinces import province_of

# Area codes by their common beginning: the last digit, then the place.
_CITIES = {
    "01": "0北京", "02": "0广州 1上海 2天津 3重庆 4沈阳 5南京 7武汉 8成都 9西安",
    "031": "0邯郸 1石家庄 2保定 3张家口 4承德 5唐山 6廊坊 7沧州 8衡水 9邢台", "033": "5秦皇岛",
    "034": "9朔州", "035": "0忻州 1太原 2大同 3阳泉 4晋中 5长治 6晋城 7临汾 8吕梁 9运城",
    "037": "0商丘 1郑州 2安阳 3新乡 4许昌 5平顶山 6信阳 7南阳 9洛阳",
    "039": "1焦作 2鹤壁 3濮阳 4周口 5漯河 6驻马店 8三门峡",
    "041": "1大连 2鞍山 5丹东 6锦州 7营口 8阜新 9辽阳", "042": "1朝阳 7盘锦 9葫芦岛",
    "043": "1长春 2吉林 3延边 4四平 5通化 6白城 7辽源 8松原 9白山",
    "045": "1哈尔滨 2齐齐哈尔 3牡丹江 4佳木斯 5绥化 6黑河 7大兴安岭 8伊春 9大庆",
    "046": "4七台河 7鸡西 8鹤岗 9双鸭山",
    "047": "0呼伦贝尔 1呼和浩特 2包头 3乌海 4乌兰察布 5通辽 6赤峰 7鄂尔多斯 8巴彦淖尔 9锡林郭勒",
    "048": "2兴安 3阿拉善",
    "051": "0无锡 1镇江 2苏州 3南通 4扬州 5盐城 6徐州 7淮安 8连云港 9常州", "052": "3泰州 7宿迁",
    "053": "0菏泽 1济南 2青岛 3淄博 4德州 5烟台 6潍坊 7济宁 8泰安 9临沂", "054": "3滨州 6东营",
    "063": "1威海 2枣庄 3日照 5聊城",
    "055": "0滁州 1合肥 2蚌埠 3芜湖 4淮南 5马鞍山 6安庆 7宿州 8阜阳 9黄山", "056": "1淮北 2铜陵 3宣城 4六安 6池州",
    "057": "0衢州 1杭州 2湖州 3嘉兴 4宁波 5绍兴 6台州 7温州 8丽水 9金华", "058": "0舟山",
    "059": "1福州 2厦门 3宁德 4莆田 5泉州 6漳州 7龙岩 8三明 9南平",
    "066": "0汕尾 2阳江 3揭阳 8茂名", "075": "0江门 1韶关 2惠州 3梅州 4汕头 5深圳 6珠海 7佛山 8肇庆 9湛江",
    "076": "0中山 2河源 3清远 6云浮 8潮州 9东莞",
    "069": "1西双版纳 2德宏", "087": "0昭通 1昆明 2大理 3红河 4曲靖 5保山 6文山 7玉溪 8楚雄 9普洱",
    "088": "3临沧 6怒江 7迪庆 8丽江",
    "070": "1鹰潭", "079": "0新余 1南昌 2九江 3上饶 4抚州 5宜春 6吉安 7赣州 8景德镇 9萍乡",
    "071": "0襄阳 1鄂州 2孝感 3黄冈 4黄石 5咸宁 6荆州 7宜昌 8恩施 9十堰", "072": "2随州 4荆门 8仙桃",
    "073": "0岳阳 1长沙 4衡阳 5郴州 6常德 7益阳 8娄底 9邵阳", "074": "3湘西 4张家界 5怀化 6永州",
    "077": "0防城港 1南宁 2柳州 3桂林 4梧州 5玉林 6百色 7钦州 8河池 9北海",
    "081": "2攀枝花 3自贡 6绵阳 7南充 8达州", "082": "5遂宁 6广安 7巴中",
    "083": "0泸州 1宜宾 2内江 3乐山 4凉山 5雅安 6甘孜 7阿坝 8德阳 9广元",
    "085": "1贵阳 2遵义 4黔南 5黔东南 6铜仁 7毕节 8六盘水 9黔西南",
    "089": "1拉萨 2日喀则 3山南 4林芝 5昌都 6那曲 7阿里 8海口",
    "091": "1延安 2榆林 3渭南 4商洛 5安康 6汉中 7宝鸡 9铜川",
    "093": "0临夏 1兰州 2定西 3平凉 4庆阳 5武威 6张掖 7酒泉 8天水 9陇南", "094": "1甘南 3白银",
    "095": "1银川 2石嘴山 3吴忠 4固原 5中卫", "097": "0海北 1西宁 2海东 3黄南 4海南州 5果洛 6玉树 7海西",
    "090": "1塔城 2哈密 3和田 6阿勒泰 8克孜勒苏 9博尔塔拉",
    "099": "0克拉玛依 1乌鲁木齐 3石河子 4昌吉 5吐鲁番 6巴音郭楞 7阿克苏 8喀什 9伊犁",
}  # fmt: skip
_PLACES = {begin + entry[0]: entry[1:] for begin, entries in _CITIES.items() for entry in entries.split()}


def place_of(number: str | None) -> str:
    """Return province and city of a fixed line (``河南郑州``, ``上海``); empty for mobile and unknown numbers."""
    digits = normalised(number) or ""
    city = _PLACES.get(digits[:3]) or _PLACES.get(digits[:4])
    if city is None or not 10 <= len(digits) <= 12:
        return ""
    province = province_of(city) or ""
    return city if province == city else province + city
