// A canvas that follows its size and theme, and the tooltip that panels on canvas share.
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { useSize, type Size } from './useSize';
import './canvas.css';

export type Paint = (context: CanvasRenderingContext2D, size: Size) => void;

interface CanvasProps {
  readonly label: string;
  readonly paint: Paint;
  /** What lies under the pointer, as lines of text; undefined for nothing. */
  readonly hit: (x: number, y: number, size: Size) => readonly string[] | undefined;
  /** Drag from one x to another, in shares of the width. */
  readonly onSelect?: (from: number, to: number, size: Size) => void;
  readonly onDoubleClick?: () => void;
}

export function Canvas({ label, paint, hit, onSelect, onDoubleClick }: CanvasProps): ReactNode {
  const [host, size] = useSize();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [tip, setTip] = useState<{ lines: readonly string[]; x: number; y: number } | undefined>(undefined);
  const box = useRef<HTMLDivElement>(null);
  const start = useRef<number | undefined>(undefined);

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (element === null || context === null || context === undefined || size.width === 0) return;
    element.width = Math.round(size.width * devicePixelRatio);
    element.height = Math.round(size.height * devicePixelRatio);
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, size.width, size.height);
    paint(context, size);
  }, [paint, size]);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || tip === undefined) return;
    const left = tip.x + 16 + element.offsetWidth > window.innerWidth ? tip.x - 16 - element.offsetWidth : tip.x + 16;
    const top = Math.min(tip.y + 12, window.innerHeight - element.offsetHeight - 4);
    element.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`;
  }, [tip]);

  return (
    <div className="canvas-host" ref={host}>
      <canvas
        ref={canvas} role="img" aria-label={label} onMouseLeave={() => setTip(undefined)} onDoubleClick={onDoubleClick}
        onMouseDown={(event) => { start.current = event.nativeEvent.offsetX; }}
        onMouseUp={(event) => {
          const from = start.current;
          start.current = undefined;
          if (from !== undefined && Math.abs(event.nativeEvent.offsetX - from) > 8) onSelect?.(Math.min(from, event.nativeEvent.offsetX), Math.max(from, event.nativeEvent.offsetX), size);
        }}
        onMouseMove={(event) => {
          const lines = hit(event.nativeEvent.offsetX, event.nativeEvent.offsetY, size);
          setTip(lines === undefined ? undefined : { lines, x: event.clientX, y: event.clientY });
        }}
      />
      {tip !== undefined && <div ref={box} className="canvas-tip">{tip.lines.map((line, i) => <div key={i} className={i === 0 ? 'muted' : ''}>{line}</div>)}</div>}
    </div>
  );
}

export interface CanvasInk {
  readonly text: string;
  readonly line: string;
  readonly font: string;
}
export function canvasInk(): CanvasInk {
  const style = getComputedStyle(document.documentElement);
  return { text: style.getPropertyValue('--axis').trim(), line: style.getPropertyValue('--grid').trim(), font: `11px ${style.getPropertyValue('--font').trim()}` };
}

/** Round instants for an axis of time, about `count` of them. */
export function timeTicks(from: number, to: number, count: number): readonly number[] {
  const steps = [1_000, 5_000, 15_000, 30_000, 60_000, 300_000, 900_000, 1_800_000, 3_600_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000, 604_800_000, 2_592_000_000];
  const step = steps.find((one) => (to - from) / one <= count) ?? 31_536_000_000;
  const offset = new Date(from).getTimezoneOffset() * 60_000;
  const out: number[] = [];
  for (let at = Math.ceil((from - offset) / step) * step + offset; at <= to; at += step) out.push(at);
  return out;
}
