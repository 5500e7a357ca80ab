"""How fast NetViz is, measured: ``python -m netviz.benchmarks``; no part of the app."""
