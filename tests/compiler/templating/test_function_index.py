"""The literal index of template functions agrees with the tables of their modules."""

from importlib import import_module
from pathlib import Path

from argosy.compiler.templating.gotemplate import function_index, functions

PACKAGE = "argosy.compiler.templating.gotemplate"


def test_every_function_is_in_the_index_and_the_index_holds_no_other() -> None:
    folder = Path(function_index.__file__).parent
    modules = [PACKAGE + ".builtins", PACKAGE + ".argocd"]
    modules += [f"{PACKAGE}.sprig.{file.stem}" for file in folder.joinpath("sprig").glob("[a-z]*.py")]
    names = set()
    for module in modules:
        names |= set(getattr(import_module(module), "FUNCTIONS", ()))
    assert names == set(function_index.MODULES)


def test_each_function_is_found_under_its_name() -> None:
    known = functions()
    assert all(known[name].name == name for name in known)
    assert known["slice"].call is import_module(f"{PACKAGE}.sprig.lists").FUNCTIONS["slice"][0]
