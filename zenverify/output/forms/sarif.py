"""SARIF 2.1.0, for code scanning: a rule per kind of verdict, a result per discrepancy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

from zenverify.output.forms.told import Told, safe
from zenverify.output.model.run import RunModel

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
"""Where the published schema is; nothing is fetched from there."""

_MEANING = {
    "ENGINE_WRONG": "The engine's number is outside the enclosure of the truth.",
    "EXPRESSION_WRONG": "The operator's SymPy expression is at fault.",
    "DISPUTED": "Engine, expression and finite difference all disagree.",
    "INACCURATE": "Right to first order, but more digits are lost than conditioning explains.",
    "NON_FINITE": "NaN or infinity where the truth is finite, or the other way round.",
    "CRASH": "The engine raised where the expression has a value.",
    "NON_DETERMINISTIC": "The same case gives another number each time.",
    "TIMEOUT": "A pass of the engine did not return in time.",
    "STRUCTURE": "A shape, a dtype, shared memory, or something that was changed.",
    "CONVENTION": "At a kink, not what the engine declares.",
}


def sarif(model: RunModel, found: tuple[Told, ...]) -> str:
    """The log's text."""
    rules = list(dict.fromkeys(str(one.discrepancy.finding.verdict) for one in found))
    run = {
        "tool": {
            "driver": {
                "name": "zenverify",
                "version": model.zenverify_version,
                "rules": [
                    {"id": rule, "shortDescription": {"text": _MEANING.get(rule, rule)}}
                    for rule in rules
                ],
            }
        },
        "columnKind": "utf16CodeUnits",
        "results": [_result(model, one, rules) for one in found],
        "properties": {
            "engine": safe(model.engine),
            "engineVersion": safe(model.engine_version),
            "seed": model.seed,
            "graphs": model.cases,
            "command": safe(model.command),
        },
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=1, allow_nan=False) + "\n"


def _result(model: RunModel, one: Told, rules: list[str]) -> dict[str, Any]:
    shown = one.discrepancy
    rule = str(shown.finding.verdict)
    text = f"{one.title}. {one.sentence}"
    if one.replay:
        text += f" To have it again: {one.replay}"
    result: dict[str, Any] = {
        "ruleId": rule,
        "ruleIndex": rules.index(rule),
        "level": "note" if shown.known else "error",
        "message": {"text": text},
        "partialFingerprints": {"zenverify/v1": one.rule},
        "properties": {"cause": one.cause, "headline": one.headline, "message": one.message},
    }
    location = _location(model, one)
    if location is not None:
        result["locations"] = [location]
    if shown.known:
        justification = safe(shown.known)
        result["suppressions"] = [{"kind": "external", "justification": justification}]
    return result


def _location(model: RunModel, one: Told) -> dict[str, Any] | None:
    """The engine's own line; where it is not known, the corpus entry; None without either."""
    if one.source is not None:
        return _physical(model, one.source.file, max(one.source.line, 1))
    if one.discrepancy.path:
        return _physical(model, one.discrepancy.path, 1)
    return None


def _physical(model: RunModel, path: str, line: int) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": _uri(model, path)}, "region": {"startLine": line}}
    return {"physicalLocation": place}


def _uri(model: RunModel, path: str) -> str:
    """Relative to the folder of the run where that is above; programs resolve it in a clone."""
    given = Path(path)
    below = model.directory or Path.cwd()
    if given.is_absolute() and given.is_relative_to(below):
        given = given.relative_to(below)
    text = quote(safe(given.as_posix()))
    return f"file://{text}" if given.is_absolute() else text
