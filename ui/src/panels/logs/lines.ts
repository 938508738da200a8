// Frames → log lines. A frame with a text column has one line a row; series have one line a sample. Pure.
import { show, shownText, type Look } from '../../dashboard/display';
import type { Cell, Field, Frame } from '../../dashboard/frames';
import { metricText } from '../../dashboard/frames';
import type { Labels } from '../../api/types';

export type Level = 'critical' | 'error' | 'warning' | 'info' | 'debug' | 'trace' | 'unknown';
export interface Line {
  readonly time: number;
  readonly text: string;
  readonly level: Level;
  readonly labels: Labels;
}
export interface LineWishes {
  readonly newestFirst: boolean;
  /** One of several equal lines in a row is enough. */
  readonly deduplicate: boolean;
}

const LEVELS: Readonly<Record<string, Level>> = {
  emerg: 'critical', fatal: 'critical', alert: 'critical', crit: 'critical', critical: 'critical', err: 'error', eror: 'error', error: 'error', warn: 'warning', warning: 'warning', notice: 'info', info: 'info', information: 'info', informational: 'info', dbug: 'debug', debug: 'debug', trace: 'trace',
};
const TEXT_NAMES = new Set(['line', 'body', 'message', 'msg', 'content', 'text', 'log']);
const LEVEL_NAMES = ['level', 'detected_level', 'severity', 'lvl', 'log_level'];

/** The level that labels name, else the first word of the line that is one. */
export function levelOf(labels: Labels, text: string): Level {
  for (const name of LEVEL_NAMES) {
    const level = LEVELS[(labels[name] ?? '').toLowerCase()];
    if (level !== undefined) return level;
  }
  for (const [word] of text.slice(0, 200).matchAll(/[A-Za-z]+/g)) {
    const level = LEVELS[word.toLowerCase()];
    if (level !== undefined) return level;
  }
  return 'unknown';
}

function timeAt(field: Field | undefined, row: number): number {
  const value = field?.values[row];
  return typeof value === 'number' ? value : NaN;
}

function fromText(frame: Frame, time: Field | undefined, text: Field): Line[] {
  const others = frame.fields.filter((field) => field !== time && field !== text);
  return text.values.flatMap((value: Cell, row): Line[] => {
    if (value === null) return [];
    const labels: Record<string, string> = { ...text.labels };
    for (const field of others) {
      const cell = field.values[row];
      if (cell !== null && cell !== undefined && cell !== '') labels[field.name] = String(cell);
    }
    const line = String(value);
    return [{ time: timeAt(time, row), text: line, level: levelOf(labels, line), labels }];
  });
}

function fromNumbers(frame: Frame, time: Field | undefined, look: Look): Line[] {
  const texts = frame.fields.filter((field) => field.type === 'string');
  return frame.fields.filter((field) => field.type === 'number').flatMap((field) => field.values.flatMap((value, row): Line[] => {
    if (value === null) return [];
    const labels: Labels = { ...field.labels, ...Object.fromEntries(texts.flatMap((one) => (one.values[row] === '' ? [] : [[one.name, String(one.values[row] ?? '')]]))) };
    return [{ time: timeAt(time, row), text: `${metricText(labels)} ${shownText(show(field, value, 0, look))}`, level: levelOf(labels, ''), labels }];
  }));
}

export function linesOf(frames: readonly Frame[], look: Look, { newestFirst, deduplicate }: LineWishes): readonly Line[] {
  const lines = frames.flatMap((frame) => {
    const time = frame.fields.find((field) => field.type === 'time');
    const text = frame.fields.find((field) => field.type === 'string' && TEXT_NAMES.has(field.name.toLowerCase()));
    return text === undefined ? fromNumbers(frame, time, look) : fromText(frame, time, text);
  });
  // A line without a time stays behind those with one.
  const order = newestFirst ? -1 : 1;
  lines.sort((a, b) => (Number.isNaN(a.time) ? 1 : 0) - (Number.isNaN(b.time) ? 1 : 0) || order * (a.time - b.time) || 0);
  return deduplicate ? lines.filter((line, i) => i === 0 || lines[i - 1]?.text !== line.text) : lines;
}
