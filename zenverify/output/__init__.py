"""Everything that a reader is shown: one model of a run, and the forms that it is shown in."""
