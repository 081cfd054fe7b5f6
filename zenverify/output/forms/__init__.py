"""A finished run for programs and forms of others: JSON, JUnit, SARIF, Markdown, GitHub."""
