"""Sprig's functions on paths: those of Go's package path; the `os…` ones are the same on Linux."""

from argosy.compiler.templating.gotemplate.functions import Table

__all__ = ["FUNCTIONS"]


def _base(path: str) -> str:
    if not path:
        return "."
    return path.rstrip("/").rpartition("/")[2] or "/"


def _clean(path: str) -> str:
    rooted = path.startswith("/")
    parts: list[str] = []
    for part in path.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part == "..":
            parts += [] if rooted else [part]
        elif part not in ("", "."):
            parts.append(part)
    return ("/" if rooted else "") + "/".join(parts) or "."


def _dir(path: str) -> str:
    return _clean(path[: path.rfind("/") + 1])


def _ext(path: str) -> str:
    name = path[path.rfind("/") + 1 :]
    return name[name.rfind(".") :] if "." in name else ""


def _is_abs(path: str) -> bool:
    return path.startswith("/")


FUNCTIONS: Table = {
    "base": (_base, "string", "string"),
    "clean": (_clean, "string", "string"),
    "dir": (_dir, "string", "string"),
    "ext": (_ext, "string", "string"),
    "isAbs": (_is_abs, "string", "bool"),
    "osBase": (_base, "string", "string"),
    "osClean": (_clean, "string", "string"),
    "osDir": (_dir, "string", "string"),
    "osExt": (_ext, "string", "string"),
    "osIsAbs": (_is_abs, "string", "bool"),
}
