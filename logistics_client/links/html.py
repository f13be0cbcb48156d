"""The phone-sized page, written by hand: no script, no foreign resource, everything escaped."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from logistics_client.links.model import Link, Purpose
from logistics_client.links.wording import TITLES

_STYLE = """
*{box-sizing:border-box}
body{margin:0;background:#f4f5f7;color:#1c1e21;font:17px/1.6 -apple-system,"PingFang SC","Microsoft YaHei",sans-serif}
main{max-width:30rem;margin:0 auto;padding:1rem}
h1{font-size:1.4rem;margin:.5rem 0}
section{background:#fff;border-radius:12px;padding:1rem;margin:0 0 1rem}
p{margin:.3rem 0}
label{display:block;font-weight:600;margin:.9rem 0 .3rem}
input,textarea{width:100%;min-height:48px;padding:.6rem;font:inherit;border:1px solid #767b85;border-radius:8px}
input[type=file]{padding:.8rem .6rem}
button{width:100%;min-height:52px;margin-top:1.2rem;border:0;border-radius:10px;background:#0b57d0;color:#fff;font:inherit;font-weight:600}
button:focus-visible,input:focus-visible,textarea:focus-visible{outline:3px solid #f9ab00;outline-offset:2px}
img{max-width:100%;border-radius:8px;display:block;margin:.5rem 0}
.thumbs{display:grid;grid-template-columns:repeat(3,1fr);gap:.5rem;padding:0;list-style:none}
.thumbs img{margin:0;aspect-ratio:1;object-fit:cover;width:100%}
.note{color:#4a4f57;font-size:.95rem}
.good{background:#e6f4ea}
.bad{background:#fce8e6}
""".strip()
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Notice:
    """A line above the form: what was received, or why not."""

    text: str
    good: bool


@dataclass(frozen=True, slots=True)
class AddressForm:
    """What the caller filled in, kept when something was missing."""

    receiver: str = ""
    mobile: str = ""
    region: str = ""
    street: str = ""


def page(title: str, *sections: str) -> str:
    """Return a whole page."""
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta name="robots" content="noindex"><title>{escape(title)}</title><style>{_STYLE}</style></head>'
        f"<body><main><h1>{escape(title)}</h1>{''.join(sections)}</main></body></html>"
    )


def link_page(link: Link, token: str, *, notice: Notice | None, form: AddressForm, photos: int, shown: bool) -> str:
    """Return the page of a link.

    Args:
        link: the link.
        token: its token.
        notice: a line above the form.
        form: what the caller filled in.
        photos: how many photos were uploaded.
        shown: whether there is a delivery photo to see.
    """
    parts = [_section(f"<p>快件尾号 <strong>{escape(link.waybill[-4:])}</strong></p>")] if link.waybill else []
    if notice is not None:
        role = "status" if notice.good else "alert"
        kind = "good" if notice.good else "bad"
        parts.append(f'<section class="{kind}" role="{role}">{escape(notice.text)}</section>')
    match link.purpose:
        case Purpose.PHOTO:
            parts.append(_photo_form(token, photos))
        case Purpose.POD_PHOTO:
            parts.append(_delivery_photo(token, shown=shown))
        case Purpose.ADDRESS:
            parts.append(_done("新地址") if link.used_at else _address_form(token, form))
        case Purpose.INTERCEPT:
            parts.append(_done("拦截申请") if link.used_at else _intercept_form(token))
        case Purpose.CUSTOMS:
            parts.append(_customs(link.lines))
        case Purpose.MERCHANT:
            parts.append(_list(link.lines))
        case Purpose.NUMBER:
            parts.append(_number_form(token))
    return page(TITLES[link.purpose], *parts)


def gone_page() -> str:
    """Return the page for a link that is not ours or has expired."""
    return page("链接已失效", _section("<p>这个链接已失效。如仍需办理，请再次拨打客服热线。</p>"))


def _section(inner: str) -> str:
    return f"<section>{inner}</section>"


def _photo_form(token: str, photos: int) -> str:
    seen = "".join(
        f'<li><img src="/u/{token}/photos/{number}" alt="已上传的第{number}张照片"></li>'
        for number in range(1, photos + 1)
    )
    listed = f'<p>已收到 {photos} 张照片</p><ul class="thumbs">{seen}</ul>' if photos else ""
    return _section(
        f'{listed}<form method="post" action="/u/{token}/photos" enctype="multipart/form-data">'
        '<label for="photos">外包装、面单、内件请各拍一张</label>'
        '<input id="photos" name="photos" type="file" accept="image/jpeg,image/png,image/webp" multiple required>'
        '<p class="note">一次最多 9 张，每张不超过 12MB。照片只用于处理这件快件。</p>'
        '<button type="submit">上传</button></form>'
    )


def _delivery_photo(token: str, *, shown: bool) -> str:
    if not shown:
        return _section("<p>暂时没有派件照片。我们已记录您的需要，请以客服回复为准。</p>")
    return _section(
        f'<img src="/u/{token}/delivery-photo" alt="快递员派件时拍的照片">'
        '<p class="note">这是快递员派件时拍的照片。如果不是您的地点，请回拨热线告诉我们。</p>'
    )


def _address_form(token: str, form: AddressForm) -> str:
    def field(name: str, label: str, value: str, more: str) -> str:
        return (
            f'<label for="{name}">{label}</label>'
            f'<input id="{name}" name="{name}" value="{escape(value, quote=True)}" required {more}>'
        )

    return _section(
        f'<form method="post" action="/u/{token}/address">'
        + field("receiver", "收件人", form.receiver, 'maxlength="30" autocomplete="name"')
        + field("mobile", "手机号", form.mobile, 'type="tel" inputmode="numeric" maxlength="15" autocomplete="tel"')
        + field("region", "省市区", form.region, 'maxlength="60" placeholder="湖北省武汉市江夏区"')
        + field("street", "详细地址", form.street, 'maxlength="120" autocomplete="street-address"')
        + '<p class="note">提交后以快递员确认为准，改址可能产生费用。每个链接只能提交一次。</p>'
        '<button type="submit">提交新地址</button></form>'
    )


def _intercept_form(token: str) -> str:
    return _section(
        f'<form method="post" action="/u/{token}/intercept">'
        "<p>确认要拦截这件快件吗？拦截不保证成功，可能产生费用。</p>"
        '<button type="submit">确认拦截</button></form>'
    )


def _number_form(token: str) -> str:
    return _section(
        f'<form method="post" action="/u/{token}/number">'
        '<label for="number">快递单号</label>'
        '<input id="number" name="number" required maxlength="40" autocapitalize="characters" autocomplete="off">'
        '<p class="note">填好后请回到电话里，不用挂断。</p>'
        '<button type="submit">提交单号</button></form>'
    )


def _customs(lines: Iterable[str]) -> str:
    return _section(
        f"{_items(lines)}<p>身份证等清关材料请在快递公司官方 App 内提交，这个页面不收集证件，请勿在此上传。</p>"
    )


def _list(lines: Iterable[str]) -> str:
    return _section(_items(lines) or "<p>没有需要处理的快件。</p>")


def _items(lines: Iterable[str]) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<ul>{items}</ul>" if items else ""


def _done(what: str) -> str:
    return _section(f"<p>您的{escape(what)}已经提交，处理结果会通知您。如需更改，请再次拨打客服热线。</p>")
