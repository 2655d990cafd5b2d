"""Numbers in groups of three, as the reader's language writes them."""

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def grouped(number: int) -> str:
    return number_format(number, force_grouping=True)
