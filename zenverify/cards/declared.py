from zenverify.cards.card import Declared


def declared(operator):
    return Declared(
        domains=tuple(a.domain for a in operator.arguments if a.domain), kinks=operator.kinks
    )
