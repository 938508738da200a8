// The style page: every token and element once, for eyes and for screenshot tests.
import { useState, type ReactNode } from 'react';
import { ApiError } from '../../api/error';
import { Icon } from '../../design/Icon';
import { Menu } from '../../design/Menu';
import { Empty, ErrorNote, Note, Progress } from '../../design/Note';
import { Badge, LabelList, Search, Tabs } from '../../design/parts';
import { seriesColor } from '../../design/palette';
import { useDark } from '../../time/prefs';
import { usePageTitle } from '../usePageTitle';
import './style.css';

const COLORS = ['--bg', '--surface', '--surface-2', '--surface-3', '--line', '--line-strong', '--text', '--text-2', '--text-3', '--accent', '--accent-soft', '--ember', '--good', '--good-soft', '--warn', '--warn-soft', '--bad', '--bad-soft'];
const SIZES = ['--t-xs', '--t-sm', '--t-md', '--t-lg', '--t-xl', '--t-xxl'];

export function StylePage(): ReactNode {
  usePageTitle('Style');
  const dark = useDark();
  const [tab, setTab] = useState<'one' | 'two'>('one');
  const [text, setText] = useState('');
  return (
    <>
      <h1>Style</h1>
      <section className="card card-pad stack"><h2>Colours</h2><div className="row-wrap">{COLORS.map((name) => <div key={name} className="chip"><i style={{ background: `var(${name})` }} />{name.slice(2)}</div>)}</div>
        <div className="row-wrap">{Array.from({ length: 16 }, (_, i) => <i key={i} className="chip-series" style={{ background: seriesColor(i, dark) }} />)}</div></section>
      <section className="card card-pad stack"><h2>Type</h2>{SIZES.map((size) => <div key={size} style={{ fontSize: `var(${size})` }}>{size.slice(2)}: A counter only goes up, 0123456789</div>)}</section>
      <section className="card card-pad stack"><h2>Controls</h2>
        <div className="row-wrap">
          <button type="button" className="btn btn-primary">Primary</button><button type="button" className="btn">Plain</button><button type="button" className="btn" aria-pressed="true">Pressed</button><button type="button" className="btn" disabled>Disabled</button>
          <button type="button" className="btn btn-quiet">Quiet</button><button type="button" className="btn btn-icon" aria-label="Icon"><Icon name="refresh" /></button>
          <Search value={text} onChange={setText} placeholder="Search" />
          <select className="select" aria-label="Select"><option>Select</option></select>
          <label className="check"><input type="checkbox" defaultChecked /> Check</label>
          <Menu label="Menu">{(close) => <button type="button" className="menu-item" onClick={close}>Entry</button>}</Menu>
        </div>
        <Tabs tabs={[['one', 'One'], ['two', 'Two']]} value={tab} onChange={setTab} label="Tabs" />
      </section>
      <section className="card card-pad stack"><h2>States</h2>
        <div className="row-wrap"><Badge kind="good">UP</Badge><Badge kind="warn">PENDING</Badge><Badge kind="bad">DOWN</Badge><Badge kind="info">INFO</Badge><Badge>gauge</Badge></div>
        <LabelList labels={{ job: 'heart-disease-api', instance: 'api:8000' }} />
        <Note kind="info">A note.</Note><Note kind="warn">A warning.</Note>
        <ErrorNote error={new ApiError('refused', 'invalid parameter "query": 1:5: parse error: unexpected ")"')} query="sum(" />
        <Empty title="Empty result">What to try next.</Empty><Progress busy />
      </section>
    </>
  );
}
