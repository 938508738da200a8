// One target: health, address, labels, last scrape, duration, error; its discovered labels on demand.
import { memo, type ReactNode } from 'react';
import type { Target } from '../../api/types';
import { Badge, LabelList } from '../../design/parts';
import { formatAgo, formatSeconds } from '../../time/duration';
import { formatDateTime } from '../../time/zone';

interface TargetRowProps {
  readonly target: Target;
  readonly now: number;
  readonly zone: string;
  readonly open: boolean;
  readonly onToggle: (url: string) => void;
}

const KIND = { up: 'good', down: 'bad', unknown: 'warn' } as const;

export const TargetRow = memo(function TargetRow({ target, now, zone, open, onToggle }: TargetRowProps): ReactNode {
  const scraped = Date.parse(target.lastScrape);
  return (
    <div className={`target ${target.health}`} data-target={target.health} role="row">
      <div className="target-health" role="cell"><Badge kind={KIND[target.health]}>{target.health.toUpperCase()}</Badge></div>
      <div className="target-url" role="cell">
        <a href={target.globalUrl} target="_blank" rel="noreferrer noopener">{target.scrapeUrl}</a>
      </div>
      <div className="target-labels" role="cell">
        <LabelList labels={target.labels} />
        {open && (
          <div className="target-more">
            <div className="muted">Discovered labels · every {target.scrapeInterval}, timeout {target.scrapeTimeout}</div>
            <LabelList labels={target.discoveredLabels} />
          </div>
        )}
        {target.lastError !== '' && <div className="target-error">{target.lastError}</div>}
      </div>
      <div className="target-when num" role="cell" title={Number.isNaN(scraped) ? '' : formatDateTime(scraped, zone, true)}>{formatAgo(scraped, now)}</div>
      <div className="target-took num" role="cell">{formatSeconds(target.lastScrapeDuration)}</div>
      <div role="cell">
        <button type="button" className="btn btn-sm btn-quiet" aria-expanded={open} aria-label={`${open ? 'Less' : 'More'} about ${target.scrapeUrl}`} onClick={() => onToggle(target.scrapePool + target.scrapeUrl)}>
          {open ? 'Less' : 'More'}
        </button>
      </div>
    </div>
  );
});
