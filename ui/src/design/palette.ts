// Series colours and the colour names that dashboards use. Pure: theme in, CSS colour out.

/** Our series colours, in the order in which they are given out; distinguishable on both backgrounds. */
const SERIES_LIGHT = ['#2f7ebc', '#d9772b', '#3c9a5f', '#c2415f', '#7d5bb5', '#a08a1c', '#2b9c9c', '#b05a9c', '#6a7683', '#8a5a34', '#5a8f29', '#4a5fc4', '#cf5a3c', '#2a7a6b', '#94559e', '#b58322'];
const SERIES_DARK = ['#6db1e8', '#f0a05a', '#71c68e', '#ec7f98', '#b298e3', '#d8c25a', '#65cccc', '#dd92cb', '#a5b0bc', '#c79a74', '#9bce68', '#93a4f0', '#f4937a', '#6cbfae', '#cc94d4', '#e3b85e'];

export function seriesColor(index: number, dark: boolean): string {
  const colors = dark ? SERIES_DARK : SERIES_LIGHT;
  return colors[index % colors.length] ?? '#888888';
}

/** Shades from lightest to darkest: super-light, light, plain, semi-dark, dark. */
const HUES: Readonly<Record<string, readonly [string, string, string, string, string]>> = {
  red: ['#FFA6B0', '#FF7383', '#F2495C', '#E02F44', '#C4162A'],
  orange: ['#FFCB7D', '#FFB357', '#FF9830', '#FF780A', '#FA6400'],
  yellow: ['#FFF899', '#FFEE52', '#FADE2A', '#F2CC0C', '#E0B400'],
  green: ['#C8F2C2', '#96D98D', '#73BF69', '#56A64B', '#37872D'],
  blue: ['#C0D8FF', '#8AB8FF', '#5794F2', '#3274D9', '#1F60C4'],
  purple: ['#DEB6F2', '#CA95E5', '#B877D9', '#A352CC', '#8F3BB8'],
};
const SHADES: Readonly<Record<string, number>> = { 'super-light': 0, light: 1, 'semi-dark': 3, dark: 4 };

/** A CSS colour for any colour that a dashboard may name; unknown names pass through to the browser. */
export function resolveColor(name: string, dark: boolean): string {
  if (name === 'text') return dark ? '#e4e7ea' : '#1b1f24';
  if (name === 'transparent') return 'rgba(0,0,0,0)';
  const match = /^(?:(super-light|light|semi-dark|dark)-)?(red|orange|yellow|green|blue|purple)$/.exec(name);
  if (match === null) return name;
  const shade = match[1] === undefined ? (dark ? 2 : 3) : (SHADES[match[1]] ?? 2);
  return HUES[match[2] ?? '']?.[shade] ?? name;
}

/** Red, green, blue of `#rgb`, `#rrggbb` or `rgb()/rgba()`; grey for anything else. */
export function rgb(color: string): readonly [number, number, number] {
  const hex = /^#([0-9a-f]{3,8})$/i.exec(color)?.[1];
  if (hex !== undefined) {
    const long = hex.length < 6 ? [...hex].map((c) => c + c).join('') : hex;
    return [parseInt(long.slice(0, 2), 16), parseInt(long.slice(2, 4), 16), parseInt(long.slice(4, 6), 16)];
  }
  const numbers = /^rgba?\(([^)]*)\)$/.exec(color)?.[1]?.split(/[\s,/]+/).map(Number);
  if (numbers !== undefined && numbers.length >= 3) return [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 0];
  return NAMED[color] ?? [128, 128, 128];
}
const NAMED: Readonly<Record<string, readonly [number, number, number]>> = { white: [255, 255, 255], black: [0, 0, 0], red: [224, 47, 68], green: [86, 166, 75] };

export function withAlpha(color: string, alpha: number): string {
  const [r, g, b] = rgb(color);
  return `rgba(${r},${g},${b},${alpha})`;
}

function luminance(color: string): number {
  const [r, g, b] = rgb(color).map((c) => {
    const s = c / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** WCAG contrast of two colours. */
export function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** Black or white, whichever reads better on `background`. */
export function readableOn(background: string): string {
  return contrast(background, '#000000') > contrast(background, '#ffffff') ? '#000000' : '#ffffff';
}

/** The colour as text on a panel: moved towards black or white until it can be read. */
export function inkOf(color: string, dark: boolean): string {
  const surface = dark ? '#1a1d21' : '#ffffff';
  let ink = color;
  for (let step = 1; step <= 10 && contrast(ink, surface) < 4.5; step++) ink = mix(color, dark ? '#ffffff' : '#000000', step / 10);
  return ink;
}

/** The colour between two colours; `t` from 0 to 1. */
export function mix(a: string, b: string, t: number): string {
  const [x, y] = [rgb(a), rgb(b)];
  const at = (i: 0 | 1 | 2): number => Math.round(x[i] + (y[i] - x[i]) * t);
  return `rgb(${at(0)},${at(1)},${at(2)})`;
}

/** Continuous colour schemes, as stops that are mixed between. */
const RAMPS: Readonly<Record<string, readonly string[]>> = {
  'continuous-GrYlRd': ['green', 'yellow', 'red'], 'continuous-RdYlGr': ['red', 'yellow', 'green'], 'continuous-BlYlRd': ['dark-blue', 'super-light-yellow', 'dark-red'],
  'continuous-YlRd': ['super-light-yellow', 'dark-red'], 'continuous-BlPu': ['#5794F2', '#B877D9'], 'continuous-YlBl': ['super-light-yellow', 'dark-blue'],
  'continuous-blues': ['#e8f1fb', 'dark-blue'], 'continuous-reds': ['#fde8ea', 'dark-red'], 'continuous-greens': ['#e9f6e6', 'dark-green'], 'continuous-purples': ['#f5eafa', 'dark-purple'],
};
export function rampColor(scheme: string, t: number, dark: boolean): string | undefined {
  const stops = RAMPS[scheme];
  if (stops === undefined) return undefined;
  const at = Math.min(1, Math.max(0, t)) * (stops.length - 1);
  const low = Math.min(Math.floor(at), stops.length - 2);
  return mix(resolveColor(stops[low] ?? 'green', dark), resolveColor(stops[low + 1] ?? 'red', dark), at - low);
}
