"""Which module reads which file: every module of this package that has SUFFIXES is a format."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import PurePath
from types import ModuleType
from typing import BinaryIO, Protocol, cast

import formats
from formats.error import FormatError
from formats.row import Remark, Row


class Format(Protocol):
    """What a format's module has."""

    __name__: str
    SUFFIXES: tuple[str, ...]
    MEDIA_TYPE: str

    def read(self, stream: BinaryIO) -> Iterator[Row | Remark]: ...


def all_formats(package: ModuleType = formats) -> list[Format]:
    """The formats of a package, by module name."""
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."))
    modules = (import_module(name) for name in names)
    return [cast(Format, module) for module in modules if hasattr(module, "SUFFIXES")]


def format_of(file_name: str, package: ModuleType = formats) -> Format:
    """The format for a file's name.

    Raises FormatError F005, listing what can be read, where no format has the suffix.
    """
    suffix = PurePath(file_name).suffix.lower()
    known = {suffix: module for module in all_formats(package) for suffix in module.SUFFIXES}
    if suffix not in known:
        raise FormatError("F005", suffix=suffix or PurePath(file_name).name, readable=" ".join(sorted(known)))
    return known[suffix]
