"""How far an engine's numbers are from the truth, and how far they must be.

`operations.search_operation` searches for the inputs where an operation is most inaccurate;
`errors` measures, `conditioning` says what no formula could avoid. `card` has all that is found out
about one operation, these numbers among it.
"""
