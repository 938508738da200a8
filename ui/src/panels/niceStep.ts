// A round distance that divides a range into about `count` parts. Pure.

export function niceStep(range: number, count: number): number {
  if (!(range > 0)) return 1;
  const rough = range / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 2.5, 5, 10].find((step) => step * power >= rough * (1 - 1e-9)) ?? 10) * power;
}
