// The colour of a heatmap cell by its share of the greatest count. Sequential schemes begin near the panel's ground in both
// themes, so that little looks like little in the dark, too. Pure.
import { obj, bool, num, str, type Json } from '../../dashboard/json';
import { mix, resolveColor } from '../../design/palette';

const HUES: Readonly<Record<string, string>> = { oranges: 'dark-orange', blues: 'dark-blue', greens: 'dark-green', reds: 'dark-red', purples: 'dark-purple', greys: '#5f6975' };
const GROUND = { light: '#f3f4f6', dark: '#24282d' };
/** Stops from least to most, for schemes of several hues. */
const STOPS: Readonly<Record<string, readonly string[]>> = {
  rdylgn: ['dark-red', 'super-light-yellow', 'dark-green'], spectral: ['#9e0142', '#f46d43', '#fee08b', '#e6f598', '#66c2a5', '#5e4fa2'], rdylbu: ['dark-red', 'super-light-yellow', 'dark-blue'], rdbu: ['dark-red', '#f7f7f7', 'dark-blue'],
  turbo: ['#30123b', '#4686fb', '#1ae4b6', '#a2fc3c', '#faba39', '#e4460a', '#7a0403'], viridis: ['#440154', '#3b528b', '#21918c', '#5ec962', '#fde725'], cividis: ['#00224e', '#575d6d', '#a59c74', '#fee838'],
  magma: ['#000004', '#51127c', '#b73779', '#fc8961', '#fcfdbf'], inferno: ['#000004', '#57106e', '#bc3754', '#f98e09', '#fcffa4'], plasma: ['#0d0887', '#7e03a8', '#cc4778', '#f89540', '#f0f921'],
  ylorrd: ['#ffffcc', '#fd8d3c', '#800026'], ylorbr: ['#ffffe5', '#fe9929', '#662506'], ylgnbu: ['#ffffd9', '#41b6c4', '#081d58'], ylgn: ['#ffffe5', '#78c679', '#004529'], bugn: ['#e5f5f9', '#41ae76', '#00441b'], bupu: ['#e0ecf4', '#8c6bb1', '#4d004b'], gnbu: ['#e0f3db', '#4eb3d3', '#084081'], orrd: ['#fee8c8', '#ef6548', '#7f0000'], pubu: ['#ece7f2', '#3690c0', '#023858'], pubugn: ['#ece2f0', '#3690c0', '#014636'], purd: ['#e7e1ef', '#df65b0', '#67001f'], rdpu: ['#fde0dd', '#f768a1', '#49006a'],
};

function between(stops: readonly string[], t: number, dark: boolean): string {
  const at = t * (stops.length - 1);
  const low = Math.min(Math.floor(at), stops.length - 2);
  return mix(resolveColor(stops[low] ?? 'green', dark), resolveColor(stops[low + 1] ?? 'red', dark), at - low);
}

/** The file's `color` options → share of 0 to 1 → colour. */
export function schemeOf(color: Json, dark: boolean): (share: number) => string {
  const ground = dark ? GROUND.dark : GROUND.light;
  const exponent = num(color['exponent']) ?? 0.5;
  const hue = str(color['mode']) === 'opacity' ? str(color['fill'], 'dark-orange') : HUES[str(color['scheme'], 'Oranges').toLowerCase()];
  const stops = hue === undefined ? (STOPS[str(color['scheme']).toLowerCase()] ?? [ground, 'dark-orange']) : [ground, hue];
  const reverse = bool(color['reverse']) && hue === undefined;
  return (share) => {
    const t = Math.min(1, Math.max(0, share)) ** exponent;
    return between(stops, reverse ? 1 - t : t, dark);
  };
}

/** The same from a panel's options. */
export const panelScheme = (options: Json, dark: boolean): ((share: number) => string) => schemeOf(obj(options['color']), dark);
