"""Lessons: files that are read, played and written; without a window and without torch.

What shows them is in `netviz/ui/lesson`, what joins them to a run in
`netviz/ui/presenters/lesson_presenter.py`.
"""
