"""What a new process does before its first visitor: it meets the words and the procedures that people ask for."""

from django.conf import settings
from django.utils import translation

from . import listing, search
from .search.suggestions import common_searches

EACH = 3  # every third of the common searches holds nearly all of their words


def warm(index: search.Index) -> None:
    """Search for what is commonly searched for, and make the lists; takes about a second."""
    with translation.override(settings.LANGUAGE_CODE):
        for _folded, _rank, text in common_searches(index)[::EACH]:
            found = search.find(text, index=index)
            listing.rows(found, found.codes[: listing.PER_PAGE])
            listing.suggestions(index, search.suggest(index, text))
