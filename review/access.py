"""Who may do what: users with scrypt-hashed passwords, roles, logins that expire and are throttled.

Without users the console serves one local person (127.0.0.1 only, see `gate`); as soon as there is a user, everybody
logs in. Roles: a ``viewer`` reads, a ``steward`` decides too, an ``admin`` also sees the audit log and manages users.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from flows.home import Home
from flows.operations import session_of
from models.decisions import utc_now
from models.operations import ConsoleSession, ConsoleUser
from review import audit

ROLES = ("viewer", "steward", "admin")
IDLE = timedelta(hours=2)
"""A login unused for so long has ended."""
LASTING = timedelta(hours=12)
"""A login ends after so long whatever happens."""
SHORTEST = 10
"""Characters of a password."""
_FREE_FAILURES = 4
"""Wrong passwords in a row before the name has to wait."""
_LONGEST_WAIT = timedelta(minutes=15)
_COST = {"n": 2**15, "r": 8, "p": 1}
_MEMORY = 64 * 2**20
_NAME = re.compile(r"[\w.@·-]{1,64}")
_LONGEST_PASSWORD = 1024
_MOST_AT_ONCE = 8
"""Logins under way at once; more would keep everybody else waiting behind their hashes."""
_MOST_UNKNOWN = 1000
"""Names of nobody whose wrong passwords are remembered."""
_hashing = threading.BoundedSemaphore(2)
"""Hashes computed at once: each takes 32 MB and a tenth of a second of a core."""


class AccessError(Exception):
    """Something about users or logins that cannot be done; the message is a Chinese sentence."""


@dataclass(frozen=True, slots=True)
class Who:
    """A person at the console. token: digest of the login, empty for the local person; local: nobody logged in."""

    name: str
    role: str
    token: str = ""
    local: bool = False

    def may(self, role: str) -> bool:
        """Whether this person has at least that role."""
        return ROLES.index(self.role) >= ROLES.index(role)


def hashed(password: str) -> str:
    """A password as it is stored: ``scrypt$n$r$p$salt$hash``."""
    salt = secrets.token_bytes(16)
    with _hashing:
        digest = hashlib.scrypt(password.encode(), salt=salt, maxmem=_MEMORY, dklen=32, **_COST)
    parts = (str(_COST["n"]), str(_COST["r"]), str(_COST["p"]), _text(salt), _text(digest))
    return "$".join(("scrypt", *parts))


def matches(password: str, stored: str) -> bool:
    """Whether a password is the stored one; takes the same time either way."""
    try:
        kind, n, r, p, salt, digest = stored.split("$")
        if kind != "scrypt":
            return False
        with _hashing:
            own = hashlib.scrypt(
                password.encode(), salt=base64.b64decode(salt), n=int(n), r=int(r), p=int(p), maxmem=_MEMORY, dklen=32
            )
        return hmac.compare_digest(own, base64.b64decode(digest))
    except ValueError:
        return False


_NOBODY = "scrypt$32768$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
"""What an unknown name's password is compared with, so that the answer takes as long as for a known one."""


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def users(home: Home) -> Sequence[ConsoleUser]:
    """All users, the disabled ones too, by name."""
    with session_of(home) as session:
        return session.scalars(select(ConsoleUser).order_by(ConsoleUser.name)).all()


def has_users(home: Home) -> bool:
    """Whether anybody can log in."""
    with session_of(home) as session:
        return bool(session.scalar(select(func.count()).where(ConsoleUser.disabled.is_(False))))


def set_user(home: Home, name: str, role: str, password: str, *, by: str) -> None:
    """Make a user, or give an existing one a new password and role; its logins end. Raises AccessError."""
    if not _NAME.fullmatch(name):
        raise AccessError("用户名只能用文字、数字和 . _ - @，最长 64 个字。")
    if role not in ROLES:
        raise AccessError(f"没有“{role}”这种角色；可用：{'、'.join(ROLES)}。")
    if len(password) < SHORTEST:
        raise AccessError(f"密码至少 {SHORTEST} 个字符。")
    if len(password) > _LONGEST_PASSWORD:
        raise AccessError(f"密码最长 {_LONGEST_PASSWORD} 个字符。")
    stored = hashed(password)
    with session_of(home) as session:
        user = session.get(ConsoleUser, name)
        now = utc_now()
        if user is None:
            session.add(ConsoleUser(name=name, role=role, password=stored, created_at=now, changed_at=now))
        else:
            user.role, user.password, user.disabled, user.changed_at = role, stored, False, now
            user.failures, user.locked_until = 0, None
        session.execute(delete(ConsoleSession).where(ConsoleSession.user == name))
    audit.record(home, by, "set-user", name, role=role)


