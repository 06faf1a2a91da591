"""A report on a database of orders: run this file to see it work here, on a database it makes for the occasion.

$ python examples/sqlite_connector/report.py
2 rows in /tmp/.../result.csv
customer,orders,total
cfc7441972d3701a,2,59.5
d3b59a78904e753f,1,12.0
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from datetime import date
from pathlib import Path

import flyte
import flyte.app
from flyte_sqlite import SQLiteConfig, SQLiteTask

revenue = SQLiteTask(
    name="revenue",
    statement="""
        SELECT pseudonym(customer) AS customer, count(*) AS orders, sum(amount) AS total
        FROM orders
        WHERE country = :country AND day >= date(:since)
        GROUP BY customer
        ORDER BY total DESC
    """,
    plugin_config=SQLiteConfig(
        database="orders.db", secrets={"pseudonym_key": "PSEUDONYM_KEY"}
    ),
    inputs={"country": str, "since": date},
)

env = flyte.TaskEnvironment.from_task("reports", revenue)

# Deploys the service that runs the task. The image is the one that examples/deploy/Dockerfile describes.
connector = flyte.app.ConnectorEnvironment(
    name="sqlite-connector",
    image="registry.example.com/sqlite-connector:0.1.0",
    resources=flyte.Resources(cpu=1, memory="512Mi"),
    # Reachable from other pods, and by those who know the token only.
    env_vars={"FLYTE_CONNECTOR_HOST": "0.0.0.0", "FLYTE_SQLITE_ROOT": "/data"},
    secrets=[flyte.Secret(key="connector_token", as_env_var="FLYTE_CONNECTOR_TOKEN")],
)

ORDERS = [
    ("ada@example.com", "DE", "2026-01-10", 39.5),
    ("ada@example.com", "DE", "2026-02-11", 20.0),
    ("bob@example.com", "DE", "2026-02-12", 12.0),
    ("eve@example.com", "FR", "2026-02-13", 99.0),
]


def make_database(path: Path) -> None:
    """Fill a database with a few orders."""
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE orders (customer, country, day, amount)")
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", ORDERS)
    connection.close()


def main() -> None:
    """Run the task here, through its connector but without a service."""
    with tempfile.TemporaryDirectory() as folder:
        make_database(Path(folder) / "orders.db")
        os.environ["FLYTE_SQLITE_ROOT"] = folder
        os.environ.setdefault("PSEUDONYM_KEY", "not a secret")
        rows, result = revenue(country="DE", since=date(2026, 1, 1))
    print(f"{rows} rows in {result.path}")
    print(Path(result.path).read_text(encoding="utf-8"), end="")


if __name__ == "__main__":
    main()
