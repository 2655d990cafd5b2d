"""`make bench`: what pages cost beside a bare Django view, and the search engine alone, in one run."""
