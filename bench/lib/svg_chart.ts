export interface LineChart {
  readonly kind: "lines";
  readonly name: string;
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly logX?: boolean;
  readonly series: readonly { readonly name: string; readonly points: readonly (readonly [number, number])[] }[];
  /** Where the y axis ends; the largest value by default. */
  readonly top?: number;
}

export interface BarChart {
  readonly kind: "bars";
  readonly name: string;
  readonly title: string;
  readonly y: string;
  /** One group of bars each. */
  readonly groups: readonly string[];
  /** One bar per group each. */
  readonly series: readonly { readonly name: string; readonly values: readonly number[] }[];
  readonly stacked?: boolean;
}

export type Chart = LineChart | BarChart;

const WIDTH = 640;
const HEIGHT = 400;
const PLOT = { left: 64, top: 40, right: 470, bottom: 350 };
const COLORS = ["#4269d0", "#efb118", "#ff725c", "#6cc5b0", "#3ca951", "#a463f2", "#97bbf5", "#9c6b4e"];

/** The chart as a whole SVG document, white behind it so that it can be read anywhere. */
export function svg(chart: Chart): string {
  const body = chart.kind === "lines" ? lines(chart) : bars(chart);
  const legend = chart.series.map(
    ({ name }, i) =>
      `<rect x="484" y="${PLOT.top + 22 * i}" width="12" height="12" fill="${color(i)}"/>` +
      text(502, PLOT.top + 10 + 22 * i, name),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    text(PLOT.left, 22, chart.title, 'font-weight="bold"'),
    text(16, (PLOT.top + PLOT.bottom) / 2, chart.y, `text-anchor="middle" transform="rotate(-90 16 195)"`),
    ...body,
    ...legend,
    "</svg>\n",
  ].join("\n");
}

function lines({ series, x, logX = false, top }: LineChart): string[] {
  const points = series.flatMap((line) => line.points);
  const scale = (value: number) => (logX ? Math.log2(value) : value);
  const xs = points.map(([at]) => scale(at));
  const from = logX ? Math.min(...xs) : 0;
  const to = Math.max(...xs);
  const yTop = top ?? Math.max(...points.map(([, value]) => value)) * 1.05;
  const px = (at: number) => PLOT.left + ((scale(at) - from) / (to - from || 1)) * (PLOT.right - PLOT.left);
  const marks = logX ? powersOfTwo(from, to) : ticks(to);
  return [
    ...yAxis(yTop),
    ...marks.map((at) => text(px(at), PLOT.bottom + 18, label(at), 'text-anchor="middle"')),
    text((PLOT.left + PLOT.right) / 2, PLOT.bottom + 38, x, 'text-anchor="middle"'),
    `<clipPath id="plot"><rect x="${PLOT.left}" y="${PLOT.top}" width="${PLOT.right - PLOT.left}" height="${PLOT.bottom - PLOT.top}"/></clipPath>`,
    ...series.map((line, i) => {
      const path = line.points.map(([at, value]) => `${px(at).toFixed(1)},${py(value, yTop).toFixed(1)}`).join(" ");
      return `<polyline points="${path}" clip-path="url(#plot)" fill="none" stroke="${color(i)}" stroke-width="2"/>`;
    }),
  ];
}

function bars({ series, groups, stacked = false }: BarChart): string[] {
  const sums = groups.map((_, g) => series.map(({ values }) => values[g]!));
  const yTop = Math.max(...sums.map((values) => (stacked ? values.reduce((a, b) => a + b, 0) : Math.max(...values))));
  const room = (PLOT.right - PLOT.left) / groups.length;
  const width = (room * 0.8) / (stacked ? 1 : series.length);
  const drawn = groups.flatMap((group, g) => {
    let below = 0;
    const left = PLOT.left + room * (g + 0.1);
    const rects = series.map(({ values }, s) => {
      const from = stacked ? below : 0;
      below += values[g]!;
      const y = py(from + values[g]!, yTop);
      const x = stacked ? left : left + width * s;
      const height = py(from, yTop) - y;
      return `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${width.toFixed(1)}" height="${height.toFixed(1)}" fill="${color(s)}"/>`;
    });
    return [...rects, text(PLOT.left + room * (g + 0.5), PLOT.bottom + 18, group, 'text-anchor="middle"')];
  });
  return [...yAxis(yTop), ...drawn];
}

function yAxis(top: number): string[] {
  return ticks(top).flatMap((value) => [
    `<line x1="${PLOT.left}" x2="${PLOT.right}" y1="${py(value, top)}" y2="${py(value, top)}" stroke="#ddd"/>`,
    text(PLOT.left - 6, py(value, top) + 4, label(value), 'text-anchor="end"'),
  ]);
}

function py(value: number, top: number): number {
  return PLOT.bottom - (value / top) * (PLOT.bottom - PLOT.top);
}

/** Some five round numbers from 0 to `top`. */
function ticks(top: number): number[] {
  const power = 10 ** Math.floor(Math.log10(top / 5));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => top / size <= 6)!;
  return Array.from({ length: Math.floor(top / step) + 1 }, (_, i) => i * step);
}

function powersOfTwo(from: number, to: number): number[] {
  return Array.from({ length: Math.floor(to) - Math.ceil(from) + 1 }, (_, i) => 2 ** (Math.ceil(from) + i));
}

function label(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function color(i: number): string {
  return COLORS[i % COLORS.length]!;
}

function text(x: number, y: number, content: string, attributes = ""): string {
  const escaped = content.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escaped}</text>`;
}
