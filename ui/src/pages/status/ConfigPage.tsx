// Status ▸ Configuration: the configuration as the server understood it, with line numbers and search.
import { useMemo, useState, type ReactNode } from 'react';
import { Prometheus } from '../../api/prometheus';
import { useAnswer } from '../../api/useAnswer';
import { ErrorNote, Progress } from '../../design/Note';
import { CopyButton, Search } from '../../design/parts';
import { usePageTitle } from '../usePageTitle';

const api = new Prometheus();

/** key, rest of a YAML line; undefined where a line has no key. */
function splitLine(line: string): readonly [string, string, string] | undefined {
  const match = /^(\s*(?:- )?)([A-Za-z_][\w.-]*:)(.*)$/.exec(line);
  return match === null ? undefined : [match[1] ?? '', match[2] ?? '', match[3] ?? ''];
}

export function ConfigPage(): ReactNode {
  usePageTitle('Configuration');
  const [filter, setFilter] = useState('');
  const asked = useAnswer('config', (signal) => api.status<{ readonly yaml: string }>('config', signal));
  const yaml = asked.data?.data.yaml ?? '';
  const lines = useMemo(() => yaml.trimEnd().split('\n'), [yaml]);
  const hit = (line: string): boolean => filter !== '' && line.toLowerCase().includes(filter.toLowerCase());
  const hits = lines.filter(hit).length;
  return (
    <>
      <div className="page-head">
        <h1>Configuration</h1>
        <div className="grow" />
        {filter !== '' && <span className="muted">{hits} lines</span>}
        <Search value={filter} onChange={setFilter} placeholder="Find in the configuration" />
        <CopyButton className="btn" text={() => yaml} />
      </div>
      <Progress busy={asked.busy} />
      {asked.error !== undefined && <ErrorNote error={asked.error} />}
      {yaml !== '' && (
        <pre className="card config" tabIndex={0} aria-label="Configuration">
          {lines.map((line, i) => {
            const split = splitLine(line);
            return (
              <div key={i} className={hit(line) ? 'config-line hit' : 'config-line'}>
                <span className="config-number" aria-hidden="true">{i + 1}</span>
                {split === undefined ? line : <>{split[0]}<span className="config-key">{split[1]}</span>{split[2]}</>}
              </div>
            );
          })}
        </pre>
      )}
    </>
  );
}
