"""What there is to show, whatever the form: the model of a run, and the words and numbers in it."""
