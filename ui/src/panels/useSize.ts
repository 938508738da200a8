// The size of an element, followed as it changes.
import { useLayoutEffect, useRef, useState, type RefObject } from 'react';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export function useSize<T extends Element = HTMLDivElement>(): readonly [RefObject<T | null>, Size] {
  const ref = useRef<T>(null);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const measure = (): void => setSize((old) => (old.width === element.clientWidth && old.height === element.clientHeight ? old : { width: element.clientWidth, height: element.clientHeight }));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, size];
}

/** How many columns and rows n boxes get in a space, so that they are as large as possible. */
export function gridFor(count: number, { width, height }: Size, aspect: number, orientation: string): readonly [number, number] {
  if (orientation === 'horizontal') return [1, count];
  if (orientation === 'vertical') return [count, 1];
  let best: readonly [number, number] = [1, count];
  let bestSize = 0;
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const size = Math.min(width / columns, (height / rows) * aspect);
    if (size > bestSize * 1.001) {
      bestSize = size;
      best = [columns, rows];
    }
  }
  return best;
}
