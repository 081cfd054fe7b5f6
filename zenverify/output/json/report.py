"""A finished run as one JSON document; `report.schema.json` beside this file describes it."""

from __future__ import annotations

import json
import math
from typing import Any

from zenverify.graph.case import case_to_data
from zenverify.output.forms.told import Told, safe
from zenverify.output.model.run import RunModel
from zenverify.output.model.verdict import heading_of, state_of

FORMAT = 1
"""The version of the schema. What is removed or changes its meaning gets another."""


def report(model: RunModel, found: tuple[Told, ...]) -> str:
    """The document's text."""
    return json.dumps(_data(model, found), indent=1, allow_nan=False) + "\n"


def _data(model: RunModel, found: tuple[Told, ...]) -> dict[str, Any]:
    worst = model.worst_units
    return {
        "format": FORMAT,
        "zenverify": model.zenverify_version,
        "engine": {
            "name": safe(model.engine),
            "version": safe(model.engine_version),
            "spec": safe(model.engine_spec),
        },
        "run": {
            "seed": model.seed,
            "graphs": model.cases,
            "nodes": model.nodes,
            "elements": model.elements,
            "command": safe(model.command),
            "stop_reason": model.stop_reason,
            "exit_code": model.exit_code,
            "seconds": model.seconds,
            "planted": None if model.planted is None else safe(str(model.planted)),
            "largest_residual": worst if math.isfinite(worst) else str(worst),
        },
        "verdict": {"state": state_of(model), "heading": safe(heading_of(model))},
        "causes": [
            {
                "number": number,
                "headline": safe(cause.headline),
                "place": safe(cause.place),
                "operations": [safe(name) for name in cause.operations],
                "findings": [_finding(one) for one in found if one.cause == number],
            }
            for number, cause in enumerate(model.causes, start=1)
        ],
        "coverage": {
            safe(name): {safe(condition): count for condition, count in row.items()}
            for name, row in model.coverage.items()
        },
        "accuracy": {safe(name): row for name, row in model.accuracy.items()},
        "unsupported": [safe(name) for name in model.unsupported],
        "notes": {safe(note): count for note, count in model.notes.items()},
        "not_looked_at": [
            {
                "kind": one.kind,
                "text": safe(one.text),
                "operations": [safe(name) for name in one.operations],
            }
            for one in model.not_looked_at
        ],
        "gone": [safe(name) for name in model.gone],
    }


def _finding(one: Told) -> dict[str, Any]:
    shown = one.discrepancy
    key, finding = shown.bucket, shown.finding
    return {
        "title": one.title,
        "sentence": one.sentence,
        "message": one.message,
        "verdict": str(finding.verdict),
        "operation": safe(key.operation),
        "argument": key.argument,
        "condition": safe(key.condition),
        "pass": str(finding.during),
        "check": safe(finding.check),
        "first_graph": shown.first_number,
        "graphs": shown.count,
        "known": safe(shown.known),
        "entry": None if shown.path is None else safe(shown.path),
        "replay": one.replay,
        "numbers": {"engine": one.engine, "truth": one.truth, "difference": one.difference}
        if one.engine
        else None,
        "source": None
        if one.source is None
        else {"file": safe(one.source.file), "line": one.source.line},
        "case": case_to_data(shown.case),
    }
