"""The words that show how a turn stands: murmurs, requests for time, and endings that no sentence has.

All functions take a normalised text (``dialog.understanding.normalise``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_KNOWN = r"(?:我)?(?:都)?(?:知道|晓得|明白|了解|清楚|懂|理解|听到|听见|听懂|收到|记住|记下|看到)(?:了|啦|咯|嘞|的)?"
_GO_ON = (
    r"(?:那)?(?:你|请)?(?:先|就)?(?:说|讲|继续|接着|接着说|接着讲|继续说|继续讲|往下说|说下去|讲下去)(?:吧|嘛|呗)?|"
    r"(?:我|你说我|你讲我)?(?:在|正|正在)?听(?:着|你说|你讲)?(?:呢|的)?|(?:我)?在(?:的|呢)?(?=$|,)"
)
_SURPRISE = (
    r"是[吗吧么]|是啊是[吗吧]|真的(?:啊|吗|假的)?|不会吧|不是吧|难怪(?:了|呢)?|怪不得(?:了|呢)?|我说呢|"
    r"哎(?:呀|哟|呦)?(?:喂|妈呀)?|[天妈](?:哪|呐|呀)|我的(?:天|妈)(?:哪|呐|呀)?|我去(?=$|,)|好家伙|乖乖|啧+"
)
_SO = r"(?:原来|哦)?(?:是)?(?:这样|这么回事|这么个情况|这么个事|这个情况|那样|如此)(?:子)?(?:的)?|原来(?:是)?如此"
_ASSENT = (
    r"好(?:的|嘞|勒|呢|哒|吧|呀|啊|滴)?|行(?:吧|嘞|啊|呢|呗)?|可以|没问题|没错|对(?:的|头)?|是(?:的|呀|滴)?|系|中|成|妥|要得|得嘞|得了|ok|"
    r"那(?:就)?(?:好|行|可以|成)(?:吧)?|还行|挺好|不错|就是就是"
)
_SOUND = "[嗯哦噢啊喔唔哎欸诶哟昂呃额唉咳嗨哇恩奥嗷嘿哈呵哼呐呢唷摁吼呀]"
_MURMUR = re.compile(
    rf"^(?=.{{1,24}}$)(?:(?:嗯哼|嗯呐|哦[吼豁]|{_KNOWN}|{_GO_ON}|{_SURPRISE}|{_SO}|{_ASSENT}|{_SOUND}),?)+[啊呀哦呢吧嘛了]?$"
)
_ONLY_SOUND = re.compile(rf"^(?:{_SOUND},?)+$")
_ANSWER = re.compile(r"^(?:[对是行要有成中系]|好的?|可以|嗯|哎|昂|就是|是的|对的|没有?|不是?|,)+[啊呀吧的了嘞]?$")
_FILLER = re.compile(r"^(?:那个|这个|就是|嗯|呃|额|啊|然后|那|怎么说呢?|就是说|那什么|,)+$")

_TIME_PLEASE = (
    r"(?<![在还都就老家])等(?:一下(?!午)|一等|一小?会儿?|会儿?|下(?!午|班|周)|一?哈|我|阵|歇|等|着我)|稍等|稍候|慢着|且慢|停一下|^停停?停?$|打住",
    r"(?<!特)别(?:挂|说话|急|催我)|先别说|不要挂",
    r"(?:让|容|给)我(?:先)?(?:想|看|找|查|翻|缓|记)",
    r"我(?:先|去|这就|正在|正|还在|在|马上|得|要|再|来|现在)?(?:找|翻|想|搵)(?:一?下|一?找|一?翻|一?想|着|呢|手机|单|短信|眼镜|笔|纸|聊天|订单|面单|哈)",
    r"我(?:正在|在)(?:找|翻|想|看|查|问)(?:$|呢|着|单|手机|短信)",
    r"(?<![发给让传想要])我(?:先|去)?(?:看|查)(?:一?下|一?看|一?查|哈)(?:$|[,啊哈先]|手机|短信|微信|号码|单|订|面单|记录|日历|表|聊天)",
    r"我(?:先|去)?问(?:一?下|一?问)(?:$|[,啊]|我|家里|别人|老|孩子|同事|他|她)",
    r"我(?:先|去|来)?(?:拿|戴|开|接|取|记|关)(?:个|一?下|一?支|一?副|张|一?记)?(?:$|笔|纸|眼镜|老花镜|手机|单|本子|门|电话|快递单|录|面单|火)",
    r"(?:一|两|几|半)分钟$|(?<!没)有人(?:敲门|找我|来了|来找)|(?:^|,)来电话了|马上(?:啊|就好|好)|(?:一会儿?|马上)啊?$|^等等",
)
_TIME = re.compile("|".join(_TIME_PLEASE))
_WAITED = re.compile(
    r"等(?:了|着|不|到|多|几|急|两|三|半|好|快|他|人|送|你们|这么|那么|得|通知|我(?:通知|电话|有空|[^,]{0,4}回|下班|到家))|(?:你|你们|快递员?|帮我|给我|麻烦|能不能|可以)(?:帮我|给我)?(?:找|查|看|问|催)|"
    r"(?:想|要)(?:找|查|问|看)|找(?:一下|个)?(?:人|客服|真人|领导|你们|经理)|(?:找|查)(?:我的?)?快递|找不到|怎么|什么时候"
)

_PERSON = "(?:我们?|咱们?|你们?|您|他们?|她们?|它|人家|快递员|客服|网点|商家|卖家)"
_LINK = (
    "(?:因为|然后|但是|可是|所以|不过|而且|如果|要是|要不然|后来|结果|那|就|其实|"
    "那天|昨天|今天|前天|现在|刚才|上次|之前)"
)
_CUT = (
    # joints and fillers
    r"就是说?|然后|因为|所以|但是|可是|不过|而且|还有(?:就是)?|如果|要是|比如说?|或者|以及|的话|并且|只是|其实|另外|顺便|虽然|除了|为了|由于",
    r"嗯|呃|额|怎么说呢?|叫(?:什么|啥)来着|那什么|比方说?|例如|特别是|尤其是|要不然|(?:^|,|一下|我|就是|因为|然后|还有|问)(?:那个|这个)|^我[^是不没]{0,6}那个",
    # words that only lead on
    r"就|也|又|想让|为|至于|那么|甚至|毕竟|反正|至少|大概|可能|好像|似乎|已经|正在|准备|打算|希望|觉得|认为|(?<!不)需要|必须|一直|的时候|"
    r"尽管|不管|无论|除非|只要|只有|不然|否则|于是|接着|首先|其次|刚刚|突然|一共|总共|差不多|特别|非常|太",
    # a person begins to act, a verb waits for its object
    r"(?:是这样的|跟你说|[^,](?:说让|让|叫))我|(?:我家|我们?|店|地址|放)在",
    rf"(?:^|,){_LINK}?{_PERSON}(?:就|又|也|还|才)?|{_LINK}{_PERSON}(?:就|又|也|还)?|(?:快递员|客服|网点|商家|卖家)(?:他|她|他们)",
    r"我想要?|想要|(?:^|[^收送拿到])是不是|能不能|可不可以|帮我|(?:^|[先你帮他,]|(?<!申)请|麻烦|能不能|可以|让他)给我?|麻烦你?|(?<![申邀])请|"
    r"(?:想|要)问一下|请问(?:一下)?|我要|我给",
    r"[跟和把被让叫往从]|对于|关于|(?:^|[^没有能可])(?:改|寄|转|换|搬)到|把[^,]{0,8}(?:送|放|改|寄)[到在]|从[^,]{1,6}到",
    r"(?<![不可都])是|(?:他|她|们|员|客服|那边|商家|卖家|打电话|短信|上面|网上)(?:说|讲|告诉我|显示)|有人说",
    # only a name of something
    r"(?:^|,)(?:我的?|那个|快递)?(?:单号|号码|手机号|尾号|地址|电话|名字)|(?:^|,)我的(?:快递|包裹|件|东西)|(?:^|,)我?那个(?:快递|包裹|件)",
    r"(?:^|,)(?:我|你|他|她)?(?:们)?(?:公司|老婆|老公|妈|爸|儿子|女儿|朋友|客户|同事)?的",
    rf"(?:^|,|{_PERSON})(?:昨天|今天|上次|之前|刚才|前天|现在|上午|下午|早上|上周|上个星期|那天|本来)",
    r"(?:我|买|寄|有|收到)了?一个|(?<![给来要换少多这那整每])[一二三四五六七八九两]个|我有|(?:^|我|,)有个",
)
_CUT_OFF = re.compile(rf"(?:{'|'.join(_CUT)})$")
_WHOLE = re.compile(
    r"(?:没关系|没事了?|算了|(?:就|是)这个|不是这个|不要这个|就那个|是那个|不是那个|再说|你说|听我说|还是要?人工)$"
)


def is_murmur(flat: str) -> bool:
    """Whether the text only shows that the caller listens."""
    return _MURMUR.match(flat) is not None


def is_only_sound(flat: str) -> bool:
    """Whether nothing but 嗯, 啊, 哦 was said: assent, or the beginning of a sentence still being thought of."""
    return _ONLY_SOUND.match(flat) is not None


def is_answer(flat: str) -> bool:
    """Whether the text answers a yes-or-no question by itself."""
    return _ANSWER.match(flat) is not None


def is_filler(flat: str) -> bool:
    """Whether nothing but fillers was said (那个…就是…)."""
    return _FILLER.match(flat) is not None


def is_no_request_for_time(flat: str) -> bool:
    """Whether a word like 等 or 找 tells a story or asks us to do it (等了三天, 帮我找一下)."""
    return _WAITED.search(flat) is not None


def asks_for_time(flat: str) -> bool:
    """Whether the caller asks us to wait."""
    return _TIME.search(flat) is not None and not is_no_request_for_time(flat) and not flat.endswith("是")


def is_cut_off(flat: str) -> bool:
    """Whether the text ends where no sentence ends."""
    last = flat.rsplit(",", 1)[-1]
    return _CUT_OFF.search(last) is not None and _WHOLE.search(last) is None


def signs(flat: str) -> Iterator[str]:
    """The names of the signs that a text shows, for the model."""
    if is_murmur(flat):
        yield "S murmur"
    if is_answer(flat):
        yield "S answer"
    if is_filler(flat):
        yield "S filler"
    if _TIME.search(flat) is not None:
        yield "S time"
    if is_no_request_for_time(flat):
        yield "S told"
    if is_cut_off(flat):
        yield "S cut"
    if _WHOLE.search(flat) is not None:
        yield "S whole"
