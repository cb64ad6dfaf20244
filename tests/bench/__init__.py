"""`make bench`: how fast and how large the site is, each figure beside its yardstick."""
