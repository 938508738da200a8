// What this dashboard asks for and does not get here, behind a small button.
import { useMemo, useState, type ReactNode } from 'react';
import { Dialog } from '../../design/Dialog';
import { Icon } from '../../design/Icon';
import type { Dashboard } from '../../dashboard/model';
import { report, type Finding } from '../../dashboard/report';

export function Findings({ findings }: { readonly findings: readonly Finding[] }): ReactNode {
  return (
    <table className="table">
      <thead><tr><th scope="col">Where</th><th scope="col">What is not honoured</th></tr></thead>
      <tbody>{findings.map((finding, i) => <tr key={i}><td>{finding.where}</td><td>{finding.what}</td></tr>)}</tbody>
    </table>
  );
}

export function ImportReport({ dashboard }: { readonly dashboard: Dashboard }): ReactNode {
  const findings = useMemo(() => report(dashboard), [dashboard]);
  const [open, setOpen] = useState(false);
  if (findings.length === 0) return null;
  return (
    <>
      <button type="button" className="btn btn-sm btn-quiet" onClick={() => setOpen(true)}><Icon name="info" /> {findings.length} not honoured</button>
      {open && <Dialog title="Import report" onClose={() => setOpen(false)}><Findings findings={findings} /></Dialog>}
    </>
  );
}
