"""SQL on SQLite databases as Flyte tasks: the task for those who write workflows, and the connector that runs it."""

from flyte_sqlite.connector import SQLiteConnector
from flyte_sqlite.query import Access, Format
from flyte_sqlite.task import SQLiteConfig, SQLiteTask

__all__ = ["Access", "Format", "SQLiteConfig", "SQLiteConnector", "SQLiteTask"]
