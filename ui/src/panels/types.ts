// What every panel type gets: frames that are ready to draw, and the means to react.
import type { ComponentType } from 'react';
import type { ChartAnnotation } from '../chart/model';
import type { ExemplarSeries } from '../api/types';
import type { Look } from '../dashboard/display';
import type { Frame } from '../dashboard/frames';
import type { LinkScope } from '../dashboard/links';
import type { Panel } from '../dashboard/model';

export interface PanelProps {
  /** Unique on the page. */
  readonly id: string;
  readonly panel: Panel;
  /** Transformed, with field options and overrides applied. */
  readonly frames: readonly Frame[];
  /** Milliseconds. */
  readonly span: { readonly from: number; readonly to: number };
  readonly look: Look;
  readonly links: LinkScope;
  readonly annotations: readonly ChartAnnotation[];
  readonly exemplars: readonly ExemplarSeries[];
  readonly syncKey: string | undefined;
  readonly text: (text: string) => string;
  readonly onZoom: (from: number, to: number) => void;
  readonly onZoomOut: () => void;
}
export type PanelComponent = ComponentType<PanelProps>;
