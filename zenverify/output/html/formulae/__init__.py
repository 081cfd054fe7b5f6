"""Formulae as MathML."""
