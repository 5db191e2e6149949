"""A release for programs in Python: `finding` says which, `opened` asks it, `tables` hold what it says.

What people import is `pilotgraph` itself, whose functions lead here.
"""
