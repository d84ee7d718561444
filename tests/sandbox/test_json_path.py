import pytest

from argosy.sandbox.json_path import JsonPathError, find

OBJECT = {
    "metadata": {"labels": {"app.kubernetes.io/name": "web"}},
    "status": {
        "conditions": [
            {"type": "Ready", "status": "True", "code": 7},
            {"type": "Stalled", "status": "False", "code": 8},
        ],
        "none": None,
    },
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (".status.conditions[0].type", ["Ready"]),
        ("{.status.conditions[-1].type}", ["Stalled"]),
        (".status.conditions[*].status", ["True", "False"]),
        ('.status.conditions[?(@.type=="Stalled")].status', ["False"]),
        (".status.conditions[?(@.type == 'Ready')].code", [7]),
        (".status.conditions[?(@.code==8)].type", ["Stalled"]),
        (r".metadata.labels.app\.kubernetes\.io/name", ["web"]),
        (".metadata.labels['app.kubernetes.io/name']", ["web"]),
        (".status.none", []),
        (".status.missing.deeper", []),
        (".status.conditions[9].type", []),
    ],
)
def test_a_path_finds_its_values(path, found):
    assert find(OBJECT, path) == found


@pytest.mark.parametrize("path", [".status[", "..status", ".a[?(@.b>1)]", "status"])
def test_a_path_that_is_not_read_says_where(path):
    with pytest.raises(JsonPathError, match="unsupported JSONPath"):
        find(OBJECT, path)
