"""The objects that specifications describe, as frozen types over their plain manifests."""
