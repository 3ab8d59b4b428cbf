"""How the console is served: address, who may call it by which name, encryption."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

DEFAULT_PORT = 8377


@dataclass(frozen=True, slots=True)
class Settings:
    """host, port: where it listens. names: host names it answers to besides its own address. local_name: who decides
    while there are no users. certificate, key: PEM files for HTTPS. secure_proxy: a proxy in front speaks HTTPS.
    publish_after: seconds without a decision after which the warehouse is brought up to date."""

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    names: tuple[str, ...] = ()
    local_name: str = "本机"
    certificate: Path | None = None
    key: Path | None = None
    secure_proxy: bool = False
    publish_after: float = 5.0

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host == "localhost" or _is_loopback(self.host)

    @property
    def private(self) -> bool:
        """Whether it is meant for the person at this machine only: no other address, no other name, no proxy in front."""
        return self.loopback and not self.secure_proxy and not self.names

    @property
    def secure(self) -> bool:
        """Whether browsers reach it over HTTPS."""
        return self.certificate is not None or self.secure_proxy

    @property
    def address(self) -> str:
        """The address to open in a browser."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}/"

    def answers_to(self, host_header: str) -> bool:
        """Whether a Host header names this console: its own names, or a bare address, which no foreign page can take for
        its own (DNS rebinding needs a name)."""
        name = _without_port(host_header)
        if name in {one.lower() for one in self.names} or name == self.host.lower():
            return True
        if self.loopback:
            return name == "localhost" or _is_loopback(name)
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True


def _without_port(host_header: str) -> str:
    text = host_header.strip().lower()
    if text.startswith("["):
        return text[1 : text.find("]")] if "]" in text else ""
    return text.rsplit(":", 1)[0] if ":" in text else text


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
