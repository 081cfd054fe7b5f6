"""How far an engine's numbers are from the truth, and how far they must be.

`hunting.hunt` searches for the inputs where an operation loses most; `errors` measures,
`conditioning` says what no formula could avoid.
"""
