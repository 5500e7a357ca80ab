"""What is worth pointing out in a run: one rule a module, each with its threshold and its source.

Rules are arithmetic on plain figures. What is measured for them belongs in `probes`, when in
`session`, how it is shown in the window. docs/findings.md lists the rules and how they were tried.
"""
