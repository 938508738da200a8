// What the server wants said on every page: failed reloads, a running replay. Absent endpoint, absent bell.
import type { ReactNode } from 'react';
import { Prometheus } from '../api/prometheus';
import { useAnswer } from '../api/useAnswer';
import { Icon } from '../design/Icon';
import { Menu } from '../design/Menu';
import { formatDateTime } from '../time/zone';
import { useZone } from '../time/prefs';

const api = new Prometheus();

export function Notifications(): ReactNode {
  const zone = useZone();
  const asked = useAnswer('notifications', (signal) => api.notifications(signal), { every: 30_000 });
  const active = asked.data?.data.filter((item) => item.active) ?? [];
  if (active.length === 0) return null;
  return (
    <Menu className="btn btn-quiet" align="right" title={`${active.length} notifications`} label={<><Icon name="bell" /> {active.length}</>}>
      {() => active.map((item) => (
        <div key={item.text + item.date} className="menu-item">
          <span className="muted">{formatDateTime(Date.parse(item.date), zone)}</span> {item.text}
        </div>
      ))}
    </Menu>
  );
}
