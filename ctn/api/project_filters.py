"""What projects are looked for by: words in their names and ids, type, vintage, class, country."""

from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import ColumnElement, Text, func, or_, select, type_coerce

from ctn.api.asks import Country, Filter, Free, Year
from ctn.views import tables

_projects = tables.RECORDS["project"].table
_batches = tables.RECORDS["batch"].table
Rule = ColumnElement[bool]


async def sought(q: Free = "", type: Filter = "", vintage: Year = "") -> list[Rule]:  # noqa: A002
    """The rules of a search: `q` in id, name or ids elsewhere, `vintage` that of a batch."""
    rules: list[Rule] = []
    column = _projects.c
    if q.strip():
        texts: list[Any] = [column.id, column.name, type_coerce(column.external, Text)]
        wanted = q.strip().lower()
        rules.append(or_(*[func.lower(text).contains(wanted, autoescape=True) for text in texts]))
    if type:
        rules.append(column.type == type)
    if vintage:
        batches = select(_batches.c.project).where(_batches.c.vintage == int(vintage))
        rules.append(column.id.in_(batches))
    return rules


async def stated(class_id: Filter = "", country: Country = "", status: Filter = "") -> list[Rule]:
    """The rules of what a project states of itself."""
    asked = {"class": class_id, "country": country, "status": status}
    return [_projects.c[name] == value for name, value in asked.items() if value]


# What a parameter gives is no model of a body: FastAPI need not know its type.
Sought = Annotated[Any, Depends(sought)]
Stated = Annotated[Any, Depends(stated)]
