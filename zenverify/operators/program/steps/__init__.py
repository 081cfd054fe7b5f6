"""The steps that programs are made of, one to a module."""
