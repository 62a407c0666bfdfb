"""The whole standard as one zip: schemas, samples, codelists, the policy, and an index with checksums.

The same standard makes the same bytes while no version changes its status: entries are sorted and have one fixed time.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from datetime import date
from typing import IO, Any

from publish.history import changelog
from schemas.catalog import NAMESPACE, Catalog

_TIME = (2018, 6, 4, 0, 0, 0)
_README = """# 公共资源配置公开信息标准 · The standard for disclosures on public resource allocation

这里是全部 {types} 类公开信息的 JSON Schema({versions} 个版本)、样例、{codelists} 张代码表和所依据的政策条款。
Here are the JSON Schemas of all {types} disclosure types ({versions} versions), samples, {codelists} codelists and the policy.

| 路径 path | 内容 contents |
|---|---|
| `index.json` | 全部文件:类型、版本、状态、SHA-256。Every file: type, version, status, SHA-256 |
| `schemas/<domain>/<type>/<version>.json` | 模式。The schema of a type in a version |
| `schemas/<domain>/<type>/<version>.sample.json` | 一条完整的样例。A record that is complete |
| `schemas/common/`, `schemas/meta/` | 公共定义;模式的模式。Shared definitions; the schema of the schemas |
| `schemas/codelists/`, `schemas/codelists.csv` | 代码表,UTF-8 CSV;代码表的来源。Codelists, and their sources |
| `schemas/policy/` | 政策的公开事项、内容要素、责任主体、公开方式。The policy's matters, items, bodies, channels |
| `schemas/sides.csv` | 当事人身份的相对方、竞争方。Which roles of parties face each other, which compete |
| `schemas/holidays.csv` | 节假日和调休上班日,用于计算工作日。Public holidays and make-up working days |
| `schemas/released.csv` | 已发布版本的校验和、日期。Checksums and dates of released versions |
| `changelog/<domain>/<type>.md` | 每个类型的版本沿革。What each version of a type changed |

模式用 JSON Schema 2020-12。`$ref` 是相对路径,离线即可核对。The schemas are JSON Schema 2020-12; every `$ref` is a
relative path, so that records can be checked offline.

许可:CC0 1.0,见 LICENSE。Licence: CC0 1.0, see LICENSE.
"""


def write_zip(catalog: Catalog, stream: IO[bytes], on: date) -> None:
    """Write the standard of a catalog, with the status that each version has on a day, to a stream as a zip."""
    files = dict(_files(catalog, on))
    files["index.json"] = _json(_index(catalog, files, on))
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            archive.writestr(entry, files[name])


def _files(catalog: Catalog, on: date) -> Iterator[tuple[str, bytes]]:
    """Every file of the zip but its index, by its path."""
    folder = catalog.folder
    published = [uri.removeprefix(NAMESPACE) for uri in catalog.documents]
    published += [f"{name}.sample.json" for name in catalog.versions]
    published += [f"codelists/{path.name}" for path in sorted((folder / "codelists").glob("*"))]
    published += [f"policy/{path.name}" for path in sorted((folder / "policy").glob("*.csv"))]
    published += [
        name
        for name in ("holidays.csv", "codelists.csv", "released.csv", "sides.csv")
        if (folder / name).exists()
    ]
    for path in published:
        yield f"schemas/{path}", (folder / path).read_bytes()
    for type in catalog.types:
        yield f"changelog/{type}.md", changelog(type, catalog, on).encode()
    yield "LICENSE", (folder / "LICENSE").read_bytes()
    counts = {
        "types": len(catalog.types),
        "versions": len(catalog.versions),
        "codelists": len(catalog.codelists),
    }
    yield "README.md", _README.format(**counts).encode()


def _index(catalog: Catalog, files: dict[str, bytes], on: date) -> dict[str, Any]:
    def file(path: str) -> dict[str, str]:
        return {"path": path, "sha256": hashlib.sha256(files[path]).hexdigest()}

    types: list[dict[str, Any]] = [
        {
            "type": one.type, "version": one.version, **one.release.to_json(on), "title": one.title,
            "titleEn": one.title_en, "id": one.schema["$id"], "schema": file(f"schemas/{one.name}.json"),
            "sample": file(f"schemas/{one.name}.sample.json"), "changelog": file(f"changelog/{one.type}.md"),
        }
        for one in catalog.versions.values()
    ]  # fmt: skip
    lists: list[dict[str, Any]] = [
        {"name": name, "codes": len(found.codes), **file(f"schemas/codelists/{name}.csv")}
        for name, found in catalog.codelists.items()
    ]
    named = {part["path"] for one in types for part in (one["schema"], one["sample"], one["changelog"])}
    named |= {one["path"] for one in lists}
    others = [file(path) for path in sorted(files) if path not in named]
    return {
        "licence": "CC0-1.0",
        "namespace": NAMESPACE,
        "types": types,
        "codelists": lists,
        "others": others,
    }


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()
