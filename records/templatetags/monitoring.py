"""The way from the admin's first page to the monitoring board."""

from typing import Any

from django import template

from records.statistics import board

register = template.Library()


@register.inclusion_tag("admin/records/board_link.html", takes_context=True)
def board_link(context: dict[str, Any]) -> dict[str, Any]:
    """Links to the board and to the comparison, for those who may open them."""
    user = context["request"].user
    return {"sees_board": board.sees_board(user), "sees_all": board.sees_all(user)}
