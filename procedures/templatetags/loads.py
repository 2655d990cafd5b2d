"""The stewards' notice of what did not take effect on its day."""

from typing import Any

from django import template

from procedures.models import CatalogueLoad, LoadState

register = template.Library()


@register.inclusion_tag("admin/procedures/failed_loads.html", takes_context=True)
def failed_loads(context: template.Context) -> dict[str, Any]:
    """The loads that failed and that nobody has put aside yet, for those who may bring loads."""
    user = context["request"].user
    if not user.has_perm("procedures.add_catalogueload"):
        return {"loads": []}
    return {"loads": list(CatalogueLoad.objects.filter(state=LoadState.FAILED))}
