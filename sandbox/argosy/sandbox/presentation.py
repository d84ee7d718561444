"""How an answer shows objects: as themselves, as rows of a table, or as their metadata only (`Accept`)."""

from dataclasses import dataclass
from enum import Enum

from argosy.sandbox.listing import Page, encoded_list, shown
from argosy.sandbox.messages import Request
from argosy.sandbox.resource_types import ObjectType
from argosy.sandbox.state import ClusterState
from argosy.sandbox.store import Object, Stored, encode
from argosy.sandbox.table import Table, table_of
from argosy.sandbox.versions import in_version
from argosy.sandbox.watching import Show

__all__ = ["Form", "Presentation", "presentation_of"]


class Form(Enum):
    """What the client asked for."""

    OBJECT = "object"
    TABLE = "table"
    METADATA = "metadata"


def presentation_of(request: Request, state: ClusterState, kind: ObjectType) -> "Presentation":
    """The first form in `Accept` that the sandbox has; JSON objects where it has none."""
    form = Form.OBJECT
    for accepted in request.accept.split(","):
        parameters = {part.strip() for part in accepted.split(";")}
        if "as=Table" in parameters:
            form = Form.TABLE
        elif parameters & {"as=PartialObjectMetadata", "as=PartialObjectMetadataList"}:
            form = Form.METADATA
        elif "application/json" not in parameters and "*/*" not in parameters:
            continue
        break
    return Presentation(form, state, kind, request.query.get("includeObject", "Metadata"))


@dataclass(frozen=True, slots=True)
class Presentation:
    """One form for the objects of one type."""

    form: Form
    state: ClusterState
    kind: ObjectType
    include: str

    def one(self, obj: Object, encoded: bytes) -> bytes:
        """A single object, given with its bytes."""
        if self.form is Form.TABLE:
            version = obj["metadata"].get("resourceVersion", "")
            return encode(self._table([obj], {"resourceVersion": version}))
        if self.form is Form.METADATA:
            return encode(_partial(obj))
        return encoded

    def stored(self, stored: Stored) -> bytes:
        """A single object from the store."""
        if self.form is Form.OBJECT:
            return shown(stored, self.kind)
        return self.one(in_version(stored.object, self.kind), stored.encoded)

    def page(self, page: Page) -> bytes:
        """A list."""
        if self.form is Form.OBJECT:
            return encoded_list(self.kind, page)
        objects = [in_version(item.object, self.kind) for item in page.items]
        if self.form is Form.TABLE:
            return encode(self._table(objects, page.metadata()))
        return encode(
            {
                "kind": "PartialObjectMetadataList",
                "apiVersion": "meta.k8s.io/v1",
                "metadata": page.metadata(),
                "items": [_partial(obj) for obj in objects],
            }
        )

    def in_watch(self) -> Show:
        """How a watch shows its objects: column definitions come with the first row only."""
        if self.form is not Form.TABLE:
            return self.stored
        first = True

        def show(stored: Stored) -> bytes:
            nonlocal first
            obj = in_version(stored.object, self.kind)
            table = self._table([obj], {"resourceVersion": str(stored.version)})
            if not first:
                table["columnDefinitions"] = []
            first = False
            return encode(table)

        return show

    def _table(self, objects: list[Object], metadata: Object) -> Table:
        return table_of(self.kind, objects, metadata, self.state.clock.now(), self.include)


def _partial(obj: Object) -> Object:
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": obj["metadata"]}
