"""Files made from the catalog: made when first asked for, then kept; the catalog does not change while it is served."""

import io
from dataclasses import dataclass
from datetime import date

import orjson

from publish.catalogue import WIDTHS, Language, catalogue, rows
from publish.standard import write_zip
from publish.table import write_csv, write_xlsx
from schemas.catalog import Catalog

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class File:
    """Bytes and what they are."""

    content: bytes
    media_type: str


class Downloads:
    """The files of one catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._standard: tuple[date, bytes] | None = None
        self._made: dict[tuple[str, Language], File] = {}

    def standard(self, on: date) -> bytes:
        """The whole standard as a zip, with the status that versions have on a day."""
        if self._standard is None or self._standard[0] != on:
            stream = io.BytesIO()
            write_zip(self._catalog, stream, on)
            self._standard = (on, stream.getvalue())
        return self._standard[1]

    def catalogue(self, suffix: str, language: Language) -> File | None:
        """The disclosure catalogue in a format (json is in both languages), None for a format there is not."""
        if suffix not in ("json", "csv", "xlsx"):
            return None
        key = (suffix, language)
        if key not in self._made:
            self._made[key] = self._catalogue(suffix, language)
        return self._made[key]

    def _catalogue(self, suffix: str, language: Language) -> File:
        if suffix == "json":
            return File(orjson.dumps(catalogue(self._catalog)), "application/json")
        table = rows(self._catalog, language)
        if suffix == "csv":
            return File(write_csv(table), "text/csv; charset=utf-8")
        title = "Disclosure catalogue" if language == "en" else "公开事项目录"
        return File(write_xlsx(table, title, WIDTHS), _XLSX)
