"""Users, passwords, roles, logins and their end; the audit log."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from flows.home import Home
from flows.operations import session_of
from models.decisions import utc_now
from models.operations import ConsoleSession, ConsoleUser
from review import access, audit
from review.access import AccessError, digest_of, disable_user, has_users, log_in, log_out, set_user, who_is

PASSWORD = "十二个字符的一个好密码"


@pytest.fixture
def blank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home without a warehouse; hashing made cheap."""
    monkeypatch.setitem(access._COST, "n", 2**4)
    return Home(tmp_path / "home").create()


def test_a_password_is_stored_hashed_and_salted() -> None:
    one, other = access.hashed(PASSWORD), access.hashed(PASSWORD)
    assert PASSWORD not in one and one != other
    assert access.matches(PASSWORD, one) and not access.matches(PASSWORD + "x", one)
    assert not access.matches(PASSWORD, "scrypt$broken") and not access.matches(PASSWORD, PASSWORD)


def test_login_gives_the_role_and_ends_with_logout(blank: Home) -> None:
    assert not has_users(blank)
    set_user(blank, "甲", "steward", PASSWORD, by="测试")
    secret = log_in(blank, "甲", PASSWORD, address="127.0.0.1")
    who = who_is(blank, digest_of(secret))
    assert who is not None and (who.name, who.role) == ("甲", "steward")
    assert who.may("viewer") and who.may("steward") and not who.may("admin")
    log_out(blank, digest_of(secret))
    assert who_is(blank, digest_of(secret)) is None


def test_the_secret_itself_is_not_in_the_database(blank: Home) -> None:
    set_user(blank, "甲", "steward", PASSWORD, by="测试")
    secret = log_in(blank, "甲", PASSWORD, address=None)
    assert secret not in Path(blank.root / "operations.sqlite").read_bytes().decode("latin-1")
    assert who_is(blank, secret) is None


@pytest.mark.parametrize("field", ["seen_at", "expires_at"])
def test_a_login_unused_or_too_old_has_ended(blank: Home, field: str) -> None:
    set_user(blank, "甲", "viewer", PASSWORD, by="测试")
    token = digest_of(log_in(blank, "甲", PASSWORD, address=None))
    with session_of(blank) as session:
        login = session.get(ConsoleSession, token)
        assert login is not None
        setattr(login, field, utc_now() - access.IDLE - timedelta(minutes=1))
    assert who_is(blank, token) is None


def test_wrong_passwords_make_a_name_wait_and_tell_nothing(blank: Home) -> None:
    set_user(blank, "甲", "viewer", PASSWORD, by="测试")
    said = set()
    for name in ("甲", "没有这个人"):
        for _ in range(5):
            with pytest.raises(AccessError) as refusal:
                log_in(blank, name, "错误的密码", address=None)
            said.add(str(refusal.value))
    assert said == {"用户名或密码不对。"}
    for name in ("甲", "没有这个人"):  # a name that has to wait is not known by that
        with pytest.raises(AccessError, match="过一会儿"):
            log_in(blank, name, PASSWORD, address=None)
    with session_of(blank) as session:
        user = session.get(ConsoleUser, "甲")
        assert user is not None
        user.locked_until = utc_now() - timedelta(seconds=1)
    assert log_in(blank, "甲", PASSWORD, address=None)


def test_many_logins_at_once_do_not_keep_everybody_waiting(blank: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    set_user(blank, "甲", "viewer", PASSWORD, by="测试")
    monkeypatch.setattr(access, "_waiting", threading.BoundedSemaphore(1))
    with access._waiting, pytest.raises(AccessError, match="太多"):
        log_in(blank, "甲", PASSWORD, address=None)
    assert log_in(blank, "甲", PASSWORD, address=None)


def test_a_new_password_or_role_ends_the_old_logins(blank: Home) -> None:
    set_user(blank, "甲", "admin", PASSWORD, by="测试")
    token = digest_of(log_in(blank, "甲", PASSWORD, address=None))
    set_user(blank, "甲", "viewer", PASSWORD, by="测试")
    assert who_is(blank, token) is None


def test_a_disabled_user_is_out_and_the_last_admin_stays(blank: Home) -> None:
    set_user(blank, "管", "admin", PASSWORD, by="测试")
    set_user(blank, "甲", "steward", PASSWORD, by="测试")
    token = digest_of(log_in(blank, "甲", PASSWORD, address=None))
    disable_user(blank, "甲", by="管")
    assert who_is(blank, token) is None
    with pytest.raises(AccessError):
        log_in(blank, "甲", PASSWORD, address=None)
    set_user(blank, "甲", "steward", PASSWORD, by="测试")
    with pytest.raises(AccessError, match="最后一个管理员"):
        disable_user(blank, "管", by="管")


@pytest.mark.parametrize(
    ("name", "role", "password"),
    [
        ("甲", "boss", PASSWORD),
        ("甲", "viewer", "short"),
        ("a b<script>", "viewer", PASSWORD),
        ("", "viewer", PASSWORD),
    ],
)
def test_users_that_cannot_be(blank: Home, name: str, role: str, password: str) -> None:
    with pytest.raises(AccessError):
        set_user(blank, name, role, password, by="测试")
    assert not has_users(blank)


def test_the_audit_log_has_every_login_and_cannot_be_changed(blank: Home) -> None:
    set_user(blank, "甲", "viewer", PASSWORD, by="管")
    log_in(blank, "甲", PASSWORD, address="10.0.0.9")
    with pytest.raises(AccessError):
        log_in(blank, "甲", "错误的密码", address="10.0.0.9")
    found = audit.entries(blank)
    assert [(one.action, one.who, one.address) for one in found] == [
        ("login-failed", "甲", "10.0.0.9"),
        ("login", "甲", "10.0.0.9"),
        ("set-user", "管", None),
    ]
    assert PASSWORD not in "".join(one.detail or "" for one in found)
    for statement in ("UPDATE audit SET who = 'x'", "DELETE FROM audit"):
        with pytest.raises(IntegrityError, match="append-only"), session_of(blank) as session:
            session.execute(text(statement))


def test_an_older_operational_database_gets_the_new_columns(tmp_path: Path) -> None:
    import sqlite3

    home = Home(tmp_path / "old").create()
    with sqlite3.connect(home.root / "operations.sqlite") as old:
        old.execute(
            "CREATE TABLE review_item (review_id VARCHAR(32) PRIMARY KEY, document_id VARCHAR(64) NOT NULL, expectation VARCHAR(64) NOT NULL,"
            " group_key TEXT NOT NULL, status VARCHAR(16) NOT NULL, severity VARCHAR(8) NOT NULL, message TEXT NOT NULL, line_item_ids TEXT NOT NULL,"
            " evidence VARCHAR(32) NOT NULL, opened_at DATETIME NOT NULL, decided_by VARCHAR(200), decided_at DATETIME, reason TEXT, until DATE,"
            " run_id VARCHAR(64))"
        )
        old.execute(
            "INSERT INTO review_item VALUES ('r', 'd', 'E', 'g', 'open', 'error', 'm', '', 'e', '2026-01-01', NULL, NULL, NULL, NULL, NULL)"
        )
    from models.decisions import ReviewItem

    with session_of(home) as session:
        item = session.get(ReviewItem, "r")
        assert item is not None and item.status == "open" and item.group_id is None
