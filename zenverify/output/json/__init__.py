"""What programs read: objects that the standard library's `json` can write."""
