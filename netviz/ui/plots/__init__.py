"""Plots of the run over its steps: loss, accuracy, learning rate, and what surrounds them.

`MetricPlot` is the card; a `Metric` says what is drawn on it. Charts of one layer or class are in
`views`, and what any chart needs is in `charts`.
"""
