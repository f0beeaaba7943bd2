"""The fault campaign of docs/reliability.md: runs that are killed, disks that are full, files that
are changed. A program that starts others and takes minutes; no test, and no part of the wheel.
"""
