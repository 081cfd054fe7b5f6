"""A small differentiation library with twenty faults, each of which can be mended by itself."""
