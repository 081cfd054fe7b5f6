"""Declarations given as text: what `expression_text` and `domain_text` are made of."""
