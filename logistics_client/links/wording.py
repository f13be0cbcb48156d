"""What callers read: the text message and the words of the page."""

from __future__ import annotations

from collections.abc import Mapping

from logistics_client.links.evidence import Refusal
from logistics_client.links.model import Purpose

_MESSAGES: Mapping[Purpose, str] = {
    Purpose.PHOTO: "请点开上传快件照片",
    Purpose.POD_PHOTO: "请点开查看派件照片",
    Purpose.ADDRESS: "请点开填写新地址",
    Purpose.INTERCEPT: "请点开确认拦截",
    Purpose.CUSTOMS: "请点开查看清关材料说明",
    Purpose.MERCHANT: "请点开查看快件清单",
    Purpose.NUMBER: "请点开填写快递单号",
}
TITLES: Mapping[Purpose, str] = {
    Purpose.PHOTO: "上传快件照片",
    Purpose.POD_PHOTO: "派件照片",
    Purpose.ADDRESS: "填写新地址",
    Purpose.INTERCEPT: "确认拦截快件",
    Purpose.CUSTOMS: "清关材料",
    Purpose.MERCHANT: "快件清单",
    Purpose.NUMBER: "填写快递单号",
}
REFUSALS: Mapping[Refusal, str] = {
    Refusal.EMPTY: "请先选择照片。",
    Refusal.TOO_LARGE: "照片太大了，请选 12MB 以内的照片。",
    Refusal.NOT_A_PHOTO: "这个文件不是照片，请选 JPG、PNG 或 WebP 照片。",
}


def code_message(brand: str, waybill: str, code: str) -> str:
    """Write the text with a one-time code."""
    return f"【{brand}】验证码{code}，用于办理尾号{waybill[-4:]}的快件，5分钟内有效。请勿告诉来电的陌生人。"


def pickup_message(brand: str, waybill: str, place: str, code: str) -> str:
    """Write the text with a pick-up code (取件码)."""
    return f"【{brand}】您尾号{waybill[-4:]}的快件在{place}，取件码{code}，请及时取件。"


def message(brand: str, purpose: Purpose, waybill: str, url: str) -> str:
    """Write the text message; it names the parcel, where there is one, by its tail only."""
    about = f"您尾号{waybill[-4:]}的快件，" if waybill else ""
    return f"【{brand}】{about}{_MESSAGES[purpose]}：{url} 72小时内有效，请勿转发。"
