"""Other libraries' gradient checks, given the very faults that are planted into the Zen engine.

Each peer lives in a module of its own and is loaded when it is asked for. None of them is needed by
anything else: ``pip install "zenverify[peers]"``.
"""
