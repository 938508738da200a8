// The variables above the panels: selects, multi-selects with search, text fields, ad-hoc filters.
import { useState, type ReactNode } from 'react';
import { Icon } from '../../design/Icon';
import { Menu } from '../../design/Menu';
import { parseFilter } from './filters';
import { ALL, type Resolved } from '../../dashboard/variables/resolve';

type Change = (name: string, values: readonly string[]) => void;
const SHOWN_MAX = 300;

function summary({ options, chosen }: Resolved): string {
  if (chosen.includes(ALL)) return 'All';
  if (chosen.length === 0) return 'None';
  return chosen.map((value) => options.find((option) => option.value === value)?.text ?? value).join(' + ');
}

function MultiSelect({ one, onChange }: { readonly one: Resolved; readonly onChange: Change }): ReactNode {
  const [filter, setFilter] = useState('');
  const { variable, options, chosen } = one;
  const found = options.filter((option) => option.text.toLowerCase().includes(filter.toLowerCase()));
  const all = chosen.includes(ALL);
  const toggle = (value: string): void => {
    const next = new Set(all ? [] : chosen);
    if (!next.delete(value)) next.add(value);
    onChange(variable.name, next.size === 0 ? (variable.includeAll ? [ALL] : []) : [...next]);
  };
  return (
    <Menu kind="dialog" title={`${variable.label === '' ? variable.name : variable.label}: ${summary(one)}`} className="btn variable-value" label={<><span className="ellipsis">{summary(one)}</span><Icon name="down" /></>}>
      {(close) => (
        <div className="variable-menu">
          <input className="input" type="search" aria-label="Filter values" placeholder={`Filter ${options.length} values`} value={filter} onChange={(event) => setFilter(event.target.value)} onKeyDown={(event) => {
            const only = found[0];
            if (event.key === 'Enter' && only !== undefined) {
              onChange(variable.name, [only.value]);
              close();
            }
          }} />
          {variable.includeAll && filter === '' && (
            <button type="button" className={all ? 'menu-item on' : 'menu-item'} aria-pressed={all} onClick={() => { onChange(variable.name, [ALL]); close(); }}>All</button>
          )}
          {found.slice(0, SHOWN_MAX).map((option) =>
            variable.multi ? (
              <label key={option.value} className="menu-item check"><input type="checkbox" checked={!all && chosen.includes(option.value)} onChange={() => toggle(option.value)} /> {option.text}</label>
            ) : (
              <button key={option.value} type="button" className={chosen.includes(option.value) ? 'menu-item on' : 'menu-item'} aria-pressed={chosen.includes(option.value)} onClick={() => { onChange(variable.name, [option.value]); close(); }}>{option.text}</button>
            ),
          )}
          {found.length === 0 && <div className="menu-head">No value matches</div>}
          {found.length > SHOWN_MAX && <div className="menu-head">{found.length - SHOWN_MAX} more; type to narrow</div>}
        </div>
      )}
    </Menu>
  );
}

function TextBox({ one, onChange }: { readonly one: Resolved; readonly onChange: Change }): ReactNode {
  const [text, setText] = useState(one.chosen[0] ?? '');
  const commit = (): void => {
    if (text !== one.chosen[0]) onChange(one.variable.name, [text]);
  };
  return <input className="input" aria-label={one.variable.label === '' ? one.variable.name : one.variable.label} value={text} onChange={(event) => setText(event.target.value)} onBlur={commit} onKeyDown={(event) => { if (event.key === 'Enter') commit(); }} />;
}

function Adhoc({ one, onChange }: { readonly one: Resolved; readonly onChange: Change }): ReactNode {
  const [text, setText] = useState('');
  const add = (): void => {
    const filter = parseFilter(text);
    if (filter === undefined) return;
    onChange(one.variable.name, [...one.chosen, `${filter.key}|${filter.operator}|${filter.value}`]);
    setText('');
  };
  return (
    <span className="row-wrap">
      {one.chosen.filter((value) => value !== '').map((value) => (
        <span key={value} className="badge info">{value.split('|').join(' ')}<button type="button" className="link" aria-label={`Remove ${value}`} onClick={() => onChange(one.variable.name, one.chosen.filter((other) => other !== value))}><Icon name="close" /></button></span>
      ))}
      <input className="input" placeholder='label="value"' aria-label="Add a filter" value={text} onChange={(event) => setText(event.target.value)} onKeyDown={(event) => { if (event.key === 'Enter') add(); }} />
    </span>
  );
}

export function VariableBar({ resolved, onChange }: { readonly resolved: readonly Resolved[]; readonly onChange: Change }): ReactNode {
  const shown = resolved.filter(({ variable, options }) => variable.hide !== 'variable' && variable.type !== 'constant' && variable.type !== 'unsupported' && !(variable.type === 'datasource' && options.length < 2));
  if (shown.length === 0) return null;
  return (
    <div className="row-wrap variables" role="group" aria-label="Variables">
      {shown.map((one) => (
        <span key={one.variable.name} className="field" data-variable={one.variable.name}>
          {one.variable.hide === 'no' && <span>{one.variable.label === '' ? one.variable.name : one.variable.label}</span>}
          {one.variable.type === 'textbox' ? <TextBox one={one} onChange={onChange} /> : one.variable.type === 'adhoc' ? <Adhoc one={one} onChange={onChange} /> : <MultiSelect one={one} onChange={onChange} />}
          {one.error !== undefined && <span className="variable-error" title={one.error}><Icon name="alert" /><span className="visually-hidden">{one.error}</span></span>}
        </span>
      ))}
    </div>
  );
}
