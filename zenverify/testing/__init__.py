"""Drop-in checkers: ``zenverify.testing.torch.gradcheck``, ``zenverify.testing.jax.check_grads``.

They have the signatures and defaults of the libraries' own, so that one line of imports switches a
suite. ``pytest --zenverify-gradcheck`` does it without any.
"""
