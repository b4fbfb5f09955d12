"""What AWS and PostgreSQL allow: data files with their sources, and the functions that ask them.

Importing a module of this package reads no file. The first question to a table reads that table's
file once. Every answer is plain data (numbers, strings, tuples of strings), so the same fact can be
checked in Python and written into a rendered Terraform `validation`.

Functions called `check...` and methods called `problems` return messages that say what was found,
what was expected and what to do; they never raise for a wrong value.
"""
