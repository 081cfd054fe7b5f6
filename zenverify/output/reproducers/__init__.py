"""Scripts that show a discrepancy again, each as it stands, from any folder."""
