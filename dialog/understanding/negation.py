"""What the caller does not want: 「不用转人工」, 「我不投诉」, 「没丢」, 「地址不用改」.

A refused wish is cut out before the sentence is read; what is left says what is wanted, and nothing left is a no.
A question is no refusal: 「为什么不给转人工」 and 「怎么还不催」 want just that.
"""

from __future__ import annotations

import re

_WISH = (
    r"转人工|转接人工|人工(?:客服|服务)?|真人|转客服|投诉|举报|催(?:派|件|促)?|拒收|拒签|拦截|退货|退回|追回|改地址|改时间|"
    r"理赔|赔偿|报警|起诉|曝光|上门取件|寄件|下单|查件|录音"
)
_WILL = (
    r"(?:不用|不要|不想|不需要|不必|不打算|不是要|不是想|不是来|不是说要|没说要|没说|没想|没要|先别|暂时不|暂不|无需|甭|用不着|"
    r"没必要|懒得|别|(?<=我)不(?!要|想|用|是)|(?<=我)不是)"
)
_LINK = r"(?:再|给我|帮我|你|您|跟|去|要|想|办|转|找|接|打|登记|申请|给你们|来)*"
_ASKED = r"(?:怎么|为什么|为啥|凭什么|咋|谁让你?|是不是|要不|能不能|可不可以|还)"
_REFUSED = re.compile(
    rf"(?<!怎么)(?<!什么)(?<!为啥)(?<!是不)(?<!要)(?<!还)(?P<no>{_WILL}{_LINK}(?:{_WISH}))(?P<end>(?:他|她|你们|它)?了?)"
)
_NO_NEED = re.compile(
    r"(?P<no>(?:地址|时间|人工|投诉|催|催派|拦截|理赔)(?:就|都|也)?(?:不用|不必|不需要|先不|免了)(?:改|换|转|催|办|弄|登记|拦|赔)?了?)"
)
_NOT_SO = re.compile(r"(?<![到底是丢坏破])(?P<no>没(?:有)?(?:丢|破损|坏|碎|摔坏|弄丢|丢失|压坏))(?!吗|吧|呢)")
_QUESTION = re.compile(rf"{_ASKED}(?:不|没|别)")
_KEEP_ANYWAY = "录音"
"""「不要录音」 is a wish of its own."""


def without_refused(flat: str) -> str | None:
    """The text without what is refused; None when nothing is."""
    left = flat
    for pattern in (_REFUSED, _NO_NEED, _NOT_SO):
        left = pattern.sub(_cut, left)
    if left == flat:
        return None
    return left.strip(",")


def _cut(match: re.Match[str]) -> str:
    whole = match.group()
    before = match.string[max(0, match.start() - 4) : match.start() + 1]
    if _KEEP_ANYWAY in whole or _QUESTION.search(before):
        return whole
    return ","
