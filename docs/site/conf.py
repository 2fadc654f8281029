"""The course as a website: `make site` builds it in build/site.

Sphinx reads its sources from a folder that `course_site` fills with the lessons and pages, so that
the links between them are those that work in a student's folder.
"""

import hashlib
import logging
import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE))
os.environ.setdefault("OMP_NUM_THREADS", "1")


def _digest() -> str:
    """Of what a lesson's outputs depend on beside its own code."""
    package = ROOT / "src/gradschool"
    sources = [*package.glob("figures/*.py"), *package.glob("checks/*.py")]
    held = b"".join(path.read_bytes() for path in sorted([*sources, ROOT / "constraints.txt"]))
    return hashlib.sha256(held).hexdigest()[:12]


def _quiet_kernels() -> None:
    """Kernels without the builder's own start-up files, and without remarks about themselves."""
    profile = ROOT / "build/site-cache/ipython/profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "ipython_kernel_config.py").write_text("c.IPKernelApp.log_level = 40\n")
    os.environ["IPYTHONDIR"] = str(profile.parent)
    logging.getLogger("traitlets").setLevel(logging.WARNING)


_quiet_kernels()

project = "gradschool"
author = "The gradschool founders"
project_copyright = author
html_title = "gradschool"
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.mathjax",
    "sphinx_copybutton",
    "course_site",
]
root_doc = "index"
exclude_patterns = ["downloads"]

# Markdown as JupyterLab reads it: formulas between dollars, and its anchors of headings.
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 4
myst_heading_slug_func = "course_site.anchor"

# Lessons are executed once, and again when their code, the package or a version changes.
nb_execution_mode = "cache"
nb_execution_cache_path = str(ROOT / "build/site-cache" / _digest())
nb_execution_in_temp = True
nb_execution_timeout = 120
nb_execution_raise_on_error = True
nb_ipywidgets_js: dict[str, dict[str, str]] = {}
nb_merge_streams = True

# The package's docstrings are prose with `code` between single backticks.
default_role = "code"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_member_order = "alphabetical"
napoleon_numpy_docstring = False
napoleon_use_ivar = True  # an attribute is described once

nitpicky = True
# Other projects' names: looking them up would need the network.
nitpick_ignore_regex = [
    ("py:.*", r"(collections|contextlib|matplotlib|numpy|torch|typing|types)\..*"),
    ("py:.*", r"(Any|Callable|Figure|Iterator|Mapping|Sequence|Tensor|optional|NDArray)"),
]

html_theme = "furo"
html_static_path = [str(HERE / "static")]
html_css_files = ["site.css"]
html_js_files = [("site.js", {"defer": "defer"})]
html_favicon = str(HERE / "static/favicon.svg")
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_theme_options = {"navigation_with_keys": False}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
mathjax_path = "mathjax/tex-chtml.js"
copybutton_selector = "div.cell_input pre, div.highlight-python pre, div.highlight-default pre"
