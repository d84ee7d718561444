"""Tables against those of a real API server (`tests/e2e/record_tables.py`), object by object."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from argosy.sandbox.schema_data import load_catalog
from argosy.sandbox.table import table_of

RECORDED = json.loads((Path(__file__).parents[1] / "fixtures" / "tables.json").read_text())
NOW = datetime(2026, 1, 1, tzinfo=UTC)
TIMES = {"Age", "Last Seen", "First Seen", "Duration", "Last Schedule"}
NAME_AND_AGE_ONLY = {
    "admissionregistration.k8s.io/v1/mutatingadmissionpolicies",
    "admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings",
    "admissionregistration.k8s.io/v1/validatingadmissionpolicies",
    "admissionregistration.k8s.io/v1/validatingadmissionpolicybindings",
    "certificates.k8s.io/v1/certificatesigningrequests",
    "certificates.k8s.io/v1/clustertrustbundles",
    "certificates.k8s.io/v1/podcertificaterequests",
    "flowcontrol.apiserver.k8s.io/v1/flowschemas",
    "flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations",
    "resource.k8s.io/v1/devicetaintrules",
    "resource.k8s.io/v1/resourceclaims",
    "resource.k8s.io/v1/resourceslices",
    "storage.k8s.io/v1/csidrivers",
    "storage.k8s.io/v1/csinodes",
    "storage.k8s.io/v1/csistoragecapacities",
    "storage.k8s.io/v1/volumeattachments",
    "storagemigration.k8s.io/v1/storageversionmigrations",
}
"""Kinds whose further columns the sandbox does not print."""


def kind_of(resource):
    group, version, plural = ("", *resource.split("/"))[-3:]
    return load_catalog().types[group, version, plural]


def columns_of(table):
    keys = ("name", "type", "format", "priority")
    return [[column[key] for key in keys] for column in table["columnDefinitions"]]


@pytest.mark.parametrize("resource", sorted(set(RECORDED["columns"]) - NAME_AND_AGE_ONLY))
def test_the_columns_of_a_kind_are_the_servers(resource):
    assert columns_of(table_of(kind_of(resource), [], {}, NOW)) == RECORDED["columns"][resource]


def test_other_kinds_print_name_and_age():
    for resource in NAME_AND_AGE_ONLY:
        names = [column[0] for column in columns_of(table_of(kind_of(resource), [], {}, NOW))]
        assert names == ["Name", "Age"]
        assert [column[0] for column in RECORDED["columns"][resource]] != names, "print it like the others"


@pytest.mark.parametrize(
    "row",
    [row for row in RECORDED["rows"] if row["resource"] not in NAME_AND_AGE_ONLY],
    ids=lambda row: f"{row['resource']}/{row['object']['metadata']['name']}",
)
def test_the_cells_of_an_object_are_the_servers(row):
    table = table_of(kind_of(row["resource"]), [row["object"]], {}, NOW)
    names = [column["name"] for column in table["columnDefinitions"]]
    found = dict(zip(names, table["rows"][0]["cells"], strict=True))
    expected = dict(zip(names, row["cells"], strict=False))  # the server gives IPAddresses one too many
    assert set(expected) == set(found)
    for cells in (found, expected):
        for name in TIMES & set(names):
            cells[name] = "then" if cells[name] not in {"", "<none>"} else cells[name]
    assert [repr(cell) for cell in found.values()] == [repr(cell) for cell in expected.values()]


def test_rows_hold_what_the_client_asks_for():
    row = RECORDED["rows"][0]
    kind = kind_of(row["resource"])
    whole = table_of(kind, [row["object"]], {}, NOW, "Object")["rows"][0]["object"]
    assert whole == row["object"]
    part = table_of(kind, [row["object"]], {}, NOW)["rows"][0]["object"]
    assert set(part) == {"kind", "apiVersion", "metadata"}
    assert "object" not in table_of(kind, [row["object"]], {}, NOW, "None")["rows"][0]
