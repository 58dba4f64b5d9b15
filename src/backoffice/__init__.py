"""Client Backoffice: see what the Rose agent does on a client's website, and steer it."""

from importlib.metadata import version

__version__ = version("backoffice")
