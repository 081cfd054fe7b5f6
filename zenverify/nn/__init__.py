"""Layers, losses and optimisers on `zenverify.Tensor`, and a model that is trained with them."""

from zenverify.nn.activations import ReLU, Sigmoid, Softmax, Tanh
from zenverify.nn.convolution import Conv2D, MaxPool2D
from zenverify.nn.layer import Layer
from zenverify.nn.linear import Flatten, Linear
from zenverify.nn.losses import MSE, categorical_crossentropy
from zenverify.nn.model import History, Model
from zenverify.nn.optimisers import SGD, Adam, Momentum, Optimiser, RMSProp, clip_gradients
from zenverify.nn.recurrent import RNN

__all__ = [
    "MSE",
    "RNN",
    "SGD",
    "Adam",
    "Conv2D",
    "Flatten",
    "History",
    "Layer",
    "Linear",
    "MaxPool2D",
    "Model",
    "Momentum",
    "Optimiser",
    "RMSProp",
    "ReLU",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "categorical_crossentropy",
    "clip_gradients",
]
