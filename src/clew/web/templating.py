"""Templates as every page takes them: escaped without exception, and a name that is not there is an error."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_FOLDER = Path(__file__).parent / "templates"


def templates_in(folder: str = "") -> Environment:
    """The templates of a folder beneath ours."""
    return Environment(
        loader=FileSystemLoader(_FOLDER / folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
