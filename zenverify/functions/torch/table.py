"""torch's functions in terms of the catalogue: each has torch's own signature.

An argument that is missing there, or a value that a function refuses, is not declared: then the
call is checked by differences.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from zenverify.functions.torch.tables import (
    elementwise,
    matrices,
    networks,
    padding,
    products,
    recurrent,
    reductions,
    resampling,
    scattering,
    windows,
)

ELEMENTWISE = frozenset(elementwise.FUNCTIONS)
"""Those whose results' elements each depend on one of each operand."""

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **elementwise.FUNCTIONS,
    **reductions.FUNCTIONS,
    **products.FUNCTIONS,
    **matrices.FUNCTIONS,
    **recurrent.FUNCTIONS,
    **scattering.FUNCTIONS,
    **padding.FUNCTIONS,
    **windows.FUNCTIONS,
    **networks.FUNCTIONS,
    **resampling.FUNCTIONS,
}

MOVEMENTS = frozenset(
    "T mT H mH adjoint view view_as view_copy reshape reshape_as flatten unflatten ravel permute "
    "permute_copy transpose transpose_copy swapaxes swapdims movedim moveaxis t t_copy squeeze "
    "squeeze_copy unsqueeze unsqueeze_copy expand expand_as expand_copy broadcast_to "
    "broadcast_tensors meshgrid getitem select select_copy narrow narrow_copy slice slice_copy "
    "index_select take gather unbind unbind_copy chunk unsafe_chunk split unsafe_split "
    "split_with_sizes split_with_sizes_copy tensor_split hsplit vsplit dsplit cat concat "
    "concatenate stack hstack vstack dstack row_stack column_stack block_diag cartesian_prod "
    "combinations flip fliplr flipud roll rot90 tile repeat repeat_interleave diagonal "
    "diagonal_copy linalg_diagonal diag diagflat diag_embed tril triu unfold unfold_copy im2col "
    "masked_select take_along_dim as_strided as_strided_copy select_scatter slice_scatter "
    "diagonal_scatter as_strided_scatter index_copy masked_scatter channel_shuffle pixel_shuffle "
    "pixel_unshuffle fft_fftshift fft_ifftshift upsample_nearest1d upsample_nearest2d "
    "upsample_nearest3d _upsample_nearest_exact1d _upsample_nearest_exact2d "
    "_upsample_nearest_exact3d max_unpool2d max_unpool3d atleast_1d atleast_2d "
    "atleast_3d".split()
)
"""Functions that only move elements, or put in zeros."""
