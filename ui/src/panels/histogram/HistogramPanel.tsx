// The histogram: how often values fall into equal buckets, all series together or side by side.
import { useMemo, type ReactNode } from 'react';
import type { Frame } from '../../dashboard/frames';
import { bool, num } from '../../dashboard/json';
import { formatNumber } from '../../dashboard/display';
import { BarChartPanel } from '../barchart/BarChartPanel';
import { niceStep } from '../niceStep';
import type { PanelProps } from '../types';

export function histogramFrame(frames: readonly Frame[], options: PanelProps['panel']['options'], label: (low: number) => string): Frame | undefined {
  const fields = frames.flatMap((frame) => frame.fields.filter((field) => field.type === 'number'));
  const values = fields.map((field) => field.values.filter((value): value is number => typeof value === 'number' && Number.isFinite(value)));
  const all = values.flat();
  if (all.length === 0) return undefined;
  const min = all.reduce((a, b) => Math.min(a, b));
  const max = all.reduce((a, b) => Math.max(a, b));
  const wished = num(options['bucketSize']);
  const size = wished !== undefined && wished > 0 ? wished : niceStep(max - min, num(options['bucketCount']) ?? 30);
  const offset = num(options['bucketOffset']) ?? 0;
  const first = Math.floor((min - offset) / size);
  const count = Math.min(1_000, Math.floor((max - offset) / size) - first + 1);
  const tally = (list: readonly number[]): number[] => {
    const out = new Array<number>(count).fill(0);
    for (const value of list) {
      const at = Math.min(count - 1, Math.floor((value - offset) / size) - first);
      out[at] = (out[at] ?? 0) + 1;
    }
    return out;
  };
  const plain = (name: string, list: readonly number[], i: number): Frame['fields'][number] => ({ ...(fields[i] ?? { type: 'number' }), name, displayName: name, type: 'number', values: tally(list) });
  const columns = bool(options['combine']) ? [plain('Count', all, 0)] : values.map((list, i) => plain(fields[i]?.displayName ?? fields[i]?.name ?? String(i), list, i));
  return { refId: 'histogram', kind: 'table', fields: [{ name: 'Bucket', type: 'string', values: Array.from({ length: count }, (_, i) => label((first + i) * size + offset)) }, ...columns] };
}

export function HistogramPanel(props: PanelProps): ReactNode {
  const { panel, frames, look } = props;
  const frame = useMemo(() => histogramFrame(frames, panel.options, (low) => formatNumber(panel.defaults, low, look)), [frames, panel, look]);
  if (frame === undefined) return null;
  const counted = { ...panel, defaults: { ...panel.defaults, unit: 'none', min: undefined, max: undefined, decimals: undefined }, options: { ...panel.options, xField: 'Bucket' } };
  const fields = frame.fields.map((field) => (field.options === undefined ? field : { ...field, options: { ...field.options, unit: 'none', decimals: undefined } }));
  return <BarChartPanel {...props} panel={counted} frames={[{ ...frame, fields }]} />;
}
