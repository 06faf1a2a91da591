"""Prints, in base64, what tasks of the official Snowflake connector become when they are deployed."""

from __future__ import annotations

import base64

from flyteplugins.connectors.snowflake import Snowflake, SnowflakeConfig

import flyte
from flyte.io import DataFrame
from flyte.models import SerializationContext
from flyte.serialization import task_to_proto

CONFIG = SnowflakeConfig(
    account="org-account",
    database="DB",
    schema="PUBLIC",
    warehouse="WH",
    user="me",
    connection_kwargs={"role": "reader"},
)
TASKS = [
    Snowflake(
        name="select",
        query_template="SELECT *\n\tFROM t WHERE day = %(day)s",
        plugin_config=CONFIG,
        inputs={"day": int},
        output_dataframe_type=DataFrame,
        snowflake_private_key="snowflake-key",
    ),
    Snowflake(name="wait", query_template="CALL WAIT()", plugin_config=CONFIG),
]

flyte.TaskEnvironment.from_task("queries", *TASKS)

if __name__ == "__main__":
    for task in TASKS:
        spec = task_to_proto(task, SerializationContext(version="v1"))
        print(base64.b64encode(spec.SerializeToString()).decode())
