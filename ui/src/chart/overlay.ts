// What is painted on the canvas besides the series: thresholds, annotations, exemplars.
import type uPlot from 'uplot';
import { withAlpha } from '../design/palette';
import type { ChartModel } from './model';

function clip(u: uPlot, paint: (context: CanvasRenderingContext2D) => void): void {
  const { left, top, width, height } = u.bbox;
  u.ctx.save();
  u.ctx.beginPath();
  u.ctx.rect(left, top, width, height);
  u.ctx.clip();
  paint(u.ctx);
  u.ctx.restore();
}

export function paintThresholds(u: uPlot, model: ChartModel): void {
  if (model.thresholdStyle === 'off' || model.thresholds.length === 0) return;
  const area = model.thresholdStyle.includes('area');
  const line = model.thresholdStyle.includes('line') || model.thresholdStyle.includes('dashed');
  clip(u, (context) => {
    const { left, top, width, height } = u.bbox;
    const sorted = [...model.thresholds].sort((a, b) => a.value - b.value);
    sorted.forEach((threshold, i) => {
      if (u.scales[threshold.scale] === undefined) return;
      const y = threshold.value === -Infinity ? top + height : u.valToPos(threshold.value, threshold.scale, true);
      const next = sorted[i + 1];
      const upper = next === undefined ? top : u.valToPos(next.value, next.scale, true);
      if (area) {
        context.fillStyle = withAlpha(threshold.color, 0.12);
        context.fillRect(left, Math.min(y, upper), width, Math.abs(y - upper));
      }
      if (line && threshold.value !== -Infinity) {
        context.strokeStyle = threshold.color;
        context.lineWidth = 1.5 * devicePixelRatio;
        context.setLineDash(model.thresholdStyle.includes('dashed') ? [8 * devicePixelRatio, 6 * devicePixelRatio] : []);
        context.beginPath();
        context.moveTo(left, y);
        context.lineTo(left + width, y);
        context.stroke();
      }
    });
  });
}

export function paintAnnotations(u: uPlot, model: ChartModel): void {
  if (model.annotations.length === 0) return;
  clip(u, (context) => {
    const { top, height } = u.bbox;
    for (const mark of model.annotations) {
      const x = u.valToPos(mark.time, 'x', true);
      context.strokeStyle = mark.color;
      context.fillStyle = mark.color;
      context.lineWidth = devicePixelRatio;
      context.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
      context.beginPath();
      context.moveTo(x, top);
      context.lineTo(x, top + height);
      context.stroke();
      context.setLineDash([]);
      if (mark.timeEnd !== undefined && mark.timeEnd > mark.time) {
        context.fillStyle = withAlpha(mark.color, 0.12);
        context.fillRect(x, top, u.valToPos(mark.timeEnd, 'x', true) - x, height);
        context.fillStyle = mark.color;
      }
      const size = 5 * devicePixelRatio;
      context.beginPath();
      context.moveTo(x - size, top + height);
      context.lineTo(x + size, top + height);
      context.lineTo(x, top + height - size);
      context.fill();
    }
  });
}

export function paintExemplars(u: uPlot, model: ChartModel, color: string): void {
  const scale = model.axes[0]?.scale;
  if (model.exemplars.length === 0 || scale === undefined) return;
  clip(u, (context) => {
    context.fillStyle = color;
    const size = 4 * devicePixelRatio;
    for (const exemplar of model.exemplars) {
      const x = u.valToPos(exemplar.time, 'x', true);
      const y = u.valToPos(exemplar.value, scale, true);
      context.beginPath();
      context.moveTo(x, y - size);
      context.lineTo(x + size, y);
      context.lineTo(x, y + size);
      context.lineTo(x - size, y);
      context.fill();
    }
  });
}

/** What the overlay has to say near a point of the plot (CSS pixels): annotation texts, exemplar labels. */
export function notesNear(u: uPlot, model: ChartModel, left: number, top: number): string[] {
  const notes: string[] = [];
  for (const mark of model.annotations) {
    const x = u.valToPos(mark.time, 'x');
    const end = mark.timeEnd === undefined ? x : u.valToPos(mark.timeEnd, 'x');
    if (left >= x - 6 && left <= end + 6) notes.push(mark.text === '' ? mark.title : `${mark.title}: ${mark.text}`);
  }
  const scale = model.axes[0]?.scale;
  if (scale !== undefined) {
    for (const exemplar of model.exemplars) {
      if (Math.abs(u.valToPos(exemplar.time, 'x') - left) < 6 && Math.abs(u.valToPos(exemplar.value, scale) - top) < 8) notes.push(exemplar.text);
    }
  }
  return notes.slice(0, 6);
}
