"""A stand-in for EDGAR: a real HTTP process that serves recordings at EDGAR's own paths, and never the network.

What it knows is `manifest.json` (committed, made by `build_manifest`) over the recordings of `../shared/data/filings`
and the hand-written sample company of `corpus/`. Whatever is not there answers 599.
"""
