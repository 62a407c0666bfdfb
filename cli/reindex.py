"""`openalloc reindex`: what is derived from documents, made again."""

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli import output
from cli.opening import opened
from cli.options import Database
from schemas.catalog import Catalog


def reindex(
    database: Database = None,
) -> None:
    """由已存的全文重做索引(筛选、检索、统计);服务可照常运行。Make the indexes of filters, search and statistics again from the stored documents; readers may go on."""
    from store.reindex import reindex as run

    engine = opened(database)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    quiet = not output.err.is_terminal
    with Progress(*columns, console=output.err, disable=quiet, transient=True) as bar:
        task = bar.add_task("重做索引 reindexing", total=None)
        done = run(engine, Catalog.load(), lambda at, total: bar.update(task, completed=at, total=total))
    output.out.print(f"已重做 {done} 条记录的索引 / the indexes of {done} records were made again")
