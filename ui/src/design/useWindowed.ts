// Rows in view only: a flat list of rows of known heights becomes the slice that the window shows plus spacers.
import { useLayoutEffect, useRef, useState, type RefObject } from 'react';

/** Prefix sums of the heights; `offsets[i]` is the top of row i and the last entry the total. */
export function offsetsOf(heights: readonly number[]): Float64Array {
  const offsets = new Float64Array(heights.length + 1);
  heights.forEach((height, i) => { offsets[i + 1] = (offsets[i] ?? 0) + height; });
  return offsets;
}

/** The rows between `top` and `bottom`, with some more on both sides. */
export function slice(offsets: Float64Array, top: number, bottom: number, margin: number): readonly [number, number] {
  const count = offsets.length - 1;
  const find = (y: number): number => {
    let low = 0;
    let high = count;
    while (low < high) {
      const mid = (low + high + 1) >> 1;
      if ((offsets[mid] ?? 0) <= y) low = mid;
      else high = mid - 1;
    }
    return low;
  };
  return [find(Math.max(0, top - margin)), Math.min(count, find(bottom + margin) + 1)];
}

export interface Windowed {
  readonly ref: RefObject<HTMLDivElement | null>;
  readonly first: number;
  readonly last: number;
  readonly before: number;
  readonly after: number;
}

export function useWindowed(heights: readonly number[]): Windowed {
  const ref = useRef<HTMLDivElement>(null);
  const offsets = offsetsOf(heights);
  const [view, setView] = useState<readonly [number, number]>([0, 1_200]);
  useLayoutEffect(() => {
    let frame = 0;
    const measure = (): void => {
      frame = 0;
      const top = -(ref.current?.getBoundingClientRect().top ?? 0);
      setView((old) => (Math.abs(old[0] - top) < 200 && old[1] - old[0] === window.innerHeight ? old : [top, top + window.innerHeight]));
    };
    const later = (): void => {
      if (frame === 0) frame = requestAnimationFrame(measure);
    };
    measure();
    window.addEventListener('scroll', later, { passive: true });
    window.addEventListener('resize', later);
    return () => {
      window.removeEventListener('scroll', later);
      window.removeEventListener('resize', later);
      cancelAnimationFrame(frame);
    };
  }, []);
  const [first, last] = slice(offsets, view[0], view[1], 600);
  const total = offsets[heights.length] ?? 0;
  return { ref, first, last, before: offsets[first] ?? 0, after: total - (offsets[last] ?? total) };
}
