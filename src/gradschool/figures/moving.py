"""A figure that moves: a still picture, and what a script changes in it.

The script is part of the output and asks nothing of any other place. Where scripts do not run
(an untrusted notebook, a page without them, a terminal) the still picture is all there is, and it
says the same.
"""

import base64
import hashlib
import html
import io
import json
from dataclasses import dataclass
from string import Template
from typing import TYPE_CHECKING, Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gradschool.figures.plotting import POINTS, point_scale
from gradschool.figures.style import BLUE, DPI, MARK, PAPER, SANS, tint

if TYPE_CHECKING:
    from matplotlib.artist import Artist

Point = tuple[float, float]

_DENSITY: Final = 2  # pixels of a png to a CSS pixel


@dataclass(frozen=True)
class Moment:
    """One frame; nothing is drawn where there is None.

    Attributes:
        line: both ends of a line, as points of the first axes.
        heights: of the line at each point of the data; none if there is no line.
        dot: a point of the second axes.
        words: what is written below.
        name: what the slider calls the frame.
    """

    line: tuple[Point, Point] | None
    heights: list[float]
    dot: Point | None
    words: str
    name: str


class Animated(Figure):
    """A figure with moments: as a Figure it is the still picture, `as_html` makes it move."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.moments: list[Moment] = []
        self.data: list[Point] = []
        self.only_still: list[Artist] = []

    def as_html(self, description: str) -> str:
        """The figure for a web page: the still picture, and controls that a script puts there."""
        still = self._png()
        for artist in self.only_still:
            artist.set_visible(False)
        ground = self._png()
        for artist in self.only_still:
            artist.set_visible(True)
        # "<" would end the script if a word of it were a tag.
        data = json.dumps(self._content(ground), separators=(",", ":")).replace("<", "\\u003c")
        return _PAGE.substitute(
            id=hashlib.sha256(data.encode()).hexdigest()[:12],
            alt=html.escape(description),
            still=still,
            width=round(self.get_size_inches()[0] * DPI),
            data=data,
            line=BLUE,
            stem=tint(MARK, 0.6),
            dot=MARK,
            paper=PAPER,
            ink=POINTS,
            size=round(3.2 * point_scale(len(self.data)), 2),
            stem_width=round(1.4 * point_scale(len(self.data)), 2),
            sans=SANS,
        )

    def _content(self, ground: str) -> dict[str, Any]:
        """What the script draws, in CSS pixels from the left upper corner of the picture."""
        left, right = self.axes[:2]
        low, high = left.get_ylim()
        corner, end = (
            self._at(left, left.get_xlim()[0], high),
            self._at(left, left.get_xlim()[1], low),
        )
        frames = [
            {
                "l": moment.line
                and [*self._at(left, *moment.line[0]), *self._at(left, *moment.line[1])],
                "s": [
                    self._at(left, 0, min(max(height, low), high))[1]
                    for height in (moment.heights if moment.line else [])
                ],
                "d": moment.dot and self._at(right, *moment.dot),
                "w": moment.words,
                "n": moment.name,
            }
            for moment in self.moments
        ]
        return {
            "size": [round(inches * DPI) for inches in self.get_size_inches()],
            "box": [*corner, round(end[0] - corner[0], 1), round(end[1] - corner[1], 1)],
            "points": [self._at(left, *point) for point in self.data],
            "frames": frames,
            "ground": f"data:image/png;base64,{ground}",
        }

    def _at(self, axes: Axes, x: float, y: float) -> list[float]:
        across, up = axes.transData.transform((x, y)) * DPI / self.dpi
        return [round(across, 1), round(self.get_size_inches()[1] * DPI - up, 1)]

    def _png(self) -> str:
        # Without a tight box: a point of the axes must be where `_at` says.
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=DPI * _DENSITY)
        return base64.b64encode(buffer.getvalue()).decode("ascii")


# Controls are made by the script, so that without it there are none that do nothing.
_PAGE: Final = Template("""\
<div class="gradschool-animation" data-animation="$id" style="max-width:${width}px">
<div style="position:relative"><img alt="$alt" width="$width" \
style="display:block;max-width:100%;height:auto;background:#fff" src="data:image/png;base64,$still"></div>
<script>
(function () {
  var data = $data;
  function make(tag, attributes, parent) {
    var node = /^(svg|line|circle|path|rect|clipPath|g)$$/.test(tag)
      ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
    Object.keys(attributes).forEach(function (key) { node.setAttribute(key, attributes[key]); });
    return parent.appendChild(node);
  }
  function start(root) {
    root.setAttribute("data-on", "yes");
    var picture = root.querySelector("img"), still = picture.src, holder = picture.parentNode;
    var clip = "clip-$id-" + document.querySelectorAll("[data-on]").length, timer = null;
    var svg = make("svg", {viewBox: "0 0 " + data.size.join(" "), "aria-hidden": "true",
      style: "position:absolute;left:0;top:0;width:100%;height:100%;display:none"}, holder);
    make("rect", {x: data.box[0], y: data.box[1], width: data.box[2], height: data.box[3]},
      make("clipPath", {id: clip}, svg));
    var inside = make("g", {"clip-path": "url(#" + clip + ")"}, svg);
    var stems = make("path", {stroke: "$stem", "stroke-width": $stem_width, fill: "none"}, inside);
    var line = make("line", {stroke: "$line", "stroke-width": 3}, inside);
    var points = make("g", {}, inside);
    data.points.forEach(function (p) {
      make("circle", {cx: p[0], cy: p[1], r: $size, fill: "$ink", stroke: "$paper", "stroke-width": 0.6}, points);
    });
    var dot = make("circle", {r: 5.5, fill: "$dot", stroke: "$paper", "stroke-width": 1.5}, svg);
    var words = make("div", {style: "font:13px '$sans',sans-serif;min-height:1.5em;padding:2px 4px"}, root);
    words.textContent = data.frames[data.frames.length - 1].w;
    var row = make("div", {style: "display:flex;gap:8px;align-items:center"}, root);
    var button = make("button", {type: "button", style: "min-width:6.5em;padding:3px 8px"}, row);
    var slider = make("input", {type: "range", min: 0, max: data.frames.length - 1, step: 1,
      "aria-label": "moment of the animation", style: "flex:1"}, row);
    slider.value = data.frames.length - 1;
    function show(number) {
      var frame = data.frames[number], l = frame.l, path = "";
      picture.src = data.ground;
      svg.style.display = "block";
      line.style.display = stems.style.display = l ? "" : "none";
      dot.style.display = frame.d ? "" : "none";
      if (l) {
        ["x1", "y1", "x2", "y2"].forEach(function (key, i) { line.setAttribute(key, l[i]); });
        data.points.forEach(function (p, i) {
          path += "M" + p[0] + " " + p[1] + "V" + frame.s[i];
        });
        stems.setAttribute("d", path);
      }
      if (frame.d) { dot.setAttribute("cx", frame.d[0]); dot.setAttribute("cy", frame.d[1]); }
      words.textContent = frame.w;
      slider.value = number;
      slider.setAttribute("aria-valuetext", frame.n);
    }
    function stop() { clearInterval(timer); timer = null; button.textContent = "Play"; }
    function step() {
      if (!root.isConnected || +slider.value + 1 >= data.frames.length) { stop(); return; }
      show(+slider.value + 1);
    }
    button.onclick = function () {
      if (timer) { stop(); return; }
      if (+slider.value + 1 >= data.frames.length) { show(0); }
      timer = setInterval(step, 130);
      button.textContent = "Pause";
    };
    slider.oninput = function () { stop(); show(+slider.value); };
    stop();
  }
  // JupyterLab may run this before the output is on the page: it looks again for ten minutes.
  function look(tries) {
    var found = document.querySelectorAll('[data-animation="$id"]:not([data-on])');
    Array.prototype.forEach.call(found, start);
    if (!found.length && tries) { setTimeout(function () { look(tries - 1); }, 100); }
  }
  look(6000);
})();
</script>
</div>
""")
