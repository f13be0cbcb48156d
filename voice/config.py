"""Configuration: the environment (``.env`` is read) and ``config/hotlines.yaml``; everything else is in ``config/``."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from dialog.located_yaml import ConfigError, Located, read
from dialog.protocol import HotlineProfile
from voice.floor.hours import Calendar, OpeningHours, load_calendar, parse_hours

PROJECT = Path(__file__).resolve().parent.parent
LEDGER_FILE, PARCELS_FILE = "hotline.db", "parcels.db"
"""SQLite files under the data folder."""

__all__ = ["PROJECT", "Address", "ConfigError", "Hotline", "Hotlines", "Settings", "load_hotlines", "load_settings"]


@dataclass(frozen=True, slots=True)
class Address:
    """Host and port of a listener."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read ``host:port``; an IPv6 host stands in brackets.

        Raises:
            ValueError: not of that form, or a port outside 0-65535.
        """
        host, separator, port = text.rpartition(":")
        if not separator or not host or not port.isdigit() or int(port) > 65535:
            raise ValueError(f"{text!r} is no address; write host:port, for example 127.0.0.1:5060")
        return cls(host.strip("[]"), int(port))


class Settings(BaseSettings):
    """Environment variables; all are optional, ``hotline doctor`` explains each."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    sip_listen: str = "127.0.0.1:5060"
    rtp_ports: str = "20000-21999"
    http_listen: str = "127.0.0.1:8080"
    public_url: str = ""
    media_url: str = ""
    media_origins: str = ""
    ice_servers: str = ""
    asr_model: str = ""
    asr_backend: str = "onnx"
    tts_engines: str = "edge,espeak"
    redis_url: str = ""
    database_url: str = ""
    carrier: str = "sandbox"
    carrier_url: str = ""
    sms_gateway: str = ""
    outlet_webhook: str = ""
    secret_key: str = ""
    llm_base_url: str = ""
    llm_model: str = "default"
    llm_api_key: str = ""
    agent_sip: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_name: str = "统一登录"
    oidc_scopes: str = "openid profile"
    oidc_role_claim: str = "roles"
    oidc_roles: str = ""
    oidc_default_role: str = ""
    embed_origins: str = ""
    pop_hosts: str = ""
    private_webhooks: bool = False
    data_dir: Path = Field(default=Path("data"))
    config_dir: Path = Field(default=PROJECT / "config")
    max_calls: int = Field(default=20, ge=1, le=100)

    @field_validator("sip_listen", "http_listen")
    @classmethod
    def _check_address(cls, value: str) -> str:
        Address.parse(value)
        return value

    @field_validator("rtp_ports")
    @classmethod
    def _check_range(cls, value: str) -> str:
        low, _, high = value.partition("-")
        if not (low.isdigit() and high.isdigit() and 1024 <= int(low) < int(high) <= 65535):
            raise ValueError(f"{value!r} is no port range; write for example 20000-21999")
        return value

    @property
    def rtp_range(self) -> tuple[int, int]:
        """First and last RTP port."""
        low, _, high = self.rtp_ports.partition("-")
        return int(low), int(high)

    @property
    def parcels_url(self) -> str:
        """Database of orders, links and the order table: the ledger's where one is named.

        SQLite has one writer a file and lets the others try again by the clock: beside the ledger's commits an order
        waited up to 0.3 s. So without ``DATABASE_URL`` it has a file of its own.
        """
        return self.ledger_url if self.database_url else f"sqlite+aiosqlite:///{self.data_dir / PARCELS_FILE}"

    @property
    def ledger_url(self) -> str:
        """Database of the ledger and the desk, as SQLAlchemy's async drivers want it."""
        if not self.database_url:
            return f"sqlite+aiosqlite:///{self.data_dir / LEDGER_FILE}"
        url = self.database_url
        for plain, driver in (("postgres://", "postgresql+asyncpg://"), ("postgresql://", "postgresql+asyncpg://")):
            if url.startswith(plain):
                return driver + url.removeprefix(plain)
        return url.replace("sqlite:///", "sqlite+aiosqlite:///", 1) if url.startswith("sqlite:///") else url

    @property
    def model_dir(self) -> str:
        """Model directory or hub name for the recogniser."""
        return self.asr_model or str(PROJECT / "asr" / "model")

    @property
    def engines(self) -> tuple[str, ...]:
        """Voices in the order in which they are tried."""
        return tuple(name.strip() for name in self.tts_engines.split(",") if name.strip())


