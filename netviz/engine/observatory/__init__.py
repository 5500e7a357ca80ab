"""Who looks at the network, and when: each visible view is served when it is due.

What is computed for a view belongs in `probes`; this room only decides when.
"""
