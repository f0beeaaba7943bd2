"""Our reader as it was, edition two, so that what was recorded with it can still be compared
(``--reader=mcqtest-2``). Nothing here is changed any more: a change would be another edition.
"""