def load_settings(**overrides: object) -> Settings:
    """Read the environment.

    Raises:
        ConfigError: a variable has an impossible value; the text names it.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks each
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "the environment"
        message = str(first["msg"]).removeprefix("Value error, ")
        raise ConfigError(f"{name}: {message}; correct it in the environment or in .env") from error


@dataclass(frozen=True, slots=True)
class Hotline:
    """One profile: what the called number chooses, and who answers when a person is needed.

    ``number`` is what customers see when an agent calls them back (empty: none is known).
    """

    profile: HotlineProfile
    agent_sip: str
    hours: OpeningHours = field(default_factory=OpeningHours)
    pop_url: str = ""
    leave_path: bool = False
    number: str = ""


@dataclass(frozen=True, slots=True)
class Hotlines:
    """All profiles by called number."""

    by_called: dict[str, Hotline]
    default: Hotline

    def choose(self, called: str) -> Hotline:
        """The profile of a called number, else the default one."""
        return self.by_called.get(called, self.default)

    def missing_holidays(self, today: date) -> str:
        """A sentence about years without holidays while hours depend on them; empty when none is missing."""
        years = {year for hotline in self.by_called.values() for year in hotline.hours.missing_years(today)}
        if not years:
            return ""
        named = " and ".join(map(str, sorted(years)))
        return f"the holidays of {named} are not in config/holidays.yaml; add the State Council's notice"


def load_hotlines(config_dir: Path) -> Hotlines:
    """Read ``hotlines.yaml``.

    Raises:
        ConfigError: the file is missing or wrong; the text names its line.
    """
    path = config_dir / "hotlines.yaml"
    try:
        root = read(path.read_bytes(), path.name)
    except OSError as error:
        raise ConfigError(f"{path.name} cannot be read in {config_dir}; restore it or set CONFIG_DIR") from error
    root.only("hotlines")
    calendar = load_calendar(config_dir)
    by_called: dict[str, Hotline] = {}
    default: Hotline | None = None
    for node in root.need("hotlines").sequence():
        hotline, numbers = _hotline(node, calendar)
        for number in numbers:
            if number == "default":
                default = hotline
            by_called[number] = hotline
    if default is None:
        root.fail('no hotline serves "default"; add it to one hotline\'s numbers')
    return Hotlines(by_called, default)


def _hotline(node: Located, calendar: Calendar) -> tuple[Hotline, list[str]]:
    if (moved := node.get("outbound")) is not None:
        moved.fail("outbound is no key of a hotline; write the line as trunk.uri in routing.yaml, for all hotlines")
    node.only(
        *("name", "numbers", "brand", "greeting", "skills", "agent_sip", "agent_name", "hours", "pop_url", "leave_path")
    )
    numbers = [entry.text() for entry in node.need("numbers").sequence()]
    brand = node.need("brand").text()
    greeting = node.need("greeting")
    text = greeting.text().replace("{brand}", brand)
    if not 8 <= len(text) <= 40:
        greeting.fail("a greeting has 8 to 40 characters, about six seconds; shorten it")
    if "录音" not in text:
        greeting.fail("the greeting must say that the call is recorded (录音)")
    skills = node.get("skills")
    agent = node.get("agent_sip")
    agent_name = node.get("agent_name")
    profile = HotlineProfile(
        name=node.need("name").text(),
        brand=brand,
        called=numbers[0],
        greeting=text,
        skills=tuple(entry.text() for entry in skills.sequence()) if skills else ("general",),
        agent_name=agent_name.text() if agent_name else "人工客服",
    )
    pop, leave = node.get("pop_url"), node.get("leave_path")
    if leave is not None and leave.text() not in ("true", "false"):
        leave.fail("leave_path is a switch; write true or false")
    hotline = Hotline(
        profile,
        agent.text() if agent else "",
        parse_hours(node.get("hours"), calendar),
        pop.text() if pop else "",
        leave is not None and leave.text() == "true",
        next((number for number in numbers if number != "default"), ""),
    )
    return hotline, numbers
