// The grid of 24 columns: panels at their places, rows as headings that open and close.
import type { ReactNode } from 'react';
import { Icon } from '../../design/Icon';
import type { Placed } from '../../dashboard/layout';

interface GridProps {
  readonly items: readonly Placed[];
  readonly onToggle: (key: string) => void;
  readonly text: (placed: Placed) => string;
  readonly children: (placed: Placed) => ReactNode;
}

export function Grid({ items, onToggle, text, children }: GridProps): ReactNode {
  return (
    <div className="dash-grid">
      {items.map((placed) => {
        const { x, y, w, h } = placed.grid;
        return (
          <div key={placed.key} className={placed.panel.type === 'row' ? 'dash-cell row-cell' : 'dash-cell'} style={{ gridColumn: `${x + 1} / span ${w}`, gridRow: `${y + 1} / span ${h}` }}>
            {placed.panel.type === 'row' ? (
              <h2 className="dash-row">
                <button type="button" aria-expanded={placed.open} onClick={() => onToggle(placed.key)}>
                  <Icon name={placed.open ? 'down' : 'right'} /> {text(placed)}
                  {!placed.open && <span className="muted">{placed.count} panels</span>}
                </button>
              </h2>
            ) : (
              children(placed)
            )}
          </div>
        );
      })}
    </div>
  );
}
