// While the server replays its write-ahead log the API answers 503: the page shows how far it is instead of errors.
import { useEffect, useState, type ReactNode } from 'react';
import { Prometheus } from '../api/prometheus';
import { resolveUrl } from '../api/http';
import { useAnswer } from '../api/useAnswer';

const api = new Prometheus();

async function isReady(signal: AbortSignal): Promise<boolean> {
  const response = await fetch(resolveUrl('-/ready'), { signal });
  return response.status !== 503;
}

export function ReplayGate({ children }: { readonly children: ReactNode }): ReactNode {
  const [open, setOpen] = useState(true);
  const ready = useAnswer('ready', isReady, { every: open ? 0 : 1_000 });
  const replay = useAnswer('walreplay', (signal) => api.walReplay(signal), { every: 500, enabled: !open });
  useEffect(() => {
    if (ready.data !== undefined) setOpen(ready.data);
  }, [ready.data]);
  if (open) return children;
  const at = replay.data?.data;
  const total = at === undefined ? 0 : at.max - at.min + 1;
  const done = at === undefined ? 0 : Math.max(0, at.current - at.min + 1);
  return (
    <div className="empty replay" role="status">
      <strong>The server is starting</strong>
      <span>{at === undefined || total <= 0 ? 'It reads its data; this page opens by itself.' : `It replays its write-ahead log: segment ${at.current} of ${at.max}.`}</span>
      <progress max={Math.max(1, total)} value={done} aria-label="Replay" />
    </div>
  );
}
