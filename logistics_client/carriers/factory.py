"""Which carrier is asked: ``CARRIER`` names the client, its account comes from environment variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from logistics_client.carriers.env import Env
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


A = TypeVar("A")
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
    account = Kuaidi100OrderAccount.from_env(Env("kuaidi100", env))
    # Photos come whole: larger than any trace.
    policy = replace(POLICIES["kuaidi100"], max_body=12_000_000)
    return Kuaidi100Orders(account, CarrierHttp("kuaidi100", policy, clock=clock))


def _made(account: Callable[[Env], A], client: Callable[..., CarrierClient]) -> Make:
    def make(env: Env, http: CarrierHttp, clock: Clock) -> CarrierClient:
        return client(account(env), http, clock=clock)

    return make


_MAKERS: Mapping[str, Make] = {
    "kuaidi100": _made(Kuaidi100Account.from_env, Kuaidi100Client),
    "kdniao": _made(KdniaoAccount.from_env, KdniaoClient),
    "sf": _made(SfAccount.from_env, SfClient),
    "zto": _made(ZtoAccount.from_env, ZtoClient),
    "yto": _made(YtoAccount.from_env, YtoClient),
    "sto": _made(StoAccount.from_env, StoClient),
    "yunda": _made(YundaAccount.from_env, YundaClient),
    "jt": _made(JtAccount.from_env, JtClient),
}
