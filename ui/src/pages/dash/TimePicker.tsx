// The time range: quick ranges, from and to by hand, steps back and forth, zoom out.
import { useState, type FormEvent, type ReactNode } from 'react';
import { Icon } from '../../design/Icon';
import { Menu } from '../../design/Menu';
import { describeRange, resolveRange, resolveTime, type TimeRange } from '../../time/range';
import { formatDateTime, type Zone } from '../../time/zone';

const QUICK: readonly (readonly [string, string])[] = [
  ['now-5m', 'now'], ['now-15m', 'now'], ['now-30m', 'now'], ['now-1h', 'now'], ['now-3h', 'now'], ['now-6h', 'now'], ['now-12h', 'now'], ['now-24h', 'now'], ['now-2d', 'now'], ['now-7d', 'now'], ['now-30d', 'now'], ['now-90d', 'now'],
  ['now/d', 'now/d'], ['now-1d/d', 'now-1d/d'], ['now/w', 'now/w'],
];

interface TimePickerProps {
  readonly range: TimeRange;
  readonly zone: Zone;
  readonly onChange: (range: TimeRange) => void;
  readonly onZoomOut: () => void;
}

function Custom({ range, zone, onChange }: { readonly range: TimeRange; readonly zone: Zone; readonly onChange: (range: TimeRange) => void }): ReactNode {
  const show = (text: string): string => (text.startsWith('now') ? text : formatDateTime(resolveTime(text, Date.now(), zone) ?? NaN, zone));
  const [from, setFrom] = useState(show(range.from));
  const [to, setTo] = useState(show(range.to));
  const [error, setError] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const absolute = (text: string): string => (text.trim().startsWith('now') ? text.trim() : String(resolveTime(text, Date.now(), zone) ?? ''));
    const next = { from: absolute(from), to: absolute(to) };
    if (resolveRange(next, Date.now(), zone) === undefined) setError('Write times as 2026-03-01 12:30:00 or now-6h, the first before the second.');
    else onChange(next);
  };
  return (
    <form className="stack time-form" onSubmit={submit}>
      <label className="stack"><span className="muted">From</span><input className="input" value={from} onChange={(event) => setFrom(event.target.value)} /></label>
      <label className="stack"><span className="muted">To</span><input className="input" value={to} onChange={(event) => setTo(event.target.value)} /></label>
      {error !== '' && <div className="target-error" role="alert">{error}</div>}
      <button type="submit" className="btn btn-primary">Apply</button>
    </form>
  );
}

export function TimePicker({ range, zone, onChange, onZoomOut }: TimePickerProps): ReactNode {
  const shift = (direction: 1 | -1): void => {
    const span = resolveRange(range, Date.now(), zone);
    if (span === undefined) return;
    const half = ((span.to - span.from) / 2) * direction;
    onChange({ from: String(Math.round(span.from + half)), to: String(Math.round(span.to + half)) });
  };
  return (
    <span className="btn-group">
      <button type="button" className="btn btn-icon" aria-label="Earlier" onClick={() => shift(-1)}><Icon name="left" /></button>
      <Menu kind="dialog" align="right" title="Time range" label={<><Icon name="clock" /> <span data-range>{describeRange(range, zone)}</span>{zone === 'utc' && <span className="muted">UTC</span>}</>}>
        {(close) => (
          <div className="time-menu">
            <Custom range={range} zone={zone} onChange={(next) => { onChange(next); close(); }} />
            <div>
              {QUICK.map(([from, to]) => (
                <button key={from + to} type="button" className={range.from === from && range.to === to ? 'menu-item on' : 'menu-item'} onClick={() => { onChange({ from, to }); close(); }}>{describeRange({ from, to }, zone)}</button>
              ))}
            </div>
          </div>
        )}
      </Menu>
      <button type="button" className="btn btn-icon" aria-label="Zoom out" onClick={onZoomOut}><Icon name="zoomOut" /></button>
      <button type="button" className="btn btn-icon" aria-label="Later" onClick={() => shift(1)}><Icon name="right" /></button>
    </span>
  );
}
