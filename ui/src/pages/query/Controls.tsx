// Range, end, resolution, stacking and exemplars of one graph; the instant of one table.
import { useEffect, useState, type ReactNode } from 'react';
import { Icon } from '../../design/Icon';
import { formatDuration, parseDuration } from '../../time/duration';
import { formatDateTime, parseDateTime } from '../../time/zone';
import { useZone } from '../../time/prefs';
import { neighbourRange, type PanelState, type Resolution } from './state';

type Change = (patch: Partial<PanelState>) => void;

/** A text field that commits on Enter and on leaving, and falls back to the old value when the text is none. */
function CommitField({ value, onCommit, label, width, placeholder }: { readonly value: string; readonly onCommit: (text: string) => void; readonly label: string; readonly width: number; readonly placeholder?: string }): ReactNode {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const commit = (): void => {
    if (text !== value) onCommit(text);
    setText(value);
  };
  return (
    <input
      className="input commit-field" aria-label={label} title={label} value={text} placeholder={placeholder} style={{ width }} onChange={(event) => setText(event.target.value)} onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
      }}
    />
  );
}

export function InstantField({ panel, onChange }: { readonly panel: PanelState; readonly onChange: Change }): ReactNode {
  const zone = useZone();
  const shown = panel.end === undefined ? '' : formatDateTime(panel.end, zone);
  const jump = panel.tab === 'table' ? 3_600_000 : panel.rangeMs / 2;
  const now = panel.end ?? Date.now();
  return (
    <span className="btn-group">
      <button type="button" className="btn btn-icon" aria-label="Earlier" onClick={() => onChange({ end: now - jump })}><Icon name="left" /></button>
      <CommitField label={panel.tab === 'table' ? 'Evaluation time' : 'End time'} width={156} value={shown} placeholder={panel.tab === 'table' ? 'Evaluated now' : 'Ends now'} onCommit={(text) => {
        if (text.trim() === '') onChange({ end: undefined });
        else {
          const at = parseDateTime(text, zone);
          if (at !== undefined) onChange({ end: at });
        }
      }} />
      {panel.end !== undefined && <button type="button" className="btn btn-icon" aria-label="Back to now" onClick={() => onChange({ end: undefined })}><Icon name="close" /></button>}
      <button type="button" className="btn btn-icon" aria-label="Later" onClick={() => onChange({ end: now + jump })}><Icon name="right" /></button>
    </span>
  );
}

function resolutionValue(resolution: Resolution): string {
  return resolution.type === 'auto' ? resolution.density : resolution.type === 'fixed' ? formatDuration(resolution.stepMs) : 'custom';
}

const FIXED = ['10s', '30s', '1m', '5m', '15m', '1h'];

function readResolution(value: string, old: Resolution): Resolution {
  if (value === 'low' || value === 'medium' || value === 'high') return { type: 'auto', density: value };
  if (value === 'custom') return { type: 'custom', stepMs: old.type === 'auto' ? 60_000 : old.stepMs };
  return { type: 'fixed', stepMs: parseDuration(value) ?? 60_000 };
}

export function GraphControls({ panel, onChange }: { readonly panel: PanelState; readonly onChange: Change }): ReactNode {
  const { resolution } = panel;
  return (
    <div className="row-wrap query-controls">
      <span className="btn-group">
        <button type="button" className="btn btn-icon" aria-label="Shorter range" onClick={() => onChange({ rangeMs: neighbourRange(panel.rangeMs, -1) })}>−</button>
        <CommitField label="Range" width={72} value={formatDuration(panel.rangeMs)} onCommit={(text) => {
          const ms = parseDuration(text);
          if (ms !== undefined && ms > 0) onChange({ rangeMs: ms });
        }} />
        <button type="button" className="btn btn-icon" aria-label="Longer range" onClick={() => onChange({ rangeMs: neighbourRange(panel.rangeMs, 1) })}>+</button>
      </span>
      <InstantField panel={panel} onChange={onChange} />
      <select className="select" aria-label="Resolution" value={resolutionValue(resolution)} onChange={(event) => onChange({ resolution: readResolution(event.target.value, resolution) })}>
        <optgroup label="Automatic">
          <option value="low">Low resolution</option>
          <option value="medium">Medium resolution</option>
          <option value="high">High resolution</option>
        </optgroup>
        <optgroup label="Fixed step">
          {FIXED.map((step) => <option key={step} value={step}>{step} step</option>)}
          {resolution.type === 'fixed' && !FIXED.includes(formatDuration(resolution.stepMs)) && <option value={formatDuration(resolution.stepMs)}>{formatDuration(resolution.stepMs)} step</option>}
        </optgroup>
        <option value="custom">Custom step</option>
      </select>
      {resolution.type === 'custom' && (
        <CommitField label="Step" width={72} value={formatDuration(resolution.stepMs)} onCommit={(text) => {
          const ms = parseDuration(text);
          if (ms !== undefined && ms > 0) onChange({ resolution: { type: 'custom', stepMs: ms } });
        }} />
      )}
      <span className="btn-group" role="group" aria-label="Display">
        {(['lines', 'stacked', 'heatmap'] as const).map((mode) => (
          <button key={mode} type="button" className="btn" aria-pressed={panel.display === mode} onClick={() => onChange({ display: mode })}>
            {mode === 'lines' ? 'Lines' : mode === 'stacked' ? 'Stacked' : 'Heatmap'}
          </button>
        ))}
      </span>
      <label className="check"><input type="checkbox" checked={panel.yFromZero} onChange={(event) => onChange({ yFromZero: event.target.checked })} /> y from 0</label>
      <label className="check"><input type="checkbox" checked={panel.exemplars} onChange={(event) => onChange({ exemplars: event.target.checked })} /> Exemplars</label>
    </div>
  );
}
