// A panel type that is not drawn here: its name, and its data as a table.
import type { ReactNode } from 'react';
import { Note } from '../../design/Note';
import { TablePanel } from '../table/TablePanel';
import type { PanelProps } from '../types';

export function UnsupportedPanel(props: PanelProps): ReactNode {
  return (
    <div className="stack fill">
      <Note kind="info">This is a panel of type <code>{props.panel.type}</code>, which is not drawn here{props.frames.length > 0 ? '; its data as a table:' : '.'}</Note>
      {props.frames.length > 0 && <TablePanel {...props} />}
    </div>
  );
}
