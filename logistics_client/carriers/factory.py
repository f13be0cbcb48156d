"""Which carrier is asked: ``CARRIER`` names the client, its account comes from environment variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from logistics_client.carriers.jt import JtAccount, JtClient
from logistics_client.carriers.kdniao import KdniaoAccount, KdniaoClient
from logistics_client.carriers.kuaidi100 import Kuaidi100Account, Kuaidi100Client
from logistics_client.carriers.kuaidi100_orders import Kuaidi100OrderAccount, Kuaidi100Orders
from logistics_client.carriers.sf import SfAccount, SfClient
from logistics_client.carriers.sto import StoAccount, StoClient
from logistics_client.carriers.yto import YtoAccount, YtoClient
from logistics_client.carriers.yunda import YundaAccount, YundaClient
from logistics_client.carriers.zto import ZtoAccount, ZtoClient
from logistics_client.clock import Clock, system_clock
from logistics_client.errors import MisconfiguredError
from logistics_client.ports import CarrierClient
from logistics_client.transport import CarrierHttp, Policy

# Interfaces that publish a limit get it; the others get a careful guess that an operator may raise.
POLICIES: Mapping[str, Policy] = {
    "kuaidi100": Policy(rate_per_s=20.0, burst=40),
    "kdniao": Policy(rate_per_s=20.0, burst=20),
    "sf": Policy(rate_per_s=30.0, burst=30),
}
_CAREFUL = Policy(rate_per_s=3.0, burst=10)


class Env:
    """Environment variables that a carrier needs, named in the error when they are missing."""

    def __init__(self, carrier: str, values: Mapping[str, str]) -> None:
        self._carrier = carrier
        self._values = values

    def need(self, name: str) -> str:
        """Return a variable that must be there.

        Raises:
            MisconfiguredError: it is missing or empty.
        """
        value = self._values.get(name, "").strip()
        if not value:
            raise MisconfiguredError(f"set {name} to use CARRIER={self._carrier}", carrier=self._carrier)
        return value

    def get(self, name: str, default: str) -> str:
        """Return a variable (an address without its last slash), or what holds without it."""
        return self._values.get(name, "").strip().rstrip("/") or default

    def flag(self, name: str) -> bool:
        """Whether a variable says yes."""
        return self._values.get(name, "").strip().lower() in ("1", "true", "yes", "on")


Make = Callable[[Env, CarrierHttp, Clock], CarrierClient]


def carrier_client(
    name: str,
    env: Mapping[str, str],
    *,
    clock: Clock = system_clock,
    policy: Policy | None = None,
) -> CarrierClient:
    """Make the client of a carrier.

    Args:
        name: ``kuaidi100``, ``kdniao``, ``sf``, ``zto``, ``yto``, ``sto``, ``yunda`` or ``jt``.
        env: environment variables, see ``docs/carriers.md``.
        clock: our clock.
        policy: limits, if not the carrier's usual ones.

    Raises:
        MisconfiguredError: an unknown carrier, or a variable of its account is missing.
    """
    make = _MAKERS.get(name)
    if make is None:
        raise MisconfiguredError(f"CARRIER={name} is unknown; use one of {', '.join(sorted(_MAKERS))}")
    http = CarrierHttp(name, policy or POLICIES.get(name, _CAREFUL), clock=clock)
    return make(Env(name, env), http, clock)


def kuaidi100_orders(env: Mapping[str, str], *, clock: Clock = system_clock) -> Kuaidi100Orders:
    """Make the client of 快递100's order family (work orders, intercepts, photos, pick-up codes).

    Args:
        env: environment variables, see ``docs/carriers.md``.
        clock: our clock.

    Raises:
        MisconfiguredError: a variable of its account is missing.
    """
    settings = Env("kuaidi100", env)
    account = Kuaidi100OrderAccount(
        settings.need("KUAIDI100_KEY"),
        settings.need("KUAIDI100_SECRET"),
        partner_id=settings.get("KUAIDI100_PARTNER_ID", ""),
        partner_key=settings.get("KUAIDI100_PARTNER_KEY", ""),
        base_url=settings.get("KUAIDI100_API_URL", "https://api.kuaidi100.com"),
    )
    # Photos come whole: larger than any trace.
    policy = replace(POLICIES["kuaidi100"], max_body=12_000_000)
    return Kuaidi100Orders(account, CarrierHttp("kuaidi100", policy, clock=clock))


def _kuaidi100(env: Env, http: CarrierHttp, clock: Clock) -> CarrierClient:
    base = env.get("KUAIDI100_URL", "https://poll.kuaidi100.com")
    account = Kuaidi100Account(
        env.need("KUAIDI100_CUSTOMER"),
        env.need("KUAIDI100_KEY"),
        query_url=f"{base}/poll/query.do",
        subscribe_url=f"{base}/poll",
        auto_url=env.get("KUAIDI100_AUTO_URL", "https://www.kuaidi100.com/autonumber/auto"),
    )
    return Kuaidi100Client(account, http, clock=clock)


def _kdniao(env: Env, http: CarrierHttp, clock: Clock) -> CarrierClient:
    account = KdniaoAccount(
        env.need("KDNIAO_BUSINESS_ID"),
        env.need("KDNIAO_API_KEY"),
        query=env.get("KDNIAO_QUERY", "8001"),
        query_url=env.get("KDNIAO_URL", "https://api.kdniao.com/Ebusiness/EbusinessOrderHandle.aspx"),
        subscribe_url=env.get("KDNIAO_SUBSCRIBE_URL", "https://api.kdniao.com/api/dist"),
    )
    return KdniaoClient(account, http, clock=clock)


def _sf(env: Env, http: CarrierHttp, clock: Clock) -> CarrierClient:
    account = SfAccount(
        env.need("SF_PARTNER_ID"),
        env.need("SF_CHECKWORD"),
        oauth=env.flag("SF_OAUTH"),
        own_waybills=env.flag("SF_OWN_WAYBILLS"),
        base_url=env.get("SF_URL", "https://sfapi.sf-express.com"),
    )
    return SfClient(account, http, clock=clock)


def _zto(env: Env, http: CarrierHttp, clock: Clock) -> CarrierClient:
    account = ZtoAccount(
        env.need("ZTO_APP_KEY"), env.need("ZTO_SECRET"), base_url=env.get("ZTO_URL", "https://japi.zto.com")
    )
    return ZtoClient(account, http, clock=clock)


def _yto(env: Env, http: CarrierHttp, clock: Clock) -> CarrierClient:
    account = YtoAccount(
        env.need("YTO_USER_ID"),
        env.need("YTO_APP_KEY"),
        env.need("YTO_SECRET"),
        base_url=env.get("YTO_URL", "https://openapi.yto.net.cn"),
    )
    return YtoClient(account, http, clock=clock)


def _sto(env: Env, http: CarrierHttp, clock: Clock) -> CarrierClient:
    account = StoAccount(
        env.need("STO_APP_KEY"),
        env.need("STO_CODE"),
        env.need("STO_SECRET"),
        url=env.get("STO_URL", "https://cloudinter-linkgateway.sto.cn/gateway/link.do"),
    )
    return StoClient(account, http, clock=clock)


def _yunda(env: Env, http: CarrierHttp, clock: Clock) -> CarrierClient:
    account = YundaAccount(
        env.need("YUNDA_APP_KEY"),
        env.need("YUNDA_SECRET"),
        base_url=env.get("YUNDA_URL", "https://openapi.yundaex.com"),
    )
    return YundaClient(account, http, clock=clock)


def _jt(env: Env, http: CarrierHttp, clock: Clock) -> CarrierClient:
    account = JtAccount(
        env.need("JT_API_ACCOUNT"),
        env.need("JT_PRIVATE_KEY"),
        base_url=env.get("JT_URL", "https://openapi.jtexpress.com.cn/webopenplatformapi"),
    )
    return JtClient(account, http, clock=clock)


_MAKERS: Mapping[str, Make] = {
    "kuaidi100": _kuaidi100,
    "kdniao": _kdniao,
    "sf": _sf,
    "zto": _zto,
    "yto": _yto,
    "sto": _sto,
    "yunda": _yunda,
    "jt": _jt,
}
