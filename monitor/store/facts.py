"""The names of single facts about the installation, as `meta` keeps them. Each stands here once."""

FIRST_START = "first_start_at"
OFFLINE = "offline_since"
"""Since when our own network is gone; empty: it is there."""
LIST_PROBLEM = "watch_list_problem"
"""What is wrong with the edited list; empty: it was taken over."""
BACKED_UP = "backed_up_at"
"""When the last daily copy was made."""
