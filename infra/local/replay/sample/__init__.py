"""Write the sample corpus: filings of two companies that do not exist, for machines without recordings.

Every figure follows from `figures.py`, so statements add up and filings agree with one another; every page and every
JSON document says `sample: true`. `python -m infra.local.replay.sample.build` writes `../corpus` anew.
"""
