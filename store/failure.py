"""What a database says when it cannot go on, as people are told it: no space, in use, lost, not to be written.

Everything is written in transactions (`store.engine.writing`), so that whatever was not committed is not there: the
same command run again goes on.
"""

import errno
import tempfile
from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import DBAPIError

from store.errors import StoreError

_AGAIN = "已存入的保持完整,不会重复。", "What is stored is whole and will not be stored twice."
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def failure(error: BaseException) -> StoreError | None:
    """The StoreError D020 to D025 that an exception of a database or of the disk means; None for any other."""
    if isinstance(error, DBAPIError):
        return _of_driver(error.orig)
    if isinstance(error, OSError):
        return _no_place() if error.errno in _NO_SPACE else None
    return None


def _of_driver(error: Any) -> StoreError | None:
    reason = " ".join(str(error).split())
    state = getattr(error, "sqlstate", None) or ""
    for sign, made in _STATES.items():
        if state.startswith(sign):
            return made(reason)
    if state or error is None:
        return None
    return next((made(reason) for words, made in _WORDS.items() if words in reason), None)


def _full(_reason: str) -> StoreError:
    return StoreError(
        "D020", "数据库所在的磁盘已满,没有存完", "the database's disk is full; not everything is stored",
        f"请腾出空间,再原样运行一次。{_AGAIN[0]}", f"Make space, then run the same again. {_AGAIN[1]}",
    )  # fmt: skip


def _no_place() -> StoreError:
    return StoreError(
        "D021", f"没有地方写临时文件或者输出了(临时文件夹 {tempfile.gettempdir()})",
        f"there is no space for temporary files or output (temporary folder {tempfile.gettempdir()})",
        f"请腾出空间,或者用环境变量 TMPDIR 指定另一个文件夹,再原样运行一次。{_AGAIN[0]}",
        f"Make space, or name another folder in the environment variable TMPDIR, then run the same again. {_AGAIN[1]}",
    )  # fmt: skip


def _broken(reason: str) -> StoreError:
    return StoreError(
        "D022", f"数据库的文件读写不了({reason})", f"the database's files cannot be read or written ({reason})",
        f"请检查磁盘有没有空间和故障、文件大小的限制和权限,再原样运行一次。{_AGAIN[0]}",
        f"Check the disk for space and faults, limits of file sizes and permissions, then run the same again. {_AGAIN[1]}",
    )  # fmt: skip


def _busy(_reason: str) -> StoreError:
    return StoreError(
        "D023", "数据库一直被别的程序占用", "the database is held by another program all the time",
        f"请等那个程序结束,再原样运行一次。{_AGAIN[0]}", f"Wait until that program is done, then run the same again. {_AGAIN[1]}",
    )  # fmt: skip


def _lost(_reason: str) -> StoreError:
    return StoreError(
        "D024", "与数据库的连接断了", "the connection to the database is lost",
        f"请检查数据库服务器(是否已停止、磁盘是否已满),再原样运行一次。{_AGAIN[0]}",
        f"Check the database server (has it stopped, is its disk full), then run the same again. {_AGAIN[1]}",
    )  # fmt: skip


def _not_to_be_written(_reason: str) -> StoreError:
    return StoreError(
        "D025", "数据库只能读,不能写", "the database can be read, not written",
        "请检查文件和文件夹的权限;用 PostgreSQL 时检查地址是不是只读副本。",
        "Check the permissions of file and folder; with PostgreSQL whether the address is that of a read replica.",
    )  # fmt: skip


_Made = Callable[[str], StoreError]
# The beginnings of PostgreSQL's states; the words of SQLite, and of a driver whose server is gone.
_STATES: dict[str, _Made] = {
    "53100": _full, "58030": _broken, "25006": _not_to_be_written, "55P03": _busy, "40P01": _busy,
    "57P0": _lost, "08": _lost, "53": _lost,
}  # fmt: skip
_WORDS: dict[str, _Made] = {
    "database or disk is full": _full,
    "disk I/O error": _broken,
    "unable to open database file": _broken,
    "database is locked": _busy,
    "attempt to write a readonly database": _not_to_be_written,
    "server closed the connection": _lost,
    "connection is closed": _lost,
    "connection is lost": _lost,
    "consuming input failed": _lost,
    "connection failed": _lost,
}
