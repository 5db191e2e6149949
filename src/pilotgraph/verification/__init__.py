"""A release that somebody holds -> whether it is what it says it is.

In: a directory, which nobody vouches for.  Out: a `Verdict` for each check, with all that it found wrong.

Most checks read what a stranger may have written, so they run in a process of their own (`apart`), with
bounds on time and memory and without a network: whatever lies in the directory, the answer is a report.  Only
what compares it with sources that the caller trusts (`rebuilding`) runs in the caller's process.
"""
