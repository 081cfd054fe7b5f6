"""The runs of a folder of reports: a record each, and an index of them all."""
