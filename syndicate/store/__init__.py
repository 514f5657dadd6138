"""Tables, queries, migrations: the only room with SQL. Knows the core; gives and takes its values.

A store function takes the connection first and never commits. History, acts and receipts have no update
and no delete function.
"""
