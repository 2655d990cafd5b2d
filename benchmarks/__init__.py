"""`make bench`: what pages cost beside a bare Django view, and the search engine beside others, in one run."""
