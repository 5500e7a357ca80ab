"""How fast NetViz is, measured: ``python -m netviz.benchmarks``; the app does without it."""
