"""Bytes become text: canonical text with offsets, sections, tables and tagged facts. Pure, except for lxml."""
