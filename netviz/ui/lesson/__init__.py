"""The widgets of lessons: they show the sheet that they are given and tell what the learner did.

No logic of lessons is here, and nothing that reads them; no widget knows a run.
"""
