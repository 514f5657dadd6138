"""PURE. What a story is and who may have how much of it. Knows the standard library, lxml, itsdangerous."""
