"""How items arrive without anybody at the keyboard: signed, from sources that are visited, from watched folders.

What it arrives in, `intake`, and the child that reads it are beside this room, and know nothing of it.
"""
