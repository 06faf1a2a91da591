"""References of `flyte.io` as fields of pydantic models.

Knows pydantic, which calls this module and is therefore there. It must not know literals: a model is a struct like others.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flyte_runtime.types.reference_shapes import (
    REQUIRED,
    TextField,
    reference_fields,
    reference_title,
)

if TYPE_CHECKING:
    from pydantic import BaseModel, GetCoreSchemaHandler
    from pydantic_core import CoreSchema


def core_schema(cls: type, source: Any, handler: GetCoreSchemaHandler, /) -> CoreSchema:
    """Accept a reference or an object with its fields, and write the object."""
    from pydantic_core import core_schema as schemas

    model = _model(cls, reference_title(source))
    fields = handler.generate_schema(model)

    def read(value: Any, validate: schemas.ValidatorFunctionWrapHandler) -> Any:
        return value if isinstance(value, cls) else cls(**dict(validate(value)))

    def write(value: Any) -> BaseModel:
        return model(**{name: getattr(value, name) for name in model.model_fields})

    return schemas.no_info_wrap_validator_function(
        read,
        fields,
        serialization=schemas.plain_serializer_function_ser_schema(
            write, return_schema=fields
        ),
    )


@lru_cache(maxsize=1024)
def _model(cls: type, title: str) -> type[BaseModel]:
    """Make a model of the fields that travel, which pydantic can describe and check as any other."""
    import pydantic

    fields: Any = {name: _field(field) for name, field in reference_fields(cls).items()}
    return pydantic.create_model(title, __module__=cls.__module__, **fields)


def _field(field: TextField) -> tuple[Any, Any]:
    kind = str | None if field.optional else str
    return kind, ... if field.default is REQUIRED else field.default
