"""Users and passwords in URLs: nothing that is said of the world holds any."""

import re

__all__ = ["without_user_info"]

_USER_INFO = re.compile(r"""(?<=://)[^/\s"'`]*@""")


def without_user_info(text: str) -> str:
    """The text with the user info of every URL in it taken out."""
    return _USER_INFO.sub("", text) if "@" in text else text
