"""Operations of neural networks."""

from __future__ import annotations

import numpy as np

import zenverify.tensor as zt
from tests.tensor.calls.call import Calls

CALLS: Calls = {
    "softmax": (zt.softmax, [(2, 3)]),
    "masked_softmax": (lambda x: zt.masked_softmax(x, [True, False, True]), [(2, 3)]),
    "masked_logsumexp": (
        lambda x: zt.masked_logsumexp(x, np.arange(6).reshape(2, 3) % 4 != 1, 1),
        [(2, 3)],
    ),
    "log_softmax": (zt.log_softmax, [(2, 3)]),
    "conv1d": (lambda x, w: zt.conv1d(x, w, 2, 1, 2, 2), [(1, 2, 5), (2, 1, 2)]),
    "conv2d": (lambda x, w: zt.conv2d(x, w, 2, 1), [(1, 2, 3, 3), (2, 2, 2, 2)]),
    "conv_transpose1d": (
        lambda x, w: zt.conv_transpose1d(x, w, 2, 1, 1, 2, 2),
        [(1, 2, 3), (2, 2, 2)],
    ),
    "conv_transpose2d": (
        lambda x, w: zt.conv_transpose2d(x, w, (2, 1), 1),
        [(2, 1, 2, 3), (1, 2, 3, 2)],
    ),
    "max_pool1d": (lambda x: zt.max_pool1d(x, 3, 2, 1), [(1, 2, 5)]),
    "max_pool2d": (lambda x: zt.max_pool2d(x, 2, 1, 1), [(1, 1, 3, 2)]),
    "avg_pool1d": (lambda x: zt.avg_pool1d(x, 3, 2, 1), [(1, 2, 5)]),
    "avg_pool2d": (lambda x: zt.avg_pool2d(x, 2, 1, 1), [(1, 1, 3, 2)]),
    "adaptive_avg_pool2d": (lambda x: zt.adaptive_avg_pool2d(x, (2, 3)), [(1, 2, 3, 4)]),
    "adaptive_max_pool2d": (lambda x: zt.adaptive_max_pool2d(x, (2, 3)), [(1, 2, 3, 4)]),
    "batch_norm": (zt.batch_norm, [(3, 2, 2), (2,), (2,)]),
    "layer_norm": (zt.layer_norm, [(2, 3, 2), (3, 2), (3, 2)]),
    "rms_norm": (zt.rms_norm, [(2, 3), (3,)]),
    "scaled_dot_product_attention": (
        lambda q, k, v: zt.scaled_dot_product_attention(q, k, v, np.arange(4) != 1, True),
        [(2, 3, 2), (4, 2), (2, 4, 3)],
    ),
    "embedding": (lambda w: zt.embedding(w, [[2, 0], [2, 1]]), [(3, 2)]),
    "dropout": (lambda x: zt.dropout(x, np.arange(6).reshape(2, 3) % 2 == 0, 0.25), [(2, 3)]),
    "mse_loss": (zt.mse_loss, [(2, 3), (2, 3)]),
    "l1_loss": (zt.l1_loss, [(2, 3), (2, 3)]),
    "huber": (lambda x, y: zt.huber(x, y, 0.25), [(2, 3), (2, 3)]),
    "smooth_l1_loss": (lambda x, y: zt.smooth_l1_loss(x, y, 0.25), [(2, 3), (2, 3)]),
    "cross_entropy": (lambda x: zt.cross_entropy(x, [[2, 0], [1, -100]]), [(2, 3, 2)]),
    "soft_cross_entropy": (zt.soft_cross_entropy, [(2, 3), (2, 3)]),
    "kl_div": (lambda x, y: zt.kl_div(x, y, "batchmean"), [(2, 3), (2, 3)]),
    "binary_cross_entropy_with_logits": (
        zt.binary_cross_entropy_with_logits,
        [(2, 3), (2, 3)],
    ),
}
