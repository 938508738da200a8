// Theme and time zone, in one small menu of the bar.
import type { ReactNode } from 'react';
import { Icon } from '../design/Icon';
import { Menu } from '../design/Menu';
import { applyTheme, usePref, type Theme } from '../time/prefs';

const THEMES: readonly (readonly [Theme, string])[] = [['auto', 'As the system'], ['light', 'Light'], ['dark', 'Dark']];
const ZONES: readonly (readonly [string, string])[] = [['browser', 'Local time'], ['utc', 'UTC']];

export function Preferences(): ReactNode {
  const [theme, setTheme] = usePref('theme', 'auto');
  const [zone, setZone] = usePref('zone', 'browser');
  return (
    <Menu label={<Icon name="sun" />} title="Theme and time zone" className="btn btn-quiet btn-icon" align="right">
      {(close) => (
        <>
          <div className="menu-head">Theme</div>
          {THEMES.map(([id, name]) => (
            <button
              key={id}
              type="button"
              className={theme === id ? 'menu-item on' : 'menu-item'}
              aria-pressed={theme === id}
              onClick={() => {
                setTheme(id);
                applyTheme(id);
                close();
              }}
            >
              {name}
            </button>
          ))}
          <div className="menu-head">Times in</div>
          {ZONES.map(([id, name]) => (
            <button
              key={id}
              type="button"
              className={zone === id ? 'menu-item on' : 'menu-item'}
              aria-pressed={zone === id}
              onClick={() => {
                setZone(id);
                close();
              }}
            >
              {name}
            </button>
          ))}
        </>
      )}
    </Menu>
  );
}
