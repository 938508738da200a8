// The expression editor: a plain field at once, CodeMirror as soon as its chunk has arrived. A failed load leaves the field.
import { lazy, Suspense, useRef, type ReactNode } from 'react';
import { PlainEditor, type EditorProps } from './PlainEditor';
import './editor.css';

const Rich = lazy(() => import('./RichEditor').then((module) => ({ default: module.RichEditor }), () => ({ default: PlainEditor })));

export function Editor(props: EditorProps): ReactNode {
  const handOver = useRef(false);
  return (
    <div className="promql-editor">
      <Suspense fallback={<PlainEditor {...props} handOver={handOver} />}>
        <Rich {...props} handOver={handOver} />
      </Suspense>
    </div>
  );
}
