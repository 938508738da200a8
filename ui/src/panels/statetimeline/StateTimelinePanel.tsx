// State timeline (neighbouring equal values are one bar) and status history (one box for each point), on canvas.
import { useCallback, useMemo, type ReactNode } from 'react';
import { show, shownText } from '../../dashboard/display';
import { bool, num, str } from '../../dashboard/json';
import { readableOn, seriesColor } from '../../design/palette';
import { formatDateTime, formatTick } from '../../time/zone';
import { Canvas, canvasInk, timeTicks, type Paint } from '../canvas';
import type { PanelProps } from '../types';
import type { Size } from '../useSize';

interface Bar {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly color: string;
}
interface Lane {
  readonly name: string;
  readonly bars: readonly Bar[];
}

const BOTTOM = 20;

function lanesOf({ frames, look, panel, span }: PanelProps, merged: boolean): readonly Lane[] {
  const colors = new Map<string, string>();
  return frames.flatMap((frame) => {
    const times = frame.fields.find((field) => field.type === 'time')?.values ?? [];
    const step = frame.stepMs ?? 0;
    return frame.fields.filter((field) => field.type !== 'time').map((field): Lane => {
      const bars: { from: number; to: number; text: string; color: string }[] = [];
      times.forEach((time, i) => {
        const value = field.values[i] ?? null;
        if (typeof time !== 'number' || value === null) return;
        const shown = show(field, value, 0, look);
        const text = shownText(shown);
        let { color } = shown;
        if (field.options?.color.mode === 'palette-classic' && !shown.mapped) {
          color = colors.get(text) ?? seriesColor(colors.size, look.dark);
          colors.set(text, color);
        }
        const next = times[i + 1];
        const end = typeof next === 'number' && (step === 0 || next - time <= step * 1.5) ? next : Math.min(span.to, time + (step === 0 ? span.to - time : step));
        const open = bars.at(-1);
        if (merged && open !== undefined && open.text === text && open.color === color && open.to >= time - 1) open.to = end;
        else bars.push({ from: time, to: end, text, color });
      });
      return { name: field.displayName ?? field.name, bars };
    });
  }).slice(0, Math.max(1, num(panel.options['rowLimit']) ?? 100));
}

export function StateTimelinePanel(props: PanelProps): ReactNode {
  const { panel, span, look, onZoom, onZoomOut } = props;
  const merged = panel.type === 'state-timeline' && bool(panel.options['mergeValues'], true);
  const lanes = useMemo(() => lanesOf(props, merged), [props.frames, look, merged, span]);
  const left = Math.min(220, Math.max(40, ...lanes.map((lane) => lane.name.length * 6.2 + 12)));
  const share = num(panel.options['rowHeight']) ?? 0.9;
  const showText = str(panel.options['showValue'], 'auto') !== 'never' && panel.type === 'state-timeline';
  const x = (time: number, size: Size): number => left + ((Math.min(span.to, Math.max(span.from, time)) - span.from) / (span.to - span.from)) * (size.width - left);

  const paint = useCallback<Paint>((context, size) => {
    const ink = canvasInk();
    const lane = (size.height - BOTTOM) / Math.max(1, lanes.length);
    context.font = ink.font;
    context.textBaseline = 'middle';
    lanes.forEach((one, i) => {
      const top = i * lane + (lane * (1 - share)) / 2;
      context.textAlign = 'right';
      context.fillStyle = ink.text;
      context.fillText(one.name.length * 6 > left ? `${one.name.slice(0, Math.floor(left / 6.5))}…` : one.name, left - 6, i * lane + lane / 2);
      context.textAlign = 'left';
      for (const bar of one.bars) {
        const [from, to] = [x(bar.from, size), x(bar.to, size)];
        context.fillStyle = bar.color;
        context.fillRect(from, top, Math.max(1, to - from - (merged ? 0.5 : 1.5)), lane * share);
        if (showText && context.measureText(bar.text).width + 8 < to - from && lane * share > 12) {
          context.fillStyle = readableOn(bar.color);
          context.fillText(bar.text, from + 4, i * lane + lane / 2);
        }
      }
    });
    context.textAlign = 'center';
    context.fillStyle = ink.text;
    const ticks = timeTicks(span.from, span.to, Math.max(2, (size.width - left) / 90));
    for (const tick of ticks) context.fillText(formatTick(tick, look.zone, (ticks[1] ?? tick + 60_000) - (ticks[0] ?? tick)), x(tick, size), size.height - BOTTOM / 2);
  }, [lanes, span, look, left, share, merged, showText]);

  const timeAt = (at: number, size: Size): number => span.from + ((at - left) / (size.width - left)) * (span.to - span.from);
  const hit = (at: number, y: number, size: Size): readonly string[] | undefined => {
    const lane = lanes[Math.floor(y / ((size.height - BOTTOM) / Math.max(1, lanes.length)))];
    const time = timeAt(at, size);
    const bar = lane?.bars.find((one) => time >= one.from && time < one.to);
    return lane === undefined || bar === undefined ? undefined : [`${formatDateTime(bar.from, look.zone)} to ${formatDateTime(bar.to, look.zone)}`, `${lane.name}: ${bar.text}`];
  };
  return (
    <div className="canvas-panel">
      <Canvas label={`State timeline: ${lanes.map((lane) => `${lane.name} is ${lane.bars.at(-1)?.text ?? 'unknown'}`).join('; ')}`} paint={paint} hit={hit} onSelect={(from, to, size) => onZoom(timeAt(from, size), timeAt(to, size))} onDoubleClick={onZoomOut} />
    </div>
  );
}
