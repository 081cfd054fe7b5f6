"""Pages of HTML. SymPy and Jinja are imported when a page is rendered, not before."""
