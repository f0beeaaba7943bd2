"""How fast mcqtest is, against a peer and against the machine. Run with ``python -m speed``.

Measurements are never tests: they are printed, and written to docs/performance.md.
"""
