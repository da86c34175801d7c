"""What every part of a protocol file has in common: the kinds of text it is made of, and which keys go together.

A part states its rules once, as data (`exactly_one`, `needs`, `not_both`): they are checked here, and published in its
JSON Schema. Complaints are sentences of our own; `model.shape_problem` finds their place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, NoReturn, Self, TypeAlias, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

COMPLAINT = "complaint"
NAME = r"[A-Za-z_][A-Za-z0-9_]*"

T = TypeVar("T")


def complain(message: str, *, at: str = "", help: str | None = None) -> NoReturn:  # noqa: A002
    """Refuse a value; `at` names the key of this part to point at, if it is not the whole part."""
    raise PydanticCustomError(COMPLAINT, "{message}", {"message": message, "at": at, "help": help})


def _be_true(text: str) -> str:
    if text != "true":
        complain("only `true` can stand here", help="write `true`, or leave the key out where it does not hold")
    return text


def _be_flag(text: str) -> str:
    if text not in ("true", "false"):
        complain("expected `true` or `false`")
    return text


def _be_count(text: str) -> str:
    if re.fullmatch("[1-9][0-9]{6,}", text):
        complain("expected a whole number up to 999999")
    if not re.fullmatch("[1-9][0-9]{0,5}", text):
        complain("expected a whole number from 1")
    return text


def _be_filled(value: T) -> T:
    if not value or (isinstance(value, str) and not value.strip()):
        complain("nothing stands here")
    return value


class _IfGiven:
    """A key may be left out, but not left without a value."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def refuse_none(value: object) -> object:
            if value is None:
                complain("this key has no value", help="write a value behind it, or leave it out")
            return value

        return core_schema.no_info_before_validator_function(refuse_none, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        ways = [each for each in handler(schema)["anyOf"] if each != {"type": "null"}]
        return {"anyOf": ways} if len(ways) > 1 else dict(ways[0])


@dataclass(frozen=True, slots=True)
class Short:
    """A shorter way to write a value: what a value of type `short` stands for, and its types in a JSON Schema."""

    short: type
    full: Callable[[Any], Any]
    types: tuple[str, ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def write_out(value: object) -> object:
            return self.full(value) if isinstance(value, self.short) else value

        return core_schema.no_info_before_validator_function(write_out, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [{"type": list(self.types)}, handler(schema)]}


@dataclass(frozen=True, slots=True)
class OrAlone:
    """A list of one entry may be written as that entry, without the list."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def write_out(value: object) -> object:
            return value if value is None or isinstance(value, list) else [value]

        return core_schema.no_info_before_validator_function(write_out, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        many = handler(schema)
        return {"anyOf": [many["items"], many]}


Maybe: TypeAlias = Annotated[T | None, _IfGiven()]
"""A key that can be left out; None means that it was."""

# A text of the file, and what it looks like to readers of YAML who turn `5` into a number and `no` into a truth.
Text = Annotated[str, WithJsonSchema({"type": ["string", "number", "boolean"]})]
Category = Annotated[str, AfterValidator(_be_filled), WithJsonSchema({"type": ["string", "number", "boolean", "null"]})]
Rule = Annotated[str, AfterValidator(_be_filled), WithJsonSchema({"type": "string"})]
Amount = Annotated[str, AfterValidator(_be_filled), WithJsonSchema({"type": ["number", "string"]})]
Count = Annotated[str, AfterValidator(_be_count), WithJsonSchema({"type": ["integer", "string"], "minimum": 1})]
OnlyTrue = Annotated[str, AfterValidator(_be_true), WithJsonSchema({"enum": [True, "true"]})]
Flag = Annotated[str, AfterValidator(_be_flag), WithJsonSchema({"enum": [True, False, "true", "false"]})]

FILLED = AfterValidator(_be_filled)
NAMED: dict[str, Any] = {"propertyNames": {"pattern": f"^{NAME}$"}}


def publish(schema: dict[str, Any], part: type[Part]) -> None:
    """Add to a part's JSON Schema which keys go together."""
    if part.exactly_one:
        schema["oneOf"] = [{"required": [key]} for key in part.exactly_one]
    if part.needs:
        schema["dependentRequired"] = {key: [other] for key, other in part.needs.items()}
    if part.not_both:
        schema["not"] = {"required": list(part.not_both)}


class Part(BaseModel):
    """A mapping of the file with a fixed set of keys.

    Of `exactly_one` one key is given; a key of `needs` is given only together with its other; of `not_both` not both
    are given. `lacking` is the help where none of `exactly_one` is.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra=publish)

    exactly_one: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[Mapping[str, str]] = {}
    not_both: ClassVar[tuple[str, ...]] = ()
    lacking: ClassVar[str | None] = None

    @classmethod
    def key_of(cls, field: str) -> str:
        """Return how the file spells a field."""
        return cls.model_fields[field].alias or field

    @classmethod
    def keys(cls) -> tuple[str, ...]:
        """Return the keys that the part may have, in the order in which they are documented."""
        return tuple(cls.key_of(field) for field in cls.model_fields)

    @model_validator(mode="after")
    def _check_keys(self) -> Self:
        given = {self.key_of(field) for field in self.model_fields_set}
        found = [key for key in self.exactly_one if key in given]
        if self.exactly_one and not found:
            complain(f"one of {spell(self.exactly_one)} is needed here", help=self.lacking)
        if len(found) > 1:
            complain(f"`{found[1]}` and `{found[0]}` do not go together", at=found[1], help="give one of them")
        for key, other in self.needs.items():
            if key in given and other not in given:
                complain(f"`{key}` goes with `{other}`, which is not given here", at=key)
        if self.not_both and given.issuperset(self.not_both):
            complain(f"{spell(self.not_both, 'and')} do not go together", at=self.not_both[1], help="give one of them")
        return self


def spell(words: tuple[str, ...], last: str = "or") -> str:
    """Return names in backticks: `a`, `b` or `c`."""
    *others, final = (f"`{word}`" for word in words)
    return f"{', '.join(others)} {last} {final}" if others else final