def disable_user(home: Home, name: str, *, by: str) -> None:
    """Shut a user out; the name stays with its decisions. Raises AccessError: no such user, or the last admin."""
    with session_of(home) as session:
        user = session.get(ConsoleUser, name)
        if user is None or user.disabled:
            raise AccessError(f"没有用户“{name}”。")
        others = session.scalars(
            select(ConsoleUser).where(ConsoleUser.disabled.is_(False), ConsoleUser.name != name)
        ).all()
        if user.role == "admin" and others and not any(one.role == "admin" for one in others):
            raise AccessError("这是最后一个管理员，不能停用；请先另设一个。")
        user.disabled, user.changed_at = True, utc_now()
        session.execute(delete(ConsoleSession).where(ConsoleSession.user == name))
    audit.record(home, by, "disable-user", name)


_waiting = threading.BoundedSemaphore(_MOST_AT_ONCE)
_unknown: OrderedDict[str, tuple[int, datetime | None]] = OrderedDict()
"""Wrong passwords of names of nobody, and until when they wait: a name that has to wait must not be known by that."""
_unknown_guard = threading.Lock()


def log_in(home: Home, name: str, password: str, *, address: str | None) -> str:
    """A new login's secret, for the cookie. Raises AccessError; the sentence does not tell whether the name exists."""
    if not _waiting.acquire(blocking=False):
        raise AccessError("同时登录的人太多，请过一会儿再试。")
    try:
        return _log_in(home, name[:64], password, address)
    finally:
        _waiting.release()


def _log_in(home: Home, name: str, password: str, address: str | None) -> str:
    now = utc_now()
    with session_of(home) as session:
        user = session.get(ConsoleUser, name)
        stored = user.password if user is not None and not user.disabled else _NOBODY
        until = user.locked_until if user is not None else _unknown_until(name)
    if until is not None and until > now:
        audit.record(home, name, "login-refused", name, address=address)
        raise AccessError("尝试次数过多，请过一会儿再试。")
    right = matches(password[:_LONGEST_PASSWORD], stored)
    with session_of(home) as session:
        user = session.get(ConsoleUser, name)
        if right and user is not None and not user.disabled:
            user.failures, user.locked_until = 0, None
            secret = secrets.token_urlsafe(32)
            session.execute(delete(ConsoleSession).where(ConsoleSession.expires_at < now))
            session.add(
                ConsoleSession(
                    token=digest_of(secret), user=user.name, created_at=now, seen_at=now, expires_at=now + LASTING
                )
            )
        else:
            secret = ""
            if user is not None:
                user.failures += 1
                user.locked_until = _wait_after(user.failures, now)
            else:
                _count_unknown(name, now)
    audit.record(home, name, "login" if secret else "login-failed", name, address=address)
    if not secret:
        raise AccessError("用户名或密码不对。")
    return secret


def _wait_after(failures: int, now: datetime) -> datetime | None:
    """Until when a name has to wait after so many wrong passwords in a row; None: not at all."""
    over = failures - _FREE_FAILURES
    return now + min(_LONGEST_WAIT, timedelta(seconds=15 * 2 ** min(over, 10))) if over > 0 else None


def _unknown_until(name: str) -> datetime | None:
    with _unknown_guard:
        return _unknown.get(name, (0, None))[1]


def _count_unknown(name: str, now: datetime) -> None:
    with _unknown_guard:
        failures = _unknown.get(name, (0, None))[0] + 1
        _unknown[name] = failures, _wait_after(failures, now)
        _unknown.move_to_end(name)
        while len(_unknown) > _MOST_UNKNOWN:
            _unknown.popitem(last=False)


def digest_of(secret: str) -> str:
    """How a login's secret is kept and named inside the program."""
    return hashlib.sha256(secret.encode()).hexdigest()


def who_is(home: Home, token: str, *, used: bool = True) -> Who | None:
    """The person of a login by the digest of its secret; None where it ended. used: counts as use of it."""
    now = utc_now()
    with session_of(home) as session:
        login = session.get(ConsoleSession, token)
        if login is None or login.expires_at < now or login.seen_at + IDLE < now:
            return None
        user = session.get(ConsoleUser, login.user)
        if user is None or user.disabled:
            return None
        if used and now - login.seen_at > timedelta(minutes=1):  # not a write for every click
            login.seen_at = now
        return Who(user.name, user.role, token)


def log_out(home: Home, token: str, *, address: str | None = None) -> None:
    """End a login."""
    with session_of(home) as session:
        login = session.get(ConsoleSession, token)
        if login is None:
            return
        name = login.user
        session.delete(login)
    audit.record(home, name, "logout", name, address=address)
