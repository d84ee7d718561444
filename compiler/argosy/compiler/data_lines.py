"""Where a wrong value is to be mended: in the data file that it was written in, or in the template."""

from dataclasses import replace

from argosy.schemas.finding import Finding, Related

__all__ = ["at_data_line"]


def at_data_line(finding: Finding) -> Finding:
    """A finding on one generated Application stands at the line of the data file that gave the value, if that
    is one line of one file; the line of the template follows."""
    written = [each for each in finding.related if each.is_data]
    position = finding.position
    if len(written) != 1 or position is None or written[0].confidential:
        return finding
    line = written[0].position
    if line is None or line.file == position.file:
        return finding
    template = Related("filled in here", position, confidential=finding.confidential, is_template=True)
    others = tuple(each for each in finding.related if each is not written[0])
    return replace(finding, position=line, confidential=False, related=(template, *others))
