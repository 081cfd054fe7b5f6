"""JUnit XML: a test case per operation that was exercised, a failure per cause's finding."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from zenverify.output.forms.told import Told, safe
from zenverify.output.model.catalogue_order import in_catalogue_order
from zenverify.output.model.run import RunModel


def junit(model: RunModel, found: tuple[Told, ...]) -> str:
    """The document's text, as Ant's JUnit task and its many readers have it."""
    new = [one for one in found if not one.discrepancy.known]
    failing = {one.discrepancy.bucket.operation for one in found}
    right = [name for name in in_catalogue_order(model.coverage) if name not in failing]
    time = {} if model.seconds is None else {"time": f"{model.seconds:.3f}"}
    suite = Element(
        "testsuite",
        time,
        name=safe(f"zenverify: {model.engine} {model.engine_version}"),
        tests=str(len(right) + len(found)),
        failures=str(len(new)),
        errors="0",
        skipped=str(len(found) - len(new) + len(model.unsupported)),
    )
    properties = SubElement(suite, "properties")
    for name, value in (
        ("engine", f"{model.engine} {model.engine_version}"),
        ("zenverify", model.zenverify_version),
        ("seed", str(model.seed)),
        ("graphs", str(model.cases)),
        ("command", model.command),
    ):
        SubElement(properties, "property", name=name, value=safe(value))
    group = safe(f"zenverify.{model.engine}")
    for one in found:
        case = SubElement(suite, "testcase", classname=group, name=one.title)
        if one.discrepancy.known:
            SubElement(case, "skipped", message=safe(f"known: {one.discrepancy.known}"))
            continue
        failure = SubElement(
            case, "failure", message=one.sentence, type=str(one.discrepancy.finding.verdict)
        )
        failure.text = "\n".join(filter(None, (one.message, one.headline, one.replay)))
    for name in right:
        SubElement(suite, "testcase", classname=group, name=safe(name))
    for name in model.unsupported:
        case = SubElement(suite, "testcase", classname=group, name=safe(name))
        SubElement(case, "skipped", message="not offered by the engine")
    suite.set("tests", str(len(suite.findall("testcase"))))
    suites = Element("testsuites")
    suites.append(suite)
    indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(suites, encoding="unicode") + "\n"
