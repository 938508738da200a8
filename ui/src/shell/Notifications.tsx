// What the server wants said on every page: failed reloads, a running replay. Absent endpoint, absent bell.
import type { ReactNode } from 'react';
import { useNotifications } from '../api/live';
import { Icon } from '../design/Icon';
import { Menu } from '../design/Menu';
import { formatDateTime } from '../time/zone';
import { useZone } from '../time/prefs';

export function Notifications(): ReactNode {
  const zone = useZone();
  const active = useNotifications();
  if (active.length === 0) return null;
  return (
    <Menu className="btn btn-quiet" align="right" title={active.length === 1 ? '1 notification' : `${active.length} notifications`} label={<><Icon name="bell" /> {active.length}</>}>
      {() => active.map((item) => (
        <div key={item.text + item.date} className="menu-item notification">
          <span className="muted">{Number.isNaN(Date.parse(item.date)) ? '' : formatDateTime(Date.parse(item.date), zone)}</span> {item.text}
        </div>
      ))}
    </Menu>
  );
}
