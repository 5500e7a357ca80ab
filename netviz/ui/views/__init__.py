"""The tabs below the plots, one room each; no tab knows another.

What several tabs share stands here (`page`, `layer_menu`), what others share too in `widgets`.
"""
