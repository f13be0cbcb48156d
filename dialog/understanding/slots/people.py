"""Who is calling, by what they say of themselves."""

from __future__ import annotations

import re

_ROLES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "staff",
        re.compile(
            r"我(?:这边|这里)?是(?:你们)?(?:的)?(?:快递员|派件员|网点的?|站点的?|业务员|站长|[一-鿿]{2,6}(?:网点|站点|营业部|分公司)的)|我(?:是)?(?:内部|员工)"
        ),
    ),
    (
        "merchant",
        re.compile(
            r"我是(?:商家|卖家|店家|电商|发货方|做电商的|开网店的|客服)|我(?:们)?(?:是)?(?:店|公司|仓库)(?:里|这边)?(?:发|寄)(?:的|了)?(?:好多|很多|[一-鿿]{1,4}百|一批)"
        ),
    ),
    (
        "helper",
        re.compile(
            r"(?:我)?(?:帮|替|代|给)(?:我)?(?:妈|爸|老婆|老公|爱人|儿子|女儿|同事|朋友|对象|姐|哥|弟|妹|奶奶|爷爷|外婆|外公|婆婆|公公|岳父|岳母|"
            r"邻居|老人|老板|客户|同学|室友|家人|家里人|别人|亲戚|孩子)(?:妈|爸|们)?(?:来)?(?:查|问|打|看|催|办|弄|打听|打电话|反映|投诉)|"
            r"(?:不是我的|不是我本人的?)(?:件|快递|包裹)?,?(?:是)?我?(?:妈|爸|老婆|老公|朋友|同事|家人)|我是(?:他|她)(?:的)?(?:儿子|女儿|家人|家属|老婆|老公|朋友)"
        ),
    ),
    (
        "sender",
        re.compile(
            r"我是(?:寄件人|发件人|寄件方|寄件的)|我(?:这边)?(?:寄|发)(?:给|出去|到|的(?!时候))|(?:收件人|对方|客户|买家|人家)(?:说|讲|反映|告诉我)?(?:没|没有)收到|寄丢了"
        ),
    ),
    (
        "receiver",
        re.compile(r"我是(?:收件人|收货人|收件方|买家|本人)|我(?:网上)?(?:买|网购|下单)(?:的|了)|(?:寄|发)给我的"),
    ),
)


def caller_role(flat: str) -> str:
    """receiver, sender, helper, merchant or staff; empty when nothing was said about it."""
    return next((role for role, pattern in _ROLES if pattern.search(flat)), "")
