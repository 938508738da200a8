// The expression editor: a plain field at once, CodeMirror as soon as its chunk has arrived. A failed load leaves the field.
import { lazy, Suspense, type ReactNode } from 'react';
import { PlainEditor, type EditorProps } from './PlainEditor';
import './editor.css';

const Rich = lazy(() => import('./RichEditor').then((module) => ({ default: module.RichEditor }), () => ({ default: PlainEditor })));

export function Editor(props: EditorProps): ReactNode {
  return (
    <div className="promql-editor">
      <Suspense fallback={<PlainEditor {...props} />}>
        <Rich {...props} />
      </Suspense>
    </div>
  );
}
