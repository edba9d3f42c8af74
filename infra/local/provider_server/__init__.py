"""A stand-in for the five LLM providers: a real HTTP process that speaks chat completions and fails as it is told.

Only for tests, drills and the embedded stack. One port, one path prefix per provider: `/<provider>/chat/completions`,
`/<provider>/models`; `/__faults`, `/__answers` and `/__requests` script and show it.
"""
