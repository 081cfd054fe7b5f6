"""Graphs and plots as SVG."""
