"""Digests of the carriers' HTTP interfaces; pure, text in and digest out.

Every digest covers the exact text that is sent: serialise once with :func:`compact_json`, sign that string, send
that string. The carriers differ only in how the MD5 is written down:

===============  =======================================================
快递100          upper-case hex
快递鸟           Base64 of the lower-case hex
顺丰             Base64 of the raw digest over Java's URL encoding
中通 圆通 申通 极兔  Base64 of the raw digest
韵达             lower-case hex
===============  =======================================================

MD5 is the carriers' choice, not ours: it keeps out mistakes rather than attackers, so every call also goes over TLS.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from urllib.parse import quote_plus

Json = Mapping[str, "Json"] | Sequence["Json"] | str | int | float | bool | None


def compact_json(value: Json) -> str:
    """Serialise without spaces and with Chinese characters as they are, the form all carriers show."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _md5(text: str) -> hashlib._Hash:
    return hashlib.md5(text.encode("utf-8"), usedforsecurity=False)


def _base64_md5(text: str) -> str:
    return base64.b64encode(_md5(text).digest()).decode("ascii")


def kuaidi100_query(param: str, key: str, customer: str) -> str:
    """Sign a 快递100 trace query."""
    return _md5(param + key + customer).hexdigest().upper()


def kuaidi100_order(param: str, t: str, key: str, secret: str) -> str:
    """Sign a 快递100 order-family call (work order, intercept, image, pick-up code); ``t`` is milliseconds."""
    return _md5(param + t + key + secret).hexdigest().upper()


def kuaidi100_push(param: str, salt: str) -> str:
    """Digest of a 快递100 push, by the salt given when subscribing."""
    return _md5(param + salt).hexdigest().upper()


def kdniao(request_data: str, api_key: str) -> str:
    """Sign a 快递鸟 call or check its push; the form encoding adds the URL encoding."""
    return base64.b64encode(_md5(request_data + api_key).hexdigest().encode("ascii")).decode("ascii")


def java_url_encode(text: str) -> str:
    """Encode as ``java.net.URLEncoder`` does: ``*`` stays and ``~`` is escaped, unlike Python's own."""
    return quote_plus(text, safe="*").replace("~", "%7E")


def sf(msg_data: str, timestamp: str, checkword: str) -> str:
    """Sign a 顺丰丰桥 call; ``timestamp`` is milliseconds."""
    return _base64_md5(java_url_encode(msg_data + timestamp + checkword))


def zto(body: str, secret: str) -> str:
    """Sign a 中通 call (header ``x-dataDigest``)."""
    return _base64_md5(body + secret)


def yto(param: str, method: str, version: str, secret: str) -> str:
    """Sign a 圆通 call; every interface has its own secret."""
    return _base64_md5(param + method + version + secret)


def sto(content: str, secret: str) -> str:
    """Sign a 申通 call (field ``data_digest``)."""
    return _base64_md5(content + secret)


def yunda(body: str, secret: str) -> str:
    """Sign a 韵达 call (header ``sign``)."""
    return _md5(f"{body}_{secret}").hexdigest()


def jt(biz_content: str, private_key: str) -> str:
    """Sign a 极兔 call over its ``bizContent``."""
    return _base64_md5(biz_content + private_key)


def hmac_sha256(body: bytes, secret: str) -> str:
    """Sign our own webhooks (SMS gateway, its receipts): lower-case hex."""
    return hmac.new(secret.encode("utf-8"), body, hashlib.sha256).hexdigest()


def same(expected: str, given: str) -> bool:
    """Compare two digests in constant time; any text may be given."""
    return hmac.compare_digest(expected.encode("utf-8"), given.encode("utf-8", "surrogatepass"))
