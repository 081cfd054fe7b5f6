"""What follows from an expression: where it is defined, kinks and singularities."""
